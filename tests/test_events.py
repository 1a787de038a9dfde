"""Events of many sequences: large and odd columns against plain loops, the median, and what is refused."""

from collections import Counter
from collections.abc import Callable
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pytest
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from salesperf import InvalidValueError
from salesperf.kernels.events import Events, event_counts, median_of_counts
from salesperf.kernels.events.rows import row_counter
from salesperf.kernels.events.runs import Runs
from salesperf.kernels.events.scratch import BLOCK, Scratch

MANY = 70_000
"""More events than are taken at a time."""
RANK = np.array([0, 1, 2, -1])
WIDE = 2**40
"""Codes so far apart that an event does not fit one word."""

rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 9)), max_size=20)


def ordered(given_rows: list[tuple[int, int, int]], until: int) -> dict[int, list[tuple[int, int]]]:
    """Return day and state of the events of each sequence, in order of time."""
    known = sorted((row for row in given_rows if row[2] <= until), key=lambda row: (row[0], row[2]))
    return {key: [(day, state) for _, state, day in group] for key, group in groupby(known, key=lambda row: row[0])}


def made(given_rows: list[tuple[int, int, int]], until: int, scale: int = 1) -> Events:
    sequence, state, day = np.array(given_rows, dtype=np.int64).reshape(-1, 3).T
    return Events.of(sequence * scale, state, day * scale, until=until * scale)


def walked(events: list[tuple[int, int]]) -> tuple[int, int, int, int, int, bool, list[bool]]:
    """Tell begin, last, furthest, last ranked, number of stays, order and visited of one sequence."""
    ranks = [int(RANK[state]) for _, state in events if RANK[state] >= 0]
    first = list(dict.fromkeys(ranks))
    stays = 1 + sum(before[1] != after[1] for before, after in pairwise(events))
    in_order = first == list(range(len(first)))
    furthest, last = max(ranks, default=-1), ranks[-1] if ranks else -1
    return events[0][0], events[-1][1], furthest, last, stays, in_order, [rank in ranks for rank in range(3)]


@given(rows, st.integers(-1, 9), st.sampled_from((1, WIDE)))
def test_courses_and_stays_are_what_walking_through_each_sequence_finds(
    given_rows: list[tuple[int, int, int]], until: int, scale: int
) -> None:
    events, expected = made(given_rows, until, scale), ordered(given_rows, until)
    told = [walked(sequence) for sequence in expected.values()]
    courses, stays = events.courses(RANK), events.stays()
    assert len(events) == sum(map(len, expected.values()))
    assert courses.sequence.tolist() == [sequence * scale for sequence in expected]
    assert courses.begin.tolist() == [begin * scale for begin, *_ in told]
    columns = (courses.last, courses.furthest, courses.last_ranked)
    assert [column.tolist() for column in columns] == [[each[place] for each in told] for place in (1, 2, 3)]
    assert events.is_in_order(RANK).tolist() == [each[5] for each in told]
    assert events.visited(RANK, ranks=3).tolist() == [each[6] for each in told]
    assert np.unique(stays.sequence, return_counts=True)[1].tolist() == [each[4] for each in told]
    days = {key: (until - begin) * scale for key, (begin, *_) in zip(courses.sequence.tolist(), told, strict=True)}
    for sequence, total in days.items():
        assert int(stays.days[stays.sequence == sequence].sum()) == total
    assert int(stays.is_open.sum()) == len(told)


def arrived(events: list[tuple[int, int]], until: int) -> tuple[list[list[int]], int]:
    """Tell of one sequence, by rank, the days on which it was entered, left and reached; and since when its last kind lasts."""
    never = until + 1
    changes = [event for before, event in zip([(0, -1), *events], events, strict=False) if before[1] != event[1]]
    left = [*(day for day, _ in changes[1:]), never]
    told = []
    for rank in range(3):
        stay = next(
            ((day, done) for (day, state), done in zip(changes, left, strict=True) if RANK[state] == rank), (never, never)
        )
        told.append([*stay, next((day for day, state in changes if RANK[state] >= rank), never)])
    kinds = [bool(RANK[state] >= 0) for _, state in changes]
    same = next((back for back, kind in enumerate(reversed(kinds)) if kind != kinds[-1]), len(kinds))
    return told, changes[len(changes) - same][0]


