"""Laws of channels: tallies merge, each lead is in one number, groups sum to the whole, later days change nothing."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any, Final, NamedTuple

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import (
    CNY,
    JPY,
    Amount,
    Change,
    ChannelCost,
    Estimate,
    InvalidValueError,
    Lead,
    LeadChange,
    Opportunity,
    Org,
    Period,
    Rep,
    SalesProcess,
    Stage,
    Team,
    UnitMismatchError,
    formulas,
    testing,
)
from salesperf.channels import OUTCOMES, ChannelLine, ChannelTally, compare, count
from salesperf.messages import LANGUAGES

PROCESS: Final = SalesProcess(
    stages=[
        Stage(key="talks"),
        Stage(key="won", kind="won"),
        Stage(key="service", kind="post_won"),
        Stage(key="lost", kind="lost"),
        Stage(key="dropped", kind="cancelled"),
    ]
)
ENDS: Final = {"talks": "open", "won": "won", "service": "won", "lost": "lost", "dropped": "cancelled"}
FIRST: Final = date(2026, 1, 1)
AS_OF: Final = date(2026, 3, 1)
ORG: Final = Org(teams=[Team(id="east")], reps=[Rep(id="ada", team="east"), Rep(id="yue", team="east", kind="dealer")])
CHANNELS: Final = ("exhibition", "referral", "web")
CAMPAIGNS: Final = ("spring", "autumn")
BY: Final = ("channel", "campaign", "owner", "owner_kind")

groupings = st.lists(st.sampled_from(BY), unique=True, max_size=3).map(tuple)
owners = st.none() | st.sampled_from(("ada", "yue", "east"))


class Case(NamedTuple):
    """A lead with its deals, or deals without one, or a cost: what must not be divided."""

    lead: Lead | None
    deals: tuple[Opportunity, ...]
    cost: ChannelCost | None


@st.composite
def days(draw: st.DrawFn, size: int) -> list[date | None]:
    """Draw days in order, the first of which may not be known."""
    found = sorted(FIRST + timedelta(draw(st.integers(0, 90))) for _ in range(size))
    return [None, *found[1:]] if draw(st.integers(0, 5)) == 0 else [*found]


@st.composite
def deals(draw: st.DrawFn, lead: str | None) -> Opportunity:
    """Draw deals of any history, won deals that are lost again among them, with and without amounts."""
    stages: list[str] = []
    for stage in draw(st.lists(st.sampled_from(tuple(ENDS)), min_size=1, max_size=4)):
        stages += [stage] if stages[-1:] != [stage] else []
    history = [
        Change(
            on,
            stage=stage,
            owner=draw(owners),
            amount=draw(st.none() | st.integers(0, 9_999).map(lambda minor: Amount(minor=minor, unit=CNY))),
        )
        for on, stage in zip(draw(days(len(stages))), stages, strict=True)
    ]
    return Opportunity(id="o", lead=lead, history=history)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a lead with up to two deals, a deal without a lead, or a cost."""
    kind = draw(st.integers(0, 5))
    if kind == 0:
        amount = Amount(minor=draw(st.integers(0, 99_999)), unit=CNY)
        key, campaign = draw(st.sampled_from(CHANNELS)), draw(st.none() | st.sampled_from(CAMPAIGNS))
        on = FIRST + timedelta(draw(st.integers(0, 90)))
        return Case(None, (), ChannelCost(on=on, amount=amount, channel=key, campaign=campaign, owner=draw(owners)))
    if kind == 1:
        return Case(None, (draw(deals(None)),), None)
    statuses: list[str] = []
    for status in draw(st.lists(st.sampled_from(("new", "working", "qualified", "disqualified")), min_size=1, max_size=4)):
        statuses += [status] if statuses[-1:] != [status] else []
    history = [
        LeadChange(on, status=status, owner=draw(owners))  # type: ignore[arg-type] # one of the words
        for on, status in zip(draw(days(len(statuses))), statuses, strict=True)
    ]
    channel, campaign = draw(st.none() | st.sampled_from(CHANNELS)), draw(st.none() | st.sampled_from(CAMPAIGNS))
    lead = Lead(id="l", history=history, channel=channel, campaign=campaign)
    return Case(lead, tuple(draw(st.lists(deals("l"), max_size=2))), None)


