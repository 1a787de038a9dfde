"""Counting actuals: large and sparse columns, what a tally says of itself, and what is refused."""

import pickle
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import CNY, COUNT, JPY, STANDARD_METRICS, Actual, Amount, FrozenMap, InvalidValueError, Metric
from salesperf.attainment import ActualTally, Codes, tally, tally_columns
from salesperf.attainment.words import Words
from salesperf.kernels.numeric import INT64_MAX

REVENUE, VISITS = STANDARD_METRICS["revenue"], STANDARD_METRICS["visits"]
MANY = 100_000
"""More rows than are taken at a time."""


def columns(**other: Any) -> ActualTally:  # noqa: ANN401 - what is to be refused
    arguments: dict[str, Any] = {
        "owner": Codes.of(["ada", "bo", "ada"]),
        "metric": Codes.of(["visits"] * 3),
        "unit": Codes.of([COUNT] * 3),
        "on": np.array(["2026-09-01", "2026-09-01", "2026-09-02"], dtype="datetime64[D]"),
        "minor": np.array([1, 10, 100]),
    }
    return tally_columns(**(arguments | other))


def test_a_tally_sums_by_metric_unit_scope_owner_and_day() -> None:
    def sale(yuan: int, owner: str, day: int, **scope: str) -> Actual:
        return Actual(owner=owner, metric=REVENUE, amount=Amount.of(yuan, CNY), on=date(2026, 9, day), scope=scope)

    counted = tally([sale(1, "bo", 2), sale(2, "ada", 3), sale(3, "ada", 3), sale(4, "ada", 3, product="A")])
    assert [(row["scope"], row["owner"], row["day"], row["amount"], row["entries"]) for row in counted.rows()] == [
        ("", "ada", date(2026, 9, 3), Decimal("5.00"), 2),
        ("", "bo", date(2026, 9, 2), Decimal("1.00"), 1),
        ("product=A", "ada", date(2026, 9, 3), Decimal("4.00"), 1),
    ]
    assert (counted.owners, counted.units, counted.metrics) == (("ada", "bo"), (CNY,), ("revenue",))
    assert counted.last_day == date(2026, 9, 3)
    assert str(counted).splitlines()[1].split() == ["revenue", "CNY", "ada", "2026-09-03", "5.00", "2"]


def test_the_tally_of_nothing_is_empty() -> None:
    for empty in (tally([]), tally(iter(())), ActualTally.empty(), ActualTally.empty() + tally([])):
        assert (len(empty), empty.last_day, empty.rows(), empty.day.tolist()) == (0, None, [], [])
        assert empty == ActualTally.empty()
    none = np.zeros(0, dtype=np.int64)
    no_codes: dict[str, Codes[Any]] = {name: Codes(none, ()) for name in ("owner", "metric", "unit")}
    assert columns(**no_codes, on=none.astype("datetime64[D]"), minor=none) == ActualTally.empty()


def test_a_tally_equals_and_merges_with_no_other_thing_and_has_no_hash() -> None:
    assert ActualTally.empty() != 0
    nothing: Any = None
    with pytest.raises(TypeError):
        ActualTally.empty() + nothing
    with pytest.raises(TypeError):
        hash(ActualTally.empty())


def test_the_columns_of_a_tally_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        columns().minor[0] = 5


@pytest.mark.parametrize("days", [40, 3_000_000], ids=["dense", "sparse"])
@pytest.mark.parametrize("scale", [1, 10**12], ids=["small", "large"])
def test_long_columns_are_summed_exactly(days: int, scale: int) -> None:
    rng = np.random.default_rng(5)
    owner, day = rng.integers(0, 7, MANY), rng.integers(0, days, MANY)
    minor = rng.integers(-9 * scale, 9 * scale, MANY)
    first = np.datetime64("0001-01-01", "D")
    counted = columns(
        owner=Codes(owner, tuple("abcdefg")),
        metric=Codes(np.zeros(MANY, dtype=np.int8), ("visits",)),
        unit=Codes(np.zeros(MANY, dtype=np.uint8), (COUNT,)),
        on=first + day,
        minor=minor,
    )
    expected: dict[tuple[str, int], list[int]] = {}
    for cell in zip(("abcdefg"[place] for place in owner.tolist()), day.tolist(), minor.tolist(), strict=True):
        expected.setdefault(cell[:2], []).append(cell[2])
    found = zip((counted.owners[place] for place in counted.owner.tolist()), (counted.day - 1).tolist(), strict=True)
    assert list(found) == sorted(expected)
    assert counted.minor.tolist() == [sum(expected[cell]) for cell in sorted(expected)]
    assert counted.entries.tolist() == [len(expected[cell]) for cell in sorted(expected)]


