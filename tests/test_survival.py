"""Survival: event tables that merge, Kaplan-Meier, Aalen-Johansen, medians, restricted means and the log-rank test."""

import math
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.kernels.numeric import Column, Interval
from salesperf.kernels.proportion import wilson
from salesperf.kernels.survival import EventTable, RestrictedMean, aalen_johansen, kaplan_meier, log_rank

Rows = list[tuple[float, int, float]]
"""Duration, cause, entry."""

CAUSES = 3
whole = st.integers(0, 12).map(float)
anywhere = st.floats(0, 1e3) | st.sampled_from([0.0, 5e-324, 1e-300, 0.1, 7.0, 1e300])


@st.composite
def rows_of(draw: st.DrawFn, least: int = 0, *, late: bool = True) -> Rows:
    times = whole if draw(st.booleans()) else anywhere
    rows = []
    for _ in range(draw(st.integers(least, 25))):
        duration, cause = draw(times), draw(st.integers(0, CAUSES))
        entry = draw(st.sampled_from([0.0, 0.25, 0.5])) * duration if late and draw(st.booleans()) else 0.0
        rows.append((duration, cause, entry if entry < duration else 0.0))
    return rows


def columns(rows: Rows) -> tuple[Column, NDArray[np.int64], Column]:
    return (
        np.array([row[0] for row in rows], dtype=np.float64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.float64),
    )


def table_of(rows: Rows) -> EventTable:
    durations, causes, entry = columns(rows)
    return EventTable.of(durations, causes, entry=entry, cause_count=CAUSES)


def drawn(size: int, *, seed: int = 1, horizon: float = np.inf) -> tuple[Column, NDArray[np.int64]]:
    """Draw exponential durations, of cause 1 at a rate of 0.03 and of cause 2 at 0.07, until a horizon."""
    rng = np.random.default_rng(seed)
    won, lost = rng.exponential(1 / 0.03, size), rng.exponential(1 / 0.07, size)
    censored = rng.uniform(0, horizon, size) if np.isfinite(horizon) else np.full(size, np.inf)
    durations = np.minimum(np.minimum(won, lost), censored)
    return durations, np.where(censored <= durations, 0, np.where(won <= lost, 1, 2))


# Laws: the table


@given(rows_of(), st.data())
def test_tables_of_parts_merge_however_the_rows_are_split(rows: Rows, data: st.DataObject) -> None:
    part = data.draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    first, second, third = (table_of([row for row, of in zip(rows, part, strict=True) if of == index]) for index in range(3))
    whole_table = table_of(rows)
    assert first + second + third == whole_table == third + (second + first)
    assert whole_table + EventTable.empty() == whole_table == EventTable.empty() + whole_table
    assert whole_table.size == len(rows)


@given(rows_of(), st.randoms())
def test_the_order_of_the_durations_does_not_matter(rows: Rows, random: Any) -> None:  # noqa: ANN401 - of hypothesis
    shuffled = random.sample(rows, len(rows))
    assert table_of(shuffled) == table_of(rows)
    assert kaplan_meier(table_of(shuffled)).survival.tolist() == kaplan_meier(table_of(rows)).survival.tolist()


@given(rows_of())
def test_the_table_counts_what_was_given(rows: Rows) -> None:
    table = table_of(rows)
    times = sorted({row[0] for row in rows} | {row[2] for row in rows if row[2] > 0})
    assert table.times.tolist() == times
    for place, time in enumerate(times):
        for cause in range(CAUSES + 1):
            assert table.counts[cause, place] == sum(row[:2] == (time, cause) for row in rows)
        at_risk = sum(duration >= time and (entry == 0 or entry < time) for duration, _, entry in rows)
        assert table.at_risk[place] == at_risk
        assert table.events[place] == table.counts[1:, place].sum()


@given(rows_of(), st.sampled_from([np.int8, np.int64, np.uint16, np.float32, np.float64]))
def test_whole_days_count_alike_in_whatever_numbers_they_come(rows: Rows, kind: type[Any]) -> None:
    durations, causes, _ = columns(rows)
    days = np.floor(np.minimum(durations, 100))
    assert EventTable.of(days.astype(kind), causes.astype(np.uint8)) == EventTable.of(days, causes)


def test_times_that_are_counted_and_times_that_are_sorted_make_one_table() -> None:
    rng = np.random.default_rng(3)
    days, causes = rng.integers(0, 400, 5000), rng.integers(0, 3, 5000)
    by_sorting = EventTable.of(np.append(days, 10**6), np.append(causes, 0))
    assert by_sorting == EventTable.of(days, causes) + EventTable.of(np.array([10**6]), np.array([0]), cause_count=2)


