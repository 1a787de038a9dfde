"""Backtests: past forecasts beside what happened, and how far the reps' own dates were off."""

from datetime import date, timedelta
from typing import Any, Final

import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_PROCESSES,
    Amount,
    Change,
    InvalidInputError,
    InvalidValueError,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    SalesperfError,
    UnknownNameError,
    forecast,
)
from salesperf.forecast import BacktestReport
from salesperf.kernels.proportion import wilson
from salesperf.model.change import ForecastCategory

PROCESS: Final = STANDARD_PROCESSES["basic"]
BEGUN: Final = date(2026, 1, 5)
FIRST: Final = Period.quarter(2026, 1)


def money(amount: int) -> Amount:
    return Amount.of(amount, CNY)


def deal(
    id: str,  # noqa: A002 - the name of the field
    end: str | None,
    on: date | None = None,
    *,
    begun: date = BEGUN,
    close: date = date(2026, 3, 20),
    owner: str = "ada",
    amount: int | None = 100,
    category: ForecastCategory | None = None,
    process: str | None = None,
) -> Opportunity:
    worth = None if amount is None else money(amount)
    opened = Change(begun, stage="proposal", amount=worth, expected_close=close, owner=owner, category=category)
    ends = [] if on is None else [Change(on, stage=end)]
    return Opportunity(id=id, history=[opened, *ends], process=process)


def records(*deals: Opportunity, processes: Any = (PROCESS,)) -> Records:  # noqa: ANN401 - as of the class
    return Records(org=Org(reps=[Rep(id="ada"), Rep(id="bo")]), opportunities=deals, processes=processes)


DEALS: Final = (
    deal("o-1", "closed", date(2026, 2, 10), category="commit"),
    deal("o-2", "closed", date(2026, 3, 5), owner="bo"),
    deal("o-3", "lost", date(2026, 3, 9), category="commit"),
    deal("o-4", "closed", date(2026, 4, 9)),
    deal("o-5", "closed", date(2026, 3, 30), begun=date(2026, 2, 20)),
    deal("o-6", "lost", date(2026, 5, 2), close=date(2026, 5, 1)),
)
STATED: Final[dict[str, Any]] = {"learnt": False, "new_business": False}
UNTIL: Final = date(2026, 6, 30)


def test_a_backtest_holds_what_was_expected_against_what_happened() -> None:
    """As of 31 January four deals of 100 were due in the quarter, with a chance of 1/2: two were won, and a later one."""
    found = forecast.backtest(records(*DEALS), [date(2026, 1, 31)], until=UNTIL, **STATED)
    (line,) = found.lines
    assert (line.as_of, line.period) == (date(2026, 1, 31), FIRST)
    assert (line.expected, line.actual) == (money(200), money(300))
    assert (line.low, line.high, line.is_within) == (money(100), money(300), True)
    assert line.error == pytest.approx(-1 / 3)
    assert line.brier == 0.25
    assert line.won_ids == {"o-1", "o-2"}
    assert found.rows()[0]["actual"] == 300


def test_measures_are_averages_over_the_days_with_their_intervals() -> None:
    days = [date(2026, 2, 28), date(2026, 1, 31)]
    found = forecast.backtest(records(*DEALS), days, until=UNTIL, **STATED)
    assert [line.as_of for line in found.lines] == sorted(days)
    # As of 28 February 100 is won, and four are due: three of 1/2 each and the one created since.
    assert [line.expected for line in found.lines] == [money(200), money(300)]
    assert found.bias.value == pytest.approx((-1 / 3 + 0) / 2)
    assert found.absolute_percentage_error.value == pytest.approx(1 / 6)
    # Student's t with one degree of freedom: 12.706 standard errors, of 1/6.
    assert found.bias.high == pytest.approx(-1 / 6 + 12.706 / 6, abs=1e-3)
    # Nothing is less than none of what happened, nor an error less than none.
    assert (found.bias.low, found.absolute_percentage_error.low) == (-1.0, 0.0)
    assert found.absolute_percentage_error.high == pytest.approx(1 / 6 + 12.706 / 6, abs=1e-3)
    assert (found.bias.n, found.brier.value) == (2, 0.25)
    assert found.coverage.value == 1.0
    assert found.coverage.low == wilson(2, 2).low
    assert found.text().splitlines()[0] == "Forecasts of past days: 2; the records end on 2026-06-30."
    assert len(found.text("zh").splitlines()) == 5


