"""Bottlenecks: what is one and what only looks like one, results of other packages on the same counts, worth, and refusals."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import attrs
import numpy as np
import pytest
from examples import draws, standard_error

from salesperf import CNY, Amount, Change, InvalidValueError, Opportunity, SalesperfError, SalesProcess, Stage
from salesperf.funnel import VERDICTS, FunnelTally, OutcomeTally, bottlenecks, count, outcomes
from salesperf.kernels.proportion import adjust, binomial_test, fisher_exact, newcombe, two_proportion_test, wilson

PROCESS: Final = SalesProcess(
    key="sales",
    stages=[
        Stage(key="lead"),
        Stage(key="offer"),
        Stage(key="talks"),
        Stage(key="won", kind="won"),
        Stage(key="lost", kind="lost"),
        Stage(key="dropped", kind="cancelled"),
    ],
)
KEYS: Final = ("lead", "offer", "talks")
OTHER: Final = SalesProcess(stages=[Stage(key="lead"), Stage(key="won", kind="won"), Stage(key="lost", kind="lost")])
FIRST: Final = date(2026, 1, 1)
AS_OF: Final = date(2026, 12, 31)


def counts(*moved_on: int, entered: int = 100, is_open: Sequence[int] = (0, 0, 0)) -> FunnelTally:
    """Make a tally in which so many went beyond each stage."""
    came = [entered, *moved_on[:-1]]
    lost = [here - beyond - waiting for here, beyond, waiting in zip(came, moved_on, is_open, strict=True)]
    return attrs.evolve(
        FunnelTally.empty(PROCESS, as_of=AS_OF), moved_on=np.array([moved_on]), lost=np.array([lost]), open=np.array([is_open])
    )


def deals(paces: Sequence[int], *, lost_after: int, begin: int = 0, owner: str = "ada") -> list[Opportunity]:
    """Make deals that move on from lead after some days, or else are lost after others, and are then won at once."""
    made = []
    for number, pace in enumerate(paces):
        on = FIRST + timedelta(begin)
        steps = [(0, "lead"), *([(pace, "offer"), (pace, "talks"), (pace, "won")] if pace else [(lost_after, "lost")])]
        history = [Change(on + timedelta(days), stage=stage, owner=owner) for days, stage in steps]
        made.append(Opportunity(id=f"o-{number}", history=history))
    return made


def by_stage(*args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - arguments of bottlenecks
    return {each.stage.key: each for each in bottlenecks(*args, **kwargs)}


# One that is a bottleneck, and one that looks like one


def test_a_difference_beyond_chance_is_a_bottleneck_and_one_within_only_looks_like_one() -> None:
    found = by_stage(counts(50, 20, 18), counts(52, 40, 30), average_won_value=Amount.of("1234.56", CNY))
    assert {key: each.verdict for key, each in found.items()} == {
        "lead": "looks_like_one",
        "offer": "bottleneck",
        "talks": "not_lower",
    }
    offer = found["offer"]
    # 50 deals came to the offer; at 40 of 52 instead of 20 of 50, with 18 of 20 later, 16.62 more would be won.
    exact = 50 * (Fraction(40, 52) - Fraction(20, 50)) * Fraction(18, 20)
    assert offer.worth.value == pytest.approx(float(exact), abs=1e-12)
    assert offer.worth_value == Amount.of("1234.56", CNY).times(exact)
    assert offer.breakdown.holds()
    assert offer.breakdown.value == offer.worth_value
    interval = newcombe(20, 50, 40, 52)
    assert (offer.worth.low, offer.worth.high) == pytest.approx((-45 * interval.high, -45 * interval.low), abs=1e-9)
    assert offer.text() == (
        "offer: 40.0% of the deals decided there moved on, against 76.9% of the baseline. The difference of -36.9 pp is more "
        f"than chance makes (p = {offer.adjusted_p_value:.2g}, allowing for 3 comparisons): a bottleneck. At the rate of the "
        "baseline 16.6 more deals would be won (8.1 to 23.6), worth CNY 20,512.69."
    )
    assert (
        found["lead"]
        .text("zh")
        .startswith("lead：该阶段已有结果的商机中推进 50.0%，基准为 52.0%。看似瓶颈，但相差 -2.0 个百分点")
    )
    row = offer.rows()[0]
    assert (row["stage"], row["verdict"], row["unit"], row["worth_value"]) == (
        "offer",
        "bottleneck",
        "CNY",
        Decimal("20512.69"),
    )


def test_what_restores_most_comes_first_and_what_is_not_known_last() -> None:
    found = bottlenecks(counts(60, 30, 9), counts(80, 60, 58))
    assert [each.stage.key for each in found] == ["talks", "offer", "lead"]
    assert [each.verdict for each in found] == ["bottleneck", "bottleneck", "bottleneck"]
    few = bottlenecks(counts(60, 9, 1), counts(80, 60, 58))
    assert [(each.stage.key, each.verdict) for each in few][-1] == ("talks", "not_enough_data")
    assert few[-1].worth.value is not None
    assert few[-1].worth.low is None
    assert few[-1].text() == "talks: not enough data: 9 deals decided, and it takes 10."
    assert {each.verdict for each in (*found, *few)} <= set(VERDICTS)


def test_what_nobody_came_to_is_undefined_and_so_is_what_lies_before_it() -> None:
    found = by_stage(counts(50, 0, 0), counts(60, 50, 40), average_won_value=Amount.of(9, CNY))
    for key in KEYS:
        assert (found[key].worth.value, found[key].worth_value) == (None, None)
        assert found[key].breakdown.holds()
    assert found["lead"].worth.reason.key == "funnel.reason.worth_undefined"
    assert (found["lead"].verdict, found["talks"].verdict) == ("looks_like_one", "not_enough_data")
    assert found["talks"].rate.value is None


# The same as other packages, and as the kernels


def test_differences_and_p_values_are_those_of_statsmodels_and_scipy(oracle: Callable[[str], dict[str, Any]]) -> None:
    for case in oracle("hypothesis_tests.json")["two_proportions"]:
        k1, n1, k2, n2 = (case[name] for name in ("k1", "n1", "k2", "n2"))
        one = counts(k1, 0, 0, entered=n1)
        other = counts(k2, 0, 0, entered=n2)
        lead = by_stage(one, other, minimum=1)["lead"]
        is_expected = min(n1, n2) * min(k1 + k2, n1 + n2 - k1 - k2) / (n1 + n2) >= 5
        expected = case["pooled_two-sided"][1] if is_expected else case["fisher_two_sided_p"]
        assert lead.p_value == pytest.approx(expected, rel=1e-9)
        assert (lead.difference.low, lead.difference.high) == pytest.approx(case["ci_diff_newcomb"], abs=1e-9)


def test_intervals_against_a_stated_rate_are_wilsons(oracle: Callable[[str], dict[str, Any]]) -> None:
    rates = {"lead": Decimal("0.25"), "offer": 1, "talks": 0}
    for case in oracle("intervals.json")["cases"]:
        lead = by_stage(counts(case["k"], 0, 0, entered=case["n"]), rates, level=1 - case["alpha"], minimum=1)["lead"]
        assert (lead.difference.low + 0.25, lead.difference.high + 0.25) == pytest.approx(case["wilson"], abs=1e-9)
        assert lead.p_value == pytest.approx(binomial_test(case["k"], case["n"], 0.25), rel=1e-12)
        assert (lead.baseline.value, lead.baseline.n, lead.baseline_open) == (0.25, 0, 0)


@pytest.mark.parametrize("method", ["holm", "benjamini_hochberg"])
def test_all_stages_looked_at_are_allowed_for_and_no_others(method: Any) -> None:  # noqa: ANN401 - a name in a registry
    one, other = counts(50, 20, 5, entered=90), counts(70, 50, 45)
    found = by_stage(one, other, method=method)
    pairs = ((50, 90, 70, 100), (20, 50, 50, 70), (5, 20, 45, 50))
    expected = adjust(np.array([two_proportion_test(*pair) for pair in pairs]), method=method)
    assert [found[key].adjusted_p_value for key in KEYS] == pytest.approx(expected.tolist())
    few = by_stage(counts(50, 9, 5, entered=90), other)
    assert (few["talks"].p_value, few["talks"].adjusted_p_value) == (None, None)
    assert "allowing for 2 comparisons" in few["offer"].text()


def test_a_stage_that_all_of_both_sides_passed_was_not_looked_at() -> None:
    found = by_stage(counts(50, 50, 20), counts(70, 70, 45))
    assert (found["offer"].p_value, found["offer"].adjusted_p_value, found["offer"].verdict) == (1.0, 1.0, "not_lower")
    assert found["lead"].adjusted_p_value == pytest.approx(two_proportion_test(50, 100, 70, 100) * 2)


def test_where_few_are_expected_the_exact_test_is_taken() -> None:
    lead = by_stage(counts(12, 0, 0, entered=12), counts(8, 0, 0, entered=12))["lead"]
    assert lead.p_value == fisher_exact(12, 12, 8, 12)


# Open deals


def test_open_deals_are_in_no_rate_and_the_reasons_tell_of_them() -> None:
    found = by_stage(counts(40, 20, 10, is_open=(20, 0, 0)), counts(50, 40, 30))
    assert found["lead"].rate.value == 0.5
    assert (found["lead"].entered, found["lead"].open, found["lead"].rate.n) == (100, 20, 80)
    assert found["lead"].reasons[-1].text() == (
        "Open there and in neither rate: 20, of the baseline 0. Where losing takes longer than moving on, this flatters the "
        "younger of the two; counted by outcomes they compare at equal age."
    )
    assert "Open there" not in found["offer"].text()


def test_a_young_cohort_is_flattered_by_counts_and_not_by_outcomes() -> None:
    # Both move on after 10 days or are lost after 60, half of each; the young one began 30 days ago, so that no loss has come.
    paces = [10, 0] * 30
    old = deals(paces, lost_after=60)
    young = deals(paces, lost_after=60, begin=(AS_OF - FIRST).days - 30)
    counted = by_stage(count(young, PROCESS, as_of=AS_OF), count(old, PROCESS, as_of=AS_OF))["lead"]
    assert (counted.rate.value, counted.verdict) == (1.0, "better")
    followed = by_stage(outcomes(young, PROCESS, as_of=AS_OF), outcomes(old, PROCESS, as_of=AS_OF))["lead"]
    assert (followed.horizon, followed.rate.value, followed.baseline.value) == (30, 0.5, 0.5)
    assert (followed.verdict, followed.open, followed.baseline_open) == ("not_lower", 30, 0)
    assert followed.text() == "lead: 50.0% moved on within 30 days of coming there, against 50.0% of the baseline: not lower."
    stated = by_stage(outcomes(young, PROCESS, as_of=AS_OF), {"lead": 0.9, "offer": 1, "talks": 1}, horizon=30)["lead"]
    assert (stated.verdict, stated.rate.n) == ("bottleneck", 60)
    # Nobody was followed for 31 days.
    beyond = by_stage(outcomes(young, PROCESS, as_of=AS_OF), outcomes(old, PROCESS, as_of=AS_OF), horizon=31)["lead"]
    assert (beyond.verdict, beyond.rate.value, beyond.baseline.value) == ("not_enough_data", None, 0.5)


def test_a_stage_in_which_nobody_stays_is_passed_on_the_same_day() -> None:
    found = by_stage(outcomes(deals([5] * 20, lost_after=0), PROCESS, as_of=AS_OF), {"lead": 1, "offer": 0.9, "talks": 1})
    assert (found["offer"].horizon, found["lead"].horizon) == (0, 5)
    assert found["offer"].text().startswith("offer: 100.0% moved on the same day, against 90.0% of the baseline")
    assert found["offer"].text("zh").startswith("offer：到达当日推进 100.0%，基准为 90.0%")
    assert "moved on within 5 days of coming there" in found["lead"].text()


def test_a_rate_with_censored_deals_tells_as_much_as_its_standard_error() -> None:
    last = (AS_OF - FIRST).days
    mixed = [*deals([5, 0] * 20, lost_after=8), *deals([9] * 20, lost_after=0, begin=last - 6)]
    found = by_stage(outcomes(mixed, PROCESS, as_of=AS_OF), {"lead": 0.5, "offer": 1, "talks": 1}, horizon=8)["lead"]
    # 60 deals on day 5, of which 20 move on, 20 censored on day 6, and 20 lost on day 8: 1/3 for certain, as of 60.
    assert found.rate.value == pytest.approx(1 / 3, abs=1e-12)
    assert found.rate.n == 60
    interval = wilson(20, 60)
    assert found.p_value == pytest.approx(binomial_test(20, 60, 0.5))
    assert found.rate.low == pytest.approx(interval.low, abs=0.03)


def course(random: np.random.Generator, size: int, ages: tuple[int, int]) -> list[Opportunity]:
    """Make deals of ages within a range, lost in each stage with one chance in three, and later than those that move on."""
    made = []
    for number, age in enumerate(random.integers(*ages, size).tolist()):
        on, history = AS_OF - timedelta(age), []
        for key in KEYS:
            history.append(Change(on, stage=key))
            if random.random() < 1 / 3:
                history.append(Change(on + timedelta(1 + int(random.exponential(40))), stage="lost"))
                break
            on += timedelta(1 + int(random.exponential(15)))
        else:
            history.append(Change(on, stage="won"))
        made.append(Opportunity(id=f"o-{number}", history=history))
    return made


def test_groups_of_one_course_and_unlike_age_differ_as_rarely_as_the_level_says() -> None:
    random, alarms, rounds = np.random.default_rng(20261122), 0, draws(80)
    for _ in range(rounds):
        young, old = (outcomes(course(random, 120, ages), PROCESS, as_of=AS_OF) for ages in ((0, 60), (200, 400)))
        alarms += any(found.verdict in ("bottleneck", "better") for found in bottlenecks(young, old))
    assert alarms / rounds <= 0.05 + 3 * standard_error(0.05, rounds)


# Segments


def test_segments_are_held_against_the_rest_against_the_same_or_against_one() -> None:
    good, poor = deals([3] * 30 + [0] * 10, lost_after=5), deals([3] * 12 + [0] * 28, lost_after=5, owner="bo")
    both = count([*good, *poor], PROCESS, as_of=AS_OF, by=("owner",))
    rest = bottlenecks(both, "rest")
    assert [(each.labels, each.stage.key, each.verdict) for each in rest if each.verdict in ("bottleneck", "better")] == [
        (("bo",), "lead", "bottleneck"),
        (("ada",), "lead", "better"),
    ]
    assert rest[0].rows()[0]["owner"] == "bo"
    alone = by_stage(both, both, segment=1, baseline_segment=0)["lead"]
    assert (alone.rate.value, alone.baseline.value) == (0.3, 0.75)
    assert alone.adjusted_p_value < by_stage(both, "rest", segment=1)["lead"].adjusted_p_value * 1.01
    same = bottlenecks(both, both)
    assert {each.verdict for each in same} == {"not_lower"}
    before = count(good, PROCESS, as_of=AS_OF, by=("owner",))
    assert {each.labels: each.verdict for each in bottlenecks(both, before) if each.stage.key == "lead"} == {
        ("ada",): "not_lower",
        ("bo",): "not_enough_data",
    }
    whole = count(good, PROCESS, as_of=AS_OF)
    assert by_stage(both, whole, segment=1)["lead"].baseline.value == 0.75
    one = count(good, PROCESS, as_of=AS_OF)
    assert {each.verdict for each in bottlenecks(one, "rest")} == {"not_enough_data"}


# Refusals

TALLY: Final = counts(50, 40, 30)
FOLLOWED: Final = OutcomeTally.empty(PROCESS, as_of=AS_OF)
RATES: Final = {"lead": 0.5, "offer": 0.5, "talks": 0.5}


@pytest.mark.parametrize(
    ("ask", "code", "path"),
    [
        (lambda: bottlenecks(1, TALLY), "wrong_type", ("tally",)),  # type: ignore[type-var] # what is being tested
        (lambda: bottlenecks(TALLY, 1), "wrong_type", ("baseline",)),  # type: ignore[type-var] # the same
        (lambda: bottlenecks(TALLY, FOLLOWED), "wrong_type", ("baseline",)),  # type: ignore[type-var] # the same
        (lambda: bottlenecks(TALLY, "others"), "choice", ("baseline",)),  # type: ignore[type-var] # the same
        (lambda: bottlenecks(TALLY, FunnelTally.empty(OTHER, as_of=AS_OF)), "baseline_stages", ("baseline",)),
        (lambda: bottlenecks(FOLLOWED, OutcomeTally.empty(OTHER, as_of=AS_OF)), "baseline_stages", ("baseline",)),
        (lambda: bottlenecks(TALLY, {"lead": 0.5}), "baseline_stages", ("baseline",)),
        (lambda: bottlenecks(TALLY, {**RATES, "won": 0.5}), "baseline_stages", ("baseline",)),
        (lambda: bottlenecks(TALLY, RATES | {"offer": 1.5}), "out_of_range", ("baseline", "offer")),
        (lambda: bottlenecks(TALLY, RATES | {"offer": float("nan")}), "not_finite", ("baseline", "offer")),
        (lambda: bottlenecks(TALLY, RATES | {"offer": "0.5"}), "wrong_type", ("baseline", "offer")),  # type: ignore[type-var] # the same
        (lambda: bottlenecks(TALLY, count([], PROCESS, as_of=AS_OF, rule="strict")), "tally_mismatch", ("FunnelTally", "rule")),
        (lambda: bottlenecks(count([], PROCESS, as_of=AS_OF, rule="snapshot"), RATES), "choice", ("tally", "rule")),
        (lambda: bottlenecks(TALLY, RATES, segment=1), "out_of_range", ("segment",)),
        (lambda: bottlenecks(TALLY, TALLY, baseline_segment=1), "out_of_range", ("baseline_segment",)),
        (lambda: bottlenecks(TALLY, RATES, horizon=0), "out_of_range", ("horizon",)),
        (lambda: bottlenecks(TALLY, RATES, level=1.0), "between", ("level",)),
        (lambda: bottlenecks(TALLY, RATES, method="bonferroni"), "choice", ("method",)),  # type: ignore[arg-type] # the same
        (lambda: bottlenecks(TALLY, RATES, minimum=0), "out_of_range", ("minimum",)),
        (lambda: bottlenecks(TALLY, RATES, average_won_value=5), "wrong_type", ("average_won_value",)),  # type: ignore[arg-type] # the same
    ],
)
def test_what_is_malformed_is_refused(ask: Callable[[], object], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        ask()
    assert isinstance(caught.value, InvalidValueError)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_one_stage_looked_at_has_nothing_to_allow_for_and_a_segment_is_named() -> None:
    passed, more = counts(50, 50, 50), counts(70, 70, 70)
    only = by_stage(passed, more)["lead"]
    assert only.p_value == only.adjusted_p_value
    assert f"(p = {only.p_value:.2g}): a bottleneck." in only.text()
    assert f"（p = {only.p_value:.2g}）" in only.text("zh")
    of_ada = attrs.evolve(passed, by=("owner",), segments=(("ada",),))
    lead = by_stage(of_ada, more)["lead"]
    assert lead.text() == only.text().replace("lead", "ada, lead", 1)
    assert lead.text("zh").startswith("ada，lead：")
