"""Chances learnt from earlier deals, how sure they are, and business that does not exist yet."""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import NormalDist, fmean
from typing import Any, Final

import attrs
import numpy as np
import pytest
from examples import draws, standard_error

from salesperf import (
    CNY,
    COUNT,
    USD,
    Amount,
    Change,
    InvalidValueError,
    Opportunity,
    Period,
    SalesperfError,
    SalesProcess,
    Stage,
    UnitMismatchError,
    forecast,
    funnel,
)
from salesperf.forecast import Forecast, NewBusiness, NewDeals
from salesperf.kernels.special import normal_cdf, normal_quantile
from salesperf.kernels.sums.odds import Odds
from salesperf.model.change import ForecastCategory

PROCESS: Final = SalesProcess(
    stages=[
        Stage(key="lead", probability=Decimal("0.1")),
        Stage(key="offer", probability=Decimal("0.5")),
        Stage(key="won", kind="won"),
        Stage(key="lost", kind="lost"),
        Stage(key="cancelled", kind="cancelled"),
    ]
)
AS_OF: Final = date(2026, 6, 30)
MONTH: Final = Period.month(2026, 7)


def money(amount: int) -> Amount:
    return Amount.of(amount, CNY)


def deal(
    id: str,  # noqa: A002 - the name of the field
    stage: str,
    begun: int,
    *more: tuple[int, str],
    amount: int | None = 100,
    close: date | None = None,
    category: ForecastCategory | None = None,
) -> Opportunity:
    """Make a deal that began so many days before the day, and entered stages so many days later."""
    day = AS_OF - timedelta(days=begun)
    worth = None if amount is None else money(amount)
    opened = Change(day, stage=stage, amount=worth, expected_close=close, category=category)
    return Opportunity(id=id, history=[opened, *(Change(day + timedelta(days=after), stage=to) for after, to in more)])


EARLIER: Final = tuple(
    deal(f"e-{number}", "offer", 200, (10 + 2 * number, "won" if number % 4 == 0 else "lost")) for number in range(40)
)
"""Deals that stood in the offer for 10, 12, ... 88 days; every fourth was won."""


def project(*deals: Opportunity, history: Sequence[Opportunity] | None = EARLIER, **terms: Any) -> Forecast:  # noqa: ANN401 - whatever a test is about
    if history is not None:
        terms["history"] = funnel.outcomes(history, PROCESS, as_of=AS_OF)
    return forecast.project(deals, PROCESS, **{"as_of": AS_OF, "period": MONTH, **terms})


# Learnt


def test_a_chance_is_that_of_the_deals_that_stood_as_long() -> None:
    """After 20 days 34 are left (22 to 88); within 31 days more, up to day 51, those of 26, 34, 42 and 50 days are won."""
    found = project(deal("o", "offer", 20))
    (only,) = found.deals
    assert (only.source, only.observed, only.stage_days) == ("learnt", 34, 20)
    assert only.probability == pytest.approx(4 / 34)
    assert only.low is not None
    assert only.high is not None
    assert 0 < only.low < 4 / 34 < only.high < 1
    reached = found.at_least(money(100))
    assert reached.n == 34
    assert reached.value == pytest.approx(4 / 34, abs=0.01)
    assert reached.low == pytest.approx(only.low, abs=1e-9)
    assert reached.high == pytest.approx(only.high, abs=1e-9)
    assert found.needed(money(100)).low is not None


def test_the_range_of_a_probability_is_never_narrower_than_it_is_reckoned() -> None:
    found = project(*(deal(f"o-{number}", "offer", 20) for number in range(6)), strata=4)
    reached, bounds = found.at_least(money(600)), found.bounds(money(600))
    # That all six are won is far less likely than a quarter, which four strata cannot tell from nothing.
    assert bounds.high == pytest.approx(0.25, abs=0.01)
    assert reached.low is not None
    assert reached.high is not None
    assert reached.low <= bounds.low < bounds.high <= reached.high