@given(rows, st.integers(-1, 9), st.sampled_from((1, WIDE)))
@settings(max_examples=at_most(50))
def test_arrivals_are_what_walking_through_each_sequence_finds(
    given_rows: list[tuple[int, int, int]], until: int, scale: int
) -> None:
    events = made(given_rows, until, scale)
    expected = [arrived(sequence, until) for sequence in ordered(given_rows, until).values()]
    assert events.settled((RANK >= 0).astype(np.int8)).tolist() == [day * scale for _, day in expected]
    found = [*events.arrivals(RANK, ranks=3)]
    assert [each.sequences.stop for each in found] == [len(expected)] * len(found)
    for each in found:
        days = np.stack((each.entered, each.left, each.reached), axis=-1).transpose(1, 0, 2)
        never = until * scale + 1
        assert np.where(days == never, until + 1, days // scale).tolist() == [told for told, _ in expected]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans()), max_size=30), st.sampled_from((0, 2**40)))
def test_rows_are_counted_whether_or_not_they_fit_one_word(given_rows: list[tuple[int, int, bool]], more: int) -> None:
    first, second, kept = np.array(given_rows, dtype=np.int64).reshape(-1, 3).T
    first, second = first + more, second + more
    counter = row_counter((2 + more, 0, 3 + more), first.size)
    for part in (slice(0, 7), slice(7, None)):
        counter.add((first[part], np.zeros(1, dtype=np.int64), second[part]), kept[part] > 0)
    expected = Counter((one + more, 0, two + more) for one, two, is_kept in given_rows if is_kept)
    found, counts = counter.counted()
    assert dict(zip(map(tuple, found.tolist()), counts.tolist(), strict=True)) == dict(expected)
    assert [*map(tuple, found.tolist())] == sorted(expected)


@given(rows, st.integers(0, 9), st.sampled_from((1, 50_000)))
@settings(max_examples=at_most(50))
def test_counts_of_stays_are_those_of_the_stays(given_rows: list[tuple[int, int, int]], until: int, scale: int) -> None:
    events = made([(sequence, state, day * scale) for sequence, state, day in given_rows], until * scale)
    group = np.array([0, -1, 1, 0])
    stays = events.stays()
    columns = (stays.sequence, stays.state, stays.is_open, stays.days)
    expected = Counter(
        (int(group[sequence]), int(RANK[state]), int(is_open), days)
        for sequence, state, is_open, days in zip(*(column.tolist() for column in columns), strict=True)
        if group[sequence] >= 0 and RANK[state] >= 0
    )
    cells, counts = events.stay_counts(group, RANK)
    assert [*map(tuple, cells.tolist())] == sorted(expected)
    assert counts.tolist() == [expected[cell] for cell in sorted(expected)]


@pytest.mark.parametrize("scale", [1, WIDE], ids=["packed", "in columns"])
def test_long_columns_in_any_order_tell_the_same_as_a_loop(scale: int) -> None:
    rng = np.random.default_rng(3)
    sequence, state, day = rng.integers(0, 20_000, MANY), rng.integers(0, 4, MANY), rng.integers(0, 300, MANY)
    sequence[:40_000] = 7  # one that is longer than a block
    expected = ordered([*zip(sequence.tolist(), state.tolist(), day.tolist(), strict=True)], 250)
    told = [walked(events) for events in expected.values()]
    events = Events.of(sequence * scale, state, day, until=250)
    courses = events.courses(RANK)
    assert courses.sequence.tolist() == [key * scale for key in expected]
    assert courses.furthest.tolist() == [each[2] for each in told]
    assert courses.last_ranked.tolist() == [each[3] for each in told]
    assert events.is_in_order(RANK).tolist() == [each[5] for each in told]
    assert events.stays().days.size == sum(each[4] for each in told)
    arrivals = [arrived(events, 250) for events in expected.values()]
    assert (events.settled((RANK >= 0).astype(np.int8))).tolist() == [day for _, day in arrivals]
    found = [*events.arrivals(RANK, ranks=3)]
    assert [each.sequences.start for each in found[1:]] == [each.sequences.stop for each in found[:-1]]
    reached = np.concatenate([each.reached for each in found], axis=1)
    assert reached.T.tolist() == [[days[-1] for days in told] for told, _ in arrivals]


@pytest.mark.parametrize("length", [1, 2, 3, 7])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_blocks_end_where_a_sequence_does_and_none_is_lost(length: int, more: int) -> None:
    rows = np.arange(BLOCK + more)
    sequence, state = rows // length, rows % 2
    events = Events.of(sequence, state, rows, until=BLOCK + 5)
    courses, stays = events.courses(np.array([0, 1])), events.stays()
    assert courses.sequence.tolist() == np.unique(sequence).tolist()
    assert courses.begin.tolist() == rows[::length].tolist()
    assert stays.sequence.tolist() == sequence.tolist()
    assert np.flatnonzero(stays.is_open).tolist() == [*range(length - 1, rows.size - 1, length), rows.size - 1]
    _, counts = events.stay_counts(np.zeros(rows.size, dtype=np.int64), np.array([0, 1]))
    assert int(counts.sum()) == rows.size


@given(st.lists(st.integers(1, 70), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_a_run_of_any_length_is_folded_to_its_maximum(lengths: list[int], random: Any) -> None:  # noqa: ANN401 - untyped
    values = np.array([random.randint(-128, 127) for _ in range(sum(lengths))], dtype=np.int8)
    runs, scratch = Runs.of(np.repeat(np.arange(len(lengths)), lengths)), Scratch()
    assert runs.lengths.tolist() == lengths
    assert runs.folded(values, np.maximum, scratch).tolist() == np.maximum.reduceat(values, runs.first).tolist()


@pytest.mark.parametrize("highest", [126, 127, 128, 32_767, 32_768])
def test_ranks_are_right_on_either_side_of_what_a_narrow_type_holds(highest: int) -> None:
    rank = np.array([0, highest, -1, highest - 1])
    sequence, state = np.array([0, 0, 0, 1, 2, 3, 3]), np.array([1, 0, 2, 3, 2, 3, 1])
    events = Events.of(sequence, state, np.arange(7), until=9)
    courses = events.courses(rank)
    assert courses.furthest.tolist() == [highest, highest - 1, -1, highest]
    assert courses.last_ranked.tolist() == [0, highest - 1, -1, highest]
    assert events.is_in_order(np.array([0, 1, -1, 2])).tolist() == [False, False, True, False]


@pytest.mark.parametrize("states", [255, 256, 257, 65_536, 65_537])
def test_states_are_right_on_either_side_of_what_a_narrow_type_holds(states: int) -> None:
    events = Events.of(np.array([0, 1]), np.array([0, states - 1]), np.array([1, 2]), until=3)
    assert events.courses(np.full(states, -1)).last.tolist() == [0, states - 1]


@pytest.mark.parametrize("many", [2, 126, 127, 128, 129, 32_767, 32_768])
def test_stays_and_groups_are_counted_on_either_side_of_what_a_narrow_type_holds(many: int) -> None:
    sequence, zeros = np.arange(many), np.zeros(many, dtype=np.int64)
    events = Events.of(sequence, zeros, zeros, until=1)
    cells, counts = events.stay_counts(zeros, np.array([0]))
    assert (cells.tolist(), counts.tolist()) == ([[0, 0, 1, 1]], [many])
    assert counts.dtype == np.int64
    each = sequence.astype(np.min_scalar_type(-many))
    each[0] = -1
    cells, counts = events.stay_counts(each, np.array([0]))
    assert cells[:, 0].tolist() == [*range(1, many)]
    assert counts.tolist() == [1] * (many - 1)


@pytest.mark.parametrize("first", [-(2**62), -1, 2**62])
def test_days_however_far_off_tell_the_same_and_later_ones_are_left_out(first: int) -> None:
    zeros, day = np.zeros(5, dtype=np.int64), np.array([3, 0, 5, 9, 4])
    day += first
    day[3] = np.iinfo(np.int64).max
    events = Events.of(zeros, np.arange(5), day, until=first + 6)
    assert len(events) == 4
    assert events.courses(np.arange(5)).begin.tolist() == [first]
    stays = events.stays()
    assert (stays.state.tolist(), stays.days.tolist()) == ([1, 0, 4, 2], [3, 1, 1, 1])


def test_a_word_is_used_to_its_last_bit() -> None:
    # Two events take two bits for the row, two days one for the day, two states one: 57 are left for the sequence.
    for largest in (2**57 - 1, 2**57, 2**62):
        events = Events.of(np.array([largest, 1]), np.array([1, 0]), np.array([1, 0]), until=1)
        assert events.courses(np.array([0, 1])).sequence.tolist() == [1, largest]
        assert events.stays().days.tolist() == [1, 0]


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32, np.uint64])
def test_codes_of_any_kind_of_whole_number_are_taken(kind: type[np.integer[Any]]) -> None:
    sequence, state = np.array([1, 0, 1]).astype(kind), np.array([0, 2, 2]).astype(kind)
    large = np.array([100]).astype(kind)
    assert np.argwhere(event_counts(large, large, shape=(101, 101))).tolist() == [[100, 100]]
    assert Events.of(sequence, state, np.array([3, 3, 5]), until=9).stays().days.tolist() == [6, 2, 4]
    assert event_counts(sequence, state, shape=(2, 3)).tolist() == [[0, 0, 1], [1, 0, 1]]


def test_events_are_counted_in_blocks_as_in_one() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.integers(0, 9, MANY), rng.integers(0, 5, MANY)
    expected = np.bincount(first * 5 + second, minlength=45).reshape(9, 5)
    assert event_counts(first, second, shape=(9, 5)).tolist() == expected.tolist()
    none = np.zeros(0, dtype=np.int64)
    assert event_counts(none, none, shape=(0, 4)).shape == (0, 4)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=30))