def test_times_of_all_magnitudes_and_both_zeros_are_sorted_with_their_causes() -> None:
    durations, causes = np.array([0.5, 1e300, -0.0, 5e-324, 0.5, 0.0, 1e-300]), np.array([1, 2, 3, 1, 0, 1, 2])
    table = EventTable.of(durations, causes)
    assert table.times.tolist() == [0.0, 5e-324, 1e-300, 0.5, 1e300]
    assert table.counts.tolist() == [[0, 0, 0, 1, 0], [1, 1, 0, 1, 0], [0, 0, 1, 0, 1], [1, 0, 0, 0, 0]]
    assert not np.signbit(table.times[0])
    ordinary = EventTable.of(durations[[0, 2, 4, 5]], causes[[0, 2, 4, 5]])
    assert ordinary.times.tolist() == [0.0, 0.5]
    assert not np.signbit(ordinary.times[0])


@pytest.mark.parametrize("causes", [0, 1, 2, 7, 8, 255])
def test_times_however_far_apart_are_sorted_alike(causes: int) -> None:
    # The more causes, the less far apart may times be that are sorted with them as one number; below, at and beyond that.
    width = max(causes.bit_length(), 1)
    for exponent in range((0x7FF >> width) - 5, (0x7FF >> width) + 2):
        highest = math.ldexp(1.999, min(exponent, 1023))
        table = EventTable.of(np.array([highest, 1.5, -0.0, 1.0]), np.array([causes, 0, 0, causes]), cause_count=causes)
        assert table.times.tolist() == [0.0, 1.0, 1.5, highest]
        assert np.argmax(table.counts, axis=0).tolist() == [0, causes, 0, causes]
        assert table.at_risk.tolist() == [4, 3, 2, 1]
        assert not np.signbit(table.times[0])


@given(rows_of(least=1), st.floats(0, 13))
def test_what_comes_after_a_time_is_what_comes_given_that_it_lasted_so_long(rows: Rows, time: float) -> None:
    curve, later = kaplan_meier(table_of(rows)), kaplan_meier(table_of(rows).after(time))
    left = curve.at(time)
    if left > 0:
        assert (later.survival * left).tolist() == pytest.approx(curve.survival[curve.times > time].tolist(), abs=1e-12)


def test_a_table_cannot_change_and_equals_what_it_was_pickled_to() -> None:
    table = EventTable.of(np.array([1, 2]), np.array([True, False]))
    assert pickle.loads(pickle.dumps(table)) == table  # noqa: S301 - our own bytes
    assert table != EventTable.empty()
    assert table != "table"
    assert table.__add__(3) is NotImplemented  # type: ignore[operator] # no table
    for column in (table.times, table.counts, table.entered, table.at_risk, table.events):
        with pytest.raises(ValueError, match="read-only"):
            column[:] = 0
    with pytest.raises(TypeError, match="unhashable type: EventTable"):
        hash(table)


# Laws: the curves


@given(rows_of(least=1, late=False))
def test_without_censoring_kaplan_meier_is_the_share_that_lasts_longer(rows: Rows) -> None:
    seen = [(duration, max(cause, 1), entry) for duration, cause, entry in rows]
    curve = kaplan_meier(table_of(seen))
    expected = [sum(row[0] > time for row in seen) / len(seen) for time in curve.times]
    assert curve.survival.tolist() == pytest.approx(expected, abs=1e-14)
    binomial = [math.sqrt(share * (1 - share) / len(seen)) for share in expected]
    assert curve.standard_error.tolist() == pytest.approx(binomial, abs=1e-14)


@given(rows_of(least=1, late=False), st.integers(1, CAUSES))
def test_without_censoring_aalen_johansen_is_the_share_by_cause(rows: Rows, cause: int) -> None:
    seen = [(duration, max(row_cause, 1), entry) for duration, row_cause, entry in rows]
    curve = aalen_johansen(table_of(seen), cause)
    expected = [sum(row[0] <= time and row[1] == cause for row in seen) / len(seen) for time in curve.times]
    assert curve.incidence.tolist() == pytest.approx(expected, abs=1e-14)
    binomial = [math.sqrt(share * (1 - share) / len(seen)) for share in expected]
    assert curve.standard_error.tolist() == pytest.approx(binomial, abs=1e-9)