def test_by_stage_a_deal_counts_like_one_that_has_just_entered() -> None:
    found = project(deal("o", "offer", 20), learnt_by="stage")
    (only,) = found.deals
    # Of all 40, those of 10, 18 and 26 days are won within 31.
    assert (only.source, only.observed) == ("learnt_by_stage", 40)
    assert only.probability == pytest.approx(3 / 40)
    assert [note.key for note in found.notes] == ["forecast.note.early_without_new_business"]


def test_what_is_expected_to_close_when_does_not_matter_where_chances_are_learnt() -> None:
    for close in (None, date(2026, 12, 31), MONTH.start):
        assert project(deal("o", "offer", 20, close=close)).deals[0].probability == pytest.approx(4 / 34)


def test_in_a_period_that_begins_later_only_its_own_days_count() -> None:
    found = project(deal("o", "offer", 20), period=Period.month(2026, 8))
    # Days 52 to 82 in the stage: those of 58, 66, 74 and 82 days.
    assert found.deals[0].probability == pytest.approx(4 / 34)
    over = project(deal("o", "offer", 20), period=Period.month(2026, 6))
    assert over.deals[0].standing == "outside"


@pytest.mark.parametrize(
    ("fallback", "standing", "source", "note"),
    [
        ("leave_out", "insufficient_history", None, "insufficient_history"),
        ("longest", "counted", "learnt_at_longest", "fallback_learnt_at_longest"),
        ("stage", "counted", "learnt_by_stage", "fallback_learnt_by_stage"),
        ("stated", "counted", "stated", "fallback_stated"),
    ],
)
def test_where_too_few_stood_as_long_the_fallback_is_named_and_noted(
    fallback: forecast.Fallback, standing: str, source: str | None, note: str
) -> None:
    found = project(deal("o", "offer", 80, close=MONTH.start), fallback=fallback)
    (only,) = found.deals
    assert (only.standing, only.source) == (standing, source)
    assert f"forecast.note.{note}" in [each.key for each in found.notes]
    assert "CNY 100.00" in found.text()


def test_with_a_stated_fallback_the_interval_says_that_it_knows_nothing_of_it() -> None:
    found = project(deal("o-1", "offer", 80, close=MONTH.start), deal("o-2", "offer", 20), fallback="stated")
    reached = found.at_least(money(200))
    assert reached.low is not None
    assert reached.reason is not None
    assert reached.reason.key == "forecast.reason.partly_stated"
    assert reached.n == 34


def test_a_deal_that_stands_too_long_counts_like_those_that_stood_the_longest() -> None:
    """Up to 69 days ten stood there, of 70 to 88; those of 74 and 82 are won, all within 31 days of then.

    Of all 40 that entered, three are won within 31 days.
    """
    old, older, young = deal("o-1", "offer", 70), deal("o-2", "offer", 4_000), deal("o-3", "offer", 69)
    found = project(old, older, young, fallback="longest")
    assert [(each.source, each.observed) for each in found.deals] == [("learnt_at_longest", 10)] * 2 + [("learnt", 10)]
    assert [each.probability for each in found.deals] == [pytest.approx(2 / 10)] * 3
    assert [each.probability for each in project(old, fallback="stage").deals] == [pytest.approx(3 / 40)]
    assert "the longest stay in the stage that can be learnt from: 2 (CNY 200.00)." in found.text()


def test_who_was_not_followed_to_the_end_of_the_period_does_not_stand_the_longest() -> None:
    """Twelve stand there for 100 days: with 31 days left they tell of the ages up to 69, that none is won any more.

    Of all 32 that entered, ten of the other twenty are won after five days.
    """
    others = [deal(f"d-{number}", "offer", 100, (5, "won" if number < 10 else "lost")) for number in range(20)]
    stands = [deal(f"s-{number}", "offer", 100) for number in range(12)]
    for age, source in ((69, "learnt"), (70, "learnt_at_longest"), (100, "learnt_at_longest")):
        (only,) = project(deal("o", "offer", age), history=[*others, *stands], fallback="longest").deals
        assert (only.source, only.probability, only.observed) == (source, 0.0, 12)
    (only,) = project(deal("o", "offer", 100), history=[*others, *stands], fallback="stage").deals
    assert only.probability == pytest.approx(10 / 32)


