"""Learning from leads, and judging what was learnt."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from salesperf import InvalidValueError, Lead, LeadChange, UnknownNameError
from salesperf.grading import MATURITY_DAYS, backtest_leads, learn

DAY = date(2026, 6, 30)


def lead(number: int, begin: date | None, end: str | None = None, after: int = 0, **facts: Any) -> Lead:  # noqa: ANN401 - facts
    history = [LeadChange(begin, status="new")]
    if end is not None:
        history.append(LeadChange((begin or DAY) + timedelta(after), status=end))  # type: ignore[arg-type] # one of the statuses
    return Lead(id=f"l-{number}", channel="web" if number % 2 else "fair", history=history, facts=facts)


LEADS = (
    lead(1, DAY - timedelta(90), "converted", 89, industry="textiles"),
    lead(2, DAY - timedelta(90), "disqualified", 90),
    lead(3, DAY - timedelta(89), "disqualified", 1),
    lead(4, DAY - timedelta(200)),
    lead(5, DAY - timedelta(200), "converted", 201),
    lead(6, None, "converted"),
    lead(7, DAY + timedelta(1), "converted"),
)


def test_only_leads_that_are_old_enough_and_decided_are_learnt_from() -> None:
    learnt = learn(LEADS, ["channel", "campaign", "industry"], as_of=DAY)
    assert learnt.rows() == [{"as_of": DAY, "won": 1, "lost": 1, "immature": 1, "undecided": 2, "undated": 1}]
    assert learnt.table.tables == {"campaign": {}, "channel": {"fair": (0, 1), "web": (1, 0)}, "industry": {"textiles": (1, 0)}}
    assert (learnt.by, learnt.maturity_days) == (("channel", "campaign", "industry"), MATURITY_DAYS)


def test_leads_that_nobody_closes_may_count_as_lost() -> None:
    learnt = learn(LEADS, ["channel"], as_of=DAY, undecided_as="lost")
    assert (learnt.table.won, learnt.table.lost, learnt.undecided, learnt.undecided_as) == (1, 3, 2, "lost")
    told = backtest_leads(LATER, ["channel"], [DAY], until=UNTIL, undecided_as="lost")
    assert (told.days[0].judged, told.days[0].immature, told.days[0].undecided) == (5, 1, 2)
    assert (told.calibration.n, told.calibration.won) == (5, 1)
    wrong: Any = "won"
    assert refusal(lambda: learn(LEADS, ["channel"], as_of=DAY, undecided_as=wrong)) == ("choice", ("undecided_as",))
    assert refusal(lambda: backtest_leads([], [], [], until=DAY, undecided_as=wrong)) == ("choice", ("undecided_as",))


def test_without_the_window_fast_losers_would_stand_for_all() -> None:
    # A steady stream: of each two leads one is lost after 1 day, one won after 100
    stream = [
        lead(number, DAY - timedelta(number // 2 + 1), *(("converted", 100) if number % 2 else ("disqualified", 1)))
        for number in range(400)
    ]
    biased = learn(stream, ["channel"], as_of=DAY, maturity_days=99).table
    fair = learn(stream, ["channel"], as_of=DAY, maturity_days=100).table
    assert (biased.won, biased.lost) == (0, 102)
    assert (fair.won, fair.lost) == (101, 101)


def test_what_is_decided_later_than_the_window_does_not_count_however_old_the_lead() -> None:
    began = DAY - timedelta(300)
    ends = (("converted", 60), ("converted", 61), ("disqualified", 60), ("disqualified", 61))
    old = [lead(number, began, *end) for number, end in enumerate(ends)]
    learnt = learn(old, ["channel"], as_of=DAY, maturity_days=60)
    assert (learnt.table.won, learnt.table.lost, learnt.undecided) == (1, 1, 2)
    # A lead that was won in time and lost later counts as it stood.
    turned = Lead(id="l-9", history=[*old[0].history, LeadChange(DAY, status="disqualified")])
    assert learn([turned], ["channel"], as_of=DAY, maturity_days=60).table.won == 1


def test_leads_judged_long_after_had_no_more_time_than_those_learnt_from() -> None:
    # Of each four leads one is won after 30 days and one after 100; the others never are
    ends = (("converted", 30), ("converted", 100), (), ())
    stream = [lead(number, DAY - timedelta(300 - number // 4), *ends[number % 4]) for number in range(1200)]
    told = backtest_leads(
        stream, ["channel"], [DAY - timedelta(200)], until=DAY, maturity_days=60, undecided_as="lost", smoothing=1e-6
    )
    table = told.days[0].learnt.table
    assert (table.won, table.cases) == (41, 164)
    assert told.calibration.n == 4 * (200 - 60)
    assert told.calibration.won / told.calibration.n == table.won / table.cases == 0.25


UNTIL = DAY + timedelta(120)
LATER = (
    *LEADS[:6],
    lead(11, DAY + timedelta(1), "converted", 90),
    lead(12, DAY + timedelta(30), "disqualified", 90),
    lead(13, DAY + timedelta(30)),
    lead(14, DAY + timedelta(31), "converted", 1),
    lead(15, DAY + timedelta(29), "converted", 91),
    lead(16, DAY + timedelta(30), "disqualified", 0),
)


def test_a_backtest_tells_what_was_learnt_and_judged_on_each_day() -> None:
    told = backtest_leads(LATER, ["channel"], [DAY], until=UNTIL, smoothing=0.5, minimum=2)
    assert told.rows() == [
        {
            "as_of": DAY,
            "won": 1,
            "lost": 1,
            "immature": 1,
            "undecided": 2,
            "undated": 1,
            "judged": 3,
            "judged_immature": 1,
            # Lead 13 is open, and lead 15 was converted by the last day, but a day older than counts
            "judged_undecided": 2,
        }
    ]
    # By the web came the won one: 1.5 / 2 over 0.5 / 2; by the fair the lost one. Each chance comes true.
    assert told.calibration.brier.value == pytest.approx(0.0625)
    assert (told.calibration.reliability[7].n, told.calibration.reliability[2].n) == (1, 2)
    assert backtest_leads(LATER, ["channel"], [], until=DAY).calibration.n == 0


def test_a_lead_is_judged_once_by_what_was_learnt_last_before_it_began() -> None:
    days = [DAY + timedelta(29), DAY]
    told = backtest_leads(LATER, ["channel"], days, until=UNTIL)
    assert [day.learnt.as_of for day in told.days] == sorted(days)
    assert [day.judged for day in told.days] == [1, 2]
    assert backtest_leads(LATER, ["channel"], days[::-1], until=UNTIL) == told


def refusal(call: Callable[[], object]) -> tuple[str, tuple[str | int, ...]]:
    with pytest.raises(InvalidValueError) as caught:
        call()
    return caught.value.code, caught.value.path


def test_malformed_arguments_are_refused() -> None:
    wrong: Any = [1]
    assert refusal(lambda: learn(wrong, ["channel"], as_of=DAY)) == ("wrong_type", ("leads",))
    assert refusal(lambda: learn(LEADS, wrong, as_of=DAY)) == ("wrong_type", ("by",))
    assert refusal(lambda: learn(LEADS, [""], as_of=DAY)) == ("wrong_type", ("by",))
    assert refusal(lambda: learn(LEADS, ["channel", "channel"], as_of=DAY)) == ("not_unique", ("by", 1))
    assert refusal(lambda: learn(LEADS, ["channel"], as_of=DAY, maturity_days=-1)) == ("out_of_range", ("maturity_days",))
    assert refusal(lambda: learn([LEADS[0], LEADS[0]], ["channel"], as_of=DAY)) == ("not_unique", ("leads", 1))
    with_day = lead(1, DAY - timedelta(90), "converted", 1, since=DAY)
    assert refusal(lambda: learn([with_day], ["since"], as_of=DAY)) == ("not_a_label", ("columns", "since", 0))


def test_a_fact_that_may_be_a_slip_of_one_that_leads_bear_is_refused() -> None:
    borne = [lead(1, DAY - timedelta(90), "converted", 1, industry="food")]
    for wrong, known in (("chanel", "channel"), ("indstry", "industry")):
        with pytest.raises(UnknownNameError, match=f"perhaps '{known}', got '{wrong}'") as caught:
            learn(borne, ["channel", wrong], as_of=DAY)
        assert (caught.value.code, caught.value.path) == ("misspelt_fact", ("by", 1))
    assert learn(borne, ["colour"], as_of=DAY).table.tables["colour"] == {}


def test_a_day_that_cannot_be_judged_is_refused() -> None:
    until = DAY + timedelta(91)
    assert refusal(lambda: backtest_leads(LEADS, ["channel"], [DAY + timedelta(1)], until=until)) == (
        "too_late_to_judge",
        ("dates", 0),
    )
    assert refusal(lambda: backtest_leads(LEADS, ["channel"], [DAY, DAY], until=until)) == ("not_unique", ("dates", 1))
    before = DAY - timedelta(300)
    assert refusal(lambda: backtest_leads(LEADS, ["channel"], [before], until=until)) == ("one_outcome", ("dates", 0))


def test_days_that_are_none_are_refused() -> None:
    wrong: Any = None
    with pytest.raises(InvalidValueError) as caught:
        backtest_leads(LEADS, ["channel"], wrong, until=DAY)
    assert (caught.value.code, caught.value.path) == ("wrong_type", ("dates",))
