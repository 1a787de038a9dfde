"""What a diagnosis looks at: the records as known on a day, and the results so far."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import attrs

from salesperf.allocation import FairnessAudit
from salesperf.attainment import Attainment
from salesperf.channels import ChannelReport
from salesperf.customers import Lifecycle, Purchases
from salesperf.diagnosis.words import CAUSES, FACTOR_CAUSES, Cause
from salesperf.errors import InvalidValueError, SalesperfError
from salesperf.model.amount import Amount
from salesperf.model.codes import same_content
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message, Personal
from salesperf.model.period import Period
from salesperf.model.progress import refuse
from salesperf.model.pulse import PulseSurvey
from salesperf.model.records import Records
from salesperf.model.validators import (
    as_frozen_map,
    as_sorted_tuple,
    as_tuple,
    day,
    each,
    frozen_map,
    identifier,
    of_type,
    one_of,
    optional,
)
from salesperf.pipeline import ClosedDeals
from salesperf.quality import QualityReport
from salesperf.variance import Variance

__all__ = ["Evidence"]


def _as_attainments(value: Iterable[Attainment]) -> tuple[Attainment, ...]:
    return as_tuple(value)


def _as_closed(value: Iterable[ClosedDeals]) -> tuple[ClosedDeals, ...]:
    return as_tuple(value)


def _as_variances(value: Iterable[Variance[Any]]) -> tuple[Variance[Any], ...]:
    return as_tuple(value)


def _as_pulses(value: Iterable[PulseSurvey]) -> tuple[PulseSurvey, ...]:
    return as_sorted_tuple(value, PulseSurvey, lambda survey: (survey.on, survey.owner or "", survey.counts))


def _as_causes(value: Mapping[str, Cause]) -> FrozenMap[str, Cause]:
    return as_frozen_map(value)


@attrs.frozen(kw_only=True, eq=False)
class Evidence:
    """What a diagnosis looks at. Of results, give what there is: a rule that lacks one says so.

    Parameters
    ----------
    records
        Everything known; what is later than ``as_of`` is forgotten.
    owner
        Whose sales are asked about; ``None`` for the company.
    period
        The period asked about.
    as_of
        The day at whose end one looks, on or after the first of the period.
    attainments
        The owner's attainments in the period.
    member_attainments
        Those of the reps under the owner.
    closed, closed_before
        The owner's deals decided in the period so far, and those decided in a time before to compare with, such as the year
        before; one of each for each sales process.
    quality
        The audit of the data.
    channels
        The channels that the owner's leads came by.
    purchases, lifecycle
        Who bought when for how much, and where customers stand.
    fairness
        Whether targets ask of everybody alike.
    variances
        Changes taken apart: by factors from the plan, or from a period before, to what was done, and by price, volume and mix.
    pulses
        Pulse surveys, in any order; later ones are forgotten.
    factor_causes
        For which cause a factor of a variance speaks; laid over :data:`FACTOR_CAUSES`.

    Raises
    ------
    InvalidValueError
        If a value is malformed, the period had not begun, or a result is of a later day than ``as_of``; an attainment of a
        period that had ended then may be, since nothing later counts in it.
    UnknownNameError
        If the owner was not known then.
    InvalidInputError
        With every result that is of a later day, where there are several.

    Examples
    --------
    >>> from salesperf import Org, Rep
    >>> evidence = Evidence(
    ...     records=Records(org=Org(reps=[Rep(id="ada")])), owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 30)
    ... )
    >>> sorted(evidence.under)
    ['ada']
    """

    records: Records = attrs.field(validator=of_type(Records), repr=False)
    owner: str | None = attrs.field(validator=optional(identifier))
    period: Period = attrs.field(validator=of_type(Period))
    as_of: date = attrs.field(validator=day)
    attainments: tuple[Attainment, ...] = attrs.field(
        default=(), converter=_as_attainments, validator=each(of_type(Attainment)), repr=False
    )
    member_attainments: tuple[Attainment, ...] = attrs.field(
        default=(), converter=_as_attainments, validator=each(of_type(Attainment)), repr=False
    )
    closed: tuple[ClosedDeals, ...] = attrs.field(
        default=(), converter=_as_closed, validator=each(of_type(ClosedDeals)), repr=False
    )
    closed_before: tuple[ClosedDeals, ...] = attrs.field(
        default=(), converter=_as_closed, validator=each(of_type(ClosedDeals)), repr=False
    )
    quality: QualityReport | None = attrs.field(default=None, validator=optional(of_type(QualityReport)), repr=False)
    channels: ChannelReport | None = attrs.field(default=None, validator=optional(of_type(ChannelReport)), repr=False)
    purchases: Purchases | None = attrs.field(default=None, validator=optional(of_type(Purchases)), repr=False)
    lifecycle: Lifecycle | None = attrs.field(default=None, validator=optional(of_type(Lifecycle)), repr=False)
    fairness: FairnessAudit | None = attrs.field(default=None, validator=optional(of_type(FairnessAudit)), repr=False)
    variances: tuple[Variance[Any], ...] = attrs.field(
        default=(), converter=_as_variances, validator=each(of_type(Variance)), repr=False
    )
    pulses: tuple[PulseSurvey, ...] = attrs.field(
        default=(), converter=_as_pulses, validator=each(of_type(PulseSurvey)), repr=False
    )
    factor_causes: FrozenMap[str, Cause] = attrs.field(
        default=FrozenMap(), converter=_as_causes, validator=frozen_map(identifier, one_of(*CAUSES)), repr=False
    )

    def __attrs_post_init__(self) -> None:
        """Check that the period had begun, and that no result knows more than one may know."""
        if self.as_of < self.period.start:
            path = ("Evidence", "as_of")
            raise InvalidValueError("review_not_begun", path=path, start=self.period.start, value=self.as_of)
        refuse(self._later_results())
        self.known.org.require_owner(self.owner, "Evidence", "owner")

    def _later_results(self) -> Iterator[SalesperfError]:
        dated: list[tuple[tuple[str | int, ...], Any]] = [
            ((name, position), item)
            for name in ("attainments", "member_attainments", "closed", "closed_before")
            for position, item in enumerate(getattr(self, name))
        ]
        dated += [((name,), getattr(self, name)) for name in ("quality", "channels", "purchases", "lifecycle")]
        for path, result in dated:
            if result is None:
                continue
            # Of whatever comes after its period, an attainment tells nothing.
            last = min(result.as_of, result.target.period.last) if isinstance(result, Attainment) else result.as_of
            if last > self.as_of:
                yield InvalidValueError("evidence_later", path=("Evidence", *path), last=self.as_of, value=result.as_of)

    def __eq__(self, other: object) -> bool:
        """Compare by content."""
        return same_content(self, other) if isinstance(other, Evidence) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # like a list, it holds what may be large

    # What follows from it

    @cached_property
    def known(self) -> Records:
        """The records as known at the end of the day."""
        return self.records.as_of(self.as_of)

    @cached_property
    def passed(self) -> Period:
        """The days of the period that have passed."""
        return self.period.until(self.as_of) or self.period

    @cached_property
    def before(self) -> Period | None:
        """As many workdays just before the period as have passed of it; ``None`` where none have, or at the beginning of time.

        On holidays and weekends little is done: as many days would find a fall behind each of them.
        """
        calendar, start = self.known.calendar, self.passed.start
        workdays = calendar.workdays(self.passed)
        earlier = calendar.workdays_before(start.toordinal()) - workdays
        if not workdays or earlier < 0:
            return None
        first = bisect_right(range(1, start.toordinal()), earlier, key=calendar.workdays_before)
        return Period(date.fromordinal(first), start)

    @cached_property
    def under(self) -> frozenset[str]:
        """The owner, and the teams and reps under it in the period: for the company, everybody known."""
        org = self.known.org
        if self.owner is None:
            return frozenset({*org.team_by_id, *org.rep_by_id})
        teams = org.teams_under(self.owner) if self.owner in org.team_by_id else ()
        return frozenset({self.owner, *teams, *org.members(self.owner, self.period)})

    def holds(self, owner: str | None) -> bool:
        """Tell whether what somebody has belongs to the owner asked about: of the company, also what nobody has."""
        return self.owner is None or owner in self.under

    def label(self, owner: str | None) -> Message | Personal | str:
        """Return what a reader sees of an owner: the name, the company, or the id of whom the records do not know."""
        return self.known.org.called(owner)

    @cached_property
    def known_pulses(self) -> tuple[PulseSurvey, ...]:
        """The pulse surveys up to the day that asked the owner or somebody under it, by day."""
        asked = {self.owner, *self.under}
        return tuple(survey for survey in self.pulses if survey.on <= self.as_of and survey.owner in asked)

    def cause_of(self, factor: str) -> Cause | None:
        """Return the cause that a factor of a variance speaks for; ``None`` where nobody said."""
        return self.factor_causes.get(factor, FACTOR_CAUSES.get(factor))

    def gap_of(self, attainment: Attainment) -> Amount | None:
        """Return how much money short of its target an attainment is; ``None`` where it is not, or no money."""
        gap = attainment.gap
        if not isinstance(gap, Amount) or gap.unit.dimension != "money" or gap.minor >= 0:
            return None
        return Amount(minor=-gap.minor, unit=gap.unit)