@given(rows_of(least=1))
def test_censoring_everything_gives_a_survival_of_one(rows: Rows) -> None:
    table = table_of([(duration, 0, entry) for duration, _, entry in rows])
    curve = kaplan_meier(table)
    assert curve.survival.tolist() == [1.0] * curve.times.size
    assert math.isnan(curve.median)
    assert aalen_johansen(table, 1).incidence.tolist() == [0.0] * curve.times.size


@given(rows_of())
def test_the_incidences_of_all_causes_and_survival_sum_to_one(rows: Rows) -> None:
    table = table_of(rows)
    curves = [aalen_johansen(table, cause) for cause in range(1, CAUSES + 1)]
    total = sum(curve.incidence for curve in curves) + kaplan_meier(table).survival
    assert np.abs(total - 1).max(initial=0.0) <= 1e-12
    assert all(np.array_equal(curve.survival, kaplan_meier(table).survival) for curve in curves)


@given(rows_of(), st.sampled_from([0.5, 0.8, 0.95, 0.999]))
def test_intervals_hold_the_estimate_and_stay_fractions(rows: Rows, level: float) -> None:
    table = table_of(rows)
    survival, incidence = kaplan_meier(table, level=level), aalen_johansen(table, 1, level=level)
    for curve, value in ((survival, survival.survival), (incidence, incidence.incidence)):
        assert np.all((curve.low >= 0) & (curve.low <= value) & (value <= curve.high) & (curve.high <= 1))
    assert np.all(np.diff(survival.survival) <= 0)
    assert np.all(np.diff(incidence.incidence) >= 0)
    interval = survival.median_interval
    assert interval.low <= interval.high
    assert math.isnan(survival.median) or survival.median in interval


@given(rows_of(least=1), st.integers(2, 50))
def test_more_of_the_same_narrows_every_interval_but_those_of_certainty(rows: Rows, times: int) -> None:
    table = table_of(rows)
    many = EventTable(table.times, table.counts * times, table.entered * times)
    for few_curve, many_curve in (
        (kaplan_meier(table), kaplan_meier(many)),
        (aalen_johansen(table, 1), aalen_johansen(many, 1)),
    ):
        narrowed = (many_curve.high - many_curve.low) - (few_curve.high - few_curve.low)
        assert np.all(narrowed <= 1e-12)


@given(rows_of(least=1), st.integers(1, CAUSES))
def test_the_standard_error_of_an_incidence_is_that_of_the_delta_method(rows: Rows, cause: int) -> None:
    # By differentiation, of the incidence as a function of the hazards, in exact arithmetic, each time a multinomial.
    table = table_of(rows)
    curve = aalen_johansen(table, cause)
    steps = []
    for place, at_risk in enumerate(int(n) for n in table.at_risk):
        events, every = int(table.counts[cause, place]), int(table.events[place])
        steps.append((at_risk, Fraction(events, max(at_risk, 1)), Fraction(every - events, max(at_risk, 1))))
    variance = Fraction(0)
    for place, (at_risk, own, other) in enumerate(steps):
        before = math.prod((1 - step[1] - step[2] for step in steps[:place]), start=Fraction(1))
        later, left = Fraction(0), Fraction(1)  # what follows by the cause, of those still left after this time
        for _, next_own, next_other in steps[place + 1 :]:
            later, left = later + left * next_own, left * (1 - next_own - next_other)
        by_own, by_other = before * (1 - later), -before * later
        if at_risk:
            mean = by_own * own + by_other * other
            variance += (by_own**2 * own + by_other**2 * other - mean**2) / at_risk
    assert curve.standard_error[-1] == pytest.approx(math.sqrt(variance), rel=1e-12, abs=1e-15)


@given(rows_of())
def test_a_single_cause_leaves_what_survival_does_not(rows: Rows) -> None:
    table = table_of([(duration, min(cause, 1), entry) for duration, cause, entry in rows])
    curve, incidence = kaplan_meier(table), aalen_johansen(table, 1)
    assert incidence.incidence.tolist() == pytest.approx((1 - curve.survival).tolist(), abs=1e-13)
    assert incidence.standard_error.tolist() == pytest.approx(curve.standard_error.tolist(), abs=1e-13)


