"""The risk register: every risk scored, with its trend, and with the responses that are overdue."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError
from salesperf.messages import Catalogs
from salesperf.model.action import Action
from salesperf.model.breakdown import Breakdown
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.risk_entry import Risk
from salesperf.model.scale import Curve
from salesperf.model.validators import as_tuple, check_date, repeated, require
from salesperf.scorecard import Bands, Criterion, Score, Scorecard

__all__ = ["RISK_BANDS", "RISK_CARD", "TRENDS", "RiskLine", "RiskRegister", "Trend", "register"]

Trend: TypeAlias = Literal["new", "rising", "steady", "falling", "closed"]
TRENDS: Final[tuple[Trend, ...]] = ("new", "rising", "steady", "falling", "closed")
"""How a risk stands beside the earlier day: it was not known then; its score rose, stayed or fell; it is none any more."""

RISK_CARD: Final = Scorecard(
    [
        Criterion("likelihood", Curve([(1, 1), (5, 5)]), title="risk.likelihood"),
        Criterion("impact", Curve([(1, 1), (5, 5)]), title="risk.impact"),
    ],
    mode="product",
)
"""Likelihood x impact, each from 1 to 5: from 1 to 25."""

RISK_BANDS: Final = Bands([("critical", 15), ("high", 10), ("medium", 5), ("low", 1)])
"""What a score of :data:`RISK_CARD` is called."""


@attrs.frozen(kw_only=True)
class RiskLine:
    """A risk as it stands: a part of a :class:`RiskRegister`.

    Attributes
    ----------
    risk : Risk
        As known on the day.
    score : Score
        By the card of the register.
    band : str or None
        What the score is called.
    previous : float or None
        Its score on the earlier day; ``None`` where it was not known then, or there is no earlier day.
    trend : str or None
        One of :data:`TRENDS`; ``None`` where there is no earlier day.
    overdue : tuple of Action
        Responses that were due and are neither done nor dropped.

    Examples
    --------
    >>> from salesperf import RiskAssessment
    >>> entry = Risk(id="r-1", title="x", assessments=[RiskAssessment(on=date(2026, 9, 1), likelihood=4, impact=5)])
    >>> register([entry], as_of=date(2026, 9, 30)).lines[0].band
    'critical'
    """

    risk: Risk
    score: Score
    band: str | None
    previous: float | None
    trend: Trend | None
    overdue: tuple[Action, ...]

    @property
    def message(self) -> Message:
        """What it says."""
        trend = Message("risk.trend.unknown") if self.trend is None else Message(f"risk.trend.{self.trend}")
        wording = "line" if self.risk.at_stake is None else "line_at_stake"
        return Message.of(
            f"risk.text.{wording}",
            title=Message(self.risk.title),
            band=Message(f"risk.band.{self.band}"),
            score=round(self.score.value or 0),
            likelihood=self.risk.likelihood,
            impact=self.risk.impact,
            trend=trend,
            at_stake=self.risk.at_stake,
        )


@attrs.frozen(kw_only=True)
class RiskRegister(Result):
    """Risks, the greatest first: made by :func:`register`.

    Attributes
    ----------
    as_of : date
        The day at whose end they are looked at.
    since : date or None
        The earlier day to which trends go back.
    card : Scorecard
        How risks are scored.
    bands : Bands
        What scores are called.
    lines : tuple of RiskLine
        By falling score, then by id; those closed by then last.

    Examples
    --------
    >>> register([], as_of=date(2026, 9, 30)).lines
    ()
    """

    as_of: date
    since: date | None
    card: Scorecard
    bands: Bands
    lines: tuple[RiskLine, ...]

    @property
    def open(self) -> tuple[RiskLine, ...]:
        """The lines of risks that are not closed."""
        return tuple(line for line in self.lines if line.risk.closed is None)

    @property
    def overdue(self) -> tuple[Action, ...]:
        """The responses that are overdue, the longest first."""
        late = [action for line in self.open for action in line.overdue]
        return tuple(sorted(late, key=lambda action: (-action.days_late(self.as_of), action.id)))

    @property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        """How each score came about."""
        return tuple(line.score.breakdown for line in self.lines)

    def rows(self) -> list[Row]:
        """Return a row for each risk."""
        return [
            {
                "id": line.risk.id,
                "kind": line.risk.kind,
                "owner": line.risk.owner,
                "likelihood": line.risk.likelihood,
                "impact": line.risk.impact,
                "score": line.score.value,
                "band": line.band,
                "previous": line.previous,
                "trend": line.trend,
                "response": line.risk.response,
                "overdue": len(line.overdue),
                "at_stake": None if line.risk.at_stake is None else line.risk.at_stake.decimal,
                "unit": "" if line.risk.at_stake is None else str(line.risk.at_stake.unit),
            }
            for line in self.lines
        ]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write each risk with the numbers that it rests on and what is overdue, a line each."""
        return "\n".join(message.text(lang, catalogs) for message in self._said())

    def _said(self) -> Iterator[Message]:
        if not self.lines:
            yield Message.of("risk.text.nothing", as_of=self.as_of)
        for line in self.lines:
            yield line.message
            for citation in line.risk.citations:
                yield Message.of("risk.text.citation", citation=citation)
            for action in line.overdue:
                days = action.days_late(self.as_of)
                yield Message.of("risk.text.overdue", title=action.title, owner=action.owner, due=action.due, days=days)


