"""Assessment: whether a target is reasonable, by four kinds of evidence that are shown side by side and never averaged."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import combinations
from typing import Final, TypeVar, cast

import attrs

from salesperf.allocation.parts import refuse
from salesperf.attainment import ActualTally
from salesperf.errors import InvalidValueError, SalesperfError, UnitMismatchError, UnknownNameError
from salesperf.feasibility.capacity import Capacity, CapacityEvidence
from salesperf.feasibility.evidence import AmountRange, Evidence, spanning
from salesperf.feasibility.growth import GrowthEvidence, History
from salesperf.feasibility.market import Market, MarketEvidence
from salesperf.feasibility.outlook import ForecastEvidence, TellsChances
from salesperf.feasibility.policy import DEFAULT_POLICY, RANKS, FeasibilityPolicy, Verdict
from salesperf.feasibility.recorded import judged_amount
from salesperf.forecast import Forecast
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount, Unit
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.target import Target
from salesperf.model.validators import as_tuple, require

__all__ = ["Assessment", "assess", "hardest"]

_CONTRADICTING: Final = 2
"""Verdicts so many steps apart contradict each other; of neighbours both may be true."""

ValueT = TypeVar("ValueT")


def hardest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that asks most, of those that say something: a target has to pass every limit.

    Examples
    --------
    >>> hardest(["stretch", "too_low", "not_enough_evidence"]), hardest([])
    ('stretch', 'not_enough_evidence')
    """
    return max((each for each in verdicts if each in RANKS), key=RANKS.__getitem__, default="not_enough_evidence")


@attrs.frozen(kw_only=True)
class Assessment(Result):
    """Whether a target is reasonable (目标合理性评估): made by :func:`assess`.

    Attributes
    ----------
    target : Target
        What is judged.
    policy : FeasibilityPolicy
        By which thresholds.
    history : GrowthEvidence or None
        What past growth says of it; ``None``, as of the others, where it was not given.
    market : MarketEvidence or None
        What the share of the market says that it implies.
    capacity : CapacityEvidence or None
        What the people say who will be there.
    forecast : ForecastEvidence or None
        What the open business says, and that to come.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_METRICS, Period
    >>> goal = Target(owner="east", metric=STANDARD_METRICS["revenue"], amount=Amount.of(150, CNY), period=Period.year(2026))
    >>> found = assess(
    ...     goal,
    ...     history=[Amount.of(yuan, CNY) for yuan in (100, 108, 119, 125, 139)],
    ...     capacity=Capacity(head_days=500, shown=Amount.of(139, CNY), shown_head_days=600),
    ... )
    >>> found.verdict, [(each.kind, each.verdict) for each in found.evidence]
    ('too_high', [('history', 'reasonable'), ('capacity', 'too_high')])
    >>> lines = found.text().splitlines()
    >>> print(lines[0])
    east, Revenue, 2026: CNY 150.00, too high
    >>> print(*lines[-2:], sep=", ")
    Contradiction: history says reasonable, capacity says too high, Reasonable by all limits together: CNY 92.67 to CNY 115.83
    """

    target: Target
    policy: FeasibilityPolicy
    history: GrowthEvidence | None = None
    market: MarketEvidence | None = None
    capacity: CapacityEvidence | None = None
    forecast: ForecastEvidence | None = None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence there is, in a fixed order."""
        found: Sequence[Evidence | None] = (self.history, self.market, self.capacity, self.forecast)
        return tuple(each for each in found if each is not None)

    @property
    def verdict(self) -> Verdict:
        """The verdict that asks most, of the evidence that says something: a target has to pass every limit."""
        return hardest(each.verdict for each in self.evidence)

    @property
    def contradictions(self) -> tuple[tuple[Evidence, Evidence], ...]:
        """Pairs of evidence whose verdicts are two or more steps apart, such as reasonable and too high."""
        telling = [each for each in self.evidence if each.verdict in RANKS]
        return tuple(
            (left, right)
            for left, right in combinations(telling, 2)
            if abs(RANKS[left.verdict] - RANKS[right.verdict]) >= _CONTRADICTING
        )

    @cached_property
    def _spans(self) -> tuple[tuple[int, int], ...]:
        spans = (each.span() for each in self.evidence)
        return tuple(span for span in spans if span is not None)

    @property
    def reasonable(self) -> AmountRange | None:
        """The amounts that would be judged reasonable: from the least low end of all evidence to the least high end.

        ``None`` where no evidence says anything, or the verdict passes from too low to a stretch at once.
        """
        if not self._spans:
            return None
        return spanning(min(low for low, _ in self._spans), min(high for _, high in self._spans), like=self._amount)

    @property
    def common(self) -> AmountRange | None:
        """The amounts that each evidence by itself calls reasonable; ``None`` where there are none."""
        if not self._spans:
            return None
        return spanning(max(low for low, _ in self._spans), min(high for _, high in self._spans), like=self._amount)

    @property
    def _amount(self) -> Amount:
        return judged_amount(self.target)

    def rows(self) -> list[Row]:
        """Return a row for each evidence, as of :meth:`Evidence.rows`, and after them one for all together."""
        fair = self.reasonable
        whole: Row = {
            "evidence": None,
            "verdict": self.verdict,
            "demand": None,
            "low": None if fair is None else fair.low.decimal,
            "high": None if fair is None else fair.high.decimal,
            "reason": "; ".join(each.text() for each in self._contradicting),
        }
        return [*(row for each in self.evidence for row in each.rows()), whole]

    @property
    def _contradicting(self) -> list[Message]:
        return [
            Message.of(
                "feasibility.contradiction",
                left=Message(f"feasibility.evidence.{left.kind}"),
                left_verdict=Message(f"feasibility.verdict.{left.verdict}"),
                right=Message(f"feasibility.evidence.{right.kind}"),
                right_verdict=Message(f"feasibility.verdict.{right.verdict}"),
            )
            for left, right in self.contradictions
        ]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the assessment for a reader: the verdict, a line for each evidence, what contradicts, the ranges."""
        lines = [
            Message.of(
                "feasibility.headline",
                owner=self.target.owner or Message("review.company"),
                metric=Message(self.target.metric.title),
                period=self.target.period,
                target=self._amount,
                verdict=Message(f"feasibility.verdict.{self.verdict}"),
            ),
            *(
                Message.of(
                    "feasibility.line",
                    evidence=Message(f"feasibility.evidence_title.{each.kind}"),
                    verdict=Message(f"feasibility.verdict.{each.verdict}"),
                    reason=each.reason,
                )
                for each in self.evidence
            ),
            *self._contradicting,
        ]
        if self.reasonable is not None:
            lines.append(Message.of("feasibility.reasonable", range=self.reasonable))
        if self.common is not None and self.common != self.reasonable:
            lines.append(Message.of("feasibility.common", range=self.common))
        return "\n".join(line.text(lang, catalogs) for line in lines)


