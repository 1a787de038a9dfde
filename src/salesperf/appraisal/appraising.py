"""The appraisal of one: the score by a scheme, its band, and what a calibration meeting made of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from numbers import Number
from typing import Final, cast

import attrs

from salesperf.appraisal.rewarding import Reward, due_rewards, parts_of
from salesperf.appraisal.scheme import AppraisalScheme
from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.messages import Catalogs
from salesperf.model.breakdown import Breakdown
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.result import Result, Row
from salesperf.model.validators import as_tuple, check_date, is_identifier, repeated, require
from salesperf.scorecard import Explanation, Score, explain
from salesperf.scorecard.bands import DIGITS

__all__ = ["Appraisal", "CalibrationStep", "appraise", "missing_parts"]

_MOST_REASONS: Final = 3


@attrs.frozen(kw_only=True)
class CalibrationStep:
    """What a calibration meeting decided about somebody.

    Attributes
    ----------
    before, after
        The band before, and after.
    reason
        Why: the words of the meeting.
    on
        The day of the meeting.

    Examples
    --------
    >>> from salesperf.appraisal import STANDARD_SCHEMES, appraise
    >>> told = appraise("ada", {"attainment": 1.0}, STANDARD_SCHEMES["rep"])
    >>> moved = told.calibrated("A", reason="took over the key account of a colleague", on=date(2026, 10, 9))
    >>> moved.steps[0].before, moved.band
    ('B', 'A')
    """

    before: str | None
    after: str
    reason: str = attrs.field(repr=False, metadata={"personal": True})
    on: date


@attrs.frozen(kw_only=True)
class Appraisal(Result):
    """The appraisal of one (绩效考核): made by :func:`appraise`.

    Attributes
    ----------
    rep
        Whose.
    scheme
        By what.
    score
        The score, in full.
    scored_band
        The band of the score; ``None`` where it is undefined.
    period
        Of which days; ``None`` where it is not stated.
    decided
        The day from which what follows is due; ``None`` where it is not stated.
    steps
        What calibration meetings decided since, in order.

    Examples
    --------
    >>> from salesperf.appraisal import STANDARD_SCHEMES
    >>> parts = {"attainment": 1.0, "okr": 0.7, "initiative": 4, "reliability": 5, "cooperation": 3, "knowledge_sharing": 4}
    >>> told = appraise("ada", parts, STANDARD_SCHEMES["rep"])
    >>> print(told)
    rep          ada
    period
    score        76.6667
    scored_band  B
    band         B
    calibrated   0
    >>> print(told.explanation.reasons_for[0].message.text("zh"))
    目标完成率 1（+15.00）
    """

    rep: str
    scheme: AppraisalScheme
    score: Score
    scored_band: str | None
    period: Period | None
    decided: date | None
    steps: tuple[CalibrationStep, ...] = ()

    @property
    def band(self) -> str | None:
        """The band that holds: that of the last calibration, else that of the score."""
        return self.steps[-1].after if self.steps else self.scored_band

    @property
    def breakdown(self) -> Breakdown:
        """The tree from the facts to the score."""
        return self.score.breakdown

    @cached_property
    def explanation(self) -> Explanation:
        """The strongest reasons for and against the score."""
        return explain(self.score, self.scheme.bands, most=_MOST_REASONS)

    @cached_property
    def rewards(self) -> tuple[Reward, ...]:
        """What follows from the band that holds, by the rules of the scheme."""
        return due_rewards(self.scheme.rewards, self.score, self.band, self.decided)

    def calibrated(self, band: str, *, reason: str, on: date) -> "Appraisal":
        """Return the appraisal as a calibration meeting leaves it; the score stays as it is.

        Parameters
        ----------
        band
            The band that holds from now on; it may be the same, which confirms it.
        reason
            Why, in the words of the meeting: it is shown to whoever may read the appraisal, and in no ``repr``.
        on
            The day of the meeting, not before that of the last one.

        Raises
        ------
        UnknownNameError
            If the scheme has no such band.
        InvalidValueError
            If the reason is empty, or the day is before that of the last meeting.

        Examples
        --------
        >>> from salesperf.appraisal import STANDARD_SCHEMES
        >>> told = appraise("ada", {"attainment": 1.0}, STANDARD_SCHEMES["rep"])
        >>> told.calibrated("A", reason="a market of her own making", on=date(2026, 10, 9)).band
        'A'
        """
        require(band, str, path=("band",))
        if band not in self.scheme.bands.labels:
            raise UnknownNameError("unknown_band", path=("band",), choices=self.scheme.bands.labels, value=band)
        if not is_identifier(reason):
            raise InvalidValueError("calibration_without_reason", path=("reason",))
        check_date(on, ("on",))
        if self.steps and on < self.steps[-1].on:
            raise InvalidValueError("calibration_order", path=("on",), last=self.steps[-1].on, value=on)
        step = CalibrationStep(before=self.band, after=band, reason=reason, on=on)
        return attrs.evolve(self, steps=(*self.steps, step))

    @property
    def messages(self) -> tuple[Message, ...]:
        """What calibration meetings decided, a sentence each."""
        return tuple(
            Message.of(
                "appraisal.text.confirmed" if step.before == step.after else "appraisal.text.calibrated",
                before=Message("appraisal.text.no_band") if step.before is None else step.before,
                after=step.after,
                reason=step.reason,
                on=step.on,
            )
            for step in self.steps
        )

    @property
    def _of_whom(self) -> Message:
        scheme = Message(self.scheme.title)
        if self.period is None:
            return Message.of("appraisal.text.of", rep=self.rep, scheme=scheme)
        return Message.of("appraisal.text.of_period", rep=self.rep, scheme=scheme, period=self.period)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write of whom it tells, the score with its reasons, what calibration made of it, and what follows: a line each."""
        parts: tuple[Explanation | Message | Reward, ...] = (self._of_whom, self.explanation, *self.messages, *self.rewards)
        return "\n".join(part.text(lang, catalogs) for part in parts)

    def rows(self) -> list[Row]:
        """Return one row: who, when, the score, its band, the band that holds, and how often it was calibrated."""
        return [
            {
                "rep": self.rep,
                "period": None if self.period is None else self.period.label,
                "score": self.score.value,
                "scored_band": self.scored_band,
                "band": self.band,
                "calibrated": len(self.steps),
            }
        ]


