"""What statements obey, whatever is sold: lines sum, months are their year, order never matters, nothing is lost."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, DrawFn

from salesperf import (
    JPY,
    Amount,
    Bonus,
    Clawback,
    CommissionPlan,
    Curve,
    Draw,
    Entry,
    PayRate,
    Period,
    Pool,
    RatedPay,
    Release,
    Spiff,
    Steps,
    Tier,
    TieredPay,
    Unit,
)
from salesperf.commission import Statement, check, ledger, next_deal, pay_columns, split_credit, split_refunds, statement
from salesperf.commission.pieces import MODES, pieces_of
from salesperf.testing import assert_breakdowns_hold, tiered_pays

YEAR = Period.year(2026)
MONTHS = YEAR.split("month")
CURRENCY = Unit("CNY", 2, "money")
QUOTA = Amount.of(1_000, CURRENCY)
LEAVES = ("sales", "matrix", "launch", "reach")

few = settings(max_examples=at_most(6))


@st.composite
def sales(draw: DrawFn, *, most: int = 6, least: int = -50_000) -> list[Entry]:
    """Draw entries of a year, some of them returns."""
    made = draw(st.lists(st.tuples(st.integers(0, 364), st.integers(least, 300_000)), max_size=most))
    return [
        Entry(
            id=f"e{place}",
            payee="ada",
            on=YEAR.start + timedelta(days=day),
            amount=Amount(minor=minor, unit=CURRENCY),
            ref=f"o{place}",
            facts={"product": "A" if minor % 2 else "B"},
        )
        for place, (day, minor) in enumerate(made)
    ]


def plan_of(part: TieredPay, **others: Any) -> CommissionPlan:  # noqa: ANN401 - fields
    """Make a plan of every kind of part that looks at the window alone."""
    rates = [PayRate(when={"product": "A"}, rate=Decimal("0.0333")), PayRate(rate=Decimal("0.01"))]
    terms: dict[str, Any] = {
        "tiered": [attrs.evolve(part, key="sales")],
        "rated": [RatedPay(key="matrix", rates=rates)],
        "bonuses": [Bonus(key="reach", curve=Curve([(Decimal("0.5"), 0), (1, 1)]), amount=Amount.of(77, CURRENCY))],
        "spiffs": [Spiff(key="launch", rate=Decimal("0.001"), when={"product": "A"})],
    }
    return CommissionPlan(key="field", unit=CURRENCY, period=YEAR, **(terms | others))


def stated(plan: CommissionPlan, entries: Sequence[Entry], periods: Sequence[Period] = (YEAR,)) -> list[Statement]:
    """Make the statements of some periods in a row."""
    made: list[Statement] = []
    for period in periods:
        last = made[-1] if made else None
        made.append(statement(plan, entries, payee="ada", period=period, quota=QUOTA, previous=last))
    return made


@few
@given(part=tiered_pays(is_sound=True), entries=sales(), data=st.data())
def test_the_order_of_entries_never_matters(part: TieredPay, entries: list[Entry], data: DataObject) -> None:
    plan = plan_of(part)
    shuffled = data.draw(st.permutations(entries))
    others = [attrs.evolve(entry, id=f"x{entry.id}", payee="bo") for entry in entries]
    assert stated(plan, entries) == stated(plan, [*others, *shuffled])


@few
@given(part=tiered_pays(is_sound=True), entries=sales(), cap=st.none() | st.integers(0, 100_000), data=st.data())
def test_months_sum_to_their_year(part: TieredPay, entries: list[Entry], cap: int | None, data: DataObject) -> None:
    plan = plan_of(part, cap=None if cap is None else Amount(minor=cap, unit=CURRENCY))
    assert plan.telescoping_faults() == ()
    (year,) = stated(plan, entries)
    months = stated(plan, entries, MONTHS)
    assert ledger(months).total == year.total
    assert [line.pay for month in months for line in month.lines] == [line.pay for line in year.lines]
    month = data.draw(st.sampled_from(MONTHS))
    assert stated(plan, entries, [month])[0].lines == months[month.start.month - 1].lines


@few
@given(part=tiered_pays(is_sound=True), entries=sales(), others=sales())
def test_overlay_entries_leave_the_primary_book_alone(part: TieredPay, entries: list[Entry], others: list[Entry]) -> None:
    overlay = [attrs.evolve(entry, id=f"v{entry.id}", book="overlay") for entry in others]
    plan = plan_of(part)
    beside = attrs.evolve(plan, tiered=(*plan.tiered, attrs.evolve(part, key="overlay", book="overlay")))
    (both,) = stated(beside, [*entries, *overlay])
    (primary,) = stated(plan, entries)
    assert [line for line in both.lines if line.part != "overlay"] == list(primary.lines)
    # The overlay is paid for as if there were no other book.
    (alone,) = stated(plan_of(part, rated=(), bonuses=(), spiffs=()), [attrs.evolve(each, book="primary") for each in overlay])
    assert [line.pay for line in both.lines if line.part == "overlay"] == [line.pay for line in alone.lines]
    assert both.earned == primary.earned + alone.earned


@few
@given(part=tiered_pays(is_sound=True), entries=sales())
def test_lines_sum_to_the_total_and_recompute(part: TieredPay, entries: list[Entry]) -> None:
    (year,) = stated(plan_of(part, cap=Amount.of(500, CURRENCY), cap_of="period"), entries)
    assert sum(line.pay.minor for line in year.lines) == year.earned.minor == year.total.minor
    assert_breakdowns_hold(year)


@few
@given(part=tiered_pays(is_sound=True), entries=sales(), data=st.data())
def test_to_remove_an_entry_and_recompute_is_exact(part: TieredPay, entries: list[Entry], data: DataObject) -> None:
    plan = plan_of(part)
    deal = Entry(id="next", payee="ada", on=date(2026, 12, 31), amount=data.draw(st.just(QUOTA)), facts={"product": "A"})
    found = next_deal(plan, entries, deal, payee="ada", period=YEAR, quota=QUOTA)
    assert found.before == stated(plan, entries)[0]
    assert found.after.due - found.before.due == found.pay == Amount.total([line.pay for line in found.lines], CURRENCY)


@few
@given(part=tiered_pays(is_sound=True), entries=sales(most=4), extra=sales(most=3))
def test_a_correction_pays_the_difference(part: TieredPay, entries: list[Entry], extra: list[Entry]) -> None:
    plan = plan_of(part)
    (settled,) = stated(plan, entries)
    late = [attrs.evolve(entry, id=f"late-{entry.id}") for entry in extra]
    correction = statement(plan, [*entries, *late], payee="ada", period=YEAR, quota=QUOTA, previous=settled)
    (whole,) = stated(plan, [*entries, *late])
    assert settled.total + correction.total == whole.total == correction.due
    assert_breakdowns_hold(correction)
    assert correction.due_breakdown == attrs.evolve(whole.breakdown, label=correction.due_breakdown.label)


@few
@given(
    entries=sales(), draws=st.builds(Draw, amount=st.integers(0, 10_000).map(lambda minor: Amount(minor=minor, unit=CURRENCY)))
)
def test_draws_conserve(entries: list[Entry], draws: Draw) -> None:
    plan = plan_of(TieredPay(key="s", tiers=[Tier(0, None, Decimal("0.1"))]), draw=draws)
    months = stated(plan, entries, MONTHS)
    earned = Amount.total([month.earned for month in months], CURRENCY)
    closing = months[-1].draw.closing if months[-1].draw else Amount.zero(CURRENCY)
    # Whatever is paid beyond what is earned is owed, and nothing else.
    assert ledger(months).total == earned + closing
    for last, month in pairwise(months):
        assert last.draw is not None
        assert month.draw is not None
        assert month.draw.opening == last.draw.closing
    assert plan.telescoping_faults() != ()


@few
@given(entries=sales(least=0), payments=st.lists(st.tuples(st.integers(0, 364), st.integers(1, 10)), max_size=4))
def test_what_is_released_held_and_lost_is_what_was_earned(entries: list[Entry], payments: list[tuple[int, int]]) -> None:
    release = Release(ageing=Steps([(0, 1), (100, Decimal("0.5"))]), holdback_share=Decimal("0.1"), holdback_days=10)
    plan = plan_of(TieredPay(key="s", tiers=[Tier(0, None, Decimal("0.1"))]), release=release)
    cash = [
        Entry(
            id=f"c{place}",
            payee="ada",
            on=YEAR.start + timedelta(days=day),
            amount=Amount(minor=share * entries[place % len(entries)].amount.minor // 5, unit=CURRENCY),
            ref=entries[place % len(entries)].ref,
            basis="collected",
        )
        for place, (day, share) in enumerate(payments if entries else [])
    ]
    months = stated(plan, [*entries, *cash], MONTHS)
    assert ledger(months).total == Amount.total([account.released for account in months[-1].accounts], CURRENCY)
    earned = Amount.total([month.earned for month in months], CURRENCY)
    lost = Amount.total([account.forfeited for account in months[-1].accounts], CURRENCY)
    assert ledger(months).total + months[-1].held + lost == earned
    assert stated(plan, [*entries, *cash])[0].total == ledger(months).total
    for month in months:
        assert_breakdowns_hold(month)
        assert all(each.breakdown.parts for each in month.adjustments)


@few
@given(part=tiered_pays(is_sound=True, is_rising=True), reached=st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=2))
def test_pay_never_falls_where_rates_do_not(part: TieredPay, reached: list[int]) -> None:
    pieces = pieces_of(part, credit_scale=100, pay_scale=100, quota=Fraction(QUOTA.minor), target=None)
    low, high = sorted(reached)
    assert pieces.rounded(low) <= pieces.rounded(high)


@few
@given(part=tiered_pays(is_sound=True), reached=st.integers(0, 10**6))
def test_pay_falls_only_where_check_reports_a_cliff(part: TieredPay, reached: int) -> None:
    plan = CommissionPlan(key="field", unit=CURRENCY, period=YEAR, tiered=[part])
    pieces = pieces_of(part, credit_scale=100, pay_scale=100, quota=Fraction(QUOTA.minor), target=None)
    cliffs = [finding for finding in check(plan) if finding.rule == "cliff"]
    edges = {reached, *(edge // pieces.scale for edge in pieces.edges)}
    falls = any(pieces.exact(edge + 1) < pieces.exact(edge) or pieces.exact(edge) < pieces.exact(edge - 1) for edge in edges)
    assert bool(cliffs) or not falls
    assert not cliffs or part.mode in ("retroactive", "overage")


@few
@given(part=tiered_pays(is_sound=True, mode="marginal"))
def test_marginal_plans_are_continuous_before_rounding(part: TieredPay) -> None:
    pieces = MODES["marginal"](part.tiers)
    for tier, below, above in zip(part.tiers[1:], pieces, pieces[1:], strict=False):
        start = Fraction(tier.start)
        assert below[0] + below[1] * start == above[0] + above[1] * start


@few
@given(part=tiered_pays(is_sound=True), entries=sales())
def test_another_currency_changes_nothing_but_the_currency(part: TieredPay, entries: list[Entry]) -> None:
    def converted(amount: Amount) -> Amount:
        return Amount(minor=amount.minor, unit=JPY)

    plan = CommissionPlan(key="p", unit=CURRENCY, period=YEAR, tiered=[_scaled(part, 1)])
    # A yen is the smallest unit of its own, so tiers in whole units are a hundred times as many of those.
    same = CommissionPlan(key="p", unit=JPY, period=YEAR, tiered=[_scaled(part, 100)])
    other = [attrs.evolve(entry, amount=converted(entry.amount)) for entry in entries]
    ours = statement(plan, entries, payee="ada", period=YEAR, quota=QUOTA)
    theirs = statement(same, other, payee="ada", period=YEAR, quota=converted(QUOTA))
    assert [line.pay.minor for line in ours.lines] == [line.pay.minor for line in theirs.lines]


@few
@given(part=tiered_pays(is_sound=True), reached=st.integers(-(10**6), 10**6), by=st.integers(2, 10**4))
def test_money_of_another_scale_is_paid_for_on_that_scale(part: TieredPay, reached: int, by: int) -> None:
    def exact(tiers: TieredPay, times: int) -> Fraction:
        quota = Fraction(QUOTA.minor * times)
        return pieces_of(tiers, credit_scale=100, pay_scale=100, quota=quota, target=None).exact(reached * times)

    assert exact(_scaled(part, by), by) == by * exact(part, 1)


def _scaled(part: TieredPay, by: int) -> TieredPay:
    """Write bounds that are amounts, and what interpolated tiers bring, in another unit."""
    bounds = by if part.over == "amount" else 1
    brings = by if part.mode == "interpolated" else 1
    tiers = [Tier(t.start * bounds, None if t.end is None else t.end * bounds, t.rate * brings) for t in part.tiers]
    return attrs.evolve(part, tiers=tiers)


@few
@given(
    part=tiered_pays(is_sound=True),
    credit=st.lists(st.integers(-(2**53), 2**53), max_size=5),
    has_column=st.booleans(),
    scale=st.sampled_from((1, 10**9)),
)
def test_columns_pay_what_statements_pay(part: TieredPay, credit: list[int], has_column: bool, scale: int) -> None:  # noqa: FBT001 - drawn
    quotas = np.array([QUOTA.minor * scale + place % 2 for place in range(len(credit))], dtype=np.int64)
    quota = quotas if has_column else QUOTA
    paid = pay_columns(part, np.array(credit, dtype=np.int64), unit=CURRENCY, quota=quota)
    for place, value in enumerate(credit):
        share = int(quotas[place]) if has_column else QUOTA.minor
        pieces = pieces_of(part, credit_scale=100, pay_scale=100, quota=Fraction(share), target=None)
        assert paid[place] == pieces.rounded(value)


@few
@given(
    minor=st.integers(-(10**6), 10**6),
    weights=st.dictionaries(st.sampled_from(("ada", "bo", "cy")), st.integers(0, 9), min_size=1).filter(
        lambda drawn: any(drawn.values())
    ),
)
def test_splits_conserve_credit_and_an_overlay_takes_none(minor: int, weights: dict[str, int]) -> None:
    sale = Entry(id="e1", payee="ada", on=date(2026, 5, 4), amount=Amount(minor=minor, unit=CURRENCY))
    plain = split_credit(sale, weights)
    assert Amount.total([part.amount for part in plain], CURRENCY) == sale.amount
    both = split_credit(sale, weights, overlay={"se": 1})
    assert tuple(part for part in both if part.book == "primary") == plain


@few
@given(
    parts=st.lists(st.integers(0, 60), max_size=5),
    rest=st.integers(0, 3),
    weights=st.lists(st.integers(1, 9), min_size=2, max_size=4),
    share=st.fractions(0, 2, max_denominator=7),
    sign=st.sampled_from((1, -1)),
)
def test_nobody_gives_back_more_than_he_was_credited_with(
    parts: list[int], rest: int, weights: list[int], share: Fraction, sign: int
) -> None:
    def entry(name: str, minor: int, **others: Any) -> Entry:  # noqa: ANN401 - fields
        return Entry(id=name, payee="ada", on=date(2026, 5, 4), amount=Amount(minor=minor, unit=CURRENCY), **others)

    sale = entry("e1", sign * (sum(parts) + rest))
    refunds = [entry(f"x{place}", -sign * part, reverses="e1") for place, part in enumerate(parts)]
    given_to = dict(zip("abcd", weights, strict=False))
    shares: dict[str, Any] = {"weights": given_to, "overlay": {"se": share}}
    credited = {part.id: part.amount.minor for part in split_credit(sale, **shares)}
    returned = split_refunds(sale, refunds, **shares)
    for refund in refunds:
        own = [part.amount for part in returned if part.book == "primary" and part.id.startswith(f"{refund.id}/")]
        assert Amount.total(own, CURRENCY) == refund.amount
    left = dict(credited)
    for part in returned:
        assert part.reverses is not None
        assert part.amount.minor * sign < 0
        left[part.reverses] += part.amount.minor
    assert all(minor * sign >= 0 for minor in left.values())
    assert rest or not any(left.values())
    # What comes later changes nothing of what was given back before.
    assert returned[: len(earlier := split_refunds(sale, refunds[:-1], **shares))] == earlier


@few
@given(entries=sales(least=0), weights=st.lists(st.integers(0, 5), min_size=3, max_size=3).filter(any))
def test_shares_of_a_pool_sum_to_it_and_never_shrink(entries: list[Entry], weights: list[int]) -> None:
    members = dict(zip(("ada", "bo", "cy"), weights, strict=True))
    pool = Pool(key="pool", team="east", rate=Decimal("0.0123"), weights=members)
    plan = CommissionPlan(key="p", unit=CURRENCY, period=YEAR, pools=[pool])
    team = [attrs.evolve(entry, payee="east") for entry in entries]
    shares = [statement(plan, team, payee=member, period=YEAR) for member, weight in members.items() if weight]
    filled = Amount.total([entry.amount for entry in team], CURRENCY).times(Fraction(pool.rate))
    assert Amount.total([each.total for each in shares], CURRENCY) == filled
    assert all(line.pay.minor >= 0 for each in shares for line in each.lines)


@few
@given(entries=sales(most=3, least=1), months=st.integers(0, 13))
def test_what_is_taken_back_is_at_most_what_was_paid(entries: list[Entry], months: int) -> None:
    decade = Period(date(2026, 1, 1), date(2029, 1, 1))
    shares = Steps([(0, 1), (6, Decimal("0.3")), (12, 0)])
    part = TieredPay(key="sales", tiers=[Tier(0, None, Decimal("0.0777"))])
    later = date(2027 + months // 12, 1 + months % 12, 28)
    back = [attrs.evolve(e, id=f"x{e.id}", on=later, amount=-e.amount, reverses=e.id) for e in entries]
    for method in ("recomputed", "as_paid"):
        clawback = Clawback(share_by_month=shares, method=method)
        plan = CommissionPlan(key="p", unit=CURRENCY, period=decade, tiered=[part], clawback=clawback)
        taken = statement(plan, [*entries, *back], payee="ada", period=Period.month(later.year, later.month))
        whole = statement(plan, entries, payee="ada", period=decade)
        assert 0 <= -taken.total.minor <= whole.total.minor
