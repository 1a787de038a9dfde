"""Strategies for pay: entries of credit, tiers, the parts and terms of plans, plans and their versions."""

from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, Literal

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import (
    COUNT,
    GRAINS,
    Amount,
    Bonus,
    Clawback,
    Coefficient,
    CommissionPlan,
    Curve,
    Draw,
    Entry,
    Guarantee,
    PayGate,
    PayRate,
    Period,
    PlanBook,
    Pool,
    RatedPay,
    Release,
    Spiff,
    Steps,
    Tier,
    TieredPay,
    Unit,
)
from salesperf.model.pay_entry import BASES, BOOKS, Basis
from salesperf.model.tiers import TIER_MODES, TierMode
from salesperf.testing.dates import calendars, days, periods
from salesperf.testing.values import built_once, ids, or_none, texts

__all__ = [
    "bonuses",
    "clawbacks",
    "coefficients",
    "commission_plans",
    "draws",
    "entries",
    "guarantees",
    "pay_gates",
    "pay_rates",
    "plan_books",
    "pools",
    "rated_pays",
    "releases",
    "spiffs",
    "tiered_pays",
    "tiers",
]

_CURRENCY: Final = Unit("CNY", 2, "money")
_MEASURES: Final = ("revenue", "units_sold", "回款")
_PRODUCTS: Final = ("A", "B", "新品")
_SHARES: Final = tuple(map(Decimal, ("0", "0.5", "1")))
_MOST_MINOR: Final = 10**9


def _keys() -> SearchStrategy[str]:
    return st.sampled_from(("sales", "growth", "奖金"))


def _rates() -> SearchStrategy[Decimal]:
    return st.decimals(0, 1, places=3)


def _money(least: int = 0) -> SearchStrategy[Amount]:
    return st.integers(least, _MOST_MINOR).map(lambda minor: Amount(minor=minor, unit=_CURRENCY))


def _counts() -> dict[str, SearchStrategy[Any]]:
    return {
        "measure": st.sampled_from(_MEASURES),
        "basis": st.sampled_from(BASES),
        "book": st.sampled_from(BOOKS),
    }


def _facts() -> SearchStrategy[dict[str, Any]]:
    known = st.sampled_from(_PRODUCTS) | st.integers(0, 3) | st.decimals(0, 2, places=1)
    return st.dictionaries(st.sampled_from(("product", "customer", "price")), known, max_size=2)


def _steps(low: int = 0, high: int = 1) -> SearchStrategy[Steps]:
    return _knots(low, high).map(Steps)


def _curves(low: int = 0, high: int = 1) -> SearchStrategy[Curve]:
    return _knots(low, high).map(Curve)


@st.composite
def _knots(draw: DrawFn, low: int, high: int) -> list[tuple[Decimal, Decimal]]:
    places = sorted(draw(st.sets(st.decimals(0, 24, places=1), min_size=1, max_size=3)))
    return [(place, draw(st.decimals(low, high, places=2))) for place in places]


@built_once
@st.composite
def entries(
    draw: DrawFn,
    *,
    payee: SearchStrategy[str] | None = None,
    on: SearchStrategy[Any] | None = None,
) -> Entry:
    """Draw entries of credit: of money and counts, some of which take others back.

    Parameters
    ----------
    payee
        Strategy for the payee; ``None`` for :func:`salesperf.testing.ids`.
    on
        Strategy for the day; ``None`` for any.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(entries(), lambda entry: entry.amount.minor > 0).amount.minor
    1
    """
    unit, own = draw(st.sampled_from((_CURRENCY, COUNT))), draw(ids("e"))
    return Entry(
        id=own,
        payee=draw(ids() if payee is None else payee),
        on=draw(days() if on is None else on),
        amount=Amount(minor=draw(st.integers(-_MOST_MINOR, _MOST_MINOR)), unit=unit),
        ref=draw(or_none(ids("o"))),
        facts=draw(_facts()),
        reverses=draw(or_none(ids("x").filter(lambda other: other != own))),
        **{name: draw(strategy) for name, strategy in _counts().items()},
    )


@built_once
def tiers() -> SearchStrategy[Tier]:
    """Draw single tiers, with and without an end.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(tiers(), lambda tier: tier.end is None)
    Tier(start=Decimal('0'), end=None, rate=Decimal('0.000'))
    """
    widths = or_none(st.integers(1, 1000))
    return st.builds(
        lambda start, width, rate: Tier(start, None if width is None else start + width, rate),
        st.integers(0, 1000),
        widths,
        _rates(),
    )