def appraise(
    rep: str,
    parts: Mapping[str, object],
    scheme: AppraisalScheme,
    *,
    period: Period | None = None,
    decided: date | None = None,
    previous: str | None = None,
) -> Appraisal:
    """Appraise somebody by a scheme.

    Parameters
    ----------
    rep
        The id of who is appraised: a rep, or whoever leads a team.
    parts
        What each criterion of the scheme asks for, by its key: a number, a category, yes or no, or a result that has a
        value, such as an :class:`Estimate` or a :class:`Score`, which is not known where it is undefined.
    scheme
        By what.
    period
        Of which days it tells; promotion and recognition ask for it.
    decided
        The day from which what follows is due.
    previous
        The band before, where the bands of the scheme have a margin within which it is kept.

    Returns
    -------
    Appraisal
        With the score, its band and its reasons; nothing is decided by the library.

    Raises
    ------
    InvalidValueError
        If the id is empty or an argument is of another kind.
    InvalidInputError
        With every part that is missing though it may not be, of another kind than its scale, outside the range that the scheme
        states for it, or unknown to the scheme.

    Examples
    --------
    >>> from salesperf.appraisal import STANDARD_SCHEMES
    >>> parts = {"attainment": 1.1, "planning": 4, "coaching": 3}
    >>> told = appraise("chen", parts, STANDARD_SCHEMES["manager"])
    >>> told.band, told.breakdown.holds()
    ('C', True)
    """
    if not is_identifier(rep):
        raise InvalidValueError("empty", path=("rep",), value=rep)
    require(parts, Mapping, path=("parts",))
    require(scheme, AppraisalScheme, path=("scheme",))
    if period is not None:
        require(period, Period, path=("period",))
    if decided is not None:
        check_date(decided, ("decided",))
    known = scheme.card.fact_keys()
    unknown = [UnknownNameError("choice", path=("parts", key), choices=known, value=key) for key in parts if key not in known]
    values = {key: _value(part) for key, part in parts.items() if key in known}
    try:
        score = scheme.card.score(values)
    except InvalidInputError as error:
        faults = [fault.at("parts", *fault.path[1:]) for fault in cast("Sequence[SalesperfError]", error.exceptions)]
        refused = {fault.path[1] for fault in faults}
        others = {key: value for key, value in values.items() if key not in refused}
        raise InvalidInputError([*unknown, *faults, *_outside(scheme, others)]) from None
    outside = [*unknown, *_outside(scheme, values)]
    if outside:
        raise InvalidInputError(outside)
    return Appraisal(
        rep=rep,
        scheme=scheme,
        score=score,
        scored_band=scheme.bands.band(score, previous),
        period=period,
        decided=decided,
    )


def missing_parts(appraisals: Iterable[Appraisal]) -> FrozenMap[str, tuple[str, ...]]:
    """Tell of whom which parts are still missing, so that a round of appraisals can be finished.

    Parameters
    ----------
    appraisals
        Each person once, in any order; by one scheme or by several.

    Returns
    -------
    FrozenMap of str to tuple of str
        By the key of each criterion that asks for a fact, in the order of the scheme, the ids of those of whom it is not known,
        sorted; empty where it is known of everybody.

    Raises
    ------
    InvalidValueError
        If an argument is of another kind, or somebody is appraised twice.

    Examples
    --------
    >>> from salesperf.appraisal import STANDARD_SCHEMES
    >>> told = [appraise(rep, parts, STANDARD_SCHEMES["rep"]) for rep, parts in (("ada", {"okr": 0.7}), ("bo", {}))]
    >>> missing_parts(told)["okr"], missing_parts(told)["attainment"]
    (('bo',), ('ada', 'bo'))
    """
    told = as_tuple(appraisals)
    require(told, tuple, path=("appraisals",))
    for position, each in enumerate(told):
        require(each, Appraisal, path=("appraisals", position))
    for position, again in repeated(each.rep for each in told):
        raise InvalidValueError("not_unique", path=("appraisals", position, "rep"), value=again)
    missing: dict[str, list[str]] = {}
    for each in sorted(told, key=lambda one: one.rep):
        for key, part in parts_of(each.score):
            if part.score is None:
                of_part = missing.setdefault(key, [])
                of_part += [each.rep] if part.treatment != "known" else []
    return FrozenMap({key: tuple(reps) for key, reps in missing.items()})


def _outside(scheme: AppraisalScheme, values: Mapping[str, object]) -> Iterator[SalesperfError]:
    """Find facts that cannot be: a scale would give them all or nothing without a word."""
    for key, (low, high) in scheme.ranges.items():
        value = values.get(key)
        # Rounded as for bands: a share that floats sum to a hair more than 1 is 1.
        if isinstance(value, Number) and not low <= round(float(value), DIGITS) <= high:  # type: ignore[arg-type, operator] # real, as a scale took it
            yield InvalidValueError("fact_out_of_range", path=("parts", key), low=low, high=high, value=value)


def _value(part: object) -> object:
    """Return what a part is worth: that of a result, or the part itself."""
    return part.value if isinstance(part, Estimate | Score) else part