def test_optimism_tells_by_rep_what_was_due_and_not_won() -> None:
    found = forecast.backtest(records(*DEALS), [date(2026, 1, 31)], until=UNTIL, **STATED)
    ada, bo = found.optimism
    assert (ada.owner, ada.due.n) == ("ada", 3)
    assert ada.due.value == pytest.approx(2 / 3)
    assert (ada.due.low, ada.due.high) == (wilson(2, 3).low, wilson(2, 3).high)
    assert (ada.committed.value, ada.committed.n) == (0.5, 2)
    assert (bo.due.value, bo.committed.value) == (0.0, None)
    assert found.optimism_rows()[1] == {
        "owner": "bo",
        "due": 1,
        "not_won": 0.0,
        "not_won_low": 0.0,
        "not_won_high": wilson(0, 1).high,
        "committed": 0,
        "committed_not_won": None,
        "committed_not_won_low": None,
        "committed_not_won_high": None,
    }


def steady(months: int = 12) -> Records:
    """Make eight deals a month, of which four are won after 20 days and the others lost after 40."""
    deals = []
    for month in range(1, months + 1):
        for number in range(8):
            begun = date(2026, month, 1 + 3 * number)
            end, stays = ("closed", 20) if number % 2 else ("lost", 40)
            deals.append(deal(f"m{month}-{number}", end, begun + timedelta(days=stays), begun=begun))
    return records(*deals)


def test_learnt_forecasts_with_new_business_are_right_of_a_steady_business() -> None:
    days = [date(2026, month, 28) for month in (6, 7, 8, 9)]
    found = forecast.backtest(steady(), days, grain="month", measure="count", until=date(2026, 12, 31))
    assert [line.period.label for line in found.lines] == ["2026-06", "2026-07", "2026-08", "2026-09"]
    ends = forecast.backtest(
        steady(), [date(2026, month, 30) for month in (6, 8, 9)], grain="quarter", measure="count", until=date(2026, 12, 31)
    )
    assert [line.period.label for line in ends.lines] == ["2026-Q3", "2026-Q3", "2026-Q4"]
    assert ends.bias.value == pytest.approx(0, abs=0.25)
    assert all(line.actual.unit == COUNT for line in found.lines)
    assert found.coverage.value == 1.0
    (stated,) = forecast.backtest(steady(), days[:1], grain="month", until=date(2026, 12, 31), **STATED).lines
    assert stated.forecast.terms.history is None


def test_what_was_watched_from_a_day_on_is_learnt_from_alone() -> None:
    """Of a record that begins in May with what was open then, deals before May tell neither a rate nor quick chances."""
    watched = date(2026, 5, 1)
    kept = [each for each in steady().opportunities if each.history[-1].on is None or each.history[-1].on >= watched]
    found, naive = (
        forecast.backtest(
            records(*kept), [date(2026, 9, 30)], measure="count", until=date(2026, 12, 31), learnt=True, since=since
        ).lines[0]
        for since in (watched, None)
    )
    assert found.forecast.terms.history is not None
    assert found.forecast.terms.history.since == watched
    assert found.forecast.new_business is not None
    assert found.forecast.new_business.window == Period(watched, date(2026, 10, 1))
    # Eight deals a month, where the naive rate spreads them over the months of which nothing was kept.
    assert found.forecast.new_business.per_day == pytest.approx(8 * 5 / 153)
    assert naive.forecast.new_business is not None
    assert naive.forecast.new_business.per_day < found.forecast.new_business.per_day
    assert abs(found.error or 0) < abs(naive.error or 0)
    # What was watched long ago changes nothing beyond the twelve months.
    early = forecast.backtest(steady(), [date(2026, 9, 30)], measure="count", until=date(2026, 12, 31), since=date(2025, 1, 1))
    plain = forecast.backtest(steady(), [date(2026, 9, 30)], measure="count", until=date(2026, 12, 31))
    assert early.rows() == plain.rows()


def test_deals_of_which_too_little_is_known_are_left_out_as_in_a_forecast() -> None:
    (line,) = forecast.backtest(steady(), [date(2026, 9, 30)], measure="count", until=date(2026, 12, 31)).lines
    assert line.forecast.terms.fallback == "leave_out"


def test_a_backtest_may_take_the_chance_of_those_that_stood_the_longest() -> None:
    old = deal("old", None, begun=date(2026, 1, 6))
    known = steady()
    known = records(*known.opportunities, old, processes=known.processes)
    (line,) = forecast.backtest(known, [date(2026, 9, 30)], measure="count", until=date(2026, 12, 31), fallback="longest").lines
    assert {each.id: each.source for each in line.forecast.deals}["old"] == "learnt_at_longest"


def test_of_one_forecast_there_is_no_range_and_of_nothing_no_measure() -> None:
    one = forecast.backtest(records(DEALS[0]), [date(2026, 1, 31)], until=UNTIL, **STATED)
    assert (one.bias.low, one.bias.n) == (None, 1)
    assert "one forecast gives no range" in one.text()
    nothing = forecast.backtest(records(DEALS[5]), [date(2026, 1, 31)], until=UNTIL, **STATED)
    assert (nothing.bias.value, nothing.brier.value, nothing.lines[0].error) == (None, None, None)
    assert nothing.optimism[0].due.value is None
    assert "cannot be told" in nothing.text()
    assert nothing.lines[0].expected == money(0)