@given(rows_of(least=1), st.lists(st.floats(0, 1e4), min_size=1, max_size=5))
def test_a_number_and_an_element_of_a_column_of_times_agree(rows: Rows, times: list[float]) -> None:
    curve, incidence = kaplan_meier(table_of(rows)), aalen_johansen(table_of(rows), 1)
    column = np.array(times)
    assert np.array_equal(curve.at(column), [curve.at(time) for time in times], equal_nan=True)
    assert np.array_equal(incidence.at(column), [incidence.at(time) for time in times], equal_nan=True)
    assert curve.interval_at(column).low.tolist() == [curve.interval_at(time).low for time in times]
    assert incidence.interval_at(column).high.tolist() == [incidence.interval_at(time).high for time in times]


@given(rows_of(least=1))
def test_a_curve_is_read_at_its_own_times_as_it_stands(rows: Rows) -> None:
    for curve, values in (
        (survival := kaplan_meier(table_of(rows)), survival.survival),
        (incidence := aalen_johansen(table_of(rows), 1), incidence.incidence),
    ):
        assert curve.at(curve.times).tolist() == values.tolist()
        interval = curve.interval_at(curve.times)
        assert (interval.low.tolist(), interval.high.tolist()) == (curve.low.tolist(), curve.high.tolist())


@given(rows_of(least=1, late=False), st.floats(0.01, 20))
def test_the_restricted_mean_is_the_mean_of_what_is_cut_off_at_the_horizon(rows: Rows, until: float) -> None:
    seen = [(duration, max(cause, 1), entry) for duration, cause, entry in rows]
    cut = np.minimum([row[0] for row in seen], until)
    mean = kaplan_meier(table_of(seen)).restricted_mean(until)
    assert mean.value == pytest.approx(np.mean(cut), rel=1e-12)
    assert mean.standard_error == pytest.approx(np.std(cut) / math.sqrt(len(cut)), rel=1e-9, abs=1e-12)
    assert mean.value in mean.interval
    assert 0 <= mean.interval.low <= mean.interval.high <= until


@given(rows_of(least=1), rows_of(least=1))
def test_the_log_rank_test_has_no_favourite(first: Rows, second: Rows) -> None:
    forth, back = log_rank(table_of(first), table_of(second)), log_rank(table_of(second), table_of(first))
    assert forth.statistic == pytest.approx(back.statistic, rel=1e-9, abs=1e-12, nan_ok=True)
    assert forth.observed.tolist() == back.observed[::-1].tolist()
    assert forth.expected.sum() == pytest.approx(forth.observed.sum(), rel=1e-12)
    same = log_rank(table_of(first), table_of(first), table_of(first))
    assert math.isnan(same.p_value) or same.p_value == pytest.approx(1)


# Laws: coverage, by seeded simulation


def test_the_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    # 400 draws of 80 durations, half of them censored: the standard error of a share of 0.95 is 0.011.
    moments = np.array([4.0, 8.0, 14.0])
    survival, incidence = np.exp(-0.1 * moments), 0.3 * (1 - np.exp(-0.1 * moments))
    mean = 10 * (1 - math.exp(-1.2))
    held: dict[str, list[Any]] = {"survival": [], "incidence": [], "median": [], "mean": []}
    for seed in range(400):
        table = EventTable.of(*drawn(80, seed=seed, horizon=25.0))
        curve, won = kaplan_meier(table), aalen_johansen(table, 1)
        for name, interval, truth in (
            ("survival", curve.interval_at(moments), survival),
            ("incidence", won.interval_at(moments), incidence),
        ):
            held[name].append((interval.low <= truth) & (truth <= interval.high))
        held["median"].append(10 * math.log(2) in curve.median_interval)
        held["mean"].append(mean in curve.restricted_mean(12).interval)
    for name, inside in held.items():
        assert np.mean(inside, axis=0) == pytest.approx(0.95, abs=0.035), name


def test_an_interval_before_anything_has_happened_holds_the_truth_often_enough() -> None:
    # The transformed interval would be [1, 1] here, and never hold it.
    held = []
    for seed in range(300):
        curve = kaplan_meier(EventTable.of(*drawn(10, seed=seed)))
        held.append(math.exp(-0.1 * 0.5) in curve.interval_at(0.5))
    assert np.mean(held) >= 0.9


def test_the_log_rank_test_raises_about_as_many_false_alarms_as_its_limit() -> None:
    # 600 pairs of groups of one course: the standard error of a share of 0.05 is 0.009.
    alarms = []
    for seed in range(600):
        durations, causes = drawn(60, seed=seed, horizon=30.0)
        test = log_rank(EventTable.of(durations[:30], causes[:30]), EventTable.of(durations[30:], causes[30:]))
        alarms.append(test.p_value <= 0.05)
    assert np.mean(alarms) == pytest.approx(0.05, abs=0.02)


