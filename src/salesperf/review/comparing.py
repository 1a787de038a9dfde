"""A review beside the one before: what changed of its numbers and findings, and what became of what was agreed."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from salesperf.attainment import Attainment
from salesperf.errors import InvalidValueError
from salesperf.kernels.proportion import fisher_exact, newcombe
from salesperf.model.action import Action
from salesperf.model.amount import Amount, Unit
from salesperf.model.estimate import Estimate
from salesperf.model.finding import Finding
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.metric import Metric
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.result import Result, Row, Scalar
from salesperf.model.risk_entry import Risk
from salesperf.model.target import scoped_title
from salesperf.pipeline import ClosedDeals, PipelineGroup
from salesperf.review.actions import all_actions
from salesperf.review.deals import DealSection
from salesperf.review.grounds import Grounds

if TYPE_CHECKING:
    from salesperf.review.whole import Review

__all__ = [
    "COMPARISON_TERMS",
    "ActionChange",
    "Comparison",
    "ComparisonTerms",
    "DealChange",
    "FindingChange",
    "MetricChange",
    "compare",
    "require_previous",
]

ComparisonTerms: TypeAlias = Literal["same_period", "same_length", "other_length"]
COMPARISON_TERMS: Final[tuple[ComparisonTerms, ...]] = ("same_period", "same_length", "other_length")
"""On which terms two reviews can be compared: one period on two days; two quarters, two months, ...; or a month with a quarter,
of which the amounts say nothing about each other, and the shares do."""

_COMPANY: Final = "company"
"""What a message calls the owner of a review that is of everybody."""
_CHANCE: Final = 0.05
"""A difference that chance alone would make less often than this is more than chance."""


@attrs.frozen(kw_only=True)
class MetricChange:
    """A metric then and now: a part of a :class:`Comparison`.

    Attributes
    ----------
    owner : str or None
        Whose.
    metric : Metric
    scope : FrozenMap
        Empty for everything.
    then, now : Attainment or None
        Against what was owed; ``None`` where nothing was.
    terms : str
        One of :data:`COMPARISON_TERMS`.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> records, third = read_sample(), Period.quarter(2026, 3)
    >>> july = build(records, owner=None, period=Period.month(2026, 7), as_of=date(2026, 7, 31))
    >>> review = build(records, owner=None, period=third, as_of=date(2026, 9, 16), previous=july)
    >>> change = review.previous.metrics[0]
    >>> change.title.text(), change.then.status, change.now.status, change.amount_change is None
    ('Revenue', 'met', 'ahead', True)
    """

    owner: str | None
    metric: Metric
    scope: FrozenMap[str, str]
    then: Attainment | None
    now: Attainment | None
    terms: ComparisonTerms

    @property
    def title(self) -> Message:
        """The metric's title, with the scope where it is narrowed."""
        return scoped_title(self.metric, self.scope)

    @property
    def _is_like(self) -> bool:
        """Whether what was done compares: of one period, or of two that are over."""
        return self.terms == "same_period" or all(each is None or each.is_over for each in (self.then, self.now))

    @property
    def amount_change(self) -> Amount | None:
        """By how much more was done, of amounts of one unit: in one period, or in two of one length that are over."""
        then, now = _actual(self.then), _actual(self.now)
        if not self._is_like or not isinstance(then, Amount) or not isinstance(now, Amount):
            return None
        return None if then.unit != now.unit or self.terms == "other_length" else now - then

    @property
    def ratio_change(self) -> float | None:
        """Attained now less attained then, as a difference of fractions: of one period, or of two that are over."""
        return _difference(_ratio(self.then), _ratio(self.now)) if self._is_like else None

    @property
    def pace_change(self) -> float | None:
        """Pace now less pace then: the change on like terms, however far the two periods had come."""
        return _difference(_pace(self.then), _pace(self.now))


def _actual(attained: Attainment | None) -> object:
    return None if attained is None else attained.actual


def _ratio(attained: Attainment | None) -> float | None:
    return None if attained is None else attained.ratio


def _pace(attained: Attainment | None) -> float | None:
    return None if attained is None else attained.pace.value


def _difference(then: float | None, now: float | None) -> float | None:
    return None if then is None or now is None else now - then


@attrs.frozen(kw_only=True)
class DealChange:
    """The deals of a process then and now: a part of a :class:`Comparison`.

    Attributes
    ----------
    process : SalesProcess
    unit : Unit or None
        Of the amounts.
    win_rate_then, win_rate_now : Estimate
        Won / (won + lost), with Wilson's interval.
    difference : Estimate
        Now less then, with Newcombe's interval; undefined, with a reason, where either rate is, or deals count for both.
    p_value : float or None
        How often chance alone would make so large a difference, by Fisher's exact test; ``None`` where there is none.
    open_then, open_now : PipelineGroup
        The open deals.
    closed_then, closed_now : ClosedDeals
        The deals decided in either period, of which the rates tell.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> records = read_sample()
    >>> second = build(records, owner=None, period=Period.quarter(2026, 2), as_of=date(2026, 6, 30))
    >>> third = build(records, owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16), previous=second)
    >>> third.previous.deals[0].is_more_than_chance
    False
    """

    process: SalesProcess
    unit: Unit | None
    win_rate_then: Estimate
    win_rate_now: Estimate
    difference: Estimate
    p_value: float | None
    open_then: PipelineGroup
    open_now: PipelineGroup
    closed_then: ClosedDeals = attrs.field(repr=False)
    closed_now: ClosedDeals = attrs.field(repr=False)

    @property
    def is_more_than_chance(self) -> bool | None:
        """Whether the win rate changed by more than chance makes in 95 of 100 cases; ``None`` where that cannot be told."""
        return None if self.p_value is None else self.p_value < _CHANCE


