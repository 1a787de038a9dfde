"""Forecasts with stated chances: what counts, for whom, in which category, what is needed, what changed, what if."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import attrs
import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_PROCESSES,
    USD,
    Amount,
    Change,
    InvalidInputError,
    InvalidValueError,
    Message,
    Opportunity,
    Org,
    Override,
    Period,
    Rep,
    SalesperfError,
    SalesProcess,
    Stage,
    Team,
    UnitMismatchError,
    UnknownNameError,
    forecast,
    pipeline,
)
from salesperf.forecast import Forecast
from salesperf.kernels.numeric import Bounds
from salesperf.kernels.sums.odds import Odds
from salesperf.model.change import ForecastCategory
from salesperf.testing import assert_breakdowns_hold

binom: Any = pytest.importorskip("scipy.stats").binom

PROCESS: Final = STANDARD_PROCESSES["solution"]
THIRD: Final = Period.quarter(2026, 3)
AS_OF: Final = date(2026, 8, 31)
DUE: Final = date(2026, 9, 20)


def money(amount: int | str) -> Amount:
    return Amount.of(amount, CNY)


def deal(
    id: str,  # noqa: A002 - the name of the field
    stage: str,
    amount: int | None = 100,
    *more: Change,
    close: date | None = DUE,
    owner: str | None = "ada",
    category: ForecastCategory | None = None,
    on: date | None = date(2026, 8, 1),
) -> Opportunity:
    worth = None if amount is None else money(amount)
    opened = Change(on, stage=stage, amount=worth, expected_close=close, owner=owner, category=category)
    return Opportunity(id=id, history=[opened, *more])


def project(*deals: Opportunity, as_of: date = AS_OF, **terms: Any) -> Forecast:  # noqa: ANN401 - whatever a test is about
    return forecast.project(deals, PROCESS, **{"as_of": as_of, "period": THIRD, **terms})


THREE: Final = (deal("o-1", "won", 300), deal("o-2", "proposal", 200), deal("o-3", "contract", 100))
"""Won 300; 200 with a chance of 1/2; 100 with a chance of 9/10."""


# What counts


def test_what_was_won_is_certain_and_open_deals_come_with_their_chances() -> None:
    found = project(*THREE)
    assert (found.won_value, found.open_value, found.expected) == (money(300), money(300), money(490))
    chances = {300: 1.0, 301: 0.95, 400: 0.95, 401: 0.5, 500: 0.5, 501: 0.45, 600: 0.45, 601: 0.0}
    for target, chance in chances.items():
        assert chance in found.bounds(money(target))
        assert found.bounds(money(target)).width < 1e-11
        assert found.at_least(money(target)).value == pytest.approx(chance, abs=1e-11)
    assert [found.quantile(q) for q in (0.04, 0.06, 0.54, 0.56, 1.0)] == [money(each) for each in (300, 400, 500, 600, 600)]
    assert found.outcomes(0.8) == (money(400), money(600))


def test_the_expected_value_is_what_was_won_and_the_weighted_pipeline() -> None:
    found = project(*THREE)
    opened = pipeline.snapshot(THREE, PROCESS, as_of=AS_OF, period=THIRD)
    assert found.expected == money(300) + (opened.total.weighted or money(0))


def test_weighted_values_as_published(oracle: Callable[[str], Any]) -> None:
    (case,) = (each for each in oracle("forecast_pipeline.json")["cases"] if each["id"] == "zb-2")
    stages = [
        Stage(key=f"s{place}", probability=Decimal(chance) / 100) for place, (_, chance) in enumerate(case["inputs"]["deals"])
    ]
    ends = [Stage(key="won", kind="won"), Stage(key="lost", kind="lost")]
    deals = [deal(f"o-{place}", f"s{place}", amount) for place, (amount, _) in enumerate(case["inputs"]["deals"])]
    found = forecast.project(deals, SalesProcess(stages=[*stages, *ends]), as_of=AS_OF, period=THIRD)
    assert [each.weighted for each in found.deals] == [money(each) for each in case["expected"]["each"]]


@pytest.mark.parametrize("name", ["weighted_sum.json", "poisson_binomial.json"])
def test_probabilities_are_those_of_exact_rationals(oracle: Callable[[str], Any], name: str) -> None:
    measure: forecast.Measure = "amount" if name == "weighted_sum.json" else "count"
    unit = CNY if measure == "amount" else COUNT
    for case in oracle(name)["cases"][:6]:
        if len(case["p"]) > 40:
            continue
        stages = [Stage(key=f"s{place}") for place in range(len(case["p"]))]
        process = SalesProcess(stages=[*stages, Stage(key="won", kind="won"), Stage(key="lost", kind="lost")])
        amounts = case.get("amounts", [1] * len(case["p"]))
        deals = [
            Opportunity(
                id=f"o-{place}",
                history=[Change(AS_OF, stage=f"s{place}", amount=Amount(minor=amount, unit=CNY), expected_close=DUE)],
            )
            for place, amount in enumerate(amounts)
        ]
        stated = {f"s{place}": chance for place, chance in enumerate(case["p"])}
        found = forecast.project(deals, process, as_of=AS_OF, period=THIRD, measure=measure, probabilities=stated)
        for x, chance in enumerate(case["cdf"]):
            bounds = found.bounds(Amount(minor=x + 1, unit=unit))
            assert bounds.low - 1e-12 <= 1 - chance <= bounds.high + 1e-12


STANDING: Final = {
    "counted": deal("o", "proposal"),
    "outside": deal("o", "proposal", close=date(2026, 10, 1)),
    "omitted": deal("o", "proposal", category="omitted"),
    "no_amount": deal("o", "proposal", None),
    "no_expected_close": deal("o", "proposal", close=None),
}


@pytest.mark.parametrize("standing", STANDING)
def test_a_deal_that_does_not_count_says_why(standing: str) -> None:
    found = project(STANDING[standing], THREE[0])
    (only,) = found.deals
    assert only.standing == standing
    assert found.counted == ((only,) if standing == "counted" else ())
    assert (only.probability is None) == (standing != "counted")
    keys = [note.key for note in found.notes]
    assert (f"forecast.note.{standing}" in keys) == (standing != "counted")
    assert only.row()["standing"] == standing


def test_without_a_stated_probability_a_deal_does_not_count() -> None:
    process = SalesProcess(stages=[Stage(key="lead"), Stage(key="won", kind="won"), Stage(key="lost", kind="lost")])
    found = forecast.project([deal("o", "lead")], process, as_of=AS_OF, period=THIRD)
    assert found.deals[0].standing == "no_probability"
    stated = forecast.project([deal("o", "lead")], process, as_of=AS_OF, period=THIRD, probabilities={"lead": 0.25})
    assert stated.expected == money(25)


@pytest.mark.parametrize(
    ("close", "as_of", "standing"),
    [
        (date(2026, 6, 1), AS_OF, "counted"),
        (AS_OF, AS_OF, "counted"),
        (date(2026, 9, 30), AS_OF, "counted"),
        (date(2026, 5, 1), date(2026, 6, 15), "outside"),
        (date(2026, 6, 20), date(2026, 6, 15), "outside"),
        (date(2026, 7, 1), date(2026, 6, 15), "counted"),
        (date(2026, 9, 30), date(2026, 9, 30), "outside"),
    ],
)
def test_a_close_that_has_passed_counts_in_the_period_that_is_running(close: date, as_of: date, standing: str) -> None:
    found = project(deal("o", "proposal", close=close, on=date(2026, 1, 1)), as_of=as_of)
    assert found.deals[0].standing == standing
    assert ("forecast.note.overdue" in [note.key for note in found.notes]) == (close <= as_of and standing == "counted")


def test_when_the_period_is_over_only_what_was_won_counts() -> None:
    found = project(*THREE, as_of=date(2026, 9, 30))
    assert found.expected == money(300)
    assert found.at_least(money(300)).value == 1.0
    assert found.at_least(money(300)).reason is not None
    assert found.at_least(money(300)).reason.key == "forecast.reason.certain"  # type: ignore[union-attr] # there is one
    assert [note.key for note in found.notes] == ["forecast.note.over"]


def test_deals_won_or_decided_otherwise_count_by_their_day() -> None:
    won = Change(date(2026, 8, 20), stage="won")
    found = project(
        deal("o-1", "proposal", 100, won),
        deal("o-2", "won", 100, on=date(2026, 6, 30)),
        deal("o-3", "won", 100, on=None),
        deal("o-4", "won", None),
        deal("o-5", "lost", 100),
        deal("o-6", "proposal", 100, Change(date(2026, 9, 1), stage="won")),
    )
    assert [each.id for each in found.won] == ["o-1", "o-4"]
    assert [each.id for each in found.deals] == ["o-6"]
    assert found.undated == 1
    assert {"forecast.note.undated", "forecast.note.won_without_amount"} <= {note.key for note in found.notes}


def test_values_that_only_a_later_export_tells_are_withheld_and_counted() -> None:
    exported = attrs.evolve(deal("o", "proposal"), as_exported=["amount"], exported=date(2027, 1, 1))
    found = project(exported)
    assert (found.deals[0].standing, found.withheld) == ("no_amount", 1)
    assert "forecast.note.withheld" in [note.key for note in found.notes]


def test_of_no_amount_there_is_nothing_to_tell_but_of_numbers_there_is() -> None:
    deals = [deal("o-1", "won", None), deal("o-2", "proposal", None)]
    nothing, numbers = project(*deals), project(*deals, measure="count")
    assert (nothing.unit, nothing.expected, nothing.won_value, nothing.open_value) == (None, None, None, None)
    assert nothing.at_least(money(1)).value == 0.0
    assert "nothing to forecast" in nothing.text()
    assert nothing.rows()[-1]["unit"] is None
    assert nothing.breakdown.value is None
    assert nothing.categories[0].cumulative is None
    assert nothing.category_rows()[0]["amount"] is None
    for question in (lambda: nothing.quantile(0.5), nothing.outcomes, lambda: nothing.since(nothing)):
        with pytest.raises(InvalidValueError) as caught:
            question()
        assert caught.value.code == "no_amounts"
    assert numbers.expected == Amount.of(2, COUNT)
    assert 0.5 in numbers.bounds(Amount.of(2, COUNT))


def test_a_forecast_reads_as_a_sentence_in_both_languages() -> None:
    found = project(*THREE)
    english, chinese = (found.text(lang).splitlines() for lang in ("en", "zh"))
    assert english[0] == (
        "Q3 2026, as of 2026-08-31: CNY 490.00 expected, CNY 300.00 of it won;"
        " 80% of outcomes lie between CNY 400.00 and CNY 600.00."
    )
    first, second = chinese[0].split("；")
    assert first == "2026年第3季度，截至2026年8月31日：预期 490.00 元，其中已赢单 300.00 元"
    assert second == "80% 的结果落在 400.00 元 至 600.00 元 之间。"
    assert len(english) == len(chinese) == 3
    assert "line" in found._repr_html_()
    assert [row["id"] for row in found.deal_rows()] == ["o-2", "o-3"]


@pytest.mark.parametrize(
    ("as_of", "key"),
    [
        (date(2026, 7, 10), "early_without_new_business"),
        (AS_OF, "without_new_business"),
        (date(2026, 6, 1), "early_without_new_business"),
    ],
)
def test_without_new_business_a_note_says_that_it_reads_low(as_of: date, key: str) -> None:
    assert f"forecast.note.{key}" in [note.key for note in project(deal("o", "lost"), as_of=as_of).notes]


# Targets


def test_an_outlook_tells_how_likely_a_target_is_and_what_independence_hides() -> None:
    found = project(*(deal(f"o-{number}", "proposal") for number in range(30)))
    outlook = found.outlook(money(2_000))
    assert outlook.sentence().text().startswith("About 5% likely to reach CNY 2,000.00 (nobody has measured")
    by_correlation = {line.correlation: line.at_least for line in outlook.sensitivity}
    assert list(by_correlation) == [0.0, 0.1, 0.3]
    assert by_correlation[0.0] == outlook.at_least.value
    assert by_correlation[0.0] < by_correlation[0.1] < by_correlation[0.3]
    assert outlook.numerical_width < 1e-11
    assert [row["line"] for row in outlook.rows()] == ["forecast", "correlation", "correlation", "correlation"]
    assert outlook.text("zh").splitlines()[0].startswith("达到目标（2,000.00 元）的可能性约为 5%")
    together = project(*(deal(f"o-{number}", "proposal") for number in range(30)), correlation=0.2)
    assert [line.correlation for line in together.sensitivity(money(2_000))] == [0.0, 0.1, 0.2, 0.3]
    assert together.expected == found.expected


def test_coverage_is_open_value_over_what_is_still_to_be_won() -> None:
    found = project(*THREE)
    assert found.coverage(money(450)).value == 2.0
    reasons = {goal: found.coverage(money(goal)).reason for goal in (0, 300)}
    assert [reason.key for reason in reasons.values() if reason is not None] == [
        "reason.no_target",
        "pipeline.reason.target_met",
    ]


def test_what_is_needed_by_expectation_is_what_is_missing_over_the_rate() -> None:
    found = project(*THREE)
    needed = found.needed(money(1_000))
    assert needed.value == pytest.approx(510 / (190 / 300))  # 1,000 - 490, at 190 of 300
    assert (needed.low, needed.n, needed.unit) == (None, 2, "CNY")
    assert found.needed(money(490)).value == 0.0


def test_what_is_needed_for_a_probability_is_the_least_number_of_average_deals() -> None:
    found = project(deal("o-1", "proposal"), deal("o-2", "proposal"))
    # Of n deals with a chance of 1/2 at least 3 are won with 80 % from n = 8 on: 1 - 37 / 256 = 0.855, and 0.773 for 7.
    assert found.needed(money(300), at=0.8).value == 600.0
    assert found.needed(money(100), at=0.7).value == 0.0
    assert found.needed(money(200), at=0.6).value == 200.0  # 4 deals, 11 / 16; 3 deals, 1 / 2


@pytest.mark.parametrize(
    ("deals", "key"),
    [
        ((), "none_open"),
        ((deal("o", "lead", 100),), "none_won"),
        ((deal("o", "proposal", 0),), "none_won"),
    ],
)
@pytest.mark.parametrize("at", [None, 0.5])
def test_where_nothing_is_won_no_pipeline_suffices(deals: tuple[Opportunity, ...], key: str, at: float | None) -> None:
    process = SalesProcess(
        stages=[
            Stage(key="lead", probability=Decimal(0)),
            Stage(key="proposal", probability=Decimal("0.5")),
            Stage(key="won", kind="won"),
            Stage(key="lost", kind="lost"),
        ]
    )
    found = forecast.project(deals, process, as_of=AS_OF, period=THIRD)
    needed = found.needed(money(1), at=at)
    assert needed.value is None
    assert needed.reason is not None
    assert needed.reason.key == f"forecast.reason.{key}"


@pytest.mark.parametrize("chance", [0.1, 0.5, 1])
@pytest.mark.parametrize("at", [1e-6, 0.5, 0.99, 1 - 1e-6])
@pytest.mark.parametrize("wins", [3, 40, 400])
def test_what_is_needed_is_found_where_one_deal_less_would_not_do(
    wins: int, at: float, chance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []
    at_least = Odds.at_least

    def counted(odds: Odds, minor: int) -> Bounds[float]:
        tried.append(odds.amounts.size)
        return at_least(odds, minor)

    monkeypatch.setattr(Odds, "at_least", counted)
    found = project(deal("o-1", "proposal"), deal("o-2", "proposal"), probabilities={"proposal": chance})
    value = found.needed(money(100 * wins), at=at).value
    assert value is not None
    count = 2 + round(value / 100)
    assert binom.sf(wins - 1, count, chance) >= at - 1e-11
    assert count == 2 or binom.sf(wins - 1, count - 1, chance) < at + 1e-11
    assert len(tried) <= 14  # by doubling and halving up to 31


def test_a_target_beyond_all_bounds_is_not_worth_counting_deals() -> None:
    found = project(deal("o", "prospecting", 1), probabilities={"prospecting": 0.000_001})
    needed = found.needed(money(100), at=0.9)
    assert needed.value is None
    assert needed.reason == Message("forecast.reason.too_many", {"most": 131_072})


# Whose


ORG: Final = Org(
    reps=[Rep(id="ada", team="east"), Rep(id="bo", team="shanghai"), Rep(id="cy")],
    teams=[Team(id="east"), Team(id="shanghai", parent="east"), Team(id="west")],
)


def test_forecasts_of_reps_teams_and_the_company() -> None:
    deals = [
        deal("o-1", "proposal", 100, owner="ada"),
        deal("o-2", "proposal", 200, owner="bo"),
        deal("o-3", "won", 400, owner="cy"),
        deal("o-4", "proposal", 800, owner="east"),
        deal("o-5", "proposal", 1_600, owner=None),
    ]
    found = project(*deals, org=ORG)
    expected = {owner: found.of(owner).expected for owner in (None, "ada", "bo", "cy", "east", "shanghai", "west")}
    assert expected == {
        None: money(50 + 100 + 400 + 400 + 800),
        "ada": money(50),
        "bo": money(100),
        "cy": money(400),
        "east": money(50 + 100 + 400),
        "shanghai": money(100),
        "west": money(0),
    }
    assert list(found.by_owner) == ["ada", "bo", "cy", "east", None]
    assert list(found.by_team) == ["east", "shanghai", None]
    assert found.of("east").of("bo").expected == money(100)
    assert found.of("east").owner == "east"
    with pytest.raises(UnknownNameError) as caught:
        found.of("dee")
    assert caught.value.path == ("owner",)


def test_without_an_organisation_only_owners_of_deals_are_known() -> None:
    found = project(*THREE)
    assert found.of("ada").expected == found.expected
    with pytest.raises(UnknownNameError) as caught:
        found.of("bo")
    assert caught.value.code == "unknown_owner"


# Categories


def test_categories_follow_the_published_convention(oracle: Callable[[str], Any]) -> None:
    convention = oracle("forecast_pipeline.json")["convention"]["cumulative"]
    assert convention == "commit = commit+closed; best = best+commit+closed; open pipeline = pipeline+best+commit"
    found = project(
        deal("o-1", "won", 1),
        deal("o-2", "contract", 2, category="commit"),
        deal("o-3", "proposal", 4, category="best_case"),
        deal("o-4", "proposal", 8, category="pipeline"),
        deal("o-5", "proposal", 16, category="omitted"),
        deal("o-6", "proposal", 32),
        deal("o-7", "contract", 64, category="closed"),
        deal("o-8", "contract", None, category="commit"),
        deal("o-9", "contract", 128, category="commit", close=date(2026, 10, 1)),
    )
    lines = {line.category: line for line in found.categories}
    assert {name: line.amount for name, line in lines.items()} == {
        "closed": money(1),
        "commit": money(2 + 64),
        "best_case": money(4),
        "pipeline": money(8 + 32),
        "omitted": money(16),
    }
    assert {name: line.cumulative for name, line in lines.items()} == {
        "closed": money(1),
        "commit": money(1 + 66),
        "best_case": money(1 + 66 + 4),
        "pipeline": money(66 + 4 + 40),
        "omitted": money(16),
    }
    assert (lines["commit"].count, lines["commit"].without_amount, lines["commit"].cumulative_count) == (3, 1, 4)
    assert all(line.adjusted == line.cumulative for line in lines.values())


def commit(owner: str | None, amount: int, category: str = "commit") -> Override:
    scope = {"category": category}
    return Override(owner=owner, amount=money(amount), reason="their champion left", author="mgr", scope=scope)


def test_adjustments_stand_beside_what_was_computed_and_roll_up() -> None:
    deals = [
        deal("o-1", "contract", 100, owner="ada", category="commit"),
        deal("o-2", "contract", 200, owner="bo", category="commit"),
    ]
    given = (commit("bo", 150), commit("shanghai", 120), commit("ada", 70), commit("ada", 5, "pipeline"))
    found = project(*deals, org=ORG, adjustments=given)
    lines = {owner: found.of(owner).categories[2] for owner in (None, "ada", "bo", "cy", "shanghai", "east")}
    assert all(line.category == "commit" for line in lines.values())
    assert {owner: line.cumulative for owner, line in lines.items()} == {
        None: money(300),
        "ada": money(100),
        "bo": money(200),
        "cy": money(0),
        "shanghai": money(200),
        "east": money(300),
    }
    # In the team the adjustment of the team takes the place of that of its rep; above it both show as differences.
    assert {owner: line.adjusted for owner, line in lines.items()} == {
        None: money(300 - 30 - 80),
        "ada": money(70),
        "bo": money(150),
        "cy": money(0),
        "shanghai": money(120),
        "east": money(300 - 30 - 80),
    }
    assert lines[None].adjustments == (commit("shanghai", 120), commit("ada", 70))
    assert lines["ada"].row()["adjustments"] == 1
    assert found.expected == project(*deals, org=ORG).expected
    whole = project(*deals, adjustments=(commit(None, 250), commit("ada", 70)))
    assert whole.categories[2].adjusted == money(250)
    assert whole.of("ada").categories[2].adjusted == money(70)
    assert whole.of("bo").categories[2].adjusted == money(200)


@pytest.mark.parametrize(
    ("adjustments", "terms", "code", "path"),
    [
        (5, {}, "wrong_type", ("adjustments",)),
        ([5], {}, "wrong_type", ("adjustments", 0)),
        ([commit("ada", 1, "sure")], {}, "choice", ("adjustments", 0, "scope")),
        ([Override(owner="ada", amount=money(1), reason="x", author="y")], {}, "choice", ("adjustments", 0, "scope")),
        ([commit("ada", 1), commit("ada", 2)], {}, "not_unique", ("adjustments", 1)),
        ([commit("bo", 1)], {}, "unknown_owner", ("adjustments", 0, "owner")),
        ([commit("dee", 1)], {"org": ORG}, "unknown_owner", ("adjustments", 0, "owner")),
        ([commit("ada", 1)], {"measure": "count"}, "unit_mismatch", ("adjustments", 0, "amount")),
    ],
)
def test_a_wrong_adjustment_is_refused(
    adjustments: Any,  # noqa: ANN401 - the fault
    terms: dict[str, Any],
    code: str,
    path: tuple[str | int, ...],
) -> None:
    with pytest.raises(SalesperfError) as caught:
        project(*THREE, adjustments=adjustments, **terms)
    assert (caught.value.code, caught.value.path) == (code, path)


# Since an earlier day


def test_a_bridge_tells_what_changed() -> None:
    later = date(2026, 9, 10)
    deals = [
        deal("created", "proposal", 100, on=date(2026, 9, 5)),
        deal("won", "proposal", 100, Change(later, stage="won", amount=money(120))),
        deal("won_at_once", "won", 40, on=date(2026, 9, 5)),
        deal("won_unforeseen", "proposal", 60, Change(later, stage="won"), close=date(2026, 12, 1)),
        deal("lost", "proposal", 80, Change(later, stage="lost")),
        deal("revalued", "proposal", 100, Change(later, amount=money(140))),
        deal("valued", "proposal", None, Change(later, amount=money(20))),
        deal("advanced", "proposal", 100, Change(later, stage="contract")),
        deal("slipped", "proposal", 10, Change(later, expected_close=date(2026, 12, 1))),
        deal("omitted", "proposal", 30, Change(later, category="omitted")),
        deal("corrected", "won", 50, Change(later, amount=money(45))),
        deal("reopened", "won", 70, Change(later, stage="proposal")),
        deal("same", "proposal", 100),
    ]
    then, now = project(*deals), project(*deals, as_of=later)
    found = now.since(then)
    assert {(step.id, step.movement): step.amount for step in found.steps} == {
        ("created", "created"): money(50),
        ("won", "revalued"): money(10),
        ("won", "won"): money(60),
        ("won_at_once", "won"): money(40),
        ("won_unforeseen", "won"): money(60),
        ("lost", "lost"): money(-40),
        ("revalued", "revalued"): money(20),
        ("valued", "revalued"): money(10),
        ("advanced", "reassessed"): money(40),
        ("slipped", "rescheduled"): money(-5),
        ("omitted", "reconsidered"): money(-15),
        ("corrected", "revalued"): money(-5),
        ("reopened", "reconsidered"): money(-35),
    }
    assert found.closing - found.opening == Amount.total([step.amount for step in found.steps], CNY)
    assert found.movements["won"].count == 3
    assert [row["line"] for row in found.rows()][::10] == ["opening", "closing"]
    assert found.step_rows()[0]["id"] == "advanced"
    assert_breakdowns_hold(found)
    assert "moved into or out of the period" in found.breakdown.text()
    # A deal that is worth more and then won has two steps, with the new worth and the chance of before in between.
    first, second = (step.breakdown.text().splitlines() for step in found.steps if step.id == "won")
    half = ["product of", "amount", "chance to be won in the period: 0.5"]
    assert first[0] == "won: CNY 10.00 = difference of"
    assert [line.strip() for line in second] == [
        "won: CNY 60.00 = difference of",
        "after: CNY 120.00",
        f"before: CNY 60.00 = {half[0]}",
        f"{half[1]}: CNY 120.00",
        half[2],
    ]
    (came,) = (step.breakdown for step in found.steps if step.id == "won_at_once")
    assert [part.value for part in came.parts] == [money(40), money(0)]
    assert found.breakdown.parts[0].parts == then.breakdown.parts


def test_what_nobody_knew_before_comes_apart_no_further() -> None:
    bridge = project(deal("new", "proposal", 100, on=SEPTEMBER), as_of=SEPTEMBER).since(project())
    assert (bridge.breakdown.parts[0].value, bridge.breakdown.parts[0].parts) == (money(0), ())
    assert bridge.breakdown.holds()
    stated = forecast.ForecastStep(id="o-1", movement="lost", amount=money(-60)).breakdown
    assert (stated.value, stated.parts) == (money(-60), ())


SEPTEMBER: Final = date(2026, 9, 10)
HANDED: Final = (
    deal("kept", "proposal", 100),
    deal("handed", "proposal", 100, Change(SEPTEMBER, owner="bo", amount=money(140))),
    deal("handed_and_won", "proposal", 80, Change(SEPTEMBER, owner="bo", stage="won")),
    deal("handed_and_lost", "proposal", 60, Change(SEPTEMBER, owner="bo", stage="lost")),
    deal("new", "proposal", 40, owner="bo", on=SEPTEMBER),
)


@pytest.mark.parametrize("org", [None, ORG])
def test_a_deal_that_changed_hands_is_neither_lost_nor_new(org: Org | None) -> None:
    then, now = project(*HANDED, org=org), project(*HANDED, org=org, as_of=SEPTEMBER)
    given, got = (
        {(step.id, step.movement): step.amount for step in now.of(owner).since(then).steps} for owner in ("ada", "bo")
    )
    assert given == {
        ("handed", "transferred"): money(-50),
        ("handed_and_won", "transferred"): money(-40),
        ("handed_and_lost", "lost"): money(-30),
    }
    assert got == {
        ("handed", "transferred"): money(70),
        ("handed_and_won", "transferred"): money(80),
        ("new", "created"): money(20),
    }
    found = now.by_owner["ada"].since(then.by_owner["ada"])
    assert found == now.of("ada").since(then)
    assert found.movements["transferred"].count == 2
    assert "handed over: CNY -90.00" in found.breakdown.text()
    assert_breakdowns_hold(found)
    # For the company nothing changed hands.
    assert now.since(then).movements["transferred"].count == 0
    assert now.of("ada") == project(*HANDED[:1], org=org, as_of=SEPTEMBER).of("ada")


def test_a_deal_won_for_nobody_knows_what_still_leaves() -> None:
    opened = deal("o", "proposal", 100)
    then = project(opened)
    gone = attrs.evolve(then, won=(forecast.WonDeal(id="o", owner=None, team=None, on=DUE, amount=None),), deals=())
    assert gone.since(then).movements["won"].amount == money(-50)


@pytest.mark.parametrize(
    ("earlier", "code", "path"),
    [
        (5, "wrong_type", ("earlier",)),
        (project(*THREE, period=Period.year(2026)), "other_forecast", ("earlier", "period")),
        (project(*THREE, measure="count"), "other_forecast", ("earlier", "measure")),
        (project(*THREE).of("ada"), "other_forecast", ("earlier", "owner")),
        (project(*THREE, as_of=date(2026, 9, 1)), "days_reversed", ("earlier", "as_of")),
    ],
)
def test_only_forecasts_of_one_thing_are_compared(earlier: Any, code: str, path: tuple[str, ...]) -> None:  # noqa: ANN401 - the fault
    with pytest.raises(SalesperfError) as caught:
        project(*THREE).since(earlier)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_forecasts_in_two_units_are_not_compared() -> None:
    dollars = Opportunity(id="o", history=[Change(AS_OF, stage="proposal", amount=Amount.of(1, USD), expected_close=DUE)])
    with pytest.raises(UnitMismatchError) as caught:
        project(*THREE).since(project(dollars))
    assert caught.value.path == ("earlier",)
    assert project(*THREE).since(project(deal("o-1", "proposal", None))).opening == money(0)


# What if


@pytest.mark.parametrize(
    ("supposed", "expected"),
    [
        ({"win_rate": 1.5}, 300 + 150 + 100),  # 0.9 x 1.5 is no more than certain
        ({"win_rate": Fraction(1, 2)}, 300 + 50 + 45),
        ({"deal_size": 2}, 300 + 200 + 180),
        ({"deals": Decimal("1.5")}, 300 + 150 + 135),
        ({"deals": 3}, 300 + 300 + 270),
        ({"deals": 0.5}, 300 + 50 + 45),
        ({"cycle": 2}, 300),  # due 20 days on, now 40: past the end
        ({"cycle": 0.5}, 490),
        ({"win_rate": 2, "deals": 2}, 300 + 2 * 300),
    ],
)
def test_a_what_if_tells_both_numbers(supposed: dict[str, Any], expected: int) -> None:
    found = project(*THREE).what_if(**supposed)
    assert (found.before.expected, found.after.expected) == (money(490), money(expected))
    assert {row["forecast"] for row in found.rows()} == {"before", "after"}
    assert "CNY 490.00 as it is" in found.text()
    assert_breakdowns_hold(found.after)


def test_a_what_if_names_what_was_supposed_and_nothing_else() -> None:
    found = project(*THREE)
    assert found.what_if(win_rate=2).text().endswith("CNY 600.00 with 2 times the win rates.")
    assert found.what_if(win_rate=2, deals=2).text().endswith("with 2 times the win rates, 2 times as many deals.")
    assert found.what_if().text() == "Expected: CNY 490.00; nothing else was supposed."
    assert found.what_if(deal_size=2, cycle=0.5).text("zh").count("现在的") == 2


def test_of_a_what_if_one_may_ask_what_if() -> None:
    found = project(*THREE).what_if(deals=1.5).after
    assert found.what_if(cycle=0.5).after.expected == found.expected == money(300 + 285)
    assert len(found.deals) == 4
    assert found.deals[1].id == "o-2+1"


def test_numbers_do_not_grow_with_sizes() -> None:
    found = project(*THREE, deal("o-9", "proposal", None), measure="count")
    assert found.what_if(deal_size=5).after.expected == found.expected
    assert project(deal("o", "proposal", None)).what_if(deal_size=5).after.deals[0].amount is None


# Refused


@pytest.mark.parametrize(
    ("terms", "code", "path"),
    [
        ({"as_of": 5}, "wrong_type", ("as_of",)),
        ({"period": "2026"}, "wrong_type", ("period",)),
        ({"measure": "money"}, "choice", ("measure",)),
        ({"learnt_by": "age"}, "choice", ("learnt_by",)),
        ({"fallback": "zero"}, "choice", ("fallback",)),
        ({"minimum": 0}, "out_of_range", ("minimum",)),
        ({"strata": 0}, "out_of_range", ("strata",)),
        ({"correlation": 1}, "correlation", ("correlation",)),
        ({"correlation": float("nan")}, "correlation", ("correlation",)),
        ({"correlation": True}, "wrong_type", ("correlation",)),
        ({"correlation": Fraction(1, 10)}, "wrong_type", ("correlation",)),
        ({"level": 1}, "wrong_type", ("level",)),
        ({"level": 1.0}, "between", ("level",)),
        ({"history": 5}, "wrong_type", ("history",)),
        ({"new_business": 5}, "wrong_type", ("new_business",)),
        ({"org": 5}, "wrong_type", ("org",)),
        ({"probabilities": {"proposal": 1.5}}, "out_of_range", ("probabilities", "proposal")),
        ({"probabilities": {"proposal": float("nan")}}, "out_of_range", ("probabilities", "proposal")),
        ({"probabilities": {"proposal": Decimal("nan")}}, "out_of_range", ("probabilities", "proposal")),
        ({"probabilities": {"proposal": "high"}}, "wrong_type", ("probabilities", "proposal")),
        ({"probabilities": {"won": 0.5}}, "unknown_stage", ("probabilities", "won")),
        ({"probabilities": 5}, "wrong_type", ("probabilities",)),
    ],
)
def test_a_wrong_term_is_refused(terms: dict[str, Any], code: str, path: tuple[str, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        project(*THREE, **terms)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_all_wrong_probabilities_are_told_at_once() -> None:
    wrong = {"proposal": 1.5, "contract": "high", "won": 0.5, "negotiation": 0.5, "leads": 0.1}
    with pytest.raises(InvalidInputError) as caught:
        project(*THREE, probabilities=wrong)
    assert {fault.path: fault.code for fault in caught.value.exceptions if isinstance(fault, SalesperfError)} == {
        ("probabilities", "proposal"): "out_of_range",
        ("probabilities", "contract"): "wrong_type",
        ("probabilities", "leads"): "unknown_stage",
        ("probabilities", "won"): "unknown_stage",
    }


def test_an_open_interval_is_told_as_one() -> None:
    with pytest.raises(InvalidValueError, match="expected a number between 0 and 1, neither included"):
        project(*THREE).outcomes(0.0)


def test_wrong_deals_are_refused() -> None:
    wrong: dict[str, tuple[Opportunity, ...]] = {
        "not_unique": (THREE[0], THREE[0]),
        "unknown_stage": (deal("o", "lead"),),
        "negative_amount": (deal("o", "proposal", -1),),
        "unit_mismatch": (
            THREE[1],
            Opportunity(id="o", history=[Change(AS_OF, stage="proposal", amount=Amount.of(1, USD), expected_close=DUE)]),
        ),
    }
    for code, deals in wrong.items():
        with pytest.raises(SalesperfError) as caught:
            project(*deals)
        assert caught.value.code == code
    with pytest.raises(UnknownNameError) as unknown:
        project(deal("o", "proposal", owner="dee"), org=ORG)
    assert unknown.value.path == ("opportunities", 0, "o", "owner")


@pytest.mark.parametrize(
    ("ask", "code", "path"),
    [
        (lambda found: found.at_least(5), "wrong_type", ("amount",)),
        (lambda found: found.bounds(Amount.of(1, USD)), "unit_mismatch", ("amount",)),
        (lambda found: found.outlook(Amount.of(1, USD)), "unit_mismatch", ("target",)),
        (lambda found: found.needed(money(1), at=1.0), "between", ("at",)),
        (lambda found: found.outcomes(0.0), "between", ("share",)),
        (lambda found: found.quantile(1.5), "out_of_range", ("q",)),
        (lambda found: found.quantile(float("nan")), "out_of_range", ("q",)),
        (lambda found: found.quantile("median"), "wrong_type", ("q",)),
        (lambda found: found.sensitivity(money(1), correlations=[0.5, 1]), "correlation", ("correlations", 1)),
        (lambda found: found.sensitivity(money(1), correlations=5), "wrong_type", ("correlations",)),
        (lambda found: found.what_if(win_rate=0), "not_positive", ("win_rate",)),
        (lambda found: found.what_if(deals=101), "out_of_range", ("deals",)),
        (lambda found: found.what_if(cycle="2"), "wrong_type", ("cycle",)),
    ],
)
def test_a_wrong_question_is_refused(ask: Callable[[Forecast], object], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        ask(project(*THREE))
    assert (caught.value.code, caught.value.path) == (code, path)


def test_days_left_count_from_the_day() -> None:
    terms = project(*THREE).terms
    assert (terms.days_left, terms.is_over) == ((1, 30), False)
    before = attrs.evolve(terms, as_of=THIRD.start - timedelta(days=10))
    assert before.days_left == (10, 101)
    assert attrs.evolve(terms, as_of=THIRD.last).is_over
