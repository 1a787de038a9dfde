"""Laws of counting: tallies merge in any way, lose nothing, and are the same from objects and from columns."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import CNY, COUNT, JPY, STANDARD_METRICS, Actual, Amount, InvalidValueError, testing
from salesperf.attainment import ActualTally, Codes, tally, tally_columns
from salesperf.kernels.numeric import INT64_MAX

REVENUE, VISITS = STANDARD_METRICS["revenue"], STANDARD_METRICS["visits"]

kinds = st.sampled_from(((REVENUE, CNY), (REVENUE, JPY), (VISITS, COUNT), (VISITS, COUNT)))
few_or_many_days = testing.days(date(2026, 1, 1), date(2026, 1, 4)) | testing.days()
scopes = st.sampled_from(({}, {"product": "A"}, {"product": "A", "region": "East"}))


@st.composite
def entries(draw: st.DrawFn, limit: int = 10**12) -> Actual:
    """Draw actuals that often fall into one cell."""
    metric, unit = draw(kinds)
    return Actual(
        owner=draw(st.sampled_from(("ada", "bo", "east"))),
        metric=metric,
        amount=Amount(minor=draw(st.integers(-limit, limit)), unit=unit),
        on=draw(few_or_many_days),
        scope=draw(scopes),
    )


def lists(limit: int = 10**12) -> st.SearchStrategy[list[Actual]]:
    return st.lists(entries(limit), max_size=12)


def in_columns(actuals: Sequence[Actual]) -> ActualTally:
    return tally_columns(
        owner=Codes.of([actual.owner for actual in actuals]),
        metric=Codes.of([actual.metric.key for actual in actuals]),
        unit=Codes.of([actual.amount.unit for actual in actuals]),
        scope=Codes.of([actual.scope for actual in actuals]),
        on=np.array([actual.on for actual in actuals], dtype="datetime64[D]"),
        minor=np.array([actual.amount.minor for actual in actuals], dtype=np.int64),
    )


@given(lists(), lists(), lists())
def test_tallies_are_a_commutative_monoid(a: list[Actual], b: list[Actual], c: list[Actual]) -> None:
    testing.assert_monoid(tally(a), tally(b), tally(c), ActualTally.empty())


@given(lists(), st.randoms())
def test_any_partition_of_the_actuals_gives_the_same_tally(actuals: list[Actual], random: Random) -> None:
    parts: dict[int, list[Actual]] = {}
    for actual in actuals:
        parts.setdefault(random.randrange(4), []).append(actual)
    merged = ActualTally.empty()
    for part in parts.values():
        merged += tally(part)
    assert merged == tally(actuals)


@given(lists().flatmap(lambda actuals: st.tuples(st.just(actuals), st.permutations(actuals))))
def test_shuffling_the_actuals_changes_nothing(pair: tuple[list[Actual], list[Actual]]) -> None:
    actuals, shuffled = pair
    assert tally(shuffled) == tally(actuals)
    assert tally(iter(shuffled)).rows() == tally(actuals).rows()


@given(lists())
def test_columns_give_the_same_tally_as_objects(actuals: list[Actual]) -> None:
    assert in_columns(actuals) == tally(actuals)


@given(lists(limit=INT64_MAX // 16))
def test_every_cell_is_the_exact_sum_of_its_actuals(actuals: list[Actual]) -> None:
    def cell(actual: Actual) -> tuple[object, ...]:
        return (actual.metric.key, str(actual.amount.unit), tuple(actual.scope.items()), actual.owner, actual.on)

    groups = [list(group) for _, group in groupby(sorted(actuals, key=cell), key=cell)]
    counted = tally(actuals)
    assert counted.minor.tolist() == [sum(actual.amount.minor for actual in group) for group in groups]
    assert counted.entries.tolist() == [len(group) for group in groups]
    assert [row["day"] for row in counted.rows()] == [group[0].on for group in groups]
    assert len(counted) == len(groups)


@given(lists(), lists())
def test_merging_adds_up_the_entries_and_keeps_the_last_day(a: list[Actual], b: list[Actual]) -> None:
    merged = tally(a) + tally(b)
    assert int(merged.entries.sum()) == len(a) + len(b)
    assert merged.last_day == max((actual.on for actual in (*a, *b)), default=None)


@given(st.lists(entries(limit=INT64_MAX), max_size=4) | st.lists(entries(limit=INT64_MAX // 3), max_size=4))
def test_a_tally_is_exact_or_refused_and_never_wraps(actuals: list[Actual]) -> None:
    magnitude = sum(abs(actual.amount.minor) for actual in actuals)
    if magnitude <= INT64_MAX:
        assert sum(tally(actuals).minor.tolist()) == sum(actual.amount.minor for actual in actuals)
    else:
        with pytest.raises(InvalidValueError) as caught:
            tally(actuals)
        assert caught.value.code == "overflow"


@given(lists())
def test_every_row_of_a_tally_has_the_same_keys_and_plain_values(actuals: list[Actual]) -> None:
    rows = tally(actuals).rows()
    assert {tuple(row) for row in rows} <= {("metric", "unit", "scope", "owner", "day", "amount", "entries")}


def test_a_tally_beyond_64_bits_is_refused_when_merged_too() -> None:
    half = tally([Actual(owner="ada", metric=REVENUE, amount=Amount(minor=2**62, unit=CNY), on=date(2026, 1, 1))])
    with pytest.raises(InvalidValueError) as caught:
        half + half
    assert caught.value.code == "overflow"