def assess(
    target: Target,
    *,
    history: History | ActualTally | Iterable[Amount] | None = None,
    market: Market | None = None,
    capacity: Capacity | None = None,
    forecast: TellsChances | None = None,
    policy: FeasibilityPolicy = DEFAULT_POLICY,
) -> Assessment:
    """Judge whether a target is reasonable (目标合理性评估).

    Parameters
    ----------
    target
        What is to be judged: of a flow of which more is better, and above 0.
    history
        What the same owner reached before: a :class:`History`; amounts of earlier periods, oldest first, the last of them
        right before the target's; or actuals, from which the same days of earlier years are read under the owner's own id
        (for a team see :meth:`History.of`).
    market
        The market of which it is a part.
    capacity
        How much people can work in its period, and what such work brought before.
    forecast
        Whatever tells the probability of reaching an amount, such as a forecast of the same business and period. Of the
        target of a team or a rep it is that of theirs, :meth:`salesperf.forecast.Forecast.of`; the reason says where one of
        ours was made of more deals, or of business that belongs to nobody yet.
    policy
        From what demand on a target is called too low, reasonable, a stretch, too high.

    Returns
    -------
    Assessment
        Each evidence with its verdict and reason, the verdict by all of them, and the reasonable range.

    Raises
    ------
    NotAdditiveError
        If the metric is not a flow.
    InvalidValueError
        If a value is of another kind, less of the metric is better, the target is not above 0, or a forecast of ours is of
        another period or owner.
    UnitMismatchError
        If history, market, capacity or forecast are in another unit than the target.
    InvalidInputError
        With several of these faults at once.

    Notes
    -----
    Evidence is not averaged: the verdict is that of the evidence that asks most, since a target has to pass every limit, and
    a plan that the market would bear and the people cannot do is not half reasonable. So a target is too low only if all
    evidence says so. Contradicting evidence is shown. The range of amounts that would be judged reasonable follows from the
    same rule: it begins at the least amount that some evidence does not call too low, and ends at the largest that none
    calls a stretch. What says too little has no part in either.

    References
    ----------
    G. T. Doran, "There's a S.M.A.R.T. way to write management's goals and objectives", *Management Review* 70 (1981) 35-36,
    asks that a goal can be achieved; the thresholds are conventions of this library, see :class:`FeasibilityPolicy`.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from salesperf import CNY, STANDARD_METRICS, Period
    >>> goal = Target(owner=None, metric=STANDARD_METRICS["revenue"], amount=Amount.of(130, CNY), period=Period.year(2026))
    >>> market = Market(size=Amount.of(1_000, CNY), growth_rate=Decimal("0.08"), share=Decimal("0.12"))
    >>> print(assess(goal, market=market))
    evidence  verdict      demand     low    high  reason
    market    reasonable  1.00309  123.12  142.56  share of the market implied: 12.0%; today: 12.0%
              reasonable           123.12  142.56
    """
    require(target, Target, path=("target",))
    faults: list[SalesperfError] = []
    amount = _taken(faults, lambda: judged_amount(target))
    unit = None if amount is None else amount.unit
    past = _taken(faults, lambda: _read_history(history, target, unit))
    sized = _taken(faults, lambda: _of_unit(_of_kind(market, Market, "market"), "market", "size", unit))
    able = _taken(faults, lambda: _of_unit(_of_kind(capacity, Capacity, "capacity"), "capacity", "shown", unit))
    chance = _taken(faults, lambda: _ask(forecast, target, amount))
    _taken(faults, lambda: require(policy, FeasibilityPolicy, path=("policy",)))
    refuse(faults)
    goal = cast("Amount", amount)  # without faults there is one
    return Assessment(
        target=target,
        policy=policy,
        history=None if past is None else GrowthEvidence(target=goal, history=past, policy=policy),
        market=None if sized is None else MarketEvidence(target=goal, market=sized, policy=policy),
        capacity=None if able is None else CapacityEvidence(target=goal, capacity=able, policy=policy),
        forecast=(
            None
            if forecast is None or chance is None
            else ForecastEvidence(
                target=goal,
                chance=chance,
                policy=policy,
                forecast=forecast,
                is_wider=isinstance(forecast, Forecast) and _is_wider(forecast, target.owner),
            )
        ),
    )