@attrs.frozen(kw_only=True)
class FindingChange:
    """What was found then and now, by rule and by what it is about: a part of a :class:`Comparison`.

    Attributes
    ----------
    gone : tuple of Finding
        Found then and not now.
    new : tuple of Finding
        Found now and not then.
    still : tuple of Finding
        Found both times, as it is now.

    Examples
    --------
    >>> FindingChange(gone=(), new=(), still=()).new
    ()
    """

    gone: tuple[Finding, ...]
    new: tuple[Finding, ...]
    still: tuple[Finding, ...]


@attrs.frozen(kw_only=True)
class ActionChange:
    """An action that was open at the review before: a part of a :class:`Comparison`.

    Attributes
    ----------
    then : Action
        As known then.
    now : Action or None
        As known now; ``None`` where the records have it no more, though nobody said that it was done or dropped.

    Examples
    --------
    >>> action = Action(id="a-1", title="call", owner="ada", created=date(2026, 9, 2), due=date(2026, 9, 9))
    >>> ActionChange(then=action, now=None).status
    'gone'
    """

    then: Action
    now: Action | None

    @property
    def status(self) -> str:
        """How far it is now; ``"gone"`` where the records have it no more."""
        return "gone" if self.now is None else self.now.status


@attrs.frozen(kw_only=True)
class Comparison(Result):
    """A review beside the one before.

    Attributes
    ----------
    period : Period
        Of the review before.
    as_of : date
        The day at whose end it was looked at.
    terms : str
        On which terms the two can be compared, one of :data:`COMPARISON_TERMS`.
    metrics : tuple of MetricChange
        In the order of the review; those of then alone last.
    deals : tuple of DealChange
        Each sales process and unit that has deals in both.
    quality_then, quality_now : float or None
        The score of the data, of 100.
    findings : FindingChange
        Causes and findings, but for rules that could not tell.
    actions : tuple of ActionChange
        Those that were open then, in the order of then: what that review ended with is what this one begins with.
    risks_gone : tuple of Risk
        Risks that were open then and are known no more.
    unmet_then, unmet_now : int
        How many agreed targets had ended within the period and were missed.

    Examples
    --------
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> records, third = read_sample(), Period.quarter(2026, 3)
    >>> before = build(records, owner=None, period=third, as_of=date(2026, 9, 15))
    >>> compared = build(records, owner=None, period=third, as_of=date(2026, 9, 16), previous=before).previous
    >>> compared.terms, [change.terms for change in compared.metrics[:1]]
    ('same_period', ['same_period'])
    """

    period: Period
    as_of: date
    terms: ComparisonTerms
    metrics: tuple[MetricChange, ...]
    deals: tuple[DealChange, ...]
    quality_then: float | None
    quality_now: float | None
    findings: FindingChange
    actions: tuple[ActionChange, ...]
    risks_gone: tuple[Risk, ...]
    unmet_then: int
    unmet_now: int

    def rows(self) -> list[Row]:
        """Return a row for each metric: actual, attained, pace and status then and now."""
        return [
            {
                "owner": change.owner,
                "metric": change.metric.key,
                "scope": "; ".join(f"{key}={value}" for key, value in change.scope.items()),
                "terms": change.terms,
                **_columns("then", change.then),
                **_columns("now", change.now),
                "amount_change": None if change.amount_change is None else change.amount_change.decimal,
                "ratio_change": change.ratio_change,
                "pace_change": change.pace_change,
            }
            for change in self.metrics
        ]


def _columns(when: str, attained: Attainment | None) -> dict[str, Scalar]:
    actual = None if attained is None else attained.actual
    return {
        f"actual_{when}": actual.decimal if isinstance(actual, Amount) else actual,
        f"ratio_{when}": _ratio(attained),
        f"pace_{when}": _pace(attained),
        f"status_{when}": None if attained is None else attained.status,
    }


def require_previous(previous: "Review", *, owner: str | None, period: Period, as_of: date) -> None:
    """Refuse a review that is not one before.

    Raises
    ------
    InvalidValueError
        If it is of another owner, of no earlier day, or of a period that both begins and ends later.
    """
    if previous.owner != owner:
        raise InvalidValueError(
            "review_of_another", path=("previous",), owner=owner or _COMPANY, value=previous.owner or _COMPANY
        )
    if previous.as_of >= as_of:
        raise InvalidValueError("review_not_earlier", path=("previous",), as_of=as_of, value=previous.as_of)
    # Of a quarter, its last month may have been reviewed before; it begins later, and ends no later.
    if previous.period.start > period.start and previous.period.end > period.end:
        path = ("previous", "period")
        raise InvalidValueError("review_of_later_period", path=path, start=period.start, value=previous.period.start)