def register(
    risks: Iterable[Risk],
    *,
    as_of: date,
    since: date | None = None,
    previous: RiskRegister | None = None,
    card: Scorecard = RISK_CARD,
    bands: Bands = RISK_BANDS,
) -> RiskRegister:
    """Put risks in order of their score, as known at the end of a day.

    Parameters
    ----------
    risks
        In any order, each id once: those that people wrote down, and those that :func:`pipeline_risks` and its like found.
    as_of
        The day; what is later is forgotten.
    since
        An earlier day: the trend of each risk is told from its own assessments.
    previous
        An earlier register: of a risk whose assessments do not reach back that far, such as one that is found anew each time,
        the trend is told from its line there. Without ``since``, its day is the earlier one.
    card
        A scorecard over ``likelihood`` and ``impact``.
    bands
        What its scores are called; of those of :data:`RISK_BANDS` the catalogs have the words.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or the earlier day is not earlier.
    InvalidInputError
        With every id that comes twice.

    Examples
    --------
    >>> from salesperf import RiskAssessment
    >>> thought = [
    ...     RiskAssessment(on=date(2026, 6, 1), likelihood=2, impact=4),
    ...     RiskAssessment(on=date(2026, 9, 1), likelihood=4, impact=4),
    ... ]
    >>> found = register(
    ...     [Risk(id="r-1", title="Acme changes its purchasing", assessments=thought)],
    ...     as_of=date(2026, 9, 30),
    ...     since=date(2026, 6, 30),
    ... )
    >>> print(found.text())
    Critical risk: Acme changes its purchasing (16 = likelihood 4 × impact 4; rising).
    """
    check_date(as_of, ("as_of",))
    require(previous, RiskRegister, type(None), path=("previous",))
    require(card, Scorecard, path=("card",))
    require(bands, Bands, path=("bands",))
    earlier = since if since is not None or previous is None else previous.as_of
    if earlier is not None:
        check_date(earlier, ("since",))
        if earlier >= as_of:
            raise InvalidValueError("days_reversed", path=("since",), first=earlier, last=as_of)
    given = as_tuple(risks)
    require(given, tuple, path=("risks",))
    for position, risk in enumerate(given):
        require(risk, Risk, path=("risks", position))
    again = list(repeated(risk.id for risk in given))
    if again:
        raise InvalidInputError(
            [InvalidValueError("not_unique", path=("risks", position, "id"), value=id_) for position, id_ in again]
        )
    told = {} if previous is None else {line.risk.id: line for line in previous.lines}
    lines = [
        _line(known, risk, earlier, told.get(risk.id), as_of, card, bands)
        for risk in given
        if (known := risk.as_of(as_of)) is not None
    ]
    lines.sort(key=lambda line: (line.risk.closed is not None, -(line.score.value or 0), line.risk.id))
    return RiskRegister(as_of=as_of, since=earlier, card=card, bands=bands, lines=tuple(lines))


def _line(
    known: Risk,
    risk: Risk,
    earlier: date | None,
    told: RiskLine | None,
    as_of: date,
    card: Scorecard,
    bands: Bands,
) -> RiskLine:
    score = _score(known, card)
    before = None if earlier is None else risk.as_of(earlier)
    previous = told.score.value if before is None and told is not None else None
    if before is not None:
        previous = _score(before, card).value
    return RiskLine(
        risk=known,
        score=score,
        band=bands.band(score.value),
        previous=previous,
        trend=None if earlier is None else _trend(known, score.value, previous),
        overdue=() if known.closed is not None else known.overdue_responses(as_of),
    )


def _score(risk: Risk, card: Scorecard) -> Score:
    return card.score({"likelihood": risk.likelihood, "impact": risk.impact})


def _trend(risk: Risk, now: float | None, before: float | None) -> Trend:
    if risk.closed is not None:
        return "closed"
    if before is None or now is None:
        return "new"
    return "steady" if now == before else "rising" if now > before else "falling"