def test_one_of_several_processes_is_chosen_by_key() -> None:
    solution = STANDARD_PROCESSES["solution"]
    deals = [
        deal("o-1", "closed", date(2026, 2, 10), process="basic"),
        deal("o-2", "won", date(2026, 2, 10), process="solution"),
    ]
    both = records(*deals, processes=[PROCESS, solution])
    found = forecast.backtest(both, [date(2026, 1, 31)], process="solution", until=UNTIL, **STATED)
    assert [each.id for each in found.lines[0].forecast.deals] == ["o-2"]
    for key in (None, "other"):
        with pytest.raises(UnknownNameError) as caught:
            forecast.backtest(both, [date(2026, 1, 31)], process=key, until=UNTIL, **STATED)
        assert (caught.value.code, caught.value.path) == ("unknown_process", ("process",))


def test_without_a_last_day_that_of_the_last_change_is_taken() -> None:
    found = forecast.backtest(records(*DEALS), [date(2026, 1, 31)], **STATED)
    assert found.until == date(2026, 5, 2)


DAY: Final = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("dates", "terms", "code", "path"),
    [
        ([], {}, "too_few", ("dates",)),
        (5, {}, "wrong_type", ("dates",)),
        ([5], {}, "wrong_type", ("dates", 0)),
        ([DAY, DAY], {}, "not_unique", ("dates", 1)),
        ([DAY, date(2025, 12, 1)], {}, "backtest_before_data", ("dates", 1)),
        ([DAY, date(2026, 5, 1)], {}, "backtest_unfinished", ("dates", 1)),
        ([DAY], {"learnt": True}, "history_too_small", ("dates", 0, "history")),
        ([DAY], {"until": 5}, "wrong_type", ("until",)),
        ([DAY], {"since": 5}, "wrong_type", ("since",)),
        ([DAY], {"since": date(2026, 2, 1)}, "since_too_late", ("dates", 0, "since")),
        ([DAY], {"grain": "decade"}, "choice", ("grain",)),
        ([DAY], {"share": 1.0}, "between", ("share",)),
        ([DAY], {"learnt": 1}, "wrong_type", ("learnt",)),
        ([DAY], {"new_business": None}, "wrong_type", ("new_business",)),
        ([DAY], {"correlation": 1}, "correlation", ("correlation",)),
        ([DAY], {"measure": "money"}, "choice", ("measure",)),
        ([DAY], {"learnt_by": "age"}, "choice", ("learnt_by",)),
        ([DAY], {"fallback": "zero"}, "choice", ("fallback",)),
        ([DAY], {"minimum": 0}, "out_of_range", ("minimum",)),
        ([DAY, date.max], {}, "date_too_late", ("dates", 1)),
    ],
)
def test_a_wrong_backtest_is_refused(
    dates: Any,  # noqa: ANN401 - the fault
    terms: dict[str, Any],
    code: str,
    path: tuple[str | int, ...],
) -> None:
    with pytest.raises(SalesperfError) as caught:
        forecast.backtest(records(*DEALS), dates, **{**STATED, **terms})
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    ("dates", "faults"),
    [
        (
            [DAY, 5, date.max, DAY],
            [("wrong_type", ("dates", 1)), ("date_too_late", ("dates", 2)), ("not_unique", ("dates", 3))],
        ),
        (
            [date(2026, 5, 1), DAY, date(2025, 12, 1)],
            [("backtest_unfinished", ("dates", 0)), ("backtest_before_data", ("dates", 2))],
        ),
    ],
)
def test_of_several_wrong_days_all_are_told(dates: Any, faults: list[object]) -> None:  # noqa: ANN401 - the faults
    with pytest.raises(InvalidInputError) as caught:
        forecast.backtest(records(*DEALS), dates, **STATED)
    assert [(fault.code, fault.path) for fault in caught.value.exceptions if isinstance(fault, SalesperfError)] == faults


def test_what_are_no_records_is_refused() -> None:
    with pytest.raises(InvalidValueError) as caught:
        forecast.backtest(5, [DAY])  # type: ignore[arg-type] # the fault
    assert caught.value.path == ("records",)
    with pytest.raises(SalesperfError) as unfinished:
        forecast.backtest(records(), [DAY])
    assert unfinished.value.code == "backtest_unfinished"


def test_a_report_prints_as_its_rows() -> None:
    found = forecast.backtest(records(*DEALS), [DAY], until=UNTIL, **STATED)
    assert isinstance(found, BacktestReport)
    assert "expected   200.00" in str(found)