@st.composite
def tiered_pays(
    draw: DrawFn,
    *,
    mode: TierMode | None = None,
    is_rising: bool = False,
    is_sound: bool = False,
    over: Literal["amount", "quota"] | None = None,
) -> TieredPay:
    """Draw commissions by tiers.

    Parameters
    ----------
    mode
        The mode; ``None`` for any.
    is_rising
        Whether no rate is below the one of the tier below.
    is_sound
        Whether tiers have neither gaps nor overlaps; otherwise some are drafts.
    over
        What tiers are of; ``None`` for both.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(tiered_pays(mode="marginal", is_sound=True), lambda part: len(part.tiers) == 2).tiers[1].end is None
    True
    >>> find(tiered_pays(), lambda part: not part.tiers).tiers
    ()
    """
    chosen: TierMode = draw(st.sampled_from(TIER_MODES)) if mode is None else mode
    of: Literal["amount", "quota"] = draw(st.sampled_from(("amount", "quota"))) if over is None else over
    step = Decimal(100) if of == "amount" else Decimal("0.1")
    cuts = [Decimal(0), *sorted(step * place for place in draw(st.sets(st.integers(1, 20), max_size=3)))]
    ends: list[Decimal | None] = [*cuts[1:], None]
    if chosen == "interpolated":
        ends[-1] = cuts[-1] + 1
    rates = draw(st.lists(_rates(), min_size=len(cuts), max_size=len(cuts)))
    schedule = [Tier(*each) for each in zip(cuts, ends, sorted(rates) if is_rising else rates, strict=True)]
    if not is_sound and draw(st.integers(0, 4)) == 4:  # noqa: PLR2004 - a fifth of them
        schedule = draw(st.lists(tiers(), max_size=2))
    return TieredPay(
        key=draw(_keys()),
        tiers=schedule,
        mode=chosen,
        over=of,
        rate=draw(or_none(_rates())),
        measure="revenue" if is_sound else draw(st.sampled_from(_MEASURES)),
        basis="booked" if is_sound else draw(st.sampled_from(BASES)),
    )


@built_once
def pay_rates() -> SearchStrategy[PayRate]:
    """Draw cells of a rate matrix.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(pay_rates(), lambda cell: cell.rate > 0).rate
    Decimal('0.001')
    """
    return st.builds(PayRate, when=_facts(), rate=_rates())


@st.composite
def rated_pays(draw: DrawFn) -> RatedPay:
    """Draw commissions by a rate matrix, with and without a scale by price.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(rated_pays(), lambda part: part.price_fact is not None).price_fact
    'price'
    """
    by_product = st.dictionaries(st.sampled_from(_PRODUCTS), _rates(), min_size=1)
    cells = [PayRate(when={"product": product}, rate=rate) for product, rate in draw(by_product).items()]
    steps = draw(or_none(_steps(0, 2)))
    return RatedPay(
        key=draw(_keys()),
        rates=[*cells, *draw(st.lists(_rates().map(lambda rate: PayRate(rate=rate)), max_size=1))],
        price_fact=None if steps is None else "price",
        price_steps=steps,
        missing=draw(st.sampled_from(("refuse", "nothing"))),
        **{name: draw(strategy) for name, strategy in _counts().items()},
    )


@st.composite
def bonuses(draw: DrawFn) -> Bonus:
    """Draw bonuses of an amount: along a curve or by steps, of a score or of the quota.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(bonuses(), lambda bonus: bonus.score is not None).score
    'kpi'
    """
    is_curve = draw(st.booleans())
    return Bonus(
        key=draw(_keys()),
        curve=draw(_curves(0, 2)) if is_curve else None,
        steps=None if is_curve else draw(_steps(0, 2)),
        score=draw(or_none(st.just("kpi"))),
        amount=draw(_money()),
        **{name: draw(strategy) for name, strategy in _counts().items()},
    )


@st.composite
def spiffs(draw: DrawFn) -> Spiff:
    """Draw premiums for single sales.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(spiffs(), lambda spiff: spiff.amount is not None).amount.minor
    0
    """
    is_rate = draw(st.booleans())
    return Spiff(
        key=draw(_keys()),
        amount=None if is_rate else draw(_money()),
        rate=draw(_rates()) if is_rate else None,
        when=draw(_facts()),
        period=draw(or_none(periods())),
        **{name: draw(strategy) for name, strategy in _counts().items()},
    )


@built_once
def pools() -> SearchStrategy[Pool]:
    """Draw pools of a team.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(pools(), lambda pool: len(pool.weights) == 2).team
    't1'
    """
    weights = st.dictionaries(ids(), st.integers(0, 9), min_size=1, max_size=3).filter(lambda drawn: any(drawn.values()))
    return st.builds(Pool, key=_keys(), team=ids("t"), rate=_rates(), weights=weights, **_counts())


@built_once
def pay_gates() -> SearchStrategy[PayGate]:
    """Draw gates, with each way to treat a missing score.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(pay_gates(), lambda gate: gate.missing == "open").score
    'kpi'
    """
    missing = st.sampled_from(("refuse", "closed", "open"))
    return st.builds(PayGate, score=st.just("kpi"), least=st.integers(-9, 99), missing=missing)