def test_late_entries_lead_to_the_same_curve() -> None:
    durations, causes = drawn(40_000)
    entry = np.random.default_rng(2).uniform(0, 15, durations.size)
    seen = entry < durations
    curve = kaplan_meier(EventTable.of(durations[seen], causes[seen], entry=entry[seen]))
    # Without the entries, whoever lasted long enough to be seen would count from the beginning.
    naive = kaplan_meier(EventTable.of(durations[seen], causes[seen]))
    assert curve.at(10.0) == pytest.approx(math.exp(-1), abs=0.02)
    assert naive.at(10.0) > math.exp(-1) + 0.1


# Results from outside


def test_the_curves_of_greenwood_and_lifelines(oracle: Callable[[str], Any]) -> None:
    for case in oracle("survival.json")["cases"]:
        table = EventTable.of(np.array(case["durations"]), np.array(case["cause_0cens_1won_2lost"]))
        curve, expected = kaplan_meier(table), case["km_greenwood_log-log"]
        assert curve.times.tolist() == expected["time"]
        assert curve.survival.tolist() == pytest.approx(expected["surv"], abs=1e-14)
        assert curve.median == expected["median"][0]
        interval = curve.median_interval
        assert [interval.low, interval.high] == [expected["median"][1], expected["median"][2] or math.inf]
        for place, share in enumerate(expected["surv"]):
            # At 1 they say that it is certain, at 0 they say nothing; ours are Wilson's.
            if 0 < share < 1:
                assert curve.standard_error[place] == pytest.approx(expected["se_greenwood"][place], rel=1e-13)
                assert curve.low[place] == pytest.approx(expected["lower"][place], rel=1e-12)
                assert curve.high[place] == pytest.approx(expected["upper"][place], rel=1e-12)
        lifelines = case["km_lifelines_log_log"]
        assert curve.at(np.array(lifelines["time"])).tolist() == pytest.approx(lifelines["surv"], abs=1e-14)


def test_the_incidences_of_statsmodels_and_greenwood(oracle: Callable[[str], Any]) -> None:
    for case in oracle("survival.json")["cases"]:
        table = EventTable.of(np.array(case["durations"]), np.array(case["cause_0cens_1won_2lost"]))
        theirs, exact = case["aj_statsmodels"], case["aj_greenwood_plain_aalen_se"]
        for cause in (1, 2):
            curve = aalen_johansen(table, cause)
            assert curve.times.tolist() == theirs["time"]
            assert curve.incidence.tolist() == pytest.approx(theirs[f"cif_cause{cause}"], abs=1e-14)
            # Where nobody is left statsmodels has no standard error.
            assert curve.standard_error[:-1].tolist() == pytest.approx(theirs[f"se{cause}"][:-1], rel=1e-12, abs=1e-15)
            rows = slice((cause - 1) * curve.times.size, cause * curve.times.size)
            assert curve.standard_error.tolist() == pytest.approx(exact["std_error"][rows], rel=1e-12, abs=1e-15)


def test_the_curves_of_statsmodels_and_scikit_survival(oracle: Callable[[str], Any]) -> None:
    for case in oracle("survival.json")["cases"]:
        table = EventTable.of(np.array(case["durations"]), np.array(case["cause_0cens_1won_2lost"]))
        curve, theirs, other = kaplan_meier(table), case["km_statsmodels"], case["km_sksurv_log_log"]
        # Theirs has a row for each time of an event alone.
        rows = np.searchsorted(curve.times, theirs["time"])
        assert curve.survival[rows].tolist() == pytest.approx(theirs["surv"], abs=1e-14)
        assert curve.at_risk[rows].tolist() == theirs["n_risk"]
        assert curve.events[rows].tolist() == theirs["n_events"]
        left = curve.survival[rows] > 0
        assert curve.standard_error[rows][left].tolist() == pytest.approx(np.array(theirs["se"])[left].tolist(), rel=1e-12)
        assert curve.median == theirs["quantiles"]["0.5"]
        assert curve.survival.tolist() == pytest.approx(other["surv"], abs=1e-14)
        open_rows = np.flatnonzero((curve.survival > 0) & (curve.survival < 1))
        for ends, expected in ((curve.low, other["lower"]), (curve.high, other["upper"])):
            assert ends[open_rows].tolist() == pytest.approx(np.array(expected)[open_rows].tolist(), rel=1e-12)
        for name in ("km_greenwood_plain", "km_greenwood_log"):
            assert curve.survival.tolist() == pytest.approx(case[name]["surv"], abs=1e-14)
        incidences = case["aj_sksurv"]
        found = [aalen_johansen(table, cause) for cause in (1, 2)]
        for each, name in zip(found, ("cif1", "cif2"), strict=True):
            assert each.incidence.tolist() == pytest.approx(incidences[name], abs=1e-14)
        assert (found[0].incidence + found[1].incidence).tolist() == pytest.approx(incidences["total"], abs=1e-14)


