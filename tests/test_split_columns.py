"""Many targets over time at once: the same parts as one by one, and what is refused."""

from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from salesperf import COUNT, GRAINS, STANDARD_METRICS, Amount, Calendar, InvalidValueError, Period, Target, testing
from salesperf.allocation import split, split_columns
from salesperf.kernels.apportionment import apportion, apportion_many
from salesperf.kernels.numeric import INT64_MAX
from salesperf.model.period import Grain


def within_a_year(period: Period) -> Period:
    """Cut what is longer: more parts show nothing new."""
    return Period(period.start, min(period.end, period.start + timedelta(days=366)))


runs = st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=9).filter(any), min_size=1, max_size=6)
minors = st.integers(-200, 200) | st.integers(-INT64_MAX, INT64_MAX)


@given(runs, st.data())
def test_many_divisions_at_once_are_those_of_each_by_itself(weights: list[list[int]], data: st.DataObject) -> None:
    totals = data.draw(st.lists(minors, min_size=len(weights), max_size=len(weights)))
    starts = np.cumsum([0, *map(len, weights)])[:-1]
    together = apportion_many(np.array(totals), np.concatenate(weights), starts)
    apart = [apportion(total, run).tolist() for total, run in zip(totals, weights, strict=True)]
    assert together.tolist() == [part for parts in apart for part in parts]


def test_no_division_has_no_parts() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert apportion_many(none, none, none).tolist() == []


@pytest.mark.parametrize(
    ("weights", "code", "position"),
    [
        ([1, -1], "weights_invalid", 1),
        ([0, 0], "weights_all_zero", 0),
        ([2**31, 2**33], "beyond_int64", 1),
        ([1, 2**62, 2**62], "beyond_int64", 1),
    ],
)
def test_weights_that_divide_nothing_are_refused(weights: list[int], code: str, position: int) -> None:
    with pytest.raises(InvalidValueError) as caught:
        apportion_many(np.array([1]), np.array(weights), np.array([0]))
    assert (caught.value.code, caught.value.path) == (code, ("weights", position))


@pytest.mark.parametrize(
    ("totals", "weights", "starts", "code", "path"),
    [
        (np.array([-(2**63)]), [1], [0], "beyond_int64", ("totals", 0)),
        (np.array([2.5]), [1], [0], "wrong_type", ("totals",)),
        ([2, 2.0], [1, 1], [0, 1], "wrong_type", ("totals", 1)),
        ([[1]], [1], [0], "wrong_type", ("totals", 0)),
        (7, [1], [0], "wrong_type", ("totals",)),
        ([1], np.array([0.5]), [0], "wrong_type", ("weights",)),
        ([1], [1, 1], [0, 1], "length", ("starts",)),
        ([], [1], [], "length", ("weights",)),
        ([1], [], [0], "too_few", ("weights",)),
        ([1], [1, 1], [1], "out_of_range", ("starts", 0)),
        ([1, 1], [1, 1, 1], [0, 0], "out_of_range", ("starts", 1)),
        ([1, 1, 1], [1, 1, 1], [0, 2, 1], "out_of_range", ("starts", 1)),
        ([1, 1], [1, 1], [0, 2], "out_of_range", ("starts", 1)),
    ],
)
def test_columns_that_are_no_divisions_are_refused(
    totals: Any,  # noqa: ANN401 - the fault
    weights: Any,  # noqa: ANN401 - the fault
    starts: Any,  # noqa: ANN401 - the fault
    code: str,
    path: tuple[str | int, ...],
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        apportion_many(totals, weights, starts)
    assert (caught.value.code, caught.value.path) == (code, path)


@given(
    st.lists(st.tuples(minors, testing.periods().map(within_a_year)), min_size=1, max_size=4),
    st.sampled_from(GRAINS),
    st.sampled_from(("equal", "workdays")),
    st.none() | testing.calendars(),
)
def test_columns_are_split_as_each_target_is(
    rows: list[tuple[int, Period]], grain: Grain, profile: Literal["equal", "workdays"], calendar: Calendar | None
) -> None:
    known = calendar or Calendar()
    assume(profile == "equal" or all(known.workdays(period) for _, period in rows))
    found = split_columns(
        np.array([minor for minor, _ in rows]),
        np.array([period.start for _, period in rows], dtype="datetime64[D]"),
        np.array([period.end for _, period in rows], dtype="datetime64[D]"),
        grain,
        profile=profile,
        calendar=calendar,
    )
    expected = [
        (place, part.period.start, part.period.end, part.amount.minor)
        for place, (minor, period) in enumerate(rows)
        for part in split(target_of(minor, period), grain, profile=profile, calendar=calendar).targets
        if isinstance(part.amount, Amount)
    ]
    columns = (found.row, found.start, found.end, found.minor)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == expected


def target_of(minor: int, period: Period) -> Target:
    return Target(owner=None, metric=STANDARD_METRICS["visits"], amount=Amount(minor=minor, unit=COUNT), period=period)


def days(*ordinals: int) -> Any:  # noqa: ANN401 - an array
    return np.array([date(2026, 1, 1) + timedelta(ordinal) for ordinal in ordinals], dtype="datetime64[D]")


def test_no_target_has_no_parts() -> None:
    assert split_columns(np.zeros(0, dtype=np.int64), days(), days(), "month").minor.tolist() == []


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"minor": [1, 2]}, "wrong_type", ("minor",)),
        ({"minor": np.array([1.0, 2.0])}, "wrong_type", ("minor",)),
        ({"minor": np.array([1, -(2**63)])}, "beyond_int64", ("minor", 1)),
        ({"minor": np.array([[1, 2]])}, "dimensions", ("minor",)),
        ({"start": [2]}, "wrong_type", ("start",)),
        ({"end": 3}, "wrong_type", ("end",)),
        ({"calendar": 5}, "wrong_type", ("calendar",)),
        ({"start": days(0)}, "length", ("start",)),
        ({"end": days(40, 1)}, "period_reversed", ("end", 1)),
        ({"end": np.array(["2027-01-01", "NaT"], dtype="datetime64[D]")}, "wrong_type", ("end", 1)),
        ({"grain": "decade"}, "choice", ("Period", "grain")),
        ({"profile": "season"}, "choice", ("profile",)),
        # The third and the fourth of January 2026 are a weekend.
        ({"start": days(0, 2), "end": days(40, 4), "profile": "workdays"}, "weights_all_zero", ("profile", 1)),
    ],
)
def test_columns_that_do_not_fit_are_refused(change: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    good: dict[str, Any] = {"minor": np.array([1, 2]), "start": days(0, 1), "end": days(40, 90), "grain": "month"}
    with pytest.raises(InvalidValueError) as caught:
        split_columns(**(good | change))
    assert (caught.value.code, caught.value.path) == (code, path)
