"""The open pipeline at the end of a day: its deals, its value, how old it is and on how few it hangs."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from statistics import median
from types import MappingProxyType

import attrs

from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Product, Sum
from salesperf.model.calendar import Calendar
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row
from salesperf.model.stage import Stage
from salesperf.model.validators import check_choice, check_date, require
from salesperf.pipeline.concentrated import Concentration
from salesperf.pipeline.deals import common_unit, in_order, known_total, withheld_fields
from salesperf.pipeline.open_deals import ACTIONABLE_FLAGS, AGE_UNITS, FLAGS, AgeUnit, DealReader, Flag, OpenDeal

__all__ = ["Pipeline", "PipelineGroup", "StageAge", "snapshot"]


@attrs.frozen(kw_only=True)
class PipelineGroup:
    """Some open deals together: made by :func:`snapshot`.

    Attributes
    ----------
    key : str or None
        What they have in common: a stage, an owner, a team, a month such as ``2026-09``; ``None`` where they have none, and for
        all deals together.
    count : int
        How many deals.
    amount : Amount or None
        What those with an amount are worth; ``None`` where there are deals and none has one.
    without_amount : int
        How many have none.
    weighted : Amount or None
        The sum of amount x probability, each product rounded once.
    without_probability : int
        How many have no probability.

    Examples
    --------
    >>> group = PipelineGroup(key="proposal", count=2, amount=None, without_amount=2, weighted=None, without_probability=0)
    >>> group.amount is None
    True
    """

    key: str | None
    count: int
    amount: Amount | None
    without_amount: int
    weighted: Amount | None
    without_probability: int


@attrs.frozen(kw_only=True)
class StageAge:
    """How long deals have been in a stage since they entered it last: made by :func:`snapshot`.

    Attributes
    ----------
    stage : str
        Key of the stage.
    max_days : int or None
        How many days a deal should stay at most.
    count : int
        How many deals are there.
    within, over : int or None
        How many have stayed no longer than that, and longer; ``None`` where the stage has no limit.
    undated : int
        How many entered it on a day that nobody knows.
    median_days : float or None
        Of the others; ``None`` where there is none.
    longest_days : int or None
        Of the others.

    Examples
    --------
    >>> StageAge(stage="proposal", max_days=21, count=3, within=2, over=1, undated=0, median_days=14.0, longest_days=40).over
    1
    """

    stage: str
    max_days: int | None
    count: int
    within: int | None
    over: int | None
    undated: int
    median_days: float | None
    longest_days: int | None


@attrs.frozen(kw_only=True)
class Pipeline(Result):
    """The open deals at the end of a day: made by :func:`snapshot`.

    Attributes
    ----------
    process : SalesProcess
        Whose stages they are in.
    as_of : date
        The day.
    period : Period or None
        Where only deals were asked for that are expected to close within it.
    ages_in : str
        What ages are counted in, one of :data:`AGE_UNITS`.
    deals : tuple of OpenDeal
        Sorted by id.
    unit : Unit or None
        Of all amounts; ``None`` where there is no amount.
    outside_period : int
        How many open deals are left out because their expected close lies outside the period.
    without_expected_close : int
        How many open deals have no expected close; they are left out where a period is asked for.
    withheld : int
        Of how many deals an export of a later day tells the values, which are withheld.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change
    >>> deals = [
    ...     Opportunity(id=id, history=[Change(date(2026, 9, day), stage=stage, amount=Amount.of(amount, CNY))])
    ...     for id, day, stage, amount in (("o-1", 1, "proposal", 600), ("o-2", 8, "contract", 400), ("o-3", 9, "won", 99))
    ... ]
    >>> found = snapshot(deals, STANDARD_PROCESSES["solution"], as_of=date(2026, 9, 15))
    >>> found.total.count, str(found.total.amount), str(found.total.weighted)
    (2, '1,000.00 CNY', '660.00 CNY')
    >>> [(group.key, group.count) for group in found.by_stage if group.count]
    [('proposal', 1), ('contract', 1)]
    """

    process: SalesProcess
    as_of: date
    period: Period | None
    ages_in: AgeUnit
    deals: tuple[OpenDeal, ...]
    unit: Unit | None
    outside_period: int
    without_expected_close: int
    withheld: int

    @cached_property
    def total(self) -> PipelineGroup:
        """All deals together."""
        return _group(None, self.deals, self.unit)

    @cached_property
    def by_stage(self) -> tuple[PipelineGroup, ...]:
        """The deals by stage: every open stage of the process, in its order."""
        held = self._grouped(lambda deal: deal.stage)
        return tuple(_group(stage.key, held.get(stage.key, ()), self.unit) for stage in self.process.open_stages)

    @cached_property
    def by_owner(self) -> tuple[PipelineGroup, ...]:
        """The deals by owner, sorted by id; those of nobody last."""
        return self._groups(lambda deal: deal.owner)

    @cached_property
    def by_team(self) -> tuple[PipelineGroup, ...]:
        """The deals by the team in which their owner serves on the day, sorted by id; those of no team last."""
        return self._groups(lambda deal: deal.team)

    @cached_property
    def by_month(self) -> tuple[PipelineGroup, ...]:
        """The deals by month of the expected close, in order; those without one last."""
        return self._groups(lambda deal: None if deal.expected_close is None else deal.expected_close.isoformat()[:7])

    def _grouped(self, key: Callable[[OpenDeal], str | None]) -> Mapping[str | None, Sequence[OpenDeal]]:
        held: dict[str | None, list[OpenDeal]] = defaultdict(list)
        for deal in self.deals:
            held[key(deal)].append(deal)
        return held

    def _groups(self, key: Callable[[OpenDeal], str | None]) -> tuple[PipelineGroup, ...]:
        held = self._grouped(key)
        return tuple(_group(name, held[name], self.unit) for name in sorted(held, key=lambda name: (name is None, name or "")))

    @cached_property
    def flag_counts(self) -> Mapping[Flag, int]:
        """How many deals bear each of :data:`FLAGS`."""
        found = Counter(flag for deal in self.deals for flag in deal.flags)
        return MappingProxyType({flag: found[flag] for flag in FLAGS})

    @cached_property
    def actionable(self) -> tuple[OpenDeal, ...]:
        """The deals with any of :data:`ACTIONABLE_FLAGS`: the most valuable first, then the longest in their stage."""
        found = (deal for deal in self.deals if any(flag in deal.flags for flag in ACTIONABLE_FLAGS))
        return tuple(
            sorted(found, key=lambda deal: (-(deal.amount.minor if deal.amount else 0), -(deal.stage_days or 0), deal.id))
        )

    @cached_property
    def ages(self) -> tuple[StageAge, ...]:
        """How long the deals have been in their stage since they entered it last, for every open stage of the process."""
        held = self._grouped(lambda deal: deal.stage)
        return tuple(_stage_age(stage, held.get(stage.key, ())) for stage in self.process.open_stages)

    @cached_property
    def deal_concentration(self) -> Concentration:
        """On how few deals the open value hangs."""
        amounts = {deal.id: deal.amount for deal in self.deals if deal.amount is not None}
        return Concentration.of(amounts, left_out=len(self.deals) - len(amounts))

    @cached_property
    def customer_concentration(self) -> Concentration:
        """On how few customers the open value hangs, as far as the customers are known."""
        held: dict[str, list[Amount]] = defaultdict(list)
        for deal in self.deals:
            if deal.amount is not None and deal.customer is not None:
                held[deal.customer].append(deal.amount)
        amounts = {customer: Amount.total(parts, parts[0].unit) for customer, parts in held.items()}
        return Concentration.of(amounts, left_out=len(self.deals) - sum(map(len, held.values())))

    @cached_property
    def breakdown(self) -> Breakdown:
        """The open value as the sum over stages of the deals that have an amount."""
        return self._tree("open_value", self.total.amount, _amount_node)

    @cached_property
    def weighted_breakdown(self) -> Breakdown:
        """The weighted value as the sum over stages of the deals that have both amount and probability."""
        return self._tree("weighted_value", self.total.weighted, _weighted_node)

    def _tree(self, name: str, value: Amount | None, leaf: Callable[[OpenDeal], Breakdown | None]) -> Breakdown:
        held: dict[str, list[Breakdown]] = defaultdict(list)
        for deal in self.deals:
            node = leaf(deal)
            if node is not None:
                held[deal.stage].append(node)
        if not held:
            return Breakdown(label=Message(f"pipeline.{name}"), value=value)
        parts = [_stage_node(stage, held[stage.key]) for stage in self.process.open_stages if stage.key in held]
        return Breakdown(label=Message(f"pipeline.{name}"), value=value, rule=Sum(), parts=parts)

    def rows(self) -> list[Row]:
        """Return a row for each open stage: deals, amount and weighted value with what they lack, and ages."""
        return [
            {
                "stage": group.key,
                "count": group.count,
                "amount": None if group.amount is None else group.amount.decimal,
                "without_amount": group.without_amount,
                "weighted": None if group.weighted is None else group.weighted.decimal,
                "without_probability": group.without_probability,
                "unit": None if self.unit is None else str(self.unit),
                "within": age.within,
                "over": age.over,
                "undated": age.undated,
                "median_days": age.median_days,
                "longest_days": age.longest_days,
            }
            for group, age in zip(self.by_stage, self.ages, strict=True)
        ]

    def deal_rows(self) -> list[Row]:
        """Return a row for each deal."""
        return [deal.row() for deal in self.deals]


def snapshot(
    opportunities: Iterable[Opportunity],
    process: SalesProcess,
    *,
    as_of: date,
    period: Period | None = None,
    ages_in: AgeUnit = "days",
    calendar: Calendar | None = None,
    org: Org | None = None,
) -> Pipeline:
    """Look at the open deals at the end of a day.

    Parameters
    ----------
    opportunities
        Deals of one process, each id once, in any order. Each is looked at as of the day.
    process
        Their sales process, which gives the probabilities and the limits of the stages.
    as_of
        The day.
    period
        Only deals that are expected to close within it; ``None`` for all.
    ages_in
        Whether ages, and the limits of stages, are counted in ``"days"`` or ``"workdays"``. The day on which something began
        does not count itself.
    calendar
        Which days are workdays; ``None`` means Monday to Friday.
    org
        Who is in which team; ``None`` where deals are not to be grouped by team.

    Returns
    -------
    Pipeline
        A deal without an amount is counted beside the value, not as 0. One whose beginning nobody dated is held, and flagged.

    Raises
    ------
    InvalidValueError
        If an argument is of another kind, or a deal is of another process or comes twice.
    UnknownNameError
        If a deal is in a stage that the process does not have, or the organisation does not know an owner.
    UnitMismatchError
        If the open deals are in two units; the path names the deal.

    Notes
    -----
    Weighted value: sum(amount x probability), each product rounded half up once, so that every grouping adds up exactly.

    Contacts, competitors and other facts have no history: they are those of today, whatever the day.

    References
    ----------
    Zoho, "Weighted pipeline".

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change
    >>> change = Change(date(2026, 9, 1), stage="proposal", amount=Amount.of("0.03", CNY))
    >>> found = snapshot([Opportunity(id="o-1", history=[change])], STANDARD_PROCESSES["solution"], as_of=date(2026, 9, 30))
    >>> print(found.weighted_breakdown.text())
    weighted open value: CNY 0.02 = sum of
      Proposal: CNY 0.02 = sum of
        o-1: CNY 0.02 = product of
          amount: CNY 0.03
          probability: 0.5
    """
    check_date(as_of, ("as_of",))
    placed_deals = in_order(opportunities, process)
    require(period, Period, type(None), path=("period",))
    check_choice(ages_in, AGE_UNITS, ("ages_in",))
    require(calendar, Calendar, type(None), path=("calendar",))
    require(org, Org, type(None), path=("org",))
    reader = DealReader(as_of=as_of, ages_in=ages_in, calendar=calendar or Calendar(), org=org)
    found, elsewhere, without_close, withheld = [], 0, 0, 0
    for placed in placed_deals:
        known = placed.opportunity.as_of(as_of)
        stage = None if known is None else process.stage_by_key[known.stage]
        if known is None or stage is None or not stage.is_open:
            continue
        withheld += bool(withheld_fields(known, as_of))
        without_close += known.expected_close is None
        if period is None or (known.expected_close is not None and known.expected_close in period):
            found.append((placed, reader.read(placed, known, stage)))
        else:
            elsewhere += known.expected_close is not None
    return Pipeline(
        process=process,
        as_of=as_of,
        period=period,
        ages_in=ages_in,
        deals=tuple(deal for _, deal in found),
        unit=common_unit((placed, deal.amount) for placed, deal in found),
        outside_period=elsewhere,
        without_expected_close=without_close,
        withheld=withheld,
    )


def _group(key: str | None, deals: Sequence[OpenDeal], unit: Unit | None) -> PipelineGroup:
    amounts = [deal.amount for deal in deals]
    return PipelineGroup(
        key=key,
        count=len(deals),
        amount=known_total(amounts, unit),
        without_amount=amounts.count(None),
        weighted=known_total([deal.weighted for deal in deals], unit),
        without_probability=sum(deal.probability is None for deal in deals),
    )


def _stage_age(stage: Stage, deals: Sequence[OpenDeal]) -> StageAge:
    days = [deal.stage_days for deal in deals if deal.stage_days is not None]
    over = None if stage.max_days is None else sum(count > stage.max_days for count in days)
    return StageAge(
        stage=stage.key,
        max_days=stage.max_days,
        count=len(deals),
        within=None if over is None else len(days) - over,
        over=over,
        undated=len(deals) - len(days),
        median_days=float(median(days)) if days else None,
        longest_days=max(days, default=None),
    )


def _stage_node(stage: Stage, deals: Sequence[Breakdown]) -> Breakdown:
    amounts = [node.value for node in deals if isinstance(node.value, Amount)]
    value = Amount.total(amounts, amounts[0].unit)
    return Breakdown(label=Message(stage.label), value=value, rule=Sum(), parts=deals)


def _amount_node(deal: OpenDeal) -> Breakdown | None:
    return None if deal.amount is None else Breakdown(label=Message.of("pipeline.deal", id=deal.id), value=deal.amount)


def _weighted_node(deal: OpenDeal) -> Breakdown | None:
    if deal.weighted is None:
        return None
    parts = (
        Breakdown(label=Message("pipeline.amount"), value=deal.amount),
        Breakdown(label=Message("pipeline.probability"), value=deal.probability),
    )
    return Breakdown(label=Message.of("pipeline.deal", id=deal.id), value=deal.weighted, rule=Product(), parts=parts)