def test_the_restricted_means_log_rank_tests_and_late_entries_of_others(oracle: Callable[[str], Any]) -> None:
    for case in oracle("survival.json")["cases"]:
        durations, causes = np.array(case["durations"]), np.array(case["cause_0cens_1won_2lost"])
        expected = case["rmst_at_median_duration"]
        mean = kaplan_meier(EventTable.of(durations, causes)).restricted_mean(expected["tau"])
        assert mean.value == pytest.approx(expected["rmst"], rel=1e-14)
        low, high = expected["greenwood"][1:]
        assert mean.standard_error == pytest.approx((high - low) / (2 * 1.959963984540054), rel=1e-12)
        group = np.array(case["logrank"]["group"])
        test = log_rank(*(EventTable.of(durations[group == label], causes[group == label]) for label in (0, 1)))
        assert (test.statistic, test.p_value) == pytest.approx((case["logrank"]["chi2"], case["logrank"]["p"]), rel=1e-12)
        late = case["km_left_truncated_lifelines"]
        curve = kaplan_meier(EventTable.of(durations, causes, entry=np.array(late["entry"])))
        assert curve.at(np.array(late["time"])).tolist() == pytest.approx(late["surv"], abs=1e-14)


def test_three_groups_of_ovarian_length() -> None:
    # scipy 1.17, stats.logrank for two; by the definition, restated with fractions, for three.
    groups = [[4, 5, 9, 12], [6, 9, 13, 20], [11, 19, 22, 30]]
    tables = [EventTable.of(np.array(group), np.array([1, 1, 1, 0])) for group in groups]
    test = log_rank(*tables)
    assert test.degrees == 2
    total, variance = [Fraction(0)] * 3, [[Fraction(0)] * 3 for _ in range(3)]
    for time in sorted({time for group in groups for time in group[:3]}):
        risk = [sum(other >= time for other in group) for group in groups]
        deaths = [sum(other == time for other in group[:3]) for group in groups]
        n, d = sum(risk), sum(deaths)
        for g in range(3):
            total[g] += deaths[g] - Fraction(d * risk[g], n)
            for h in range(3):
                factor = Fraction(d * (n - d), n - 1) if n > 1 else Fraction(0)
                variance[g][h] += factor * Fraction(risk[g], n) * ((g == h) - Fraction(risk[h], n))
    (a, b), (c, e) = variance[0][:2], variance[1][:2]
    x, y = total[:2]
    statistic = (e * x * x - (b + c) * x * y + a * y * y) / (a * e - b * c)
    assert test.statistic == pytest.approx(float(statistic), rel=1e-12)
    assert test.p_value == pytest.approx(math.exp(-float(statistic) / 2), rel=1e-12)


def test_a_million_steps_keep_their_digits() -> None:
    durations, causes = drawn(300_000, horizon=40.0)
    table = EventTable.of(durations, causes)
    curve = kaplan_meier(table)
    n, d = table.at_risk.astype(np.longdouble), table.events.astype(np.longdouble)
    survival = np.cumprod(1 - d / n)
    assert np.abs(curve.survival / survival - 1).max() < 1e-12
    error = survival * np.sqrt(np.cumsum(d / (n * (n - d))))
    assert np.abs(curve.standard_error / np.maximum(error, 1e-300) - 1)[table.events.cumsum() > 0].max() < 1e-12


def test_the_errors_of_many_steps_of_an_incidence_keep_their_digits() -> None:
    durations, causes = drawn(100_000)
    curve = aalen_johansen(EventTable.of(durations, causes), 1)
    share = np.cumsum(curve.events) / durations.size
    assert np.abs(curve.incidence - share).max() < 1e-12
    # Without censoring, that of a binomial share.
    some = share > 0
    assert np.abs(curve.standard_error[some] / np.sqrt(share * (1 - share) / durations.size)[some] - 1).max() < 1e-11