def test_the_median_of_counts_is_that_of_the_values(values: list[int]) -> None:
    distinct, counts = np.unique(values, return_counts=True)
    median, interval = median_of_counts(distinct, counts)
    assert median == np.median(values)
    assert median in interval
    assert interval.low >= min(values)


def test_the_interval_of_a_median_is_unbounded_above_where_there_are_few() -> None:
    # Four of four give a Wilson interval from 0.51 up, three of three one from 0.44.
    assert median_of_counts(np.array([5]), np.array([3]))[1].high == np.inf
    assert median_of_counts(np.array([5]), np.array([4]))[1].high == 5


# Refusals


def assert_refused(code: str, path: tuple[str | int, ...], call: Callable[[], object]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    ("columns", "code", "path"),
    [
        (([0, 2], [0, 0]), "out_of_range", ("first", 1)),
        (([0, -1], [0, 0]), "out_of_range", ("first", 1)),
        (([0, 1], [0, 3]), "out_of_range", ("second", 1)),
        (([0, 1], [0]), "length", ("second",)),
        (([0.0, 1.0], [0, 0]), "wrong_type", ("first",)),
        (([[0, 1]], [0, 0]), "wrong_type", ("first",)),
    ],
)
def test_codes_that_do_not_fit_are_refused(columns: Any, code: str, path: tuple[str | int, ...]) -> None:  # noqa: ANN401 - of any kind
    first, second = map(np.array, columns)
    assert_refused(code, path, lambda: event_counts(first, second, shape=(2, 3)))


@pytest.mark.parametrize(
    ("columns", "code", "path"),
    [
        (([0, -1], [0, 0], [1, 2]), "out_of_range", ("sequence", 1)),
        (([0, 1], [0, -1], [1, 2]), "out_of_range", ("state", 1)),
        (([0, 1], [0, 1], [1]), "length", ("day",)),
        (([0, 1], [0, 1], [1.0, 2.0]), "wrong_type", ("day",)),
    ],
)
def test_events_that_are_none_are_refused(columns: Any, code: str, path: tuple[str | int, ...]) -> None:  # noqa: ANN401 - of any kind
    sequence, state, day = map(np.array, columns)
    assert_refused(code, path, lambda: Events.of(sequence, state, day, until=9))


def test_the_median_of_nothing_is_refused() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert_refused("not_positive", ("counts",), lambda: median_of_counts(none, none))