@st.composite
def coefficients(draw: DrawFn) -> Coefficient:
    """Draw factors by a score.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(coefficients(), lambda coefficient: coefficient.curve is not None).steps is None
    True
    """
    is_curve = draw(st.booleans())
    return Coefficient(
        score="kpi",
        curve=draw(_curves(0, 2)) if is_curve else None,
        steps=None if is_curve else draw(_steps(0, 2)),
        missing=draw(st.sampled_from(("refuse", "one"))),
    )


@built_once
def draws() -> SearchStrategy[Draw]:
    """Draw advances, recoverable and not.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(draws(), lambda draw: draw.limit is not None).is_recoverable
    False
    """
    return st.builds(
        Draw,
        amount=_money(),
        is_recoverable=st.booleans(),
        limit=or_none(_money()),
        forgiven_on=or_none(days()),
    )


@built_once
def guarantees() -> SearchStrategy[Guarantee]:
    """Draw guarantees.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(guarantees(), lambda guarantee: True).amount.minor
    0
    """
    return st.builds(Guarantee, amount=_money(), period=periods())


@built_once
def clawbacks() -> SearchStrategy[Clawback]:
    """Draw what is taken back by the months since a sale.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(clawbacks(), lambda clawback: clawback.method == "as_paid").share_by_month.below
    0
    """
    return st.builds(Clawback, share_by_month=_steps(), method=st.sampled_from(("recomputed", "as_paid")))


@built_once
def releases() -> SearchStrategy[Release]:
    """Draw when earned commission is paid out.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(releases(), lambda release: release.holdback_days > 0).holdback_days
    1
    """
    bases: SearchStrategy[Basis] = st.sampled_from(BASES)
    return st.builds(
        Release,
        basis=bases,
        ageing=or_none(_steps()),
        holdback_share=st.sampled_from(_SHARES),
        holdback_days=st.integers(0, 90),
    )


@st.composite
def commission_plans(draw: DrawFn, *, period: SearchStrategy[Period] | None = None) -> CommissionPlan:
    """Draw plans with every part and every term, some of them drafts.

    Parameters
    ----------
    period
        Strategy for the days on which a version holds; ``None`` for any.

    Examples
    --------
    >>> from hypothesis import Phase, find, settings
    >>> once = settings(max_examples=1, phases=[Phase.generate])
    >>> len(find(commission_plans(), lambda plan: True, settings=once).parts) > 0
    True
    """
    kinds = draw(st.lists(st.sampled_from(("tiered", "rated", "bonuses", "spiffs", "pools")), min_size=1, max_size=3))
    strategies: dict[str, SearchStrategy[Any]] = {
        "tiered": tiered_pays(),
        "rated": rated_pays(),
        "bonuses": bonuses(),
        "spiffs": spiffs(),
        "pools": pools(),
    }
    others: dict[str, Any] = draw(_terms())
    parts: dict[str, list[Any]] = {kind: [] for kind in strategies}
    for number, kind in enumerate(kinds):
        parts[kind].append(attrs.evolve(draw(strategies[kind]), key=f"p{number}"))
    return CommissionPlan(
        key=draw(_keys()),
        unit=_CURRENCY,
        period=draw(periods() if period is None else period),
        title=draw(texts()),
        payees=draw(st.lists(ids(), max_size=2)),
        replaces=draw(st.lists(_keys(), max_size=2)),
        variable_share=draw(st.sampled_from(_SHARES)),
        resets=draw(or_none(st.sampled_from(GRAINS))),
        cap_of=draw(st.sampled_from(("window", "period"))),
        calendar=draw(calendars()),
        **(others | parts),
    )


@built_once
def _terms() -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "target_pay": _money(),
            "gate": pay_gates(),
            "coefficient": coefficients(),
            "cap": _money(),
            "floor": _money(),
            "guarantee": guarantees(),
            "draw": draws(),
            "clawback": clawbacks(),
            "release": releases(),
            "ramp": st.sampled_from(("none", "quota", "full_pay")),
            "proration": st.sampled_from(("calendar_days", "workdays", "months")),
        },
    )


@st.composite
def plan_books(draw: DrawFn) -> PlanBook:
    """Draw versions of plans that follow one another.

    Examples
    --------
    >>> from hypothesis import Phase, find, settings
    >>> once = settings(max_examples=1, phases=[Phase.generate])
    >>> len(find(plan_books(), lambda book: True, settings=once).plans) > 0
    True
    """
    cuts = sorted(draw(st.lists(days(), min_size=2, max_size=3, unique=True)))
    versions = [Period(start, end) for start, end in pairwise(cuts)]
    return PlanBook([attrs.evolve(draw(commission_plans(period=st.just(version))), key="field") for version in versions])