def test_where_there_are_no_causes_everybody_stays() -> None:
    curve = kaplan_meier(EventTable.of(np.array([1, 2]), np.array([0, 0]), cause_count=0))
    assert curve.survival.tolist() == [1.0, 1.0]
    assert curve.standard_error.tolist() == [0.0, 0.0]
    assert curve.events.tolist() == [0, 0]


def test_curves_cannot_change() -> None:
    table = EventTable.of(np.array([1, 2]), np.array([1, 2]))
    survival, incidence = kaplan_meier(table), aalen_johansen(table, 2)
    for curve in (survival, incidence):
        assert curve.table == table
        for column in (curve.times, curve.survival, curve.standard_error, curve.at_risk, curve.events, curve.low, curve.high):
            with pytest.raises(ValueError, match="read-only"):
                column[:] = 0
    with pytest.raises(ValueError, match="read-only"):
        incidence.incidence[:] = 0


# What is not known


def test_nothing_is_known_of_an_empty_cohort() -> None:
    curve, incidence = kaplan_meier(EventTable.empty()), aalen_johansen(table_of([]), 2)
    assert curve.times.size == incidence.times.size == EventTable.empty().size == 0
    assert math.isnan(curve.at(3))
    assert math.isnan(incidence.at(3))
    assert math.isnan(curve.median)
    assert curve.median_interval == Interval(0.0, math.inf)
    assert curve.interval_at(3) == incidence.interval_at(3) == Interval(0.0, 1.0)
    mean = curve.restricted_mean(3)
    assert math.isnan(mean.value)
    assert math.isnan(mean.standard_error)
    assert mean.interval == Interval(0.0, 3.0)
    test = log_rank(EventTable.empty(), EventTable.empty())
    assert (test.degrees, math.isnan(test.statistic), math.isnan(test.p_value)) == (0, True, True)


def test_beyond_what_was_seen_nothing_is_known_unless_nobody_is_left() -> None:
    table = EventTable.of(np.array([1, 2, 5]), np.array([1, 2, 0]))
    curve, incidence = kaplan_meier(table), aalen_johansen(table, 1)
    assert curve.at(5) == pytest.approx(1 / 3)
    assert math.isnan(curve.at(5.5))
    assert math.isnan(incidence.at(5.5))
    assert math.isnan(curve.restricted_mean(6).value)
    assert curve.interval_at(6) == Interval(0.0, curve.high[-1])
    assert incidence.interval_at(6) == Interval(incidence.low[-1], 1.0)
    ended = EventTable.of(np.array([1, 2]), np.array([1, 2]))
    assert (kaplan_meier(ended).at(9), aalen_johansen(ended, 1).at(9)) == (0.0, 0.5)
    assert kaplan_meier(ended).restricted_mean(9).value == 1.5
    over = aalen_johansen(ended, 1)
    assert over.interval_at(9) == Interval(over.low[-1], over.high[-1])
    assert math.isnan(curve.at(math.nan))


def test_none_and_all_have_the_interval_of_wilson() -> None:
    lasting = EventTable.of(np.array([7] * 10), np.zeros(10, dtype=int), cause_count=1)
    none = kaplan_meier(lasting).interval_at(np.array([0.0, 7.0]))
    assert none.low.tolist() == pytest.approx([wilson(10, 10).low] * 2, rel=1e-12)
    assert aalen_johansen(lasting, 1).interval_at(3).high == pytest.approx(wilson(0, 10).high, rel=1e-12)
    ended = EventTable.of(np.arange(1, 11), np.ones(10, dtype=int))
    assert kaplan_meier(ended).high[-1] == pytest.approx(wilson(0, 10).high, rel=1e-12)
    assert aalen_johansen(ended, 1).low[-1] == pytest.approx(wilson(10, 10).low, rel=1e-12)


def test_whoever_enters_after_all_others_left_does_not_bring_the_curve_back() -> None:
    table = EventTable.of(np.array([1.0, 2.0, 9.0]), np.array([1, 1, 1]), entry=np.array([0.0, 0.0, 4.0]))
    curve, incidence = kaplan_meier(table), aalen_johansen(table, 1)
    assert table.times.tolist() == [1.0, 2.0, 4.0, 9.0]
    assert curve.survival.tolist() == [0.5, 0.0, 0.0, 0.0]
    assert incidence.incidence.tolist() == [0.5, 1.0, 1.0, 1.0]
    assert curve.high[1:].tolist() == [pytest.approx(wilson(0, 2).high)] * 3


