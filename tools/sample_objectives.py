"""The objectives of the sample company for the third quarter of 2026: from the company down to two reps.

Stories to find
---------------
One that lags
    South China was to win its customers for the software, and Shenzhen, which missed its target for software in the second
    quarter, is behind again: Shao Hang (r-14) has led 6 of 30 customers through a trial.
One of which nobody speaks
    Fang Zhou (r-12) has said nothing since 24 July of the machines that were to be connected, and never of the training.
A score that rests on little
    So half of what Shenzhen aims at is not known.
What goes well
    East China with the software, and what keeps customers: the handbook of service, and an answer within a day.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import salesperf as sp

__all__ = ["objectives"]

QUARTER: Final = sp.Period.quarter(2026, 3)
SAID: Final = (date(2026, 7, 24), date(2026, 8, 14), date(2026, 8, 28), date(2026, 9, 11))
"""The Fridays on which check-ins were due."""


def counted(name: str, title: str, target: int, values: Sequence[int], confidence: str, **others: Any) -> sp.KeyResult:  # noqa: ANN401 - fields of a key result
    """Return a key result that counts from 0, and what was said of it on the first of those Fridays.

    Parameters
    ----------
    name, title
        The id, and what a reader sees.
    target
        How many there should be.
    values
        How many there were, Friday by Friday.
    confidence
        What was said of it each time.
    others
        Whatever else a key result has.
    """
    check_ins = [
        sp.CheckIn(on, value=sp.Amount.of(value, sp.COUNT), confidence=Decimal(confidence))
        for on, value in zip(SAID, values, strict=False)
    ]
    start, end = sp.Amount.of(0, sp.COUNT), sp.Amount.of(target, sp.COUNT)
    return sp.KeyResult(id=name, title=title, start=start, target=end, check_ins=check_ins, **others)


def of_east() -> sp.Objective:
    """Return what East China aims at."""
    shares = ("0.31", "0.34", "0.35", "0.38")
    share = sp.KeyResult(
        id="k-1-1-1",
        title="软件占收入比例 Software as a share of revenue",
        start=Decimal("0.30"),
        target=Decimal("0.40"),
        weight=2,
        check_ins=[
            sp.CheckIn(on, value=Decimal(value), confidence=Decimal("0.7")) for on, value in zip(SAID, shares, strict=True)
        ],
    )
    return sp.Objective(
        id="o-1-1",
        title="华东：软件带动续约 East China: software that brings renewals",
        period=QUARTER,
        owner="east",
        key_results=[share, counted("k-1-1-2", "软件演示 Software demonstrations", 60, (14, 29, 38, 51), "0.8")],
    )


def of_south() -> sp.Objective:
    """Return what South China aims at, by its two teams and two reps of one of them."""
    guangzhou = sp.Objective(
        id="o-1-2-2",
        title="广州：老客户试用软件 Guangzhou: known customers try the software",
        period=QUARTER,
        owner="guangzhou",
        key_results=[counted("k-1-2-2-1", "试用客户 Customers on trial", 20, (5, 9, 12, 16), "0.7")],
    )
    shenzhen = sp.Objective(
        id="o-1-2-3",
        title="深圳：赢回软件业务 Shenzhen: win the software business back",
        period=QUARTER,
        owner="shenzhen",
        children=[
            sp.Objective(
                id="o-1-2-3-1",
                title="设备联网 Connected machines",
                period=QUARTER,
                owner="r-12",
                key_results=[
                    counted("k-1-2-3-1-1", "联网设备 Machines connected", 40, (8,), "0.6"),
                    counted("k-1-2-3-1-2", "客户培训 Customers trained", 12, (), "0.6", weight=3),
                ],
            ),
            sp.Objective(
                id="o-1-2-3-2",
                title="试用转正 From trial to contract",
                period=QUARTER,
                owner="r-14",
                key_results=[counted("k-1-2-3-2-1", "完成试用 Trials completed", 30, (2, 4, 5, 6), "0.3")],
            ),
        ],
    )
    return sp.Objective(
        id="o-1-2",
        title="华南：打开软件市场 South China: open the market for software",
        period=QUARTER,
        owner="south",
        children=[guangzhou, shenzhen],
    )


def of_service() -> sp.Objective:
    """Return what the company aims at for those who are its customers."""
    steps = ("draft", "reviewed", "published")
    handbook = sp.KeyResult(
        id="k-2-1",
        title="服务手册 Handbook of service",
        kind="milestones",
        milestones=[sp.Milestone(step) for step in steps],
        check_ins=[sp.CheckIn(SAID[0], reached=steps[:1]), sp.CheckIn(SAID[3], reached=steps[:2], note="排版中 being set")],
    )
    answer = sp.KeyResult(
        id="k-2-2",
        title="首次响应（小时） Hours to the first answer",
        kind="band",
        band=sp.Band(Decimal(0), Decimal(24)),
        tolerance=Decimal(24),
        check_ins=[sp.CheckIn(on, value=value) for on, value in zip(SAID, (31, 26, 22, 19), strict=True)],
    )
    return sp.Objective(
        id="o-2",
        title="留住客户 Keep the customers we have",
        period=QUARTER,
        key_results=[
            handbook,
            answer,
            sp.KeyResult(
                id="k-2-3",
                title="签下年度维保协议 Annual service contract signed with the largest customer",
                kind="yes_no",
                owner="r-02",
                is_committed=True,
                check_ins=[sp.CheckIn(SAID[3], is_done=True, confidence=1)],
            ),
        ],
    )


def objectives() -> list[sp.Objective]:
    """Return the objectives of the company: the same ones every time."""
    software = sp.Objective(
        id="o-1",
        title="软件成为第二增长点 Software as the second source of growth",
        period=QUARTER,
        children=[of_east(), of_south()],
    )
    return [software, of_service()]
