"""Laws of the funnel: what is entered is accounted for, rates multiply, tallies merge, objects and columns agree."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from math import isclose, prod
from random import Random
from typing import Any, Final, get_args

import attrs
import numpy as np
import pytest
from columns import columns_of
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf import Change, InvalidValueError, Opportunity, Org, Period, Rep, SalesProcess, Stage, Team, testing
from salesperf.funnel import OUTCOMES, RULES, FunnelTally, analyze, count, count_columns
from salesperf.funnel.rules import RuleName

PROCESS: Final = SalesProcess(
    stages=[
        Stage(key="lead", max_days=10),
        Stage(key="offer"),
        Stage(key="talks", max_days=0),
        Stage(key="won", kind="won"),
        Stage(key="service", kind="post_won"),
        Stage(key="lost", kind="lost"),
        Stage(key="dropped", kind="cancelled"),
    ]
)
OPEN: Final = ("lead", "offer", "talks")
KINDS: Final = {"won": "won", "service": "won", "lost": "lost", "dropped": "cancelled"}
FIRST: Final = date(2026, 1, 1)
AS_OF: Final = date(2026, 3, 15)
JANUARY: Final = Period.month(2026, 1)
ORG: Final = Org(
    teams=[Team(id="east"), Team(id="west")],
    reps=[Rep(id="ada", team="east", hired=date(2026, 1, 20)), Rep(id="bo", team="west")],
)
BY: Final = ("owner", "team", "grade", "month", "customer", "lead", "product")

rules = st.sampled_from(tuple(RULES))
periods = st.none() | st.just(JANUARY)
keys = st.none() | st.sampled_from(("a", "b"))


@st.composite
def deals(draw: st.DrawFn) -> Opportunity:
    """Draw deals of any history that is one: skips, returns, wins undone, days together or unknown."""
    drawn = draw(st.lists(st.sampled_from(tuple(PROCESS.position)), min_size=1, max_size=6))
    stages = [drawn[0], *(stage for before, stage in pairwise(drawn) if stage != before)]
    steps = draw(st.lists(st.integers(0, 30), min_size=len(stages), max_size=len(stages)))
    days: list[date | None] = [FIRST + timedelta(days=sum(steps[: place + 1])) for place in range(len(stages))]
    if draw(st.integers(0, 4)) == 0:
        days[0] = None
    names = ("owner", "grade")
    values = [{"owner": draw(st.sampled_from(("ada", "bo", "east", None))), "grade": draw(keys)} for _ in stages]
    history: list[Change] = [
        Change(on, stage=stage, **{name: value[name] for name in names})  # type: ignore[arg-type] # names of fields
        for on, stage, value in zip(days, stages, values, strict=True)
    ]
    product = draw(keys)
    return Opportunity(
        id=f"o-{draw(st.integers(0, 99))}",
        history=history,
        customer=draw(keys),
        lead=draw(keys),
        facts={} if product is None else {"product": product},
    )


lists = st.lists(deals(), max_size=6)
few = settings(max_examples=at_most(40))
"""For laws that follow from how each deal is counted, which has a law of its own."""
segmentations = st.lists(st.sampled_from(BY), unique=True, max_size=3).map(tuple)


def counted(items: Sequence[Opportunity], rule: str = "cohort", **other: Any) -> FunnelTally:  # noqa: ANN401 - arguments of count
    (name,) = (known for known in get_args(RuleName) if known == rule)
    return count(items, PROCESS, as_of=AS_OF, rule=name, org=ORG, **other)


class Told:
    """A deal as of the day, told by walking through its history."""

    def __init__(self, deal: Opportunity) -> None:
        changes = [change for change in deal.history if change.on is None or change.on <= AS_OF]
        self.stages = [change.stage for change in changes]
        self.begin = changes[0].on if changes else None
        self.is_known, self.is_undated = bool(changes), bool(changes) and changes[0].on is None
        visited = [stage for stage in self.stages if stage in OPEN]
        self.visited = [OPEN.index(stage) for stage in visited]
        self.outcome = KINDS.get(str(self.stages[-1]), "open") if changes else "open"
        ends = [*(change.on for change in changes[1:]), None]
        self.visits = [
            (OPEN.index(change.stage), end is None, ((end or AS_OF) - change.on).days)
            for change, end in zip(changes, ends, strict=True)
            if change.stage in OPEN and change.on is not None
        ]

    @property
    def is_in_order(self) -> bool:
        first = list(dict.fromkeys(self.visited))
        return first == list(range(len(first))) and len(first) >= (len(OPEN) if self.outcome == "won" else 1)


def expected(items: Sequence[Opportunity], rule: str, period: Period | None) -> dict[str, Any]:
    """Count deal by deal, by the words of the rules."""
    stages: Counter[tuple[str, int]] = Counter()
    totals: Counter[str] = Counter()
    visits: Counter[tuple[int, bool, int]] = Counter()
    for told in (told for told in map(Told, items) if told.is_known):
        if told.is_undated:
            totals["undated"] += 1
            continue
        assert told.begin is not None
        if period is not None and told.begin not in period:
            continue
        if rule == "strict" and not told.is_in_order:
            totals["nonconforming"] += 1
            continue
        totals[told.outcome] += 1
        visits.update(told.visits)
        seen = told.visited or ([0] if rule in ("cohort", "strict") else [])
        through = {"any_order": set(seen), "snapshot": set(seen[-1:])}.get(rule, set(range(max(seen, default=0) + 1)))
        if told.outcome == "won" and rule in ("cohort", "strict"):
            through = set(range(len(OPEN)))
        booked = max(through, default=-1) if told.outcome != "won" else len(OPEN)
        for stage in through:
            stages["moved_on" if stage != booked else told.outcome, stage] += 1
        if told.outcome in ("lost", "cancelled") and seen:
            stages["died", seen[-1]] += 1
    return {"stages": stages, "totals": totals, "visits": visits}


@given(lists, rules, periods)
def test_every_count_is_what_walking_through_each_history_finds(
    items: list[Opportunity], rule: str, period: Period | None
) -> None:
    tally, told = counted(items, rule, period=period), expected(items, rule, period)
    for name in ("moved_on", "lost", "cancelled", "open", "died"):
        assert getattr(tally, name).tolist() == [[told["stages"][name, stage] for stage in range(len(OPEN))]]
    assert tally.outcomes.tolist() == [[told["totals"][outcome] for outcome in OUTCOMES]]
    assert (tally.undated.tolist(), tally.nonconforming.tolist()) == (
        [told["totals"]["undated"]],
        [told["totals"]["nonconforming"]],
    )
    found = {(int(s), bool(o), int(d)): int(n) for (_, s, o, d), n in zip(tally.cells, tally.visits, strict=True)}
    assert found == dict(told["visits"])


@few
@given(lists, rules, periods, segmentations)
def test_moved_on_lost_cancelled_and_open_are_what_entered(
    items: list[Opportunity], rule: str, period: Period | None, by: tuple[str, ...]
) -> None:
    tally = counted(items, rule, period=period, by=by)
    assert (tally.entered == tally.moved_on + tally.lost + tally.cancelled + tally.open).all()
    for segment in analyze(tally).segments:
        assert segment.deals == segment.won + segment.lost + segment.cancelled + segment.open
        for each in segment.stages:
            assert each.entered == each.moved_on + each.lost + each.cancelled + each.open


@few
@given(lists, rules, segmentations)
def test_every_known_deal_is_in_one_number_of_one_segment(items: list[Opportunity], rule: str, by: tuple[str, ...]) -> None:
    tally = counted(items, rule, by=by)
    known = sum(deal.as_of(AS_OF) is not None for deal in items)
    assert int(tally.deals.sum() + tally.undated.sum() + tally.nonconforming.sum()) == known
    assert not by or (tally.deals + tally.undated + tally.nonconforming > 0).all()


@few
@given(lists, st.sampled_from(("cohort", "strict")), segmentations)
def test_counts_never_rise_down_a_cohort_or_strict_funnel(items: list[Opportunity], rule: str, by: tuple[str, ...]) -> None:
    tally = counted(items, rule, by=by)
    assert (np.diff(tally.entered, axis=1) <= 0).all()
    assert (tally.entered[:, 0] == tally.deals).all()
    assert (tally.moved_on[:, :-1] == tally.entered[:, 1:]).all()


@few
@given(lists, st.sampled_from(("cohort", "strict")), segmentations)
def test_the_rates_of_the_stages_multiply_to_the_rate_from_end_to_end(
    items: list[Opportunity], rule: str, by: tuple[str, ...]
) -> None:
    for segment in analyze(counted(items, rule, by=by)).segments:
        rates = [each.conversion_rate.value for each in segment.stages]
        known = [rate for rate in rates if rate is not None]
        if segment.deals == 0:
            assert (known, segment.end_to_end_rate.value) == ([], None)
        elif len(known) == len(rates):
            # Four factors, each rounded once.
            assert isclose(prod(known), segment.end_to_end_rate.value or 0.0, rel_tol=1e-15 * 8)
        else:
            assert segment.end_to_end_rate.value == prod(known) == 0.0


@few
@given(lists)
def test_the_cohort_and_the_strict_funnel_agree_on_deals_that_keep_to_the_process(items: list[Opportunity]) -> None:
    kept = [deal for deal, told in zip(items, map(Told, items), strict=True) if told.is_known and told.is_in_order]
    strict, cohort = counted(kept, "strict"), counted(kept, "cohort")
    assert strict.rows() == cohort.rows() == counted(kept, "any_order").rows()
    assert counted(items, "strict").entered.tolist() == strict.entered.tolist()


@few
@given(lists, lists, lists, rules, segmentations)
def test_tallies_of_a_funnel_are_a_commutative_monoid(
    a: list[Opportunity], b: list[Opportunity], c: list[Opportunity], rule: RuleName, by: tuple[str, ...]
) -> None:
    nothing = FunnelTally.empty(PROCESS, as_of=AS_OF, rule=rule, by=by)
    testing.assert_monoid(counted(a, rule, by=by), counted(b, rule, by=by), counted(c, rule, by=by), nothing)
    assert counted([], rule, by=by) == nothing


@few
@given(lists, rules, segmentations, st.randoms())
def test_any_partition_of_the_deals_gives_the_same_tally(
    items: list[Opportunity], rule: str, by: tuple[str, ...], random: Random
) -> None:
    parts: dict[int, list[Opportunity]] = {}
    for deal in items:
        parts.setdefault(random.randrange(3), []).append(deal)
    merged = counted([], rule, by=by)
    for part in parts.values():
        merged += counted(part, rule, by=by)
    assert merged == counted(items, rule, by=by)


@few
@given(lists.flatmap(lambda items: st.tuples(st.just(items), st.permutations(items))), rules, segmentations)
def test_the_order_of_opportunities_changes_nothing(
    pair: tuple[list[Opportunity], list[Opportunity]], rule: str, by: tuple[str, ...]
) -> None:
    items, shuffled = pair
    assert counted(iter(shuffled), rule, by=by) == counted(items, rule, by=by)  # type: ignore[arg-type] # any iterable will do


@few
@given(lists, rules)
def test_later_changes_and_later_deals_change_nothing(items: list[Opportunity], rule: str) -> None:
    known = [deal for deal in (each.as_of(AS_OF) for each in items) if deal is not None]
    assert counted(known, rule, by=("owner", "grade")) == counted(items, rule, by=("owner", "grade"))


@given(lists, rules, periods, segmentations, st.randoms())
def test_columns_give_the_same_counts_as_objects(
    items: list[Opportunity], rule: str, period: Period | None, by: tuple[str, ...], random: Random
) -> None:
    (name,) = (known for known in get_args(RuleName) if known == rule)
    columns = columns_of(items, random, as_of=AS_OF, org=ORG)
    told = count_columns(PROCESS, **columns, as_of=AS_OF, rule=name, period=period, by=by)
    assert told == counted(items, rule, period=period, by=by)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("rule", {"rule": "strict"}),
        ("process", {"process": SalesProcess(stages=PROCESS.stages, key="other")}),
        ("as_of", {"as_of": date(2026, 3, 14)}),
        ("period", {"period": JANUARY}),
        ("by", {"by": ("owner",)}),
    ],
)
def test_tallies_of_different_questions_do_not_merge(name: str, other: dict[str, Any]) -> None:
    question: dict[str, Any] = {"process": PROCESS, "as_of": AS_OF}
    left, right = FunnelTally.empty(**question), FunnelTally.empty(**question | other)
    for one, two in ((left, right), (right, left)):
        with pytest.raises(InvalidValueError) as caught:
            one + two
        assert (caught.value.code, caught.value.path) == ("tally_mismatch", ("FunnelTally", name))
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        (attrs.evolve(PROCESS, key="other"), "key"),
        (attrs.evolve(PROCESS, may_skip=not PROCESS.may_skip), "may_skip"),
        (attrs.evolve(PROCESS, stages=PROCESS.stages[1:]), "stages"),
    ],
)
def test_processes_that_differ_are_told_by_what_differs(other: SalesProcess, field: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        FunnelTally.empty(PROCESS, as_of=AS_OF) + FunnelTally.empty(other, as_of=AS_OF)
    assert caught.value.params["field"] == f"'{field}'"
    assert caught.value.params["left"] != caught.value.params["right"]