def test_labels_that_no_row_bears_leave_no_trace() -> None:
    spare = Codes(np.array([2, 0, 2]), ("bo", "nobody", "ada"))
    assert columns(owner=spare) == columns()
    assert columns(owner=spare).owners == ("ada", "bo")
    units = Codes(np.array([1, 1, 1]), (JPY, COUNT))
    assert columns(unit=units) == columns()


def test_the_largest_amount_there_is_can_be_counted() -> None:
    counted = columns(minor=np.array([INT64_MAX - 20, 10, 10]), owner=Codes.of(["ada"] * 3))
    assert counted.minor.tolist() == [INT64_MAX - 10, 10]


@pytest.mark.parametrize("size", [2**20, 2**59, 2**60, 2**61])
def test_a_sum_and_its_count_stay_apart_however_large_the_amounts(size: int) -> None:
    owner = Codes.of(["ada", "ada", "bo"])
    on = np.array(["2026-09-01"] * 3, dtype="datetime64[D]")
    counted = columns(owner=owner, on=on, minor=np.array([-size, 3, size]))
    assert (counted.minor.tolist(), counted.entries.tolist()) == ([3 - size, size], [2, 1])
    doubled = counted + columns(owner=owner, on=on, minor=np.array([1, size - 7, 0]))
    assert (doubled.minor.tolist(), doubled.entries.tolist()) == ([-3, size], [4, 2])


# Refusals


def assert_refused(code: str, path: tuple[str | int, ...], call: Callable[[], object]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)


@given(
    st.lists(st.tuples(st.integers(-(10**15), 10**15), st.integers(1, 1000)), min_size=1, max_size=20),
    st.sampled_from([1, 10**3]),
)
def test_words_hold_the_sums_of_amounts_and_of_entries(cells: list[tuple[int, int]], scale: int) -> None:
    minor, entries = (np.array(column, dtype=np.int64) for column in zip(*cells, strict=True))
    minor *= scale
    bound = sum(abs(amount) * scale for amount, _ in cells)
    layout = Words.fitting(bound=bound, entries=int(entries.sum()))
    assert (layout is None) == (bound.bit_length() + int(entries.sum()).bit_length() > 63)
    if layout is not None:
        words = layout.joined(minor, entries)
        assert [int(part[0]) for part in layout.parted(words.sum(keepdims=True))] == [minor.sum(), entries.sum()]
        assert [part.tolist() for part in layout.parted(words)] == [minor.tolist(), entries.tolist()]


