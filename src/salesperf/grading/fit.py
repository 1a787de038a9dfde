"""A, B or C: how well a lead fits, by its need, its purchasing power and its willingness, or by a model of the user's own."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError
from salesperf.grading.graded import GradedLead
from salesperf.grading.heat import temperature
from salesperf.grading.warmth import STANDARD_TEMPERATURE, TemperaturePolicy
from salesperf.model.lead import Lead
from salesperf.model.result import Result, Row
from salesperf.model.scale import Categories
from salesperf.model.validators import as_tuple, check_date, is_tuple_of, of_type, repeated, require
from salesperf.scorecard import Bands, Criterion, Scorecard, explain
from salesperf.scorecard.answers import FactColumn

__all__ = ["STANDARD_GRADES", "FitMatrix", "GradeModel", "MatrixCell", "fit_by_engagement", "grade"]


@attrs.frozen
class GradeModel:
    """How leads are graded: a scorecard, and the bands of its score.

    Parameters
    ----------
    card
        What counts. Its criteria ask for facts of the lead by name; ``"channel"`` and ``"campaign"`` are those of the lead.
    bands
        The labels, best first.

    Raises
    ------
    InvalidValueError
        If a value is of another kind.

    Examples
    --------
    >>> STANDARD_GRADES.card.fact_keys(), STANDARD_GRADES.bands.labels
    (('need', 'purchasing_power', 'willingness'), ('A', 'B', 'C'))
    """

    card: Scorecard = attrs.field(validator=of_type(Scorecard))
    bands: Bands = attrs.field(validator=of_type(Bands))

    def grade_columns(self, columns: Mapping[str, FactColumn]) -> NDArray[np.str_]:
        """Grade many leads by columns of their facts: the same grades that :func:`grade` gives them.

        Parameters
        ----------
        columns
            As of :meth:`Scorecard.score_columns`.

        Returns
        -------
        NDArray of str
            Shape (n,): the labels; empty text where nothing is known that a score could rest on.

        Raises
        ------
        InvalidInputError
            As :meth:`Scorecard.score_columns`.

        Examples
        --------
        >>> need = np.array(["urgent", "none"])
        >>> high = np.array(["high", "high"])
        >>> STANDARD_GRADES.grade_columns({"need": need, "purchasing_power": high, "willingness": high}).tolist()
        ['A', 'B']
        """
        return self.bands.band_columns(self.card.score_columns(columns))


STANDARD_GRADES: Final = GradeModel(
    Scorecard(
        [
            Criterion(
                "need",
                Categories({"urgent": 100, "clear": 80, "vague": 40, "none": 0}),
                4,
                missing="points",
                title="grading.fit.need",
            ),
            Criterion(
                "purchasing_power",
                Categories({"high": 100, "medium": 60, "low": 20}),
                3,
                missing="points",
                missing_points=20,
                title="grading.fit.purchasing_power",
            ),
            Criterion(
                "willingness",
                Categories({"high": 100, "medium": 60, "low": 20}),
                3,
                missing="points",
                missing_points=20,
                title="grading.fit.willingness",
            ),
        ]
    ),
    Bands([("A", 80), ("B", 50), ("C", 0)]),
)
"""Need (``"urgent"`` 100, ``"clear"`` 80, ``"vague"`` 40, ``"none"`` 0 points) weighs 4; purchasing power and willingness
(``"high"`` 100, ``"medium"`` 60, ``"low"`` 20) weigh 3 each. What is not known gets the fewest points, so that a lead about
which nobody asked is never flattered; the score says what was assumed. A from 80, B from 50, C below."""


def grade(
    lead: Lead, model: GradeModel = STANDARD_GRADES, *, as_of: date, previous: str | None = None, most: int = 3
) -> GradedLead:
    """Grade a lead by what is known of it.

    Parameters
    ----------
    lead
        The lead.
    model
        The scorecard and its bands.
    as_of
        The day, to its end.
    previous
        The grade before, for bands with a margin; ``None`` for none.
    most
        How many reasons for and how many against are told at most.

    Returns
    -------
    GradedLead
        Its ``basis`` is the :class:`Score`, of which :func:`salesperf.scorecard.what_if` tells what would lift the grade.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or the lead began after the day.
    InvalidInputError
        If a fact is of another kind than its scale, or of an unknown category.

    Notes
    -----
    Facts have no history: those of the lead stand for the day.

    Examples
    --------
    >>> from salesperf import LeadChange
    >>> facts = {"need": "clear", "purchasing_power": "medium"}
    >>> lead = Lead(id="l-1", history=[LeadChange(date(2026, 9, 1), status="new")], facts=facts)
    >>> told = grade(lead, as_of=date(2026, 9, 30))
    >>> told.grade, told.score
    ('B', 56.0)
    >>> print(told.text())
    Score 56.00, band B. For it: Need clear (+12.00). Against it: Willingness not known, 20.00 points assumed (-12.00).
    """
    require(lead, Lead, path=("lead",))
    require(model, GradeModel, path=("model",))
    check_date(as_of, ("as_of",))
    known = lead.as_of(as_of)
    if known is None:
        raise InvalidValueError("lead_begins_later", path=("as_of",), began=lead.created, value=as_of)
    score = model.card.score(known.known_facts)
    told = explain(score, model.bands, previous=previous, most=most)
    return GradedLead(lead=lead.id, as_of=as_of, grade=told.band, basis=score, messages=told.messages)


@attrs.frozen(kw_only=True)
class MatrixCell:
    """Leads of one grade and one temperature.

    Attributes
    ----------
    grade
        How well they fit; ``None`` where nothing is known that a score could rest on.
    temperature
        How warm they are.
    leads
        Their ids, in order.

    Examples
    --------
    >>> MatrixCell(grade="A", temperature="Hot", leads=("l-1",)).leads
    ('l-1',)
    """

    grade: str | None
    temperature: str | None
    leads: tuple[str, ...]


@attrs.frozen(kw_only=True)
class FitMatrix(Result):
    """Leads by how well they fit and how warm they are: made by :func:`fit_by_engagement`.

    Attributes
    ----------
    as_of
        The day to whose end everything was known.
    cells
        By grade and temperature, the best first; those without a lead too.

    Examples
    --------
    >>> print(fit_by_engagement([], as_of=date(2026, 9, 30)))
    grade  Hot  Warm  Cold
    A        0     0     0
    B        0     0     0
    C        0     0     0
    """

    as_of: date
    cells: tuple[MatrixCell, ...]

    def rows(self) -> list[Row]:
        """Return a row for each grade: how many leads it has of each temperature."""
        rows: dict[str | None, Row] = {}
        for cell in self.cells:
            rows.setdefault(cell.grade, {"grade": cell.grade})[str(cell.temperature)] = len(cell.leads)
        return list(rows.values())


def fit_by_engagement(
    leads: Iterable[Lead],
    model: GradeModel = STANDARD_GRADES,
    policy: TemperaturePolicy = STANDARD_TEMPERATURE,
    *,
    as_of: date,
) -> FitMatrix:
    """Put leads into the matrix of fit and engagement: whom to call, whom to warm, whom to leave.

    Parameters
    ----------
    leads
        In any order, each once; those that began after the day are not looked at.
    model, as_of
        As of :func:`grade`.
    policy
        As of :func:`temperature`.

    Returns
    -------
    FitMatrix

    Raises
    ------
    InvalidValueError, InvalidInputError
        As :func:`grade`, or if a lead comes twice.

    Notes
    -----
    The matrix is that of the day alone: no label before is known, so that a margin of bands holds none. :func:`grade` and
    :func:`temperature` take the label before.

    Examples
    --------
    >>> from salesperf import LeadChange
    >>> lead = Lead(id="l-1", history=[LeadChange(date(2026, 9, 1), status="new")])
    >>> [cell for cell in fit_by_engagement([lead], as_of=date(2026, 9, 30)).cells if cell.leads]
    [MatrixCell(grade='C', temperature='Cold', leads=('l-1',))]
    """
    given = as_tuple(leads)
    if not is_tuple_of(given, Lead):
        raise InvalidValueError("wrong_type", path=("leads",), expected=Lead, value=leads)
    for position, again in repeated(lead.id for lead in given):
        raise InvalidValueError("not_unique", path=("leads", position), value=again)
    check_date(as_of, ("as_of",))
    found: dict[tuple[str | None, str | None], list[str]] = {}
    for lead in given:
        if lead.as_of(as_of) is not None:
            cell = grade(lead, model, as_of=as_of).grade, temperature(lead, as_of=as_of, policy=policy).grade
            found.setdefault(cell, []).append(lead.id)
    grades = [*model.bands.labels, *([None] if any(fit is None for fit, _ in found) else [])]
    return FitMatrix(
        as_of=as_of,
        cells=tuple(
            MatrixCell(grade=fit, temperature=warmth, leads=tuple(sorted(found.get((fit, warmth), ()))))
            for fit in grades
            for warmth in policy.bands.labels
        ),
    )