def test_where_nobody_stood_longer_than_a_day_the_longest_are_those_that_entered() -> None:
    brief = [deal(f"b-{number}", "offer", 50, (1, "won" if number < 3 else "lost")) for number in range(12)]
    (only,) = project(deal("o", "offer", 9), history=brief, fallback="longest").deals
    assert (only.source, only.observed) == ("learnt_at_longest", 12)
    assert only.probability == pytest.approx(3 / 12)


def test_each_stage_has_a_longest_of_its_own() -> None:
    leads = [deal(f"l-{number}", "lead", 100, (20, "won" if number < 6 else "lost")) for number in range(12)]
    asked = (deal("o-1", "offer", 90), deal("o-2", "lead", 90), deal("o-3", "lead", 30))
    found = project(*asked, history=[*EARLIER, *leads], fallback="longest")
    assert [each.probability for each in found.deals] == [pytest.approx(share) for share in (2 / 10, 6 / 12, 6 / 12)]
    assert [each.observed for each in found.deals] == [10, 12, 12]


def test_a_deal_of_which_nobody_knows_how_long_it_stands_follows_the_fallback() -> None:
    undated = Opportunity(id="o", history=[Change(None, stage="offer", amount=money(100))])
    assert project(undated).deals[0].standing == "insufficient_history"
    for fallback in ("longest", "stage"):
        assert project(undated, fallback=fallback).deals[0].source == "learnt_by_stage"


@pytest.mark.parametrize("fallback", ["longest", "stage"])
def test_no_stage_of_which_anything_is_known_is_no_reason_to_take_another(fallback: forecast.Fallback) -> None:
    found = project(deal("o", "lead", 5), fallback=fallback)
    assert found.deals[0].standing == "insufficient_history"


@pytest.mark.parametrize("fallback", forecast.FALLBACKS)
def test_learnt_by_stage_no_deal_stands_too_long(fallback: forecast.Fallback) -> None:
    (only,) = project(deal("o", "offer", 80), learnt_by="stage", fallback=fallback).deals
    assert only.source == "learnt_by_stage"
    assert only.probability == pytest.approx(3 / 40)


def test_deals_left_out_are_not_asked_about() -> None:
    found = project(
        deal("o-1", "offer", 20, category="omitted"), deal("o-2", "offer", 20, amount=None), deal("o-3", "offer", 20)
    )
    assert [each.standing for each in found.deals] == ["omitted", "no_amount", "counted"]


STANDING: Final = tuple(deal(f"s-{number}", "offer", 31) for number in range(40))
"""Deals that were followed to the end of July, and no further."""