class Given(NamedTuple):
    """What a count takes."""

    leads: list[Lead]
    deals: list[Opportunity]
    costs: list[ChannelCost]


def numbered(items: Sequence[tuple[int, Case]]) -> Given:
    """Give leads and deals ids of their own."""
    given = Given([], [], [])
    for number, (lead, own, cost) in items:
        given.leads.extend([attrs.evolve(lead, id=f"l-{number}")] if lead is not None else [])
        for place, deal in enumerate(own):
            of = None if lead is None else f"l-{number}"
            given.deals.append(attrs.evolve(deal, id=f"o-{number}-{place}", lead=of))
        given.costs.extend([cost] if cost is not None else [])
    return given


def tallied(given: Given, **other: Any) -> ChannelTally:  # noqa: ANN401 - arguments of count
    arguments: dict[str, Any] = {"as_of": AS_OF, "processes": [PROCESS], "org": ORG, "known": (*CHANNELS, *CAMPAIGNS)} | other
    return count(given.leads, given.deals, costs=given.costs, **arguments)


@st.composite
def companies(draw: st.DrawFn, max_size: int = 8) -> list[tuple[int, Case]]:
    return list(enumerate(draw(st.lists(cases(), max_size=max_size))))


@given(companies(), groupings, st.integers(0, 2**31))
def test_any_partition_of_the_leads_gives_the_same_tally_in_any_order(
    company: list[tuple[int, Case]], by: tuple[str, ...], seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    parts: list[list[tuple[int, Case]]] = [[], [], []]
    for case in company:
        random.choice(parts).append(case)
    one, two, three = (tallied(numbered(part), by=by) for part in parts)
    testing.assert_monoid(one, two, three, ChannelTally.empty(as_of=AS_OF, by=by))  # type: ignore[arg-type] # names of groupings
    random.shuffle(company)
    assert one + two + three == tallied(numbered(company), by=by)


def expected(given: Given) -> Counter[str]:
    """Walk through the leads one by one, and say what they come to."""
    found: Counter[str] = Counter(cost=sum(cost.amount.minor for cost in given.costs if cost.on <= AS_OF))
    held: dict[str | None, list[Opportunity]] = {lead.id: [] for lead in given.leads if lead.as_of(AS_OF) is not None}
    for deal in given.deals:
        now = deal.as_of(AS_OF)
        if now is not None and deal.lead in held:
            held[deal.lead].append(now)
        elif now is not None:
            found["undated" if now.created is None else "without_lead"] += 1
    for lead in given.leads:
        known = lead.as_of(AS_OF)
        if known is not None and known.created is None:
            found["undated"] += 1
        elif known is not None:
            found += of_lead(known, held[lead.id])
    return found


def of_lead(lead: Lead, deals: Sequence[Opportunity]) -> Counter[str]:
    """Say what a lead and its deals count as."""
    ends = [ENDS[deal.stage] for deal in deals]
    found = Counter(qualified=int(bool(ends) or any(change.status == "qualified" for change in lead.history)))
    if "won" in ends:
        amounts = [deal.amount for deal, end in zip(deals, ends, strict=True) if end == "won"]
        value = sum(amount.minor for amount in amounts if amount is not None)
        return found + Counter(won=1, value=value, unvalued=int(None in amounts))
    if "open" in ends or (not ends and lead.status != "disqualified"):
        return found + Counter(open=1)
    return found + Counter(lost=1) if "lost" in ends else found + Counter(cancelled=1)


@given(companies(), groupings)
def test_the_groups_sum_to_what_walking_through_each_lead_finds(company: list[tuple[int, Case]], by: tuple[str, ...]) -> None:
    given = numbered(company)
    tally, told = tallied(given, by=by), expected(given)
    assert dict(zip(OUTCOMES, tally.outcomes.sum(axis=0).tolist(), strict=True)) == {name: told[name] for name in OUTCOMES}
    for name in ("qualified", "undated", "unvalued", "without_lead"):
        assert int(getattr(tally, name).sum()) == told[name]
    assert (
        sum(amount.minor for group in range(len(tally.groups)) if (amount := tally.value_of([group])) is not None)
        == told["value"]
    )
    assert sum(amount.minor for amount in tally.costs if amount is not None) == told["cost"]
    assert int(tally.counts.sum()) <= int(tally.leads.sum())


@given(companies(), groupings)
def test_the_lines_of_a_report_sum_to_its_total_and_finer_groups_to_coarser_ones(
    company: list[tuple[int, Case]], by: tuple[str, ...]
) -> None:
    given = numbered(company)
    report, whole = compare(tallied(given, by=by)), compare(tallied(given, by=())).lines[0]
    names = ("leads", "qualified", "won", "lost", "cancelled", "open", "undated", "unvalued", "deals_without_lead")
    for name in (*names, "won_without_lead"):
        assert sum(getattr(line, name) for line in report.lines) == getattr(report.total, name) == getattr(whole, name)
    for name in ("value", "cost", "value_without_lead"):
        known = [getattr(line, name).minor for line in report.lines if getattr(line, name) is not None]
        total = getattr(report.total, name)
        assert sum(known) == (0 if total is None else total.minor)
    for name in ("value", "cost", "qualification_rate", "conversion_rate", "conversion_within", "acquisition_cost"):
        assert getattr(report.total, name) == getattr(whole, name)
    assert report.total.return_on_investment == whole.return_on_investment


@given(companies(), groupings, st.integers(0, 60))
def test_what_is_later_than_the_day_changes_nothing(company: list[tuple[int, Case]], by: tuple[str, ...], after: int) -> None:
    given, day = numbered(company), FIRST + timedelta(after)
    known = {lead.id: now for lead in given.leads if (now := lead.as_of(day)) is not None}
    begun = [deal.as_of(day) for deal in given.deals]
    deals = [each if each.lead in known else attrs.evolve(each, lead=None) for each in begun if each is not None]
    costs = [cost for cost in given.costs if cost.on <= day]
    assert tallied(given, by=by, as_of=day) == tallied(Given(list(known.values()), deals, costs), by=by, as_of=day)


@given(companies(), st.integers(2, 1000))
def test_scaling_all_money_scales_value_and_cost_and_no_rate(company: list[tuple[int, Case]], factor: int) -> None:
    def scaled(amount: Amount | None) -> Any:  # noqa: ANN401 - of the kind that it was
        return None if amount is None else Amount(minor=amount.minor * factor, unit=amount.unit)

    given = numbered(company)
    deals = [
        attrs.evolve(deal, history=[attrs.evolve(change, amount=scaled(change.amount)) for change in deal.history])
        for deal in given.deals
    ]
    costs = [attrs.evolve(cost, amount=scaled(cost.amount)) for cost in given.costs]
    before = {line.labels: line for line in compare(tallied(given), minimum=2).lines}
    after = {line.labels: line for line in compare(tallied(Given(given.leads, deals, costs)), minimum=2).lines}
    assert before.keys() == after.keys()
    for labels, line in before.items():
        other = after[labels]
        assert (other.value, other.cost) == (scaled(line.value), scaled(line.cost))
        assert other.return_on_investment == line.return_on_investment
        assert other.return_verdict == line.return_verdict
        assert other.conversion_within == line.conversion_within
        if line.acquisition_cost.value is not None:
            assert other.acquisition_cost.value == pytest.approx(factor * line.acquisition_cost.value, rel=1e-12)


def estimates(line: ChannelLine) -> list[Estimate]:
    return [value for value in attrs.asdict(line, recurse=False).values() if isinstance(value, Estimate)]


@given(companies(14), groupings, st.integers(1, 3), st.sampled_from((0.5, 0.95)))
def test_every_number_of_a_channel_follows_from_its_parts_and_is_undefined_over_nothing(
    company: list[tuple[int, Case]], by: tuple[str, ...], minimum: int, level: float
) -> None:
    report = compare(tallied(numbered(company), by=by), minimum=minimum, level=level)
    assert report.breakdown.holds()
    for line in (*report.lines, report.total):
        assert line.breakdown.holds()
        assert line.acquisition_breakdown.holds()
        assert all(each.value is not None or each.reason is not None for each in estimates(line))
        spent = None if line.cost is None or not line.cost.minor else line.cost
        assert (line.return_on_investment.value is None) == (spent is None or line.value is None)
        assert (line.acquisition_cost.value is None) == (line.cost is None or not line.won)
        assert (line.conversion_rate.value is None) == (line.cost_per_lead is None and not line.leads)
        if line.return_on_investment.value is not None and spent is not None and line.value is not None:
            told = formulas.return_on_investment(line.value.minor, spent.minor)
            assert line.return_on_investment.value == pytest.approx(told, rel=1e-12, abs=1e-12)
            assert line.breakdown.value == Fraction(line.value.minor - spent.minor, spent.minor)
        if line.acquisition_cost.value is not None and line.cost is not None:
            told = formulas.acquisition_cost(float(line.cost.decimal), line.won)
            assert line.acquisition_cost.value == pytest.approx(told, rel=1e-12)
        if line.p_value is not None:
            assert line.adjusted_p_value is not None
            assert line.p_value <= line.adjusted_p_value <= 1


@given(companies(14))
def test_where_nothing_is_open_and_all_days_are_known_the_share_won_is_the_plain_one(company: list[tuple[int, Case]]) -> None:
    tally = tallied(numbered(company))
    for line in compare(tally).lines:
        group = tally.groups.index(line.labels)
        followed = int(tally.counts[tally.cells[:, 0] == group].sum())
        if line.open == 0 and 0 < followed == line.leads and line.horizon is not None:
            longest = int(tally.cells[tally.cells[:, 0] == group, 1].max())
            share = next(each for each in compare(tally, horizon=longest).lines if each.labels == line.labels)
            assert share.conversion_within.value == pytest.approx(line.conversion_rate.value, abs=1e-12)


@given(companies())
def test_a_report_is_written_in_every_language_with_every_blank_filled(company: list[tuple[int, Case]]) -> None:
    report = compare(tallied(numbered(company), by=("channel", "owner_kind")), minimum=2)
    for lang in LANGUAGES:
        text = report.text(lang) + report.total.text(lang) + report.breakdown.text(lang)
        text += "".join(each.reason.text(lang) for line in report.lines for each in estimates(line) if each.reason is not None)
        assert "{" not in text
        assert "channels." not in text


@given(companies())
def test_tallies_of_different_questions_do_not_merge(company: list[tuple[int, Case]]) -> None:
    tally = tallied(numbered(company))
    others: list[dict[str, Any]] = [
        {"as_of": date(2026, 3, 2)},
        {"as_of": AS_OF, "by": "campaign"},
        {"as_of": AS_OF, "period": Period.month(2026, 1)},
    ]
    for question in others:
        with pytest.raises(InvalidValueError) as caught:
            tally + ChannelTally.empty(**question)
        assert caught.value.code == "tally_mismatch"
    yen = attrs.evolve(ChannelTally.empty(as_of=AS_OF), unit=JPY)
    if tally.unit is None:
        assert (tally + yen).unit == JPY
    else:
        with pytest.raises(UnitMismatchError):
            tally + yen