@pytest.mark.parametrize("scale", [1, 2**55], ids=["in words", "apart"])
@pytest.mark.parametrize("last", [5, 500], ids=["in a table", "listed"])
def test_runs_of_cells_are_summed_without_a_scan(scale: int, last: int) -> None:
    days = np.datetime64("2026-09-01") + np.array([0, 0, 1, 2, last])
    amounts = np.array([3, -1, 4, -20, 7]) * scale
    alike: dict[str, Any] = {name: Codes.of([label] * 5) for name, label in (("owner", "a"), ("metric", "m"), ("unit", CNY))}
    counted = columns(**alike, on=days, minor=amounts)
    minor, entries = counted.between(np.array([0, 0, 1, 3]), np.array([0, last + 1, 3, last + 1]))
    assert (minor // scale).tolist() == [0, -7, -16, 7]
    assert entries.tolist() == [0, 5, 2, 1]


@pytest.mark.parametrize("labels", [16, 300], ids=["few combinations", "many combinations"])
@pytest.mark.parametrize(("owner_type", "metric_type"), [("u2", "i2"), ("i8", "u8")])
def test_codes_of_any_type_and_however_many_labels_find_their_cells(labels: int, owner_type: str, metric_type: str) -> None:
    # In descending order, so that where a label stands is not its code.
    names = tuple(f"{number:03}" for number in reversed(range(labels)))
    rng = np.random.default_rng(6)
    owner, metric, unit = rng.integers(0, labels, MANY), rng.integers(0, labels, MANY), rng.integers(0, 2, MANY)
    counted = columns(
        owner=Codes(owner.astype(owner_type), names),
        metric=Codes(metric.astype(metric_type), names),
        unit=Codes(unit.astype(np.uint8), (JPY, COUNT)),
        on=np.full(MANY, np.datetime64("2026-09-01")),
        minor=np.ones(MANY, dtype=np.int64),
    )
    expected = Counter(zip(metric.tolist(), unit.tolist(), owner.tolist(), strict=True))
    cells = zip(counted.metric.tolist(), counted.unit.tolist(), counted.owner.tolist(), strict=True)
    found = [
        (names.index(counted.metrics[metric]), (JPY, COUNT).index(counted.units[unit]), names.index(counted.owners[owner]))
        for metric, unit, owner in cells
    ]
    assert dict(zip(found, counted.entries.tolist(), strict=True)) == expected


@pytest.mark.parametrize("unit", ["h", "s", "ns"])
def test_days_in_a_finer_unit_of_time_count_as_days(unit: str) -> None:
    on = np.array(["2026-09-01", "1969-12-31", "2026-09-02"], dtype="datetime64[D]")
    assert columns(on=on.astype(f"datetime64[{unit}]")) == columns(on=on)


@pytest.mark.parametrize("last", ["2026-09-02", "2027-09-02"], ids=["in a table", "listed"])
def test_a_tally_comes_out_of_a_pickle_as_it_went_in(last: str) -> None:
    counted = columns(on=np.array(["2026-09-01", "2026-09-01", last], dtype="datetime64[D]"))
    for _ in range(2):
        copied = pickle.loads(pickle.dumps(counted))  # noqa: S301 - our own
        assert copied == counted
        assert copied.rows() == counted.rows()
        assert copied + counted == counted + counted
    assert copied != columns(on=np.array(["2026-09-01", last, last], dtype="datetime64[D]"))


@pytest.mark.parametrize(
    ("codes", "labels", "code", "path"),
    [
        (np.array([0, 2]), ("ada", "bo"), "out_of_range", ("codes", 1)),
        (np.array([0, -1]), ("ada", "bo"), "out_of_range", ("codes", 1)),
        (np.array([0]), (), "out_of_range", ("codes", 0)),
        (np.array([0.0]), ("ada",), "not_codes", ("codes",)),
        (np.array([[0]]), ("ada",), "not_codes", ("codes",)),
        (np.array([0]), ("ada", "bo", "ada"), "not_unique", ("labels",)),
    ],
)
def test_codes_without_a_label_are_refused(codes: Any, labels: tuple[str, ...], code: str, path: tuple[str | int, ...]) -> None:  # noqa: ANN401 - arrays of any kind
    assert_refused(code, path, lambda: Codes(codes, labels))


@pytest.mark.parametrize(
    ("other", "code", "path"),
    [
        ({"metric": Codes.of(["visits"])}, "length", ("metric",)),
        ({"scope": Codes.of([FrozenMap()])}, "length", ("scope",)),
        ({"minor": np.array(1)}, "length", ("minor",)),
        ({"minor": np.array([1.0, 2.0, 3.0])}, "wrong_type", ("minor",)),
        ({"minor": np.array([1, 2, 3], dtype=np.uint64)}, "wrong_type", ("minor",)),
        ({"on": np.array([1, 2, 3])}, "not_days", ("on",)),
        ({"on": np.array(["2026-09-01"] * 3)}, "not_days", ("on",)),
        ({"on": np.array(["2026-09"] * 3, dtype="datetime64[M]")}, "not_days", ("on",)),
        (
            {"on": np.array(["2026-09-01", "2026-09-01", "2026-09-02T10"], dtype="datetime64[ns]")},
            "date_is_datetime",
            ("on", 2),
        ),
        ({"on": np.array(["2026-09-01", "NaT", "2026-09-02"], dtype="datetime64[D]")}, "wrong_type", ("on", 1)),
        ({"minor": np.array([2**62, 2**62, 0])}, "overflow", ("minor",)),
        ({"minor": np.array([-(2**63), 0, 0])}, "overflow", ("minor",)),
    ],
)
def test_columns_that_do_not_fit_are_refused(other: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    assert_refused(code, path, lambda: columns(**other))


def test_two_unlike_metrics_of_one_key_are_refused() -> None:
    another = Metric("revenue", "money", "stock", "higher", "Revenue so far")
    twin = Metric("revenue", "money", "flow", "higher", "metric.revenue")
    sales = [
        Actual(owner="ada", metric=each, amount=Amount.of(1, CNY), on=date(2026, 9, 1)) for each in (REVENUE, twin, another)
    ]
    assert tally(sales[:2]).entries.tolist() == [2]
    with pytest.raises(InvalidValueError) as caught:
        tally(sales)
    assert (caught.value.code, caught.value.path) == ("metric_conflict", ("actuals", 2, "metric"))


def test_what_is_no_actual_is_refused() -> None:
    nothing: Any = None
    assert_refused("wrong_type", ("actuals",), lambda: tally(nothing))
    assert_refused("wrong_type", ("actuals", 0), lambda: tally([nothing]))


def test_more_combinations_than_64_bits_number_are_refused() -> None:
    count = 30_000
    names = tuple(map(str, range(count)))
    codes = Codes(np.array([0, count - 1, 5]), names)
    scopes = Codes(codes.codes, tuple(FrozenMap({"product": name}) for name in names))
    days = np.array(["0001-01-01", "9999-12-31", "2026-01-01"], dtype="datetime64[D]")
    assert_refused("overflow", ("tally",), lambda: columns(owner=codes, metric=codes, scope=scopes, on=days))