@pytest.mark.parametrize(
    ("terms", "code", "path"),
    [
        ({"history": EARLIER[:5]}, "history_too_small", ("history",)),
        ({"history": ()}, "history_too_small", ("history",)),
        ({"minimum": 41}, "history_too_small", ("history",)),
        ({"history": STANDING, "period": Period.month(2026, 8)}, "history_too_short", ("history",)),
        ({"as_of": AS_OF - timedelta(days=1)}, "history_later", ("history", "as_of")),
    ],
)
def test_a_history_that_teaches_nothing_or_too_much_is_refused(terms: dict[str, Any], code: str, path: tuple[str, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        project(deal("o", "offer", 20), **terms)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_deals_that_take_longer_than_any_was_followed_are_no_small_history() -> None:
    found = project(deal("o", "offer", 20), history=STANDING, learnt_by="stage")
    assert found.deals[0].probability == 0
    with pytest.raises(InvalidValueError) as caught:
        found.what_if(cycle=Fraction(1, 2))
    assert caught.value.code == "history_too_short"
    assert "followed for 62 days" in str(caught.value)


def test_a_history_of_segments_or_of_another_process_is_refused() -> None:
    segmented = funnel.outcomes(EARLIER, PROCESS, as_of=AS_OF, by=["owner"])
    other = funnel.outcomes([], attrs.evolve(PROCESS, key="other"), as_of=AS_OF)
    for history, code, path in ((segmented, "history_segmented", "by"), (other, "process_mismatch", "process")):
        with pytest.raises(SalesperfError) as caught:
            forecast.project([], PROCESS, as_of=AS_OF, period=MONTH, history=history)
        assert (caught.value.code, caught.value.path) == (code, ("history", path))


def test_a_small_history_is_no_fault_where_stated_chances_take_its_place() -> None:
    found = project(deal("o", "offer", 20, close=MONTH.start), history=EARLIER[:5], fallback="stated")
    assert found.expected == money(50)


def test_what_if_learns_anew() -> None:
    found = project(deal("o", "offer", 20))
    assert found.what_if(win_rate=2).after.deals[0].probability == pytest.approx(8 / 34)
    # Twice as slow, 31 days are 15 (rounded half to even) of the history's: up to day 35 those of 26 and 34 days.
    assert found.what_if(cycle=2).after.deals[0].probability == pytest.approx(2 / 34)
    assert found.what_if(cycle=0.5).after.deals[0].probability == pytest.approx(8 / 34)
    faster = found.what_if(deals=2, win_rate=1.5).after
    assert [each.probability for each in faster.deals] == [pytest.approx(6 / 34)] * 2
    high = faster.deals[0].high
    assert high is not None
    assert high <= 1


# How sure


def odds(**columns: Any) -> Odds:  # noqa: ANN401 - columns
    chances = columns.pop("chances")
    given = {"certain": 0, "level": 0.95, "correlation": 0.0, "strata": 64, "observed": np.full(chances.size, 50), **columns}
    return Odds(chances=chances, **given)


def test_before_the_chances_are_known_the_distribution_is_the_mean_over_their_errors() -> None:
    """Draws: one normal error for all, on the normal scale, such that each chance stays what it is on average.

    Of 200,000 draws a probability is off by at most 0.0045 in all likelihood (four standard deviations).
    """
    generator = np.random.default_rng(5)
    chances = generator.uniform(0.1, 0.5, 60)
    known = odds(amounts=generator.integers(1, 50, 60), chances=chances, low=chances * 0.6, high=chances * 1.4)
    spread = known.loadings * known._spread()  # noqa: SLF001 - how its numbers come about
    assert known.loadings == pytest.approx(1.0)
    normal = NormalDist()
    thresholds = np.array([normal.inv_cdf(chance) for chance in chances]) * np.sqrt(1 + spread**2)
    draws = 200_000
    errors = generator.standard_normal((draws, 1))
    sums = np.concatenate(
        [
            ((generator.standard_normal((part.size, 60)) < thresholds + spread * part).astype(float) @ known.amounts)
            for part in np.split(errors, 50)
        ]
    )
    for target in np.quantile(sums, [0.1, 0.3, 0.5, 0.7, 0.9]).astype(int).tolist():
        bounds = known.at_least(target)
        assert bounds.low - 0.0045 <= float((sums >= target).mean()) <= bounds.high + 0.0045


def test_errors_that_share_few_deals_cancel_and_those_that_share_all_do_not() -> None:
    """Two chances of 10 and of 1,000 deals: errors with a correlation of 0.1.

    With weights of 3 and 1, the error of the whole has a variance of 9 + 1 + 2 x 3 x 1 x 0.1 = 10.6; with it the first goes
    as (3 + 0.1) / sqrt(10.6), the second as (1 + 0.3) / sqrt(10.6).
    """
    chances, half = np.array([0.5, 0.5]), np.array([0.3, 0.1])
    two = odds(
        amounts=np.array([1, 1]), chances=chances, low=chances - half, high=chances + half, observed=np.array([10, 1_000])
    )
    assert two.loadings == pytest.approx(np.array([3.1, 1.3]) / np.sqrt(10.6))
    same = attrs.evolve(two, observed=np.array([10, 10]))
    assert same.loadings == pytest.approx([1.0, 1.0])


def test_a_range_that_ends_in_certainty_is_told_by_its_other_end() -> None:
    chances = np.array([0.2, 0.8, 0.0, 0.5])
    known = odds(
        amounts=np.ones(4, dtype=np.int64),
        chances=chances,
        low=np.array([0.0, 0.6, 0.0, 0.5]),
        high=np.array([0.4, 1.0, 0.1, 0.5]),
    )
    spread = known._spread()  # noqa: SLF001 - how its numbers come about
    assert spread[0] == pytest.approx(spread[1], rel=1e-9)
    assert spread[0] == pytest.approx((-0.2533471 + 0.8416212) / 1.959964, abs=1e-6)
    assert spread[3] == 0
    assert known.uncertain.mean == pytest.approx(1.5)


def test_what_is_stated_has_no_errors() -> None:
    chances = np.array([0.2, 0.8])
    known = odds(amounts=np.array([3, 4]), chances=chances, low=chances, high=chances)
    assert (known.is_learnt, known.loadings.tolist()) == (False, [0.0, 0.0])
    assert known.at_least(7).width < 1e-11


# New business


CREATED: Final = (
    deal("n-1", "lead", 100, (20, "won"), amount=100),
    deal("n-2", "lead", 90, (30, "won"), amount=300),
    deal("n-3", "lead", 80, (25, "lost")),
    deal("n-4", "lead", 70, (40, "cancelled")),
    deal("n-5", "lead", 3),
)
UNPRICED: Final = [
    attrs.evolve(each, history=[attrs.evolve(change, amount=None) for change in each.history]) for each in CREATED
]
HALF: Final = Period.half(2026, 1)


def learn(*deals: Opportunity, window: Period | None = HALF, as_of: date = AS_OF) -> NewBusiness:
    return forecast.learn_new_business(deals, PROCESS, as_of=as_of, window=window)


def test_new_business_is_learnt_from_when_deals_came_and_were_won() -> None:
    found = learn(*CREATED, deal("old", "lead", 300, (10, "won")), Opportunity(id="u", history=[Change(None, stage="lead")]))
    assert (found.created, found.won, found.per_day) == (5, 2, 5 / 181)
    # The one still open leaves after three days: of four at risk one is won on day 20, of two one on day 30.
    assert [round(found.win_shares[day], 9) for day in (19, 20, 29, 30, 40)] == [0.0, 0.25, 0.25, 0.5, 0.5]
    assert found.amounts == (money(100), money(300))
    assert (found.unit, found.rows()[0]["with_amount"]) == (CNY, 2)


def test_new_deals_are_those_created_in_time_to_be_won() -> None:
    new = project(history=None, new_business=learn(*CREATED)).new_deals
    assert new is not None
    # Those created with 20 to 30 days left count a quarter, with 30 one half: 5 / 181 x (10 x 0.25 + 1 x 0.5).
    assert new.expected_count == pytest.approx(5 / 181 * 3.0)
    assert new.low_count < new.expected_count < new.high_count
    assert new.expected == money(200).times(Fraction(new.expected_count))
    later = project(history=None, new_business=learn(*CREATED), period=Period.month(2026, 8)).new_deals
    assert later is not None
    assert later.expected_count == pytest.approx(5 / 181 * 31 * 0.5)
    assert project(history=None, new_business=learn(*CREATED), period=Period.month(2026, 6)).new_deals is None


def test_a_forecast_with_new_business_tells_what_it_would_be_without() -> None:
    many = [attrs.evolve(each, id=f"{each.id}-{copy}") for each in CREATED for copy in range(40)]
    found = project(deal("o", "offer", 20), new_business=learn(*many))
    assert found.new_deals is not None
    assert found.expected == money(0) + (found.new_deals.expected or money(0)) + (found.deals[0].weighted or money(0))
    outlook = found.outlook(money(500))
    assert outlook.without_new_business is not None
    assert (outlook.without_new_business.value or 0) < (outlook.at_least.value or 0)
    assert "without deals not yet created it would read 0%" in outlook.text()
    assert "given what is known of the win rates" in outlook.text()
    assert [row["line"] for row in outlook.rows()][:2] == ["forecast", "without_new_business"]
    assert "new_business" in [row["line"] for row in found.rows()]
    assert found.breakdown.holds()
    assert found.of(None).by_owner[None].new_business is None
    assert found.needed(money(5_000)).value is not None
    more = found.what_if(deals=2, deal_size=2).after
    assert more.new_deals is not None
    assert more.new_deals.expected_count == pytest.approx(2 * found.new_deals.expected_count)
    assert more.new_deals.average == money(400)
    assert more.since(found).movements["new_business"].count == 1
    assert more.since(found).breakdown.holds()
    surer = found.what_if(win_rate=100).after.new_deals
    assert surer is not None
    assert surer.expected_count == pytest.approx(200 / 181 * 11)  # no share rises beyond 1


def test_the_number_of_new_deals_is_spread_as_by_a_poisson_process() -> None:
    """The variance of their number is smaller than their expected number by at most 2 %, or 10 % of very many."""
    for expected, most in ((3.0, 0.02), (60.0, 0.02), (1_000.0, 0.1)):
        new = NewDeals(
            expected_count=expected, low_count=expected, high_count=expected, observed=100, amounts=(Amount.of(1, COUNT),)
        )
        amounts, chances, low, high = new.slots()
        assert chances.sum() == pytest.approx(expected)
        assert (1 - most) * expected - 1e-9 <= float(chances @ (1 - chances)) <= expected
        assert np.array_equal(low, chances)
        assert np.array_equal(high, chances)
        assert amounts.sum() == amounts.size


@pytest.mark.parametrize("expected", [0.5, 4.0, 385.0])
def test_deals_that_may_come_bring_what_is_expected_and_vary_as_poisson_does(expected: float) -> None:
    # Few are large, and on these the spread depends: a compound Poisson sum has the variance of count x mean of squares.
    known = [round(100 * 1.03**number) for number in range(300)]
    amounts = tuple(Amount(minor=minor, unit=CNY) for minor in known)
    new = NewDeals(expected_count=expected, low_count=0.9 * expected, high_count=1.2 * expected, observed=9, amounts=amounts)
    worth, chance, low, high = new.slots()
    assert np.unique(worth).size <= 64
    assert float(worth @ chance) == pytest.approx(expected * fmean(known), rel=1e-4)
    assert float(chance.sum()) == pytest.approx(expected)
    variance = expected * fmean(minor**2 for minor in known)
    assert float(worth.astype(float) ** 2 @ (chance * (1 - chance))) == pytest.approx(variance, rel=0.07)
    assert low.sum() == pytest.approx(0.9 * expected)
    assert high.sum() == pytest.approx(1.2 * expected)


def test_the_range_of_a_number_is_nearly_that_of_poisson() -> None:
    """Exact limits for 10 events: 4.795 and 18.390 (chi-square tables); Byar's approximation is within 0.02."""
    history = [deal(f"n-{number}", "lead", 100, (20, "won")) for number in range(10)]
    new = project(history=None, new_business=learn(*history)).new_deals
    assert new is not None
    assert new.low_count / new.expected_count * 10 == pytest.approx(4.795, abs=0.02)
    assert new.high_count / new.expected_count * 10 == pytest.approx(18.390, abs=0.02)
    once = learn(history[0])
    assert once.within(project(history=None).terms).low_count >= 0


def test_wins_that_come_late_or_differ_in_worth_tell_less_of_those_to_come() -> None:
    """Worked by hand, for the 31 days of July: a win of day 5 is left its time by 26 of them, one of day 25 by 6.

    Weights of 26 and 6, five times each: (5 x 32)^2 / (5 x (26^2 + 6^2)) = 7.19 equal wins. Amounts of 100 and 300, five of
    each, have a variance of 100,000 / 9, which is 0.2778 of the mean squared, and of a mean of ten 0.0278: 5.99 equal wins.
    """
    history = [deal(f"n-{number}", "lead", 100, (5 if number < 5 else 25, "won")) for number in range(10)]
    mixed = [
        deal(f"n-{number}", "lead", 100, (5 if number < 5 else 25, "won"), amount=100 if number % 2 else 300)
        for number in range(10)
    ]
    for deals, equal in ((history, 25_600 / 3_560), (mixed, 1 / (3_560 / 25_600 + 1 / 36))):
        new = project(history=None, new_business=learn(*deals)).new_deals
        assert new is not None
        assert new.expected_count == pytest.approx(10 / 181 * (20 * 0.5 + 6))
        z = NormalDist().inv_cdf(0.975)
        byar = (1 - 1 / (9 * equal) - z / (3 * equal**0.5)) ** 3
        assert new.low_count / new.expected_count == pytest.approx(byar, rel=1e-9)
        number = project(history=None, new_business=learn(*deals), measure="count").new_deals
        assert number is not None
        assert number.low_count >= new.low_count
    assert learn(*CREATED).win_counts[19:31] == (0, *[1] * 10, 2)
    none = [attrs.evolve(CREATED[0], history=[attrs.evolve(each, amount=money(0)) for each in CREATED[0].history])]
    worthless = project(history=None, new_business=learn(*none)).new_deals
    assert worthless is not None
    assert worthless.expected == money(0)


def test_the_range_of_new_business_holds_what_the_true_rates_bring() -> None:
    """Of companies that open a deal a day 95 % hold what July brings on average, which the wins of a year tell badly.

    By the number of wins alone, as though all told as much of a single month, 63 % did.
    """
    generator = np.random.default_rng(20261122)
    winning, won, worth = 1 / 50, 0.3, (1_000, 2_000, 5_000)
    ahead = MONTH.days
    # A deal of the month's day d is won by its end with chance 0.3 (1 - 0.98^(days left)).
    true = sum(won * (1 - (1 - winning) ** left) for left in range(ahead)) * float(np.mean(worth))
    held, rounds = 0, draws(200)
    for _ in range(rounds):
        deals = []
        for number in range(int(generator.poisson(365))):
            begun = int(generator.integers(0, 365))
            after = int(generator.geometric(winning))
            end = ((after, "won" if generator.random() < won else "lost"),) if after <= begun else ()
            deals.append(deal(f"n-{number}", "lead", begun, *end, amount=int(generator.choice(worth))))
        new = project(history=None, new_business=learn(*deals, window=None)).new_deals
        assert new is not None
        assert new.average is not None
        average = float(new.average.decimal)
        held += new.low_count * average <= true <= new.high_count * average
    # That some deals are open makes the ranges a little too wide.
    assert held / rounds >= 0.95 - 3 * standard_error(0.95, rounds)


@pytest.mark.parametrize(
    ("deals", "terms", "note"),
    [
        ((CREATED[2],), {}, "no_new_deals"),
        (
            (attrs.evolve(CREATED[0], history=[attrs.evolve(each, amount=None) for each in CREATED[0].history]),),
            {},
            "no_new_deals",
        ),
        (CREATED, {"period": Period.year(2027)}, "short_window"),
    ],
)
def test_new_business_of_which_too_little_is_known_is_noted(
    deals: tuple[Opportunity, ...], terms: dict[str, Any], note: str
) -> None:
    new = learn(*deals)
    found = project(deal("o", "offer", 20), history=None, new_business=new, **terms)
    assert f"forecast.note.{note}" in [each.key for each in found.notes]
    if note == "no_new_deals":
        assert found.new_deals is not None
        assert found.new_deals.slots()[0].size == 0
        assert (found.expected, found.new_deals.expected is None) == (money(0), not new.amounts)
        assert "new_business" in [row["line"] for row in found.rows()]
        assert found.breakdown.holds()


def test_of_numbers_every_new_deal_counts_as_one() -> None:
    found = project(history=None, new_business=learn(*UNPRICED), measure="count")
    assert found.new_deals is not None
    assert found.new_deals.average == Amount.of(1, COUNT)
    assert learn(*UNPRICED).unit is None


def test_the_window_is_the_twelve_months_before_as_far_as_they_are_on_record() -> None:
    older = Opportunity(id="old", history=[Change(date(2024, 3, 1), stage="lead")])
    assert learn(*CREATED, older, window=None).window == Period.rolling(AS_OF)
    # Nothing could be created before the first deal was recorded: days of nothing would make the rate read low.
    young = learn(*CREATED, window=None)
    assert young.window == Period(min(each.created for each in CREATED if each.created), Period.rolling(AS_OF).end)
    assert young.per_day == len(CREATED) / young.window.days


def test_what_new_deals_bring_is_rounded_once() -> None:
    amounts = tuple(Amount(minor=minor, unit=CNY) for minor in (1, 1, 2))
    new = NewDeals(expected_count=3_000.0, low_count=2_000.0, high_count=4_000.0, observed=3, amounts=amounts)
    # On average 4/3 of a cent, which rounds to 1: 3,000 of them bring 4,000 cents.
    assert (new.average, new.expected) == (Amount(minor=1, unit=CNY), Amount(minor=4_000, unit=CNY))


def test_the_window_ends_with_the_day() -> None:
    undated_end = Opportunity(id="u", history=[Change(AS_OF - timedelta(days=9), stage="lead"), Change(AS_OF, stage="lost")])
    assert learn(undated_end).win_shares == (0.0,) * 10


def dollars(id: str) -> Opportunity:  # noqa: A002 - the name of the field
    day = AS_OF - timedelta(days=50)
    return Opportunity(id=id, history=[Change(day, stage="lead", amount=Amount.of(1, USD)), Change(AS_OF, stage="won")])


def test_wrong_new_business_is_refused() -> None:
    asked: dict[tuple[str, tuple[str | int, ...]], Any] = {
        ("history_later", ("window",)): lambda: learn(*CREATED, window=Period.year(2026)),
        ("wrong_type", ("window",)): lambda: learn(*CREATED, window="2026"),  # type: ignore[arg-type] # the fault
        ("wrong_type", ("as_of",)): lambda: learn(*CREATED, as_of=5),  # type: ignore[arg-type] # the fault
        ("nothing_created", ("opportunities",)): learn,
        ("negative_amount", ("opportunities", 0, "n", "amount")): lambda: learn(deal("n", "lead", 9, (3, "won"), amount=-1)),
        ("unit_mismatch", ("opportunities", 1, "z", "amount")): lambda: learn(CREATED[0], dollars("z")),
        ("history_later", ("new_business", "as_of")): lambda: project(
            history=None, new_business=learn(*CREATED), as_of=date(2026, 6, 1)
        ),
    }
    for (code, path), ask in asked.items():
        with pytest.raises(SalesperfError) as caught:
            ask()
        assert (caught.value.code, caught.value.path) == (code, path)
    with pytest.raises(UnitMismatchError) as mismatch:
        project(deal("o", "offer", 20), new_business=learn(dollars("d")))
    assert mismatch.value.path == ("new_business",)
    assert project(history=None, new_business=learn(dollars("d"))).unit == USD


def test_slight_errors_that_thousands_of_deals_share_widen_the_range() -> None:
    """Of n deals with one chance p, off by t on the normal scale for all: variance n p q + (n phi(z) t)^2, by first order."""
    count, chance, off = 4_000, 0.1, 0.015
    z, quantile = normal_quantile(chance), normal_quantile(0.975)
    low, high = (normal_cdf(z + side * quantile * off) for side in (-1, 1))
    odds = Odds(
        certain=0,
        amounts=np.ones(count, dtype=np.int64),
        chances=np.full(count, chance),
        low=np.full(count, low),
        high=np.full(count, high),
        observed=np.full(count, 500),
        level=0.95,
        correlation=0.0,
        strata=64,
    )
    deviation = math.hypot(math.sqrt(count * chance * (1 - chance)), count * NormalDist().pdf(z) * off)
    ends = [(bounds.low + bounds.high) / 2 for bounds in odds.quantiles(0.1, 0.9)]
    assert ends[1] - ends[0] == pytest.approx(2 * normal_quantile(0.9) * deviation, rel=0.02)