def compare(grounds: Grounds, review: "Review", previous: "Review") -> Comparison:
    """Hold a review beside the one before.

    Parameters
    ----------
    grounds
        What the review looks at.
    review
        The review, but for what is concluded from the comparison.
    previous
        The one before.
    """
    terms = _terms(grounds, previous)
    return Comparison(
        period=previous.period,
        as_of=previous.as_of,
        terms=terms,
        metrics=tuple(_metrics(review, previous, terms)),
        deals=tuple(_deals(review, previous)),
        quality_then=previous.quality.score,
        quality_now=review.quality.score,
        findings=_findings(review, previous),
        actions=tuple(_actions(grounds, previous)),
        risks_gone=_risks_gone(review, previous),
        unmet_then=len(previous.unmet),
        unmet_now=len(review.unmet),
    )


def _terms(grounds: Grounds, previous: "Review") -> ComparisonTerms:
    if grounds.period == previous.period:
        return "same_period"
    now, then = (period.name_in(grounds.calendar) for period in (grounds.period, previous.period))
    if now is None or then is None:
        return "same_length" if grounds.period.days == previous.period.days else "other_length"
    return "same_length" if now.grain == then.grain else "other_length"


def _metrics(review: "Review", previous: "Review", terms: ComparisonTerms) -> Iterator[MetricChange]:
    now, then = ({(each.owner, each.metric.key, each.scope): each for each in looked.metrics} for looked in (review, previous))
    for key in dict.fromkeys((*now, *then)):
        section = now.get(key) or then[key]
        yield MetricChange(
            owner=section.owner,
            metric=section.metric,
            scope=section.scope,
            then=then[key].attainment if key in then else None,
            now=now[key].attainment if key in now else None,
            terms=terms,
        )


def _deals(review: "Review", previous: "Review") -> Iterator[DealChange]:
    then = {(each.process.key, each.unit): each for each in previous.deals}
    for now in review.deals:
        before = then.get((now.process.key, now.unit))
        if before is not None:
            yield _deal_change(before, now)


def _deal_change(then: DealSection, now: DealSection) -> DealChange:
    difference, p_value = _rate_change(then, now)
    return DealChange(
        process=now.process,
        unit=now.unit,
        win_rate_then=then.closed.win_rate,
        win_rate_now=now.closed.win_rate,
        difference=difference,
        p_value=p_value,
        open_then=then.pipeline.total,
        open_now=now.pipeline.total,
        closed_then=then.closed,
        closed_now=now.closed,
    )


def _rate_change(then: DealSection, now: DealSection) -> tuple[Estimate, float | None]:
    """Tell a change of the win rate, and whether it may be chance: a test takes deals that count once."""
    if now.closed.period.overlap(then.closed.period) is not None:
        return Estimate.undefined(Message("review.comparison.same_deals")), None
    (won, decided), (won_then, decided_then) = ((each.closed.won, each.closed.won + each.closed.lost) for each in (now, then))
    if not decided or not decided_then:
        return Estimate.undefined(Message("review.comparison.nothing_decided")), None
    interval = newcombe(won, decided, won_then, decided_then)
    change = won / decided - won_then / decided_then
    estimate = Estimate(value=change, low=interval.low, high=interval.high, n=decided + decided_then, level=interval.level)
    return estimate, fisher_exact(won, decided, won_then, decided_then)


def _findings(review: "Review", previous: "Review") -> FindingChange:
    now, then = _by_key(review), _by_key(previous)
    return FindingChange(
        gone=tuple(finding for key, finding in then.items() if key not in now),
        new=tuple(finding for key, finding in now.items() if key not in then),
        still=tuple(finding for key, finding in now.items() if key in then),
    )


def _by_key(review: "Review") -> dict[tuple[str, str | None], Finding]:
    """Return what was found by rule and what it is about, the gravest of each first, but for what could not be told."""
    found: dict[tuple[str, str | None], Finding] = {}
    for finding in (*review.causes, *review.findings):
        if not finding.is_untold:
            found.setdefault((finding.rule, finding.record), finding)
    return found


def _actions(grounds: Grounds, previous: "Review") -> Iterator[ActionChange]:
    if previous.actions is None:
        return
    # Those of everybody, since one may have been handed to another team.
    known = {action.id: action for action in all_actions(grounds.records)}
    for action in previous.actions.follow_through.open:
        yield ActionChange(then=action, now=known.get(action.id))


def _risks_gone(review: "Review", previous: "Review") -> tuple[Risk, ...]:
    known = {line.risk.id for line in review.risks.lines}
    return tuple(line.risk for line in previous.risks.open if line.risk.id not in known)
