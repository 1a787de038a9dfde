"""Who reads a review, and the results about people that it may tell of: pay, appraisals, feedback."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.appraisal import Appraisal
from salesperf.commission import Statement
from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.feedback import FeedbackReport
from salesperf.model.frozen import FrozenMap
from salesperf.model.period import Period
from salesperf.model.validators import (
    as_frozen_map,
    as_sorted_tuple,
    as_tuple,
    day,
    each,
    frozen_map,
    identifier,
    is_tuple_of,
    of_type,
    one_of,
    optional,
    repeated,
)

__all__ = ["PEOPLE_KINDS", "Audience", "PeopleKind", "PeopleResults"]

PeopleKind: TypeAlias = Literal["pay", "appraisal", "feedback"]
PEOPLE_KINDS: Final[tuple[PeopleKind, ...]] = ("pay", "appraisal", "feedback")
"""What a review may tell of people."""


def _as_kinds(value: Iterable[PeopleKind]) -> tuple[PeopleKind, ...]:
    kinds = as_tuple(value)
    return tuple(sorted(set(kinds))) if is_tuple_of(kinds, str) else kinds


@attrs.frozen(kw_only=True)
class Audience:
    """Who reads a review, and what it may tell the reader of others.

    Parameters
    ----------
    reader
        The id of a rep, who may lead teams; ``None`` for the head of the company.
    may_see
        Of :data:`PEOPLE_KINDS`, what the reader may see of those whom the reader leads.

    Raises
    ------
    InvalidValueError
        If a value is malformed.

    Notes
    -----
    Whoever reads sees what is said of him or her, always; what is said of others only where ``may_see`` names it, and then of
    the members of the teams that the reader leads and of the teams below them, on the day on which it was said. A rep who leads
    nobody sees nothing of colleagues, whatever ``may_see`` names; a lead nothing of whoever leads a team above; whoever has
    left leads nobody.

    Examples
    --------
    >>> Audience(reader="r-1", may_see=["pay", "appraisal"]).may_see
    ('appraisal', 'pay')
    """

    reader: str | None = attrs.field(validator=optional(identifier))
    may_see: tuple[PeopleKind, ...] = attrs.field(default=(), converter=_as_kinds, validator=each(one_of(*PEOPLE_KINDS)))


def _as_statements(value: Iterable[Statement]) -> tuple[Statement, ...]:
    return as_sorted_tuple(value, Statement, lambda each: (each.payee, each.period))


def _as_appraisals(value: Iterable[Appraisal]) -> tuple[Appraisal, ...]:
    # Those without a period are refused, with the place at which they are given.
    return as_sorted_tuple(value, Appraisal, lambda each: (each.rep, each.scheme.key, each.period is not None, each.period))


def _as_reports(value: Mapping[date, FeedbackReport]) -> FrozenMap[date, FeedbackReport]:
    return as_frozen_map(value)


@attrs.frozen(kw_only=True)
class PeopleResults:
    """Results about people, for a review to take what its audience may see.

    Parameters
    ----------
    statements
        Of pay. Of a statement and its corrections the last: it tells what its period comes to in all.
    appraisals
        With their periods, one of each for rep, scheme and period.
    feedback
        Reports by the day of their release, each made with those before it as ``previous``.

    Raises
    ------
    InvalidInputError
        With every fault at once: two statements that pay somebody for one day, an appraisal without its period, or a second
        one for rep, scheme and period.
    InvalidValueError
        If a value is malformed.

    Notes
    -----
    None of it is in a ``repr``.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from salesperf import CNY, CommissionPlan, PayRate, Period, RatedPay, commission
    >>> part = RatedPay(key="sales", rates=[PayRate(rate=Decimal("0.05"))])
    >>> plan = CommissionPlan(key="field", unit=CNY, period=Period.year(2026), rated=[part])
    >>> paid = [commission.statement(plan, [], payee="ada", period=Period.month(2026, month)) for month in (9, 8)]
    >>> [statement.period.label for statement in PeopleResults(statements=paid).statements]
    ['2026-08', '2026-09']
    """

    statements: tuple[Statement, ...] = attrs.field(
        default=(), converter=_as_statements, validator=each(of_type(Statement)), repr=False
    )
    appraisals: tuple[Appraisal, ...] = attrs.field(
        default=(), converter=_as_appraisals, validator=each(of_type(Appraisal)), repr=False
    )
    feedback: FrozenMap[date, FeedbackReport] = attrs.field(
        default=FrozenMap(), converter=_as_reports, validator=frozen_map(day, of_type(FeedbackReport)), repr=False
    )

    def __attrs_post_init__(self) -> None:
        """Check each against the others, and report every fault together."""
        faults = [*self._faults_of_statements(), *self._faults_of_appraisals()]
        if faults:
            raise InvalidInputError(faults)

    def _faults_of_statements(self) -> Iterator[SalesperfError]:
        for position, (last, this) in enumerate(pairwise(self.statements), 1):
            if last.payee == this.payee and last.period.end > this.period.start:
                path = ("PeopleResults", "statements", position)
                yield InvalidValueError("statements_overlap", path=path, other=str(last.period), value=str(this.period))

    def _faults_of_appraisals(self) -> Iterator[SalesperfError]:
        for position, appraisal in enumerate(self.appraisals):
            if appraisal.period is None:
                yield InvalidValueError("appraisal_without_period", path=("PeopleResults", "appraisals", position))
        for position, (_, _, period) in repeated(map(_about, self.appraisals)):
            if period is not None:
                yield InvalidValueError("not_unique", path=("PeopleResults", "appraisals", position), value=str(period))


def _about(appraisal: Appraisal) -> tuple[str, str, Period | None]:
    return appraisal.rep, appraisal.scheme.key, appraisal.period