def test_an_interval_of_a_mean_stays_within_the_horizon() -> None:
    mean = RestrictedMean(value=9.5, standard_error=1.0, until=10.0, level=0.95)
    assert mean.interval.high == 10.0


def test_a_test_of_groups_that_were_never_there_together_says_nothing() -> None:
    early, late = (
        EventTable.of(np.array([1, 2]), np.array([1, 1])),
        EventTable.of(np.array([8]), np.array([1]), entry=np.array([5])),
    )
    test = log_rank(early, late)
    assert math.isnan(test.p_value)
    assert test.observed.tolist() == test.expected.tolist() == [2.0, 1.0]


# Refusals

ONES = np.ones(2, dtype=int)


@pytest.mark.parametrize(
    ("call", "code", "path"),
    [
        (lambda: EventTable.of(np.array([1, -1]), ONES), "out_of_range", ("durations", 1)),
        (lambda: EventTable.of(np.array([1.0, math.nan]), ONES), "not_finite", ("durations", 1)),
        (lambda: EventTable.of(np.array([math.inf, 1.0]), ONES), "not_finite", ("durations", 0)),
        (lambda: EventTable.of([1, 2], ONES), "not_numeric", ("durations",)),  # type: ignore[arg-type] # a list
        (lambda: EventTable.of(np.ones((1, 2)), ONES), "dimensions", ("durations",)),
        (lambda: EventTable.of(np.array([1, 2]), np.array([0, 1, 1])), "length", ("causes",)),
        (lambda: EventTable.of(np.array([1, 2]), [0, 1]), "not_numeric", ("causes",)),  # type: ignore[arg-type] # a list
        (lambda: EventTable.of(np.array([1, 2]), np.array([0.0, 1.0])), "wrong_type", ("causes",)),
        (lambda: EventTable.of(np.array([1, 2]), np.array([0, -1])), "out_of_range", ("causes", 1)),
        (lambda: EventTable.of(np.array([1, 2]), np.array([0, 256])), "out_of_range", ("causes", 1)),
        (lambda: EventTable.of(np.array([1, 2]), np.array([0, 2]), cause_count=1), "out_of_range", ("causes", 1)),
        (lambda: EventTable.of(np.array([1, 2]), ONES, cause_count=256), "out_of_range", ("cause_count",)),
        (lambda: EventTable.of(np.array([1, 2]), ONES, cause_count=1.5), "out_of_range", ("cause_count",)),  # type: ignore[arg-type] # no count
        (lambda: EventTable.of(np.array([3, 2]), ONES, entry=np.array([1, 3])), "entry_not_before_exit", ("entry", 1)),
        (lambda: EventTable.of(np.array([3, 2]), ONES, entry=np.array([1, 2])), "entry_not_before_exit", ("entry", 1)),
        (lambda: EventTable.of(np.array([3, 2]), ONES, entry=np.array([1])), "length", ("entry",)),
        (lambda: EventTable.of(np.array([3, 2]), ONES, entry=np.array([1, -2])), "out_of_range", ("entry", 1)),
        (lambda: EventTable.empty().after(-1), "out_of_range", ("time",)),
        (lambda: kaplan_meier(3), "wrong_type", ("table",)),  # type: ignore[arg-type] # no table
        (lambda: kaplan_meier(EventTable.empty(), level=1), "between", ("level",)),
        (lambda: aalen_johansen(table_of([]), 1, level=0), "between", ("level",)),
        (lambda: kaplan_meier(EventTable.empty()).at(-1), "out_of_range", ("t",)),
        (lambda: kaplan_meier(EventTable.empty()).restricted_mean(0), "not_positive", ("until",)),
        (lambda: kaplan_meier(EventTable.empty()).restricted_mean(math.nan), "not_positive", ("until",)),
        (lambda: log_rank(EventTable.empty()), "too_few", ("tables",)),
        (lambda: log_rank(EventTable.empty(), 3), "wrong_type", ("tables", 1)),  # type: ignore[arg-type] # no table
    ],
)
def test_what_cannot_have_been_observed_is_refused(call: Callable[[], object], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize("cause", [0, -1, 4, 1.0, "won"])
def test_an_unknown_cause_is_refused(cause: Any) -> None:  # noqa: ANN401 - any wrong value
    with pytest.raises(UnknownNameError) as caught:
        aalen_johansen(table_of([]), cause)
    assert (caught.value.code, caught.value.path) == ("unknown_cause", ("cause",))
