"""Outcomes of deals: worked examples, results of other packages on the same durations, what is said of few, and refusals."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pytest
from calls import calls_of

from salesperf import Change, InvalidValueError, Opportunity, Period, SalesperfError, SalesProcess, Stage, UnknownNameError
from salesperf.funnel import Codes, OutcomeTally, compare, outcomes, outcomes_columns, stale, time_in_stage, time_to_win
from salesperf.kernels.proportion import wilson

PROCESS: Final = SalesProcess(
    key="sales",
    stages=[
        Stage(key="lead"),
        Stage(key="offer", max_days=10),
        Stage(key="won", kind="won"),
        Stage(key="service", kind="post_won"),
        Stage(key="lost", kind="lost"),
        Stage(key="dropped", kind="cancelled"),
    ],
)
FIRST: Final = date(2026, 1, 1)
AS_OF: Final = date(2026, 12, 31)
ENDS: Final = ("", "won", "lost", "dropped")


def deal(*steps: tuple[int | None, str], **fields: Any) -> Opportunity:  # noqa: ANN401 - fields of a deal
    """Make a deal that enters stages so many days after the first of January."""
    history = [Change(None if days is None else FIRST + timedelta(days), stage=stage) for days, stage in steps]
    return Opportunity(**{"id": "o-1", "history": history} | fields)


def told(*deals: Opportunity, **other: Any) -> OutcomeTally:  # noqa: ANN401 - arguments of outcomes
    asked: dict[str, Any] = {"as_of": AS_OF} | other
    return outcomes(deals, PROCESS, **asked)


def of_durations(durations: list[float], causes: list[int]) -> OutcomeTally:
    """Make deals of given days to their end; those that are censored began so many days before the last."""
    deals = []
    for days, cause in zip(durations, causes, strict=True):
        begin = (AS_OF - FIRST).days - int(days)
        deals.append(deal((begin, "lead"), *([(begin + int(days), ENDS[cause])] if cause else [])))
    return told(*deals)


# What is counted


def test_a_deal_counts_once_in_each_stage_from_its_first_day_there() -> None:
    returned = told(deal((0, "lead"), (5, "offer"), (9, "lead"), (20, "offer"), (30, "lost")))
    assert returned.cells.tolist() == [
        # segment, stage, watched from, days there, left, days to the end, cause
        [0, -1, 0, 30, 1, 30, 2],
        [0, 0, 0, 5, 1, 30, 2],
        [0, 1, 0, 4, 1, 25, 2],
    ]
    assert returned.passages.tolist() == [[0, 0, 0, 5, 1], [0, 1, 0, 25, 2]]


def test_a_deal_ends_as_its_last_stage_says_on_the_first_day_that_says_so() -> None:
    ends = {
        "after-sales service": deal((0, "lead"), (7, "won"), (90, "service")),
        "opened again and then won": deal((0, "lead"), (3, "lost"), (20, "offer"), (25, "won")),
        "opened again": deal((0, "lead"), (3, "won"), (20, "offer")),
    }
    whole = (AS_OF - FIRST).days
    expected = {"after-sales service": (7, 1), "opened again and then won": (25, 1), "opened again": (whole, 0)}
    for name, one in ends.items():
        assert tuple(told(one).cells[0, -2:]) == expected[name], name


def test_a_stage_that_was_left_out_holds_nothing_and_was_passed_at_once() -> None:
    tally = told(deal((0, "lead"), (8, "won")))
    assert tally.cells[:, 1].tolist() == [-1, 0]
    assert tally.passages.tolist() == [[0, 0, 0, 8, 1], [0, 1, 0, 0, 1]]


def test_undated_deals_count_apart_and_where_their_days_are_known() -> None:
    tally = told(deal((None, "lead"), (5, "offer"), (9, "won")), deal((None, "won")), deal((4, "won")))
    assert (tally.undated.tolist(), tally.never_open.tolist(), tally.deals.tolist()) == ([2], [1], [0])
    assert tally.cells.tolist() == [[0, 1, 0, 4, 1, 4, 1]]
    assert tally.passages.tolist() == [[0, 1, 0, 4, 1]]
    assert told(deal((None, "lead"), (5, "offer")), period=Period.year(2026)).undated.tolist() == [0]


def test_of_deals_watched_from_a_day_on_only_what_is_later_counts() -> None:
    since = FIRST + timedelta(10)
    early, late = deal((0, "lead"), (9, "won")), deal((0, "lead"), (10, "won"))
    assert told(early, since=since).counts.sum() == 0
    assert told(late, since=since).cells.tolist() == [[0, -1, 10, 10, 1, 10, 1], [0, 0, 10, 10, 1, 10, 1]]
    # Watched from day 10 on, it is at risk on day 10 and on none before.
    curve = time_to_win(told(late, deal((20, "lead"), (23, "lost")), since=since)).won
    assert dict(zip(curve.times.tolist(), curve.at_risk.tolist(), strict=True)) == {3.0: 1, 9.0: 0, 10.0: 1}


def test_a_deal_watched_from_its_second_day_is_not_at_risk_on_its_first() -> None:
    since = FIRST + timedelta(1)
    tally = told(deal((0, "lead"), (5, "won")), deal((1, "lead"), (1, "lost")), since=since)
    curve = time_to_win(tally).lost
    assert (curve.times.tolist(), curve.at_risk.tolist()) == ([0.0, 5.0], [1, 1])


def test_segments_are_sorted_and_months_are_those_of_the_beginning() -> None:
    facts = [{"region": "west"}, {}, {"region": "east"}]
    tally = told(*(deal((40 * place, "lead"), facts=fact) for place, fact in enumerate(facts)), by=("region", "month"))
    assert tally.segments == ((None, "2026-02"), ("east", "2026-03"), ("west", "2026-01"))
    assert told(deal((None, "lead")), by=("month",)).segments == ((None,),)
    assert [row["deals"] for row in tally.rows() if row["stage"] == "lead"] == [1, 1, 1]
    nothing = OutcomeTally.empty(PROCESS, as_of=AS_OF, by=("region", "month"))
    assert nothing.segments == ()
    assert nothing + tally == tally
    assert tally != "tally"
    with pytest.raises(TypeError):
        tally + 1


def test_a_change_on_the_last_day_has_come_and_one_on_the_day_after_has_not() -> None:
    last = (AS_OF - FIRST).days
    assert told(deal((0, "lead"), (last, "offer"))).passages.tolist() == [[0, 0, 0, last, 1], [0, 1, 0, 0, 0]]
    assert told(deal((0, "lead"), (last, "won"))).cells[0].tolist() == [0, -1, 0, last, 1, last, 1]
    assert told(deal((0, "lead"), (last + 1, "offer"))) == told(deal((0, "lead"), (last + 1, "won"))) == told(deal((0, "lead")))


def test_deals_of_two_thousand_years_are_counted_as_any_others() -> None:
    """Three numbers of as many days do not fit one word with all else that is counted."""
    begin, since = date(1, 1, 1), date(2026, 1, 1)
    old = Opportunity(id="o-1", history=[Change(begin, stage="lead"), Change(date(2026, 1, 8), stage="won")])
    both, entry = told(old, deal((0, "lead"), (5, "lost")), old, since=since), (since - begin).days
    decided = [[0, 5, 1, 5, 2], [entry, entry + 7, 1, entry + 7, 1]]
    assert both.cells.tolist() == [[0, stage, *row] for stage in (-1, 0) for row in decided]
    assert both.counts.tolist() == [1, 2, 1, 2]
    assert both == told(old, old, since=since) + told(deal((0, "lead"), (5, "lost")), since=since)


# Columns


def columns(**other: Any) -> OutcomeTally:  # noqa: ANN401 - what is to be refused
    arguments: dict[str, Any] = {
        "deal": Codes(np.array([0, 1, 0]), ("o-1", "o-2")),
        "stage": Codes(np.array([0, 0, 1]), ("lead", "won")),
        "on": np.array(["2026-09-01", "2026-09-05", "2026-09-20"], dtype="datetime64[D]"),
        "as_of": AS_OF,
    }
    return outcomes_columns(PROCESS, **arguments | other)


def test_columns_tell_days_and_causes() -> None:
    until = (AS_OF - date(2026, 9, 5)).days
    for stage in (-1, 0):
        rows = columns().cells[columns().cells[:, 1] == stage].tolist()
        assert rows == [[0, stage, 0, 19, 1, 19, 1], [0, stage, 0, until, 0, until, 0]]
    on = np.array(["NaT", "2026-09-05", "2026-09-20"], dtype="datetime64[D]")
    assert (columns(on=on).undated.tolist(), columns(on=on).deals.tolist()) == ([1], [1])
    region = Codes(np.array([1, 1]), ("south", "north", None))
    assert columns(by=("month", "region"), segments={"region": region}).segments == (("2026-09", "north"),)


def test_a_stage_that_is_named_again_and_one_that_no_deal_enters_change_nothing() -> None:
    again = columns(stage=Codes(np.array([0, 0, 0]), ("lead",)))
    spare = columns(stage=Codes(np.array([1, 1, 1]), ("nothing", "lead", "won")))
    once = columns(
        deal=Codes(np.array([0, 1]), ("o-1", "o-2")),
        stage=Codes(np.array([0, 0]), ("lead",)),
        on=np.array(["2026-09-01", "2026-09-05"], dtype="datetime64[D]"),
    )
    assert again == spare == once


def test_columns_of_nothing_tell_of_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    nothing = {"deal": Codes(none, ()), "stage": Codes(none, ()), "on": none.view("datetime64[D]")}
    assert columns(**nothing) == OutcomeTally.empty(PROCESS, as_of=AS_OF)
    assert columns(**nothing, by=("month",)) == OutcomeTally.empty(PROCESS, as_of=AS_OF, by=("month",))


def test_more_changes_in_columns_take_no_more_objects() -> None:
    def calls(size: int) -> int:
        """Count the calls that it takes to follow so many deals."""
        deals = np.arange(size)
        asked: dict[str, Any] = {
            "deal": Codes(np.tile(deals, 3), tuple(range(size))),
            "stage": Codes(np.repeat(np.arange(3), size), ("lead", "offer", "lost")),
            "on": np.datetime64("2026-09-01") + np.repeat(np.arange(3), size),
        }
        return calls_of(lambda: columns(**asked))

    few = calls(100)
    assert few < calls(30_000) < few + 3_000  # what is added is a block of rows now and then; a row each would be 90,000


# The same as other packages


def test_curves_are_those_of_statsmodels_and_of_lifelines(oracle: Callable[[str], dict[str, Any]]) -> None:
    for case in oracle("survival.json")["cases"]:
        durations, causes = case["durations"], case["cause_0cens_1won_2lost"]
        if any(days != int(days) for days in durations):
            continue
        tally = of_durations(durations, causes)
        wins, kaplan = time_to_win(tally), case["km_lifelines_log_log"]
        for time, won, lost in zip(
            *(case["aj_statsmodels"][name] for name in ("time", "cif_cause1", "cif_cause2")), strict=True
        ):
            assert wins.won.at(time) == pytest.approx(won, abs=1e-12)
            assert wins.lost.at(time) == pytest.approx(lost, abs=1e-12)
        for time, share in zip(kaplan["time"], kaplan["surv"], strict=True):
            assert time_in_stage(tally, "lead").curve.at(time) == pytest.approx(share, abs=1e-12)
        truncated = case.get("km_left_truncated_lifelines")
        # Deals are censored on one day and watched from one day on: not both can be given for each.
        if truncated is not None and all(cause or not entry for cause, entry in zip(causes, truncated["entry"], strict=True)):
            _check_truncated(durations, causes, truncated)


def _check_truncated(durations: list[float], causes: list[int], expected: Mapping[str, list[float]]) -> None:
    last = (AS_OF - FIRST).days
    # A deal that lifelines has at risk after day e is one that was watched from day e + 1 on.
    begins = [
        last - int(days) if entry == 0 else -int(entry) - 1 for days, entry in zip(durations, expected["entry"], strict=True)
    ]
    deals = [
        deal((begin, "lead"), *([(begin + int(days), "won")] if cause else []))
        for begin, days, cause in zip(begins, durations, causes, strict=True)
    ]
    curve = time_in_stage(told(*deals, since=FIRST), "lead").curve
    for time, share in zip(expected["time"], expected["surv"], strict=True):
        assert curve.at(time) == pytest.approx(share, abs=1e-12)


def test_open_and_ended_deals_are_those_that_a_process_mining_package_counts(oracle: Callable[[str], dict[str, Any]]) -> None:
    found = oracle("funnel.json")
    keys = ("lead", "qualified", "demo", "proposal", "negotiation")
    process = SalesProcess(
        stages=[*(Stage(key=key) for key in keys), Stage(key="won", kind="won"), Stage(key="lost", kind="lost")]
    )
    histories: dict[str, list[Change]] = {}
    for id_, stage, moment, _ in found["events"]:
        histories.setdefault(id_, []).append(Change(date.fromisoformat(moment[:10]), stage=stage))
    deals = [Opportunity(id=id_, history=history) for id_, history in histories.items()]
    tally = outcomes(deals, process, as_of=date(2030, 1, 1))
    whole = tally.rows()[-1]
    assert {name: whole[name] for name in ("deals", "won", "lost")} == {
        "deals": 300,
        "won": found["end"]["won"],
        "lost": found["end"]["lost"],
    }
    assert {key: time_in_stage(tally, key).open for key in keys} == {key: found["end"][key] for key in keys}


# Chances


def ten(*ends: str, days: int = 7) -> list[Opportunity]:
    """Make deals of each of some ends, ten of each, a number of days after their beginning."""
    return [deal((0, "lead"), *([(days, end)] if end else [])) for end in ends for _ in range(10)]


def test_a_deal_that_moved_on_long_ago_does_not_flatter_one_that_stays() -> None:
    quick = [deal((0, "lead"), (2, "offer"), (40, "won")) for _ in range(20)]
    slow = [deal((0, "lead"), (60, "lost")) for _ in range(15)]
    tally = told(*quick, *slow)
    assert tally.win_chance("lead", horizon=90).value == pytest.approx(20 / 35, abs=1e-12)
    assert tally.win_chance("lead", age=10, horizon=90).value == 0
    assert tally.win_chance(None, age=10, horizon=90).value == pytest.approx(20 / 35, abs=1e-12)


def test_of_too_few_or_beyond_what_was_followed_nothing_is_said() -> None:
    nine = told(*ten("won")[1:])
    chance = nine.win_chance("lead", horizon=30)
    assert (chance.value, chance.n, chance.reason and chance.reason.key) == (None, 9, "funnel.reason.too_few")
    assert nine.win_chance("lead", horizon=30, minimum=9).value == 1
    young = told(*ten("won", ""), as_of=FIRST + timedelta(20))
    assert young.win_chance("lead", horizon=20).value == 0.5
    beyond = young.win_chance("lead", horizon=21)
    assert beyond.reason is not None
    assert beyond.reason.text() == "no deal on record was followed so long: at most 20 days, and 21 were asked for"
    whole = young.win_chance("lead")
    assert (whole.value, whole.reason and whole.reason.text()) == (
        0.5,
        "50.0% were still open after 20 days, the longest that any was followed: what becomes of them is not known",
    )
    assert told(*ten("won", "lost")).win_chance("lead").reason is None
    assert young.win_chance("offer").reason is not None
    assert np.isnan(young.win_chances(1, 0, 1, 5).value)
    assert young.win_chances(1, 0, 1, 5).rows() == [{"value": None, "low": None, "high": None, "n": 0}]


def test_over_days_on_which_none_was_watched_no_chance_is_told() -> None:
    """Watched for ten days: ten deals from their first day on, and ten from their sixtieth. Of days 11 to 60 nobody knows."""
    last = (AS_OF - FIRST).days
    old = [deal((last - 70, "lead"), (last - 5, "won")) for _ in range(10)]
    young = [deal((last - 10, "lead")) for _ in range(10)]
    tally = told(*young, *old, since=AS_OF - timedelta(10))
    assert tally.win_chances(0, 0, 1, 10).value == 0
    assert np.isnan(tally.win_chances(0, 0, 1, 70).value)
    assert tally.win_chances(0, 60, 1, 10).value == 1
    reason = tally.win_chance("lead", horizon=65).reason
    assert reason is not None
    assert reason.text() == "on some of the 65 days asked for no deal on record was watched"
    # Where all that were watched have come to their end, there is nobody to ask about.
    ended = [deal((last - 10, "lead"), (last - 3, end)) for end in ("won", "lost") for _ in range(5)]
    assert told(*ended, *old, since=AS_OF - timedelta(10)).win_chance("lead", horizon=70).value == 0.5


def test_what_was_told_compares_by_content_and_cannot_change() -> None:
    tally, other = told(*ten("won", "lost", "")), told(*ten("won", "lost"))
    asks: tuple[Callable[[OutcomeTally], Any], ...] = (
        lambda each: each.win_chances(0, np.array([0, 20]), 1, 9),
        time_to_win,
        lambda each: time_in_stage(each, "lead"),
    )
    for ask in asks:
        assert ask(tally) == ask(told(*ten("won", "lost", "")))
        assert ask(tally) != ask(other)
        assert ask(tally) != "it"
        with pytest.raises(TypeError):
            hash(ask(tally))
    chances = asks[0](other)
    # Nothing is known of whoever stands there for twenty days.
    assert chances.rows()[1]["value"] is None
    with pytest.raises(ValueError, match="read-only"):
        chances.value[0] = 1


def test_of_deals_that_were_all_watched_later_only_no_chance_is_told() -> None:
    tally = told(*ten("won", "lost", days=50), since=FIRST + timedelta(30))
    assert np.isnan(tally.win_chances(0, 0, 1, 60).value)
    assert tally.win_chances(0, 29, 1, 60).value == 0.5
    assert tally.win_chances(0, np.array([28, 29]), 1, 60).n.tolist() == [0, 20]


# Times


def test_half_of_the_wins_come_by_the_median_however_many_are_lost() -> None:
    # 40 wins on days 1 to 40, 60 losses on day 5: the median among the wins stays that of 1 to 40.
    wins = [deal((0, "lead"), (days, "won")) for days in range(1, 41)]
    losses = [deal((0, "lead"), (5, "lost")) for _ in range(60)]
    told_time = time_to_win(told(*wins, *losses))
    assert (told_time.median.value, told_time.median.n) == (20, 40)
    assert told_time.share.value == pytest.approx(0.4, abs=1e-12)
    assert told_time.quantile(0.9).value == 36
    assert told_time.mean().value == pytest.approx(20.5, abs=1e-9)
    assert told_time.mean(20).value == pytest.approx(10.5, abs=1e-9)
    # The standard error of a mean of 1 to 40 without the correction for the sample: 11.54 / sqrt(40) = 1.825.
    mean = told_time.mean()
    assert mean.high is not None
    assert (mean.high - 20.5) / 1.959964 == pytest.approx(np.std(np.arange(1, 41)) / np.sqrt(40), rel=1e-3)
    # Open for (1 + ... + 40 + 60 x 5) / 100 days.
    assert told_time.open_days(40).value == pytest.approx(11.2, abs=1e-9)
    fifth = {name: value for name, value in told_time.rows()[4].items() if name not in ("won_low", "won_high")}
    assert fifth == pytest.approx({"days": 5, "won": 0.05, "lost": 0.6, "cancelled": 0, "open": 0.35, "at_risk": 96})


def test_the_share_won_within_some_days_counts_the_first_day_and_leaves_open_deals_open() -> None:
    # 20 of 100 are won at once; 40 are followed for 30 days and no more; the other 40 are won on day 60.
    wins = [deal((0, "lead"), (0, "won")) for _ in range(20)] + [deal((0, "lead"), (60, "won")) for _ in range(40)]
    young = [deal((30, "lead")) for _ in range(40)]
    told_time = time_to_win(told(*wins, *young, as_of=FIRST + timedelta(60)))
    for days in (0, 29):
        share = told_time.won_within(days)
        assert share.n == 100
        assert share.value == pytest.approx(0.2, abs=1e-12)
        # On the scale of log(-log F), with the binomial standard error sqrt(0.2 x 0.8 / 100) = 0.04.
        spread = np.exp(1.959964 * 0.04 / (0.2 * -np.log(0.2)))
        assert share.low == pytest.approx(0.2**spread, abs=1e-6)
        assert share.high == pytest.approx(0.2 ** (1 / spread), abs=1e-6)
    assert told_time.won_within(60).value == pytest.approx(1, abs=1e-12)
    late = time_to_win(told(*[deal((0, "lead"), (9, "won")) for _ in range(20)]))
    nothing_yet = late.won_within(8)
    assert (nothing_yet.value, nothing_yet.low, nothing_yet.high) == (0, 0, wilson(0, 20).high)
    unknown = time_to_win(told(*ten("won", ""), as_of=FIRST + timedelta(20))).won_within(21)
    assert unknown.value is None
    assert unknown.reason is not None
    assert unknown.reason.key == "funnel.reason.not_followed"
    assert time_to_win(told()).won_within(5).value is None
    with pytest.raises(InvalidValueError) as caught:
        told_time.won_within(-1)
    assert caught.value.path == ("days",)


def test_open_visits_make_a_stage_longer_than_ended_ones_tell() -> None:
    left = [deal((0, "lead"), (days, "offer")) for days in range(1, 21)]
    there = [deal((0, "lead")) for _ in range(20)]
    lead = time_in_stage(told(*left, *there), "lead")
    assert (lead.deals, lead.open, lead.median.value) == (40, 20, 20)
    assert lead.median.high == np.inf
    assert lead.median.reason is not None
    assert lead.median.reason.text("zh") == "仍在其中：20 个；按已停留的时间计"
    assert lead.mean(30).value == pytest.approx((sum(range(1, 21)) + 20 * 30) / 40, abs=1e-9)
    assert lead.rows()[0] == pytest.approx(
        {"days": 1, "survival": 0.975, "low": lead.curve.low[0], "high": lead.curve.high[0], "at_risk": 40}
    )
    more = time_in_stage(told(*left, *there, deal((0, "lead"))), "lead")
    assert more.median.reason is not None
    assert more.median.reason.key == "funnel.reason.half_not_left"
    # Left on day 20 and watched from day 30 on: that stay was never seen.
    assert time_in_stage(told(*left, *there, since=FIRST + timedelta(30)), "lead").deals == 20


def test_where_some_are_open_at_last_or_none_was_won_the_reason_says_so() -> None:
    wins = time_to_win(told(*ten("won", ""), as_of=FIRST + timedelta(20)))
    assert wins.median.reason is not None
    assert (
        wins.median.reason.text()
        == "50.0% were still open after 20 days, the longest that any was followed: what becomes of them is not known"
    )
    assert wins.mean(21).reason is not None
    assert wins.mean(5).reason is not None
    assert wins.mean(5).reason.text() == "none was won within 5 days"  # type: ignore[union-attr] # as has been seen
    assert wins.open_days(21).reason is not None
    none = time_to_win(told(*ten("lost")))
    assert (none.share.value, none.median.value, none.mean().value) == (0.0, None, None)
    assert time_to_win(told()).share.value is None
    assert time_in_stage(told(), "lead").median.value is None
    assert time_in_stage(told(), "lead").mean(9).value is None


def test_too_few_wins_leave_the_upper_end_open() -> None:
    deals = [deal((0, "lead"), (days, "won" if days < 3 else "lost")) for days in range(1, 33)]
    assert time_to_win(told(*deals), minimum=1).median.high == np.inf


# Stale deals


def test_stale_deals_are_told_by_the_limit_of_the_stage_or_by_what_decided_ones_took() -> None:
    decided = [deal((0, "lead"), (days, "won" if days % 2 else "lost")) for days in range(1, 21)]
    waiting = [deal((begin, "lead")) for begin in (300, 345, 355)]
    offered = [deal((330, "lead"), (340, "offer")), deal((330, "lead"), (358, "offer"))]
    report = stale(told(*decided, *waiting, *offered))
    lead, offer = report.stages
    # Nine tenths of those decided had left by day 18: of 64, 19 and 9 days two are longer.
    assert (lead.limit_days, lead.open, lead.count) == (18, 3, 2)
    assert (offer.limit_days, offer.open, offer.count) == (10, 2, 1)
    assert offer.win_chance.reason is not None
    assert [note.key for note in report.notes] == ["funnel.note.stale_chance", "funnel.note.stale"]
    assert report.notes[1].text("zh").startswith("offer：2 个进行中的商机里有 1 个停留已超过 10 天")
    assert lead.win_chance.value is not None
    assert lead.win_chance_if_lost.value is not None
    assert lead.win_chance_if_lost.value <= lead.win_chance.value
    assert report.rows()[0]["count"] == 2
    alone = stale(told(deal((0, "lead"))))
    assert (alone.stages[0].limit_days, alone.notes) == (None, ())


def test_a_note_on_stale_deals_names_their_segment() -> None:
    waiting = [deal((0, "offer"), facts={"region": region}) for region in ("east", "west")]
    notes = stale(told(*waiting, by=["region"])).notes
    assert [note.text().split(":")[0] for note in notes] == ["east, offer", "west, offer"]


# Two funnels


def test_two_funnels_compare_over_the_days_that_both_were_followed() -> None:
    old = [deal((0, "lead"), (days, "won" if days % 2 else "lost")) for days in range(1, 61)]
    last = (AS_OF - FIRST).days
    young = [
        deal((last - 30, "lead"), *([(last - 30 + days, "won" if days % 2 else "lost")] if days <= 30 else []))
        for days in range(1, 61)
    ]
    comparison = compare(told(*old), told(*young))
    assert comparison.end_to_end.horizon == 30
    assert comparison.end_to_end.rate.value == pytest.approx(0.25, abs=1e-12)
    assert comparison.end_to_end.difference.value == 0
    assert comparison.end_to_end.pace_p_value == pytest.approx(1, abs=1e-9)
    assert [row["stage"] for row in comparison.rows()] == ["lead", "offer", None]
    by_end = told(*(deal((0, "lead"), (5, end), facts={"end": end}) for end in ("won", "lost") for _ in range(12)), by=("end",))
    apart = compare(by_end, by_end, segment=1, other_segment=0, horizon=9).end_to_end
    assert apart.rate.value == pytest.approx(1)
    assert apart.other.value == 0
    assert apart.p_value is not None
    assert apart.p_value < 1e-5


# Refusals

TALLY: Final = told(deal((0, "lead"), (5, "won")))
OTHER: Final = SalesProcess(stages=[Stage(key="lead"), Stage(key="won", kind="won"), Stage(key="lost", kind="lost")])


@pytest.mark.parametrize(
    ("ask", "code", "path"),
    [
        (lambda: told(1), "wrong_type", ("opportunities", 0)),  # type: ignore[arg-type] # what is being tested
        (lambda: outcomes(1, PROCESS, as_of=AS_OF), "wrong_type", ("opportunities",)),  # type: ignore[arg-type] # the same
        (lambda: told(since=date(2027, 1, 1)), "since_too_late", ("since",)),
        (lambda: told(since="today"), "wrong_type", ("since",)),
        (lambda: told(by=("won",)), "name_taken", ("by", 0)),
        (lambda: told(by=("team",)), "wrong_type", ("org",)),
        (lambda: TALLY.win_chance("lead", age=-1), "out_of_range", ("age",)),
        (lambda: TALLY.win_chance("lead", horizon=0), "out_of_range", ("horizon",)),
        (lambda: TALLY.win_chance("lead", segment=1), "out_of_range", ("segment",)),
        (lambda: TALLY.win_chance("lead", minimum=0), "out_of_range", ("minimum",)),
        (lambda: TALLY.win_chances(2, 0, 1, 1), "out_of_range", ("stage",)),
        (lambda: TALLY.win_chances(np.array([0, -2]), 0, 1, 1), "out_of_range", ("stage", 1)),
        (lambda: TALLY.win_chances(0, 0, 0, 1), "out_of_range", ("first",)),
        (lambda: TALLY.win_chances(0, 0, np.array([1, 5]), 4), "window_reversed", ("last", 1)),
        (lambda: TALLY.win_chances(0, 0.5, 1, 1), "wrong_type", ("age",)),  # type: ignore[arg-type] # the same
        (lambda: TALLY.win_chances(0, np.array([1, 2]), np.array([1]), 1), "length", ("first",)),
        (lambda: TALLY.win_chances(0, 0, 1, 1, level=1.0), "between", ("level",)),
        (lambda: time_to_win(TALLY).quantile(1.0), "between", ("share",)),
        (lambda: time_to_win(TALLY).mean(0), "out_of_range", ("until",)),
        (lambda: time_to_win(1), "wrong_type", ("tally",)),  # type: ignore[arg-type] # the same
        (lambda: time_in_stage(TALLY, None), "wrong_type", ("stage",)),  # type: ignore[arg-type] # the same
        (lambda: time_in_stage(TALLY, "lead").mean(0), "out_of_range", ("until",)),
        (lambda: stale(TALLY, share=0.0), "between", ("share",)),
        (lambda: compare(TALLY, OutcomeTally.empty(OTHER, as_of=AS_OF)), "baseline_stages", ("other",)),
        (lambda: compare(TALLY, TALLY, other_segment=1), "out_of_range", ("other_segment",)),
        (lambda: compare(TALLY, TALLY, horizon=0), "out_of_range", ("horizon",)),
        (lambda: compare(TALLY, TALLY, level=0.0), "between", ("level",)),
        (lambda: columns(since=date(2027, 1, 1)), "since_too_late", ("since",)),
        (lambda: columns(deal=("o-1",)), "wrong_type", ("deal",)),
        (lambda: columns(stage=Codes(np.array([0]), ("lead",))), "length", ("stage",)),
        (lambda: columns(segments={"region": Codes(np.array([0]), ("north",))}), "length", ("segments", "region")),
        (lambda: columns(on=np.full(3, np.datetime64("NaT", "D"))), "history_undated", ("on", 2)),
    ],
)
def test_what_is_malformed_is_refused(ask: Callable[[], object], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        ask()
    assert isinstance(caught.value, InvalidValueError)
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    "ask", [TALLY.win_chance, lambda key: time_to_win(TALLY, stage=key), lambda key: time_in_stage(TALLY, key)]
)
@pytest.mark.parametrize("key", ["won", "talks"])
def test_a_stage_that_is_not_open_or_not_there_is_refused(ask: Callable[[str], object], key: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ask(key)
    assert (caught.value.code, caught.value.path) == ("unknown_stage", ("stage",))


def test_names_that_columns_do_not_bear_are_refused() -> None:
    for other, code, path in (
        ({"by": ("region",)}, "choice", ("by", 0)),
        ({"stage": Codes(np.array([0, 0, 1]), ("lead", "talks"))}, "unknown_stage", ("stage", 2)),
    ):
        with pytest.raises(UnknownNameError) as caught:
            columns(**other)
        assert (caught.value.code, caught.value.path) == (code, path)


def test_a_deal_of_another_process_is_refused() -> None:
    with pytest.raises(UnknownNameError) as caught:
        told(deal((0, "talks")))
    assert caught.value.path[:2] == ("opportunities", 0)
