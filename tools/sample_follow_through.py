"""What the sample company agreed at its review of the second quarter of 2026, on 2 July, and what became of it.

Stories to find
---------------
An action that worked
    Somebody answers the service line until eight in the evening: from 34 hours to the first answer to 19, where 24 were aimed
    at. Its numbers are those of the objective.
One that is late, and whose number got worse
    The close dates of Fang Zhou (r-12), whose deals slip: every Monday Qin Lan (r-11) should have gone through them.
One whose number goes the wrong way so far
    More demonstrations in Shenzhen, and still less software sold there each month than in June.
Two of which no number tells
    A page on the rival Beihe, which is done, and a rule for leads from exhibitions, which was dropped with them.
A plan that waits for one man
    The software is to be launched in autumn. The training was held three days late; the machines of Fang Zhou are not connected
    yet, and what waits for them is blocked.
Cases
    Two deals won and two lost, with what there is to learn, found by rival, product and reason.
Risks
    One that rose and was answered, so that it fell; one that rises while its answer is overdue; one that fell by itself.
Morale
    Two pulse surveys, before and after Feng Yuan (r-10) left: fewer high marks, and more low ones.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

import salesperf as sp
from salesperf.model.progress import ProgressStatus

__all__ = ["followed_up"]

AGREED: Final = date(2026, 7, 2)
"""The day of the review."""
PLAN: Final = "autumn"


def said(*told: tuple[int, int, ProgressStatus, str]) -> list[sp.StatusChange]:
    """Return what was said on days of 2026: month, day, status and note."""
    return [sp.StatusChange(date(2026, month, on), status, note=note) for month, on, status, note in told]


def measured(*numbers: tuple[int, int, sp.Amount | Decimal | int]) -> list[sp.Measurement]:
    """Return what was measured on days of 2026: month, day and number."""
    return [sp.Measurement(date(2026, month, on), number) for month, on, number in numbers]


def agreed(name: str, title: str, owner: str, due: date, **others: Any) -> sp.Action:  # noqa: ANN401 - fields of an action
    """Return an action of the review."""
    return sp.Action(id=name, title=title, owner=owner, created=AGREED, due=due, **others)


def actions() -> Iterable[sp.Action]:
    """Yield what was agreed, but for the answers to risks."""
    yield agreed(
        "a-1",
        "售后热线值班到晚八点 Somebody answers the service line until eight",
        "r-05",
        date(2026, 7, 31),
        goal="客户不必等到第二天 Nobody waits until the next day",
        measure="首次响应（小时） Hours to the first answer",
        baseline=34,
        goal_value=24,
        history=said((7, 13, "in_progress", ""), (7, 30, "done", "两人轮班 Two take turns")),
        measurements=measured((7, 24, 31), (8, 14, 26), (8, 28, 22), (9, 11, 19)),
    )
    yield agreed(
        "a-2",
        "每周一核对方舟的预计成交日 Go through the close dates of Fang Zhou every Monday",
        "r-11",
        date(2026, 8, 31),
        goal="预测要靠得住 A forecast that can be relied on",
        measure="延期率 Slip rate",
        baseline=Decimal("0.33"),
        goal_value=Decimal("0.15"),
        finding="slipping",
        history=said((7, 20, "in_progress", ""), (8, 24, "in_progress", "只核对了两次 Done only twice")),
        measurements=measured((8, 31, Decimal("0.56")), (9, 16, Decimal("0.67"))),
    )
    yield agreed(
        "a-3",
        "深圳每周两场软件演示 Two demonstrations of the software a week in Shenzhen",
        "shenzhen",
        date(2026, 9, 30),
        goal="软件收入回升 Software sells again",
        measure="深圳软件月收入 Software sold in Shenzhen in a month",
        baseline=sp.Amount.of(329_300, sp.CNY),
        goal_value=sp.Amount.of(400_000, sp.CNY),
        history=said((7, 13, "in_progress", "")),
        measurements=measured((7, 31, sp.Amount.of(259_100, sp.CNY)), (8, 31, sp.Amount.of(275_100, sp.CNY))),
    )
    yield agreed(
        "a-4",
        "北河对比手册 A page on what Beihe cannot do",
        "r-09",
        date(2026, 8, 7),
        goal="丢单多败给北河 Most lost deals are lost to Beihe",
        history=said((7, 27, "in_progress", ""), (8, 6, "done", "")),
    )
    yield agreed(
        "a-5",
        "展会线索三天内首次联系 A first call to leads from exhibitions within three days",
        "east",
        date(2026, 8, 14),
        finding="channel_does_not_pay",
        history=said((7, 27, "dropped", "下半年不再参展 No more exhibitions this year")),
    )


def plan() -> sp.TaskPlan:
    """Return the plan to launch the software in autumn."""
    listed = sp.Task(
        id="list",
        title="老客户设备清单 The machines of known customers, listed",
        owner="r-13",
        created=AGREED,
        start=date(2026, 7, 6),
        due=date(2026, 7, 17),
        history=said((7, 6, "in_progress", ""), (7, 16, "done", "")),
    )
    takes: dict[str, sp.Amount | int] = {"培训日 training days": 4, "差旅 travel": sp.Amount.of(12_000, sp.CNY)}
    training = sp.Task(
        id="training",
        title="两区销售培训 Training of both regions",
        owner="r-01",
        created=AGREED,
        start=date(2026, 7, 20),
        due=date(2026, 8, 7),
        resources=takes,
        history=said((7, 20, "in_progress", ""), (8, 10, "done", "广州两人请假 Two of Guangzhou were away")),
    )
    trial = sp.Task(
        id="trial",
        title="十家客户试用 Ten customers on trial",
        owner="guangzhou",
        created=AGREED,
        due=date(2026, 8, 31),
        is_milestone=True,
        depends_on=[training.id],
        history=said((8, 28, "done", "")),
    )
    connected = sp.Task(
        id="connected",
        title="四十台设备联网 Forty machines connected",
        owner="r-12",
        created=AGREED,
        start=date(2026, 7, 20),
        due=date(2026, 9, 11),
        depends_on=[listed.id],
        resources={"网关 gateways": 40},
        history=said((7, 24, "in_progress", "")),
    )
    offer = sp.Task(
        id="offer",
        title="试用转正报价 An offer to whoever is on trial",
        owner="r-14",
        created=AGREED,
        start=date(2026, 9, 14),
        due=date(2026, 9, 30),
        depends_on=[trial.id, connected.id],
        history=said((9, 14, "blocked", "等设备联网 Waits for the machines")),
    )
    launch = sp.Task(
        id="launch",
        title="发布 Launch",
        owner="r-01",
        created=AGREED,
        due=date(2026, 10, 16),
        is_milestone=True,
        depends_on=[offer.id],
    )
    tasks = [listed, training, trial, connected, offer, launch]
    return sp.TaskPlan(id=PLAN, title="秋季软件推广 The software, launched in autumn", tasks=tasks)


def cases() -> Iterable[sp.Case]:
    """Yield deals from which there is something to learn."""
    yield sp.Case(
        id="c-1",
        title="从北河手里赢下软件 The software, won from Beihe",
        outcome="won",
        on=date(2026, 6, 18),
        opportunity="o-073",
        customer="k-41",
        owner="r-03",
        note="沈悦 Shen Yue 请厂长看了同行的生产线。 Shen Yue took the head of the plant to see a line in use.",
        lessons=["先让使用者看到效果，再谈价格。 Let who will use it see it at work before price is spoken of."],
        tags=["Beihe", "software", "reference visit"],
    )
    yield sp.Case(
        id="c-2",
        title="需求没弄清就输给北河 Lost to Beihe before the need was clear",
        outcome="lost",
        on=AGREED,
        opportunity="o-101",
        customer="k-01",
        owner="r-06",
        note="一个月里只见到采购员。 In a month only the purchaser was met.",
        lessons=["没见到决策人就不报方案。 No proposal before whoever decides was met."],
        tags=["Beihe", "software", "single contact"],
    )
    yield sp.Case(
        id="c-3",
        title="合同阶段被东升截走 Taken by Dongsheng with the contract on the table",
        outcome="lost",
        on=date(2026, 9, 7),
        opportunity="o-107",
        customer="k-51",
        owner="r-11",
        lessons=[
            "合同停留一周就请经理出面。 After a week at the contract a manager goes along.",
            "交货期要写进方案。 The day of delivery belongs into the proposal.",
        ],
        tags=["Dongsheng", "machines", "delivery"],
    )
    yield sp.Case(
        id="c-4",
        title="老客户加购，让价换两年维保 A known customer buys again, and two years of service for a lower price",
        outcome="won",
        on=date(2026, 9, 16),
        opportunity="o-125",
        customer="k-29",
        owner="r-06",
        lessons=["让价要换回东西。 What is given away is given for something."],
        tags=["machines", "discounting", "renewal"],
    )


def assessed(*thought: tuple[int, int, int, int, str]) -> list[sp.RiskAssessment]:
    """Return what was thought on days of 2026: month, day, likelihood, impact and why."""
    return [
        sp.RiskAssessment(on=date(2026, month, on), likelihood=likelihood, impact=impact, note=note)
        for month, on, likelihood, impact, note in thought
    ]


def risks() -> Iterable[sp.Risk]:
    """Yield the risks, with what is done about them."""
    yield sp.Risk(
        id="risk-1",
        title="最大客户改为招标采购 The largest customer invites tenders",
        kind="customer",
        owner="r-02",
        response="reduce",
        at_stake=sp.Amount.of(680_880, sp.CNY),
        assessments=assessed(
            (6, 30, 2, 5, ""),
            (8, 28, 3, 5, "来了新采购经理 A new head of purchasing"),
            (9, 11, 1, 4, "已签年度维保 The annual service is signed"),
        ),
        responses=[
            agreed(
                "a-6",
                "签下年度维保协议 The annual service contract signed",
                "r-02",
                date(2026, 9, 15),
                history=said((8, 3, "in_progress", ""), (9, 11, "done", "")),
            )
        ],
    )
    yield sp.Risk(
        id="risk-2",
        title="广州再有人离职 More people leave Guangzhou",
        kind="people",
        owner="r-08",
        response="reduce",
        assessments=assessed((7, 2, 2, 3, ""), (8, 24, 4, 4, "一人已离职 One has left")),
        responses=[
            agreed(
                "a-7",
                "与广州每个人谈目标与收入 Speak to everybody in Guangzhou about targets and pay",
                "r-08",
                date(2026, 9, 11),
            )
        ],
    )
    yield sp.Risk(
        id="risk-3",
        title="北河降价 Beihe lowers its prices",
        kind="market",
        response="accept",
        assessments=assessed((5, 29, 4, 4, ""), (8, 3, 3, 4, "只降了旧机型 Only those of old machines")),
    )


def followed_up() -> dict[str, Any]:
    """Return the fields of the records that hold what follows from reviews: the same ones every time."""
    return {
        "actions": actions(),
        "plans": [plan()],
        "cases": cases(),
        "risks": risks(),
        "pulses": [
            sp.PulseSurvey(on=date(2026, 6, 26), counts=[0, 1, 3, 5, 3], invited=13),
            sp.PulseSurvey(on=date(2026, 9, 4), counts=[1, 3, 4, 3, 1], invited=13),
        ],
    }