def _ask(forecast: TellsChances | None, target: Target, amount: Amount | None) -> Estimate | None:
    """Ask a forecast for the probability of a target, and refuse one of our own that is about something else."""
    require(forecast, TellsChances, type(None), path=("forecast",))
    if forecast is None or amount is None:
        return None
    if isinstance(forecast, Forecast):
        if forecast.period != target.period:
            expected, value = target.period.label, forecast.period.label
            raise InvalidValueError("other_forecast", path=("forecast",), expected=expected, value=value)
        if forecast.owner not in (None, target.owner):
            raise InvalidValueError("other_forecast", path=("forecast",), expected=target.owner, value=forecast.owner)
    try:
        return forecast.at_least(amount)
    except SalesperfError as error:
        raise error.at("forecast") from None


def _is_wider(forecast: Forecast, owner: str | None) -> bool:
    """Tell whether a forecast is of more than the deals of an owner, or cannot say whose they are."""
    if owner is None or forecast.owner is not None:
        return False
    try:
        part = forecast.of(owner)
    except UnknownNameError:
        return True
    return (part.deals, part.won, part.new_business) != (forecast.deals, forecast.won, forecast.new_business)


def _taken(faults: list[SalesperfError], read: Callable[[], ValueT]) -> ValueT | None:
    """Read an argument, and keep its fault for later, with those of the others."""
    try:
        return read()
    except SalesperfError as error:
        faults.append(error)
        return None


def _of_kind(value: ValueT | None, kind: type[ValueT], name: str) -> ValueT | None:
    require(value, kind, type(None), path=(name,))
    return value


def _of_unit(noun: ValueT | None, name: str, field: str, unit: Unit | None) -> ValueT | None:
    """Refuse what is in another unit than the target."""
    found = None if noun is None else getattr(noun, field).unit
    if None not in (found, unit) and found != unit:
        raise UnitMismatchError("unit_mismatch", path=(name, field), left=str(unit), right=str(found))
    return noun


def _read_history(
    history: History | ActualTally | Iterable[Amount] | None, target: Target, unit: Unit | None
) -> History | None:
    if history is None:
        return None
    if isinstance(history, ActualTally):
        # What is wrong with the target is a fault of its own already.
        return None if unit is None else History.of(target, history)
    if not isinstance(history, History):
        amounts = as_tuple(history)
        if not isinstance(amounts, tuple):
            raise InvalidValueError("wrong_type", path=("history",), expected=(History, ActualTally, tuple), value=history)
        try:
            history = History(amounts=amounts)
        except SalesperfError as error:
            raise error.at("history", *error.path[2:]) from None
    if unit is not None and history.amounts and history.amounts[0].unit != unit:
        raise UnitMismatchError("unit_mismatch", path=("history", 0), left=str(unit), right=str(history.amounts[0].unit))
    return history
