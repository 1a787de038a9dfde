"""The funnel: worked examples of each rule, counts of a process-mining package, what a report says, and what is refused."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pytest
from calls import calls_of

import salesperf as sp
from salesperf import (
    Change,
    InvalidValueError,
    Opportunity,
    Org,
    Period,
    Rep,
    SalesperfError,
    SalesProcess,
    Stage,
    Team,
    UnknownNameError,
    funnel,
)
from salesperf.attainment import Codes as CodesOfAttainment
from salesperf.funnel import Codes, FunnelReport, FunnelTally
from salesperf.funnel.rules import RuleName
from salesperf.funnel.tally import TAKEN
from salesperf.kernels.events import event_counts
from salesperf.kernels.proportion import wilson

PROCESS: Final = SalesProcess(
    key="sales",
    stages=[
        Stage(key="lead", max_days=10),
        Stage(key="offer", max_days=10),
        Stage(key="talks"),
        Stage(key="won", kind="won"),
        Stage(key="service", kind="post_won"),
        Stage(key="lost", kind="lost"),
        Stage(key="dropped", kind="cancelled"),
    ],
)
AS_OF: Final = date(2026, 9, 30)
ORG: Final = Org(
    teams=[Team(id="east"), Team(id="west")],
    reps=[Rep(id="ada", team="east", hired=date(2026, 9, 3)), Rep(id="bo", team="west")],
)


def deal(*stages: str, first: date | None = date(2026, 9, 1), **fields: Any) -> Opportunity:  # noqa: ANN401 - fields of a deal
    """Make a deal that enters a stage each day."""
    history = [Change(date(2026, 9, day), stage=stage) for day, stage in enumerate(stages, 1)]
    return Opportunity(**{"id": "o-1", "history": [Change(first, stage=stages[0]), *history[1:]]} | fields)


def counted(*deals: Opportunity, **other: Any) -> FunnelTally:  # noqa: ANN401 - arguments of count
    return funnel.count(deals, PROCESS, **{"as_of": AS_OF} | other)


def stage_counts(tally: FunnelTally) -> dict[str, list[int]]:
    """Return entered, moved on, lost, cancelled, open and died of each stage of a tally without segments."""
    return {
        str(row["stage"]): [int(str(row[name])) for name in ("entered", "moved_on", "lost", "cancelled", "open", "died")]
        for row in tally.rows()
    }


# Counting, by rule


def test_a_cohort_counts_skipped_stages_as_passed_and_books_a_loss_where_a_deal_came_furthest() -> None:
    tally = counted(
        deal("lead", "talks", "won"),  # skips the offer
        deal("lead", "offer", "lead", "lost"),  # dies in the first stage, having come to the second
        deal("lead", "dropped"),
        deal("offer"),  # begins late
    )
    assert stage_counts(tally) == {
        "lead": [4, 3, 0, 1, 0, 2],
        "offer": [3, 1, 1, 0, 1, 0],
        "talks": [1, 1, 0, 0, 0, 0],
    }
    assert tally.outcomes.tolist() == [[1, 1, 1, 1]]


def test_a_strict_funnel_leaves_out_whoever_skips_and_says_how_many() -> None:
    tally = counted(
        deal("lead", "offer", "talks", "won"),
        deal("lead", "offer", "lead", "offer", "lost"),  # comes back: the stages were first entered in order
        deal("lead", "talks", "lost"),
        deal("lead", "offer", "won"),
        deal("offer"),
        deal("lost"),
        rule="strict",
    )
    assert stage_counts(tally) == {
        "lead": [2, 2, 0, 0, 0, 0],
        "offer": [2, 1, 1, 0, 0, 1],
        "talks": [1, 1, 0, 0, 0, 0],
    }
    assert (tally.nonconforming.tolist(), tally.deals.tolist()) == ([4], [2])


def test_any_order_counts_the_stages_that_were_entered() -> None:
    tally = counted(deal("talks", "lead", "lost"), deal("offer", "won"), deal("lost"), rule="any_order")
    assert stage_counts(tally) == {
        "lead": [1, 1, 0, 0, 0, 1],
        "offer": [1, 1, 0, 0, 0, 0],
        "talks": [1, 0, 1, 0, 0, 0],
    }
    assert tally.deals.tolist() == [3]


def test_a_snapshot_counts_each_deal_where_it_stands_or_stood_last() -> None:
    tally = counted(deal("talks", "lead"), deal("offer", "won"), deal("talks", "offer", "lost"), rule="snapshot")
    assert stage_counts(tally) == {
        "lead": [1, 0, 0, 0, 1, 0],
        "offer": [2, 1, 1, 0, 0, 1],
        "talks": [0, 0, 0, 0, 0, 0],
    }


@pytest.mark.parametrize("rule", funnel.RULES)
def test_a_deal_counts_once_however_often_it_was_opened_again(rule: str) -> None:
    won = counted(deal("lead", "offer", "talks", "won", "lead", "offer", "won", "service"), rule=rule)
    assert won.outcomes.tolist() == [[1, 0, 0, 0]]
    again = counted(deal("lead", "lost", "lead"), rule=rule)
    assert stage_counts(again)["lead"] == [1, 0, 0, 0, 1, 0]


def test_a_win_that_was_undone_is_no_win() -> None:
    tally = counted(deal("lead", "won", "lead"))
    assert stage_counts(tally)["lead"] == [1, 0, 0, 0, 1, 0]
    assert tally.outcomes.tolist() == [[0, 0, 0, 1]]


def test_a_deal_known_only_since_its_end_was_in_the_first_stage_at_least() -> None:
    assert stage_counts(counted(deal("lost")))["lead"] == [1, 0, 1, 0, 0, 1]
    assert counted(deal("won")).moved_on.tolist() == [[1, 1, 1]]


def test_what_is_later_is_not_known() -> None:
    late = deal("lead", first=date(2026, 10, 1))
    assert counted(late) == counted()
    assert counted(deal("lead", "offer", "won"), as_of=date(2026, 9, 2)).open.tolist() == [[0, 1, 0]]


@pytest.mark.parametrize("rule", funnel.RULES)
def test_a_deal_without_a_first_day_is_counted_apart(rule: str) -> None:
    tally = counted(deal("lead", "offer", first=None), deal("lead", first=None), deal("lead"), rule=rule)
    assert (tally.undated.tolist(), tally.deals.tolist(), tally.visits.tolist()) == ([2], [1], [1])
    undated = counted(deal("lead", first=None), rule=rule, period=Period.month(2026, 9))
    assert undated.undated.tolist() == [1]


def test_a_period_holds_the_days_on_which_deals_began() -> None:
    deals = [deal("lead", first=date(2026, month, day)) for month, day in ((8, 31), (9, 1), (9, 30))]
    assert counted(*deals, period=Period.month(2026, 9)).deals.tolist() == [2]
    assert counted(*deals, period=Period.month(2026, 8)).deals.tolist() == [1]


# Segments


def test_segments_are_what_deals_were_on_the_day() -> None:
    history = [
        Change(date(2026, 9, 2), stage="lead", owner="bo", grade="B"),
        Change(date(2026, 9, 5), owner="ada"),
        Change(date(2026, 10, 1), grade="A"),
    ]
    moved = Opportunity(id="o-1", history=history, customer="k-1", lead="l-1", facts={"region": "north"})
    by = ("owner", "team", "grade", "month", "customer", "lead", "region")
    assert counted(moved, by=by, org=ORG).segments == (("ada", None, "B", "2026-09", "k-1", "l-1", "north"),)
    assert counted(moved, by=("team",), org=ORG, as_of=date(2026, 9, 4)).segments == (("west",),)
    house = Opportunity(id="o-2", history=[Change(None, stage="lead", owner="east")])
    nobody = Opportunity(id="o-3", history=[Change(None, stage="lead")])
    undated = Opportunity(id="o-4", history=[Change(None, stage="lead", owner="bo")])
    assert counted(house, nobody, undated, by=("team",), org=ORG).segments == ((None,), ("east",))
    assert counted(house, nobody, undated, by=("team",), org=ORG).undated.tolist() == [2, 1]


def test_facts_are_labels_by_their_text() -> None:
    values = [True, Decimal("1.50"), Decimal("1.5"), 7, date(2026, 9, 1), "north", Decimal(100)]
    tally = counted(*(deal("lead", facts={"size": value}) for value in values), deal("lead"), by=["size"])
    assert tally.segments == ((None,), ("1.5",), ("100",), ("2026-09-01",), ("7",), ("True",), ("north",))
    assert tally.deals.tolist() == [1, 2, 1, 1, 1, 1, 1]


def test_months_far_apart_are_told() -> None:
    deals = [deal("lead", first=day) for day in (date(1, 1, 1), date(999, 12, 31), date(2026, 9, 1))]
    assert counted(*deals, by=("month",)).segments == (("0001-01",), ("0999-12",), ("2026-09",))


# Against a process-mining package


@pytest.fixture(scope="module")
def mined(oracle: Callable[[str], Any]) -> Any:  # noqa: ANN401 - whatever the JSON holds
    return oracle("funnel.json")


@pytest.mark.parametrize("stages", [30, 31, 32, 127, 128])
@pytest.mark.parametrize("rule", ["cohort", "any_order", "snapshot"])
def test_a_process_of_many_stages_counts_those_at_its_end_as_one_of_few_does(stages: int, rule: RuleName) -> None:
    # By stage and outcome, 31 stages and none make 128 cells: on either side of what a narrow type holds.
    keys = [f"s{number}" for number in range(stages)]
    ends = [Stage(key="won", kind="won"), Stage(key="lost", kind="lost")]
    process = SalesProcess(stages=[*(Stage(key=key) for key in keys), *ends])
    deals = [deal("s0", keys[-1]), deal("s0", keys[-1], "won"), deal(keys[-1], "lost"), deal(keys[-2], "lost"), deal("won")]
    tally = funnel.count(deals, process, as_of=AS_OF, rule=rule)
    assert tally.outcomes.tolist() == [[2, 2, 0, 1]]
    assert (tally.open[0, -1], tally.lost[0, -2:].tolist(), tally.died[0, -2:].tolist()) == (1, [1, 1], [1, 1])
    assert tally.moved_on[0, -1] == {"cohort": 2, "any_order": 1, "snapshot": 1}[rule]
    assert int(tally.open.sum() + tally.lost.sum()) == 3


MINED: Final = SalesProcess(
    stages=[Stage(key=key) for key in ("lead", "qualified", "demo", "proposal", "negotiation")]
    + [Stage(key="won", kind="won"), Stage(key="lost", kind="lost")]
)


@pytest.mark.parametrize("rule", ["cohort", "strict", "any_order"])
def test_stage_counts_are_those_of_a_process_mining_package(mined: Any, rule: RuleName) -> None:  # noqa: ANN401 - see above
    """Directly-follows counts, first and last activities of 300 deals by pm4py, whose deals all keep to the process."""
    followed, start, end = mined["dfg_pm4py"], mined["start"], mined["end"]
    events = mined["events"]
    days = np.array([time[:10] for _, _, time, _ in events], dtype="datetime64[D]")
    tally = funnel.count_columns(
        MINED,
        deal=Codes.of([event[0] for event in events]),
        stage=Codes.of([event[1] for event in events]),
        on=days,
        as_of=days.max().item(),
        rule=rule,
    )
    keys = [stage.key for stage in tally.stages]
    following = [*keys[1:], "won"]
    entered = [start.get(key, 0) + sum(n for step, n in followed.items() if step.endswith(f">{key}")) for key in keys]
    assert tally.entered[0].tolist() == entered
    assert tally.moved_on[0].tolist() == [followed[f"{key}>{then}"] for key, then in zip(keys, following, strict=True)]
    assert tally.lost[0].tolist() == [followed[f"{key}>lost"] for key in keys]
    assert tally.open[0].tolist() == [end[key] for key in keys]
    assert tally.outcomes[0].tolist() == [end["won"], end["lost"], 0, sum(end[key] for key in keys)]


def test_events_by_owner_and_stage_are_those_of_the_log(mined: Any) -> None:  # noqa: ANN401 - see above
    owner, stage = (Codes.of([event[place] for event in mined["events"]]) for place in (3, 1))
    counts = event_counts(owner.codes, stage.codes, shape=(len(owner.labels), len(stage.labels)))
    expected = Counter((event[3], event[1]) for event in mined["events"])
    assert counts.tolist() == [[expected[one, two] for two in stage.labels] for one in owner.labels]


# What a report says


def report_of(*deals: Opportunity, **other: Any) -> FunnelReport:  # noqa: ANN401 - arguments of count
    return funnel.analyze(counted(*deals, **other))


def test_rates_have_wilson_intervals_and_numbers() -> None:
    report = report_of(deal("lead", "offer"), deal("lead", "offer", "won"), deal("lead", "lost"), deal("lead", "dropped"))
    (segment,) = report.segments
    lead, interval = segment.stages[0].conversion_rate, wilson(2, 4)
    assert (lead.value, lead.low, lead.high, lead.n) == (0.5, interval.low, interval.high, 4)
    assert (segment.end_to_end_rate.value, segment.end_to_end_rate.n) == (0.25, 4)
    assert (segment.win_rate.value, segment.win_rate.n) == (0.5, 2)
    assert (segment.stages[0].spillage.value, segment.stages[1].spillage.value) == (0.5, 0.0)
    assert funnel.analyze(report.tally, level=0.8).segments[0].win_rate.level == 0.8


def test_a_rate_over_nothing_is_undefined_and_says_why() -> None:
    (segment,) = report_of().segments
    rates = (segment.end_to_end_rate, segment.win_rate, segment.stages[0].conversion_rate, segment.stages[0].median_days)
    assert [(rate.value, rate.n) for rate in rates] == [(None, 0)] * 4
    assert [rate.reason and rate.reason.text() for rate in rates] == [
        "no deals",
        "no deal has been won or lost",
        "no deal entered the stage",
        "no visit of the stage has ended",
    ]
    assert report_of().notes == ()


def test_a_deal_stagnates_in_the_stage_where_it_stands_for_too_long() -> None:
    days = (date(2026, 9, 19), date(2026, 9, 20))
    waiting = [Opportunity(id="o-1", history=[Change(on, stage="lead")]) for on in days]
    lead, offer, talks = report_of(*waiting, deal("lead", "offer", "lead")).segments[0].stages
    # Of three that entered, one has stood there for eleven days and one, which was further before, for 27; ten are allowed.
    assert (lead.stagnation.value, lead.stagnation.n) == (2 / 3, 3)
    assert offer.stagnation.value == 0.0
    assert talks.stagnation.reason is not None
    assert talks.stagnation.reason.key == "funnel.reason.no_limit"


def test_the_median_of_days_is_that_of_visits_that_have_ended() -> None:
    def stayed(*days: int) -> Opportunity:
        starts = np.cumsum((1, *days)).tolist()
        stages = ("lead", "offer") * len(starts)
        history = [Change(date(2026, 9, day), stage=stage) for day, stage in zip(starts, stages, strict=False)]
        return Opportunity(id="o-1", history=history)

    lead, offer, _ = report_of(stayed(4, 2, 8), stayed(5), stayed()).segments[0].stages
    # 4, 8 and 5 days have ended; the third deal still waits in its first visit.
    assert (lead.median_days.value, lead.median_days.n, lead.median_days.unit) == (5.0, 3, "days")
    assert lead.median_days.reason is not None
    assert lead.median_days.reason.text() == "visits that have not ended are left out: 1"
    assert (offer.median_days.value, offer.median_days.n) == (2.0, 1)
    ended = report_of(stayed(4)).segments[0].stages[0].median_days
    assert ended.reason is None


def test_notes_tell_what_the_rates_leave_open() -> None:
    report = report_of(deal("lead"), deal("offer"), deal("lead", first=None), rule="strict")
    assert [note.text() for note in report.notes] == [
        "Deals still open: 1. They are not lost; a rate over the deals that entered counts them as not yet moved on.",
        "Deals that skipped a stage: 1. The strict funnel leaves them out.",
        "Deals without a first day: 1. They are in no other number.",
    ]
    assert [note.text("zh") for note in report.notes] != [note.text() for note in report.notes]


def test_a_report_prints_readably() -> None:
    report = report_of(
        deal("lead", "offer", "won", facts={"product": "A"}), deal("lead", facts={"product": "B"}), by=["product"]
    )
    lines = str(report).splitlines()
    assert lines[0].split() == [
        *("product", "stage", "entered", "moved_on", "lost", "cancelled", "open"),
        *("conversion_rate", "win_rate", "spillage", "stagnation", "median_days"),
    ]
    assert lines[1].split() == ["A", "lead", "1", "1", "0", "0", "0", "100.0%", "[20.7%,", "100.0%]", "0.0%", "0.0%", "1"]
    assert lines[-1].startswith("Deals still open: 1.")
    rows = report.rows()
    assert {tuple(row) for row in rows} == {tuple(rows[0])}
    assert set(rows[0]) == TAKEN | {"product"}
    assert [row["entered"] for row in rows if row["stage"] is None] == [1, 1]
    assert "<table>" in report._repr_html_()


def test_a_tally_cannot_change_and_equals_by_content() -> None:
    tally = counted(deal("lead"))
    for name in ("moved_on", "entered", "deals", "visits", "cells"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(tally, name)[0] = 1
    assert tally == counted(deal("lead", id="o-2"))
    assert tally != counted(deal("offer"))
    assert tally != 0
    with pytest.raises(TypeError):
        hash(tally)
    nothing: Any = None
    with pytest.raises(TypeError):
        tally + nothing
    assert str(tally).splitlines()[1].split() == ["lead", "1", "0", "0", "0", "1", "0"]
    assert report_of(deal("lead")) == report_of(deal("lead"))


def test_codes_are_one_class_in_all_rooms() -> None:
    assert Codes is CodesOfAttainment
    assert sp.funnel.Codes is sp.attainment.Codes


# Columns


def columns(**other: Any) -> FunnelTally:  # noqa: ANN401 - what is to be refused
    arguments: dict[str, Any] = {
        "process": PROCESS,
        "deal": Codes(np.array([0, 1, 0]), ("o-1", "o-2")),
        "stage": Codes(np.array([0, 0, 1]), ("lead", "won")),
        "on": np.array(["2026-09-01", "2026-09-05", "2026-09-20"], dtype="datetime64[D]"),
        "as_of": AS_OF,
    }
    arguments |= other
    return funnel.count_columns(arguments.pop("process"), **arguments)


def test_labels_that_no_row_bears_leave_no_trace() -> None:
    spare = Codes(np.array([0, 0, 2]), ("lead", "nothing", "won"))
    assert columns(stage=spare) == columns()
    region = Codes(np.array([1, 1]), ("south", "north", None))
    assert columns(by=("region",), segments={"region": region, "size": region}).segments == (("north",),)


@pytest.mark.parametrize("labels", [1, 126, 127, 128, 129, 255, 256])
def test_segments_are_right_on_either_side_of_what_a_narrow_type_holds(labels: int) -> None:
    deals, names = np.arange(labels), tuple(f"n-{number:03}" for number in range(labels))
    backwards = Codes((labels - 1 - deals).astype(np.min_scalar_type(labels)), names)
    tally = columns(
        deal=Codes(deals, tuple(range(labels))),
        stage=Codes(np.zeros(labels, dtype=np.int64), ("lead",)),
        on=np.full(labels, np.datetime64("2026-09-01")) - deals // 2,
        by=("region", "size"),
        segments={"region": backwards, "size": backwards},
    )
    assert tally.segments == tuple((name, name) for name in names)
    assert tally.open[:, 0].tolist() == [1] * labels
    assert [int(tally.days_spent(place, 0, is_open=True)[0][0]) for place in range(labels)] == [
        29 + (labels - 1 - place) // 2 for place in range(labels)
    ]


def test_more_deals_than_are_taken_at_a_time_are_counted_by_the_month_in_which_they_began() -> None:
    deals = np.random.default_rng(5).permutation(70_000)
    begin = np.datetime64("2024-12-01") + deals % 600
    tally = columns(
        deal=Codes(deals, tuple(range(deals.size))), stage=Codes(deals % 2, ("lead", "lost")), on=begin, by=("month",)
    )
    months, expected = np.unique(begin.astype("datetime64[M]"), return_counts=True)
    assert tally.segments == tuple((str(month),) for month in months)
    assert tally.deals.tolist() == expected.tolist()
    lost = np.unique(begin[deals % 2 == 1].astype("datetime64[M]"), return_counts=True)[1]
    assert tally.lost[:, 0].tolist() == tally.outcomes[:, 1].tolist() == lost.tolist()


def test_more_changes_in_columns_take_no_more_objects() -> None:
    def calls(size: int) -> int:
        """Count the calls that it takes to count the changes of so many deals."""
        deals = np.arange(size)
        asked: dict[str, Any] = {
            "deal": Codes(np.tile(deals, 3), tuple(range(size))),
            "stage": Codes(np.repeat(np.arange(3), size), ("lead", "offer", "lost")),
            "on": np.datetime64("2026-09-01") + np.repeat(np.arange(3), size),
            "by": ("region",),
            "segments": {"region": Codes(deals % 2, ("north", "south"))},
        }
        return calls_of(lambda: columns(**asked))

    few = calls(100)
    assert few < calls(30_000) < few + 3_000  # what is added is a block of rows now and then; a row each would be 90,000


def test_a_stage_that_is_named_again_changes_nothing() -> None:
    again = columns(stage=Codes(np.array([0, 0, 0]), ("lead",)))
    assert again.days_spent(0, 0, is_open=True)[0].tolist() == [25, 29]


def test_columns_of_nothing_give_the_empty_tally() -> None:
    none = np.zeros(0, dtype=np.int64)
    nothing = {"deal": Codes(none, ()), "stage": Codes(none, ()), "on": none.view("datetime64[D]")}
    assert columns(**nothing) == FunnelTally.empty(PROCESS, as_of=AS_OF)
    assert columns(**nothing, by=("month",)) == FunnelTally.empty(PROCESS, as_of=AS_OF, by=("month",))


def test_days_of_a_deal_that_nobody_knows_are_told_by_nat() -> None:
    on = np.array(["NaT", "2026-09-05", "2026-09-20"], dtype="datetime64[D]")
    assert (columns(on=on).undated.tolist(), columns(on=on).deals.tolist()) == ([1], [1])
    tally = columns(on=on, by=("month",))
    assert (tally.segments, tally.undated.tolist()) == (((None,), ("2026-09",)), [1, 0])


# Refusals


def assert_refused(code: str, path: tuple[str | int, ...], call: Callable[[], object]) -> None:
    with pytest.raises(SalesperfError) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    ("other", "code", "path"),
    [
        ({"rule": "loose"}, "choice", ("rule",)),
        ({"as_of": "2026-09-30"}, "wrong_type", ("as_of",)),
        ({"period": 2026}, "wrong_type", ("period",)),
        ({"by": "owner"}, "wrong_type", ("by",)),
        ({"by": ("owner", 3)}, "wrong_type", ("by", 1)),
        ({"by": ("owner", "grade", "owner")}, "not_unique", ("by", 2)),
        ({"by": ("stage",)}, "name_taken", ("by", 0)),
        ({"by": ("team",)}, "wrong_type", ("org",)),
        ({"org": "east"}, "wrong_type", ("org",)),
    ],
)
def test_a_question_that_is_none_is_refused(other: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    assert_refused(code, path, lambda: counted(deal("lead"), **other))


def test_a_slip_of_what_deals_bear_is_refused_and_what_is_like_nothing_is_a_segment_of_its_own() -> None:
    deals = [deal("lead", facts={"industry": "food"}), deal("lead")]
    for slip, meant in (("owners", "owner"), ("Industry", "industry"), ("indutry", "industry")):
        for ask in (counted, lambda *items, by: funnel.outcomes(items, PROCESS, as_of=AS_OF, by=by)):
            with pytest.raises(UnknownNameError, match=f"perhaps '{meant}', got '{slip}'") as caught:
                ask(*deals, by=("month", slip))
            assert (caught.value.code, caught.value.path) == ("misspelt_fact", ("by", 1))
    # A part of the records may have no deal with a fact.
    assert counted(deals[1], by=("industry",)).segments == ((None,),)


def test_what_is_no_deal_or_no_process_is_refused() -> None:
    nothing: Any = None
    assert_refused("wrong_type", ("opportunities",), lambda: funnel.count(nothing, PROCESS, as_of=AS_OF))
    assert_refused("wrong_type", ("opportunities", 0), lambda: counted(nothing))
    assert_refused("wrong_type", ("process",), lambda: funnel.count([], nothing, as_of=AS_OF))
    assert_refused("wrong_type", ("process",), lambda: columns(process=nothing))
    assert_refused("wrong_type", ("tally",), lambda: funnel.analyze(nothing))
    assert_refused("wrong_type", ("level",), lambda: funnel.analyze(counted(), level=nothing))
    assert_refused("between", ("level",), lambda: funnel.analyze(counted(), level=1.0))


def test_a_deal_that_does_not_fit_the_process_is_refused_with_its_id() -> None:
    other = deal("lead", id="o-7", process="renewal")
    path: tuple[str | int, ...] = ("opportunities", 1, "o-7")
    assert_refused("process_mismatch", (*path, "process"), lambda: counted(deal("lead"), other))
    unknown = deal("lead", "party", id="o-7")
    with pytest.raises(UnknownNameError) as caught:
        counted(deal("lead"), unknown)
    assert (caught.value.code, caught.value.path) == ("unknown_stage", (*path, "history", 1, "stage"))
    stranger = Opportunity(id="o-7", history=[Change(date(2026, 9, 1), stage="lead", owner="cy")])
    assert_refused("unknown_owner", (*path, "owner"), lambda: counted(deal("lead"), stranger, by=("team",), org=ORG))


@pytest.mark.parametrize(
    ("other", "code", "path"),
    [
        ({"deal": [0, 1, 0]}, "wrong_type", ("deal",)),
        ({"stage": ["lead"] * 3}, "wrong_type", ("stage",)),
        ({"on": ["2026-09-01"] * 3}, "wrong_type", ("on",)),
        ({"on": np.array([1, 2, 3])}, "not_days", ("on",)),
        ({"on": np.array(["NaT", "2026-09-05", "2026-09-20T10"], dtype="datetime64[s]")}, "date_is_datetime", ("on", 2)),
        ({"on": np.array(["2026-09-01"], dtype="datetime64[D]")}, "length", ("on",)),
        ({"stage": Codes.of(["lead"])}, "length", ("stage",)),
        ({"stage": Codes(np.array([0, 1, 0]), ("lead", "party"))}, "unknown_stage", ("stage", 1)),
        ({"by": ("region",)}, "choice", ("by", 0)),
        ({"segments": {"region": Codes.of(["north"])}}, "length", ("segments", "region")),
        ({"segments": {"region": ["north"]}}, "wrong_type", ("segments", "region")),
        ({"on": np.array(["NaT", "2026-09-01", "NaT"], dtype="datetime64[D]")}, "history_undated", ("on", 2)),
        ({"on": np.array([10**7, 0, 0]).astype("datetime64[D]")}, "wrong_type", ("on", 0)),
    ],
)
def test_columns_that_do_not_fit_are_refused(other: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    assert_refused(code, path, lambda: columns(**other))


def test_a_refused_merge_is_an_invalid_value() -> None:
    with pytest.raises(InvalidValueError, match="tallies with one 'rule', got 'cohort' and 'snapshot'"):
        counted() + counted(rule="snapshot")
