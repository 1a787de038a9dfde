"""Promotion and recognition: what past appraisals say, by rules that are told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.appraisal.appraising import Appraisal
from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.messages import Catalogs
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.scale import Points, points
from salesperf.model.validators import (
    as_python,
    as_tuple,
    check_date,
    each,
    identifier,
    one_of,
    optional,
    place,
    repeated,
    require,
    whole,
)

__all__ = [
    "RECOGNITION_KINDS",
    "Condition",
    "Eligibility",
    "PromotionRule",
    "Recognition",
    "RecognitionKind",
    "RecognitionRule",
    "eligibility",
    "recognize",
]

RecognitionKind: TypeAlias = Literal["steady", "improved"]
RECOGNITION_KINDS: Final[tuple[RecognitionKind, ...]] = ("steady", "improved")
"""Somebody is recognized for good bands in a row, or for a score that rose from the last appraisal to this one."""

_MOST: Final = 1000
_MOST_DAYS: Final = 36_600
_DIGITS: Final = 9


def _as_bands(value: Iterable[str]) -> tuple[str, ...]:
    return as_tuple(value)


def _as_points(value: Points | None) -> Points | None:
    return as_python(value)


def _some(instance: object, attribute: "attrs.Attribute[Any]", value: tuple[str, ...]) -> None:
    """Expect at least one band."""
    each(identifier)(instance, attribute, value)
    if not value:
        raise InvalidValueError("no_bands", path=place(instance, attribute))


@attrs.frozen(kw_only=True)
class PromotionRule:
    """When somebody may be promoted.

    Parameters
    ----------
    key
        What it goes by.
    bands
        The bands that count as good.
    times, within
        So many of the last so many appraisals must be good.
    never
        Bands that none of those appraisals may have.
    service_days
        Calendar days of service that it takes, the first and the last counted; 0 for no matter how long.

    Raises
    ------
    InvalidValueError
        If a value is malformed, there is no band, or more good appraisals are asked for than are looked at.

    Examples
    --------
    >>> PromotionRule(key="senior", bands=["A", "B"], times=3, within=4, never=["D"], service_days=365).times
    3
    """

    key: str = attrs.field(validator=identifier)
    bands: tuple[str, ...] = attrs.field(converter=_as_bands, validator=_some)
    times: int = attrs.field(validator=whole(1, _MOST))
    within: int = attrs.field(validator=whole(1, _MOST))
    never: tuple[str, ...] = attrs.field(default=(), converter=_as_bands, validator=each(identifier))
    service_days: int = attrs.field(default=0, validator=whole(0, _MOST_DAYS))

    def __attrs_post_init__(self) -> None:
        """Check that it can be met."""
        if self.times > self.within:
            raise InvalidValueError(
                "out_of_range", path=("PromotionRule", self.key, "times"), low=1, high=self.within, value=self.times
            )


@attrs.frozen(kw_only=True)
class Condition:
    """One condition, and whether it is met.

    Attributes
    ----------
    key
        Which: ``"good"``, ``"never"`` or ``"service"``.
    is_met
        Whether it is; ``None`` where nothing tells.
    message
        What stands against what was asked.

    Examples
    --------
    >>> Condition(key="good", is_met=None, message=Message("no appraisals")).is_met is None
    True
    """

    key: str
    is_met: bool | None
    message: Message


@attrs.frozen(kw_only=True)
class Eligibility(Result):
    """Whether somebody may be promoted, and why: made by :func:`eligibility`.

    Attributes
    ----------
    rep
        Who.
    rule
        By what.
    conditions
        Each condition, in the order of the rule.

    Examples
    --------
    >>> from salesperf import Period
    >>> from salesperf.appraisal import STANDARD_SCHEMES, appraise
    >>> past = [
    ...     appraise("ada", {"attainment": 1.2}, STANDARD_SCHEMES["rep"], period=Period.quarter(2026, number))
    ...     for number in (1, 2)
    ... ]
    >>> rule = PromotionRule(key="senior", bands=["A"], times=2, within=2)
    >>> print(eligibility(past, rule, as_of=date(2026, 7, 10)).text())
    ada may be promoted (senior).
    Met: 2 of the last 2 appraisals are A; 2 are needed.
    """

    rep: str
    rule: PromotionRule
    conditions: tuple[Condition, ...]

    @property
    def is_eligible(self) -> bool | None:
        """Whether all conditions are met; ``None`` where none fails and of some nothing tells."""
        met = [condition.is_met for condition in self.conditions]
        return False if False in met else None if None in met else True

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write whether, and each condition, a line each."""
        verdict = {True: "eligible", False: "not_eligible", None: "eligible_unknown"}[self.is_eligible]
        lines = [Message.of(f"appraisal.text.{verdict}", rep=self.rep, rule=self.rule.key)]
        words = {True: "met", False: "not_met", None: "not_told"}
        lines += [
            Message.of(f"appraisal.text.{words[condition.is_met]}", check=condition.message) for condition in self.conditions
        ]
        return "\n".join(line.text(lang, catalogs) for line in lines)

    def rows(self) -> list[Row]:
        """Return a row for each condition."""
        return [
            {"rep": self.rep, "rule": self.rule.key, "condition": condition.key, "is_met": condition.is_met}
            for condition in self.conditions
        ]


def eligibility(
    history: Iterable[Appraisal], rule: PromotionRule, *, as_of: date, service_since: date | None = None
) -> Eligibility:
    """Tell whether somebody may be promoted by their appraisals.

    Parameters
    ----------
    history
        The appraisals of one person, in any order, each with its period; those whose period ends after the day do not count.
    rule
        By what.
    as_of
        The day, to its end.
    service_since
        The first day of service; ``None`` where nobody knows, which tells nothing of a length of service that is asked for.

    Raises
    ------
    InvalidInputError
        With every appraisal of somebody else, by another scheme, without a period, or of a period that another one has.
    InvalidValueError
        If there is no appraisal, or an argument is of another kind.
    UnknownNameError
        If the scheme has no band of which the rule speaks.

    Examples
    --------
    >>> from salesperf import Period
    >>> from salesperf.appraisal import STANDARD_SCHEMES, appraise
    >>> first = appraise("ada", {"attainment": 0.7}, STANDARD_SCHEMES["rep"], period=Period.quarter(2026, 1))
    >>> eligibility([first], PromotionRule(key="senior", bands=["A"], times=1, within=1), as_of=date(2026, 4, 9)).is_eligible
    False
    """
    require(rule, PromotionRule, path=("rule",))
    check_date(as_of, ("as_of",))
    if service_since is not None:
        check_date(service_since, ("service_since",))
    told, past = _of_one(history, as_of, ("history",))
    _check_bands(rule.key, {"bands": rule.bands, "never": rule.never}, told.scheme.bands.labels, ("rule",))
    last = past[-rule.within :]
    good = sum(told.band in rule.bands for told in last)
    # Appraisals that there are not may not be counted as bad ones: what is still missing could be good.
    is_good = True if good >= rule.times else False if len(last) == rule.within else None
    counts = {"good": good, "count": len(last), "bands": rule.bands, "times": rule.times}
    conditions = [Condition(key="good", is_met=is_good, message=Message.of("appraisal.check.good", **counts))]
    if rule.never:
        bad = [told.period for told in last if told.band in rule.never]
        wording = "never_bad" if bad else "never"
        message = Message.of(f"appraisal.check.{wording}", bands=rule.never, periods=tuple(bad), count=len(last))
        conditions.append(Condition(key="never", is_met=not bad, message=message))
    if rule.service_days:
        days = None if service_since is None else max((as_of - service_since).days + 1, 0)
        wording = "service_unknown" if days is None else "service"
        message = Message.of(f"appraisal.check.{wording}", days=days or 0, needed=rule.service_days)
        conditions.append(Condition(key="service", is_met=None if days is None else days >= rule.service_days, message=message))
    return Eligibility(rep=told.rep, rule=rule, conditions=tuple(conditions))


@attrs.frozen(kw_only=True)
class RecognitionRule:
    """For what somebody is recognized.

    Parameters
    ----------
    key
        What it goes by.
    kind
        ``"steady"``: the last so many appraisals all have one of the bands. ``"improved"``: the score rose by at least so
        many points from the appraisal before to the last.
    bands, times
        For ``"steady"``.
    least
        For ``"improved"``: points, above 0.
    title
        What a reader sees: a message key or plain text.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or what its kind asks for is missing.

    Examples
    --------
    >>> RecognitionRule(key="riser", kind="improved", least=10).label.text()
    'riser'
    """

    key: str = attrs.field(validator=identifier)
    kind: RecognitionKind = attrs.field(validator=one_of(*RECOGNITION_KINDS))
    bands: tuple[str, ...] = attrs.field(default=(), converter=_as_bands, validator=each(identifier))
    times: int = attrs.field(default=2, validator=whole(1, _MOST))
    least: Points | None = attrs.field(default=None, converter=_as_points, validator=optional(points))
    title: str | None = attrs.field(default=None, validator=optional(identifier))

    def __attrs_post_init__(self) -> None:
        """Check that what its kind asks for is there."""
        if self.kind == "steady" and not self.bands:
            raise InvalidValueError("no_bands", path=("RecognitionRule", self.key, "bands"))
        if self.kind == "improved" and (self.least is None or self.least <= 0):
            raise InvalidValueError("not_positive", path=("RecognitionRule", self.key, "least"), value=self.least)

    @property
    def label(self) -> Message:
        """What a reader sees."""
        return Message(self.key if self.title is None else self.title)


@attrs.frozen(kw_only=True)
class Recognition:
    """Somebody who is recognized, and for what.

    Attributes
    ----------
    rep
        Who.
    rule
        By what.
    reason
        For what, for a reader.

    Examples
    --------
    >>> rule = RecognitionRule(key="riser", kind="improved", least=10)
    >>> Recognition(rep="ada", rule=rule, reason=Message("up by 12 points")).text()
    'riser: up by 12 points.'
    """

    rep: str
    rule: RecognitionRule
    reason: Message

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write for what."""
        return Message.of("appraisal.text.recognition", title=self.rule.label, reason=self.reason).text(lang, catalogs)


def recognize(
    histories: Iterable[Iterable[Appraisal]], rules: Iterable[RecognitionRule], *, as_of: date
) -> tuple[Recognition, ...]:
    """Find who is to be recognized.

    Parameters
    ----------
    histories
        The appraisals of each person, as of :func:`eligibility`; everybody once.
    rules
        For what.
    as_of
        The day, to its end.

    Returns
    -------
    tuple of Recognition
        In the order of the rules, then by id.

    Raises
    ------
    InvalidInputError, InvalidValueError
        As of :func:`eligibility`, or if two histories are of one person.
    UnknownNameError
        If none of their schemes has a band of which a rule speaks.

    Examples
    --------
    >>> from salesperf import Period
    >>> from salesperf.appraisal import STANDARD_SCHEMES, appraise
    >>> past = [
    ...     appraise("ada", {"attainment": share}, STANDARD_SCHEMES["rep"], period=Period.quarter(2026, number))
    ...     for number, share in ((1, 0.75), (2, 1.0))
    ... ]
    >>> rules = [RecognitionRule(key="riser", kind="improved", least=10)]
    >>> [found.text() for found in recognize([past], rules, as_of=date(2026, 7, 10))]
    ['riser: from 40.00 to 80.00 points.']
    """
    check_date(as_of, ("as_of",))
    asked = as_tuple(rules)
    require(asked, tuple, path=("rules",))
    for position, rule in enumerate(asked):
        require(rule, RecognitionRule, path=("rules", position))
    given = as_tuple(histories)
    require(given, tuple, path=("histories",))
    people = [_of_one(history, as_of, ("histories", position)) for position, history in enumerate(given)]
    for position, again in repeated(told.rep for told, _ in people):
        raise InvalidValueError("not_unique", path=("histories", position), value=again)
    people.sort(key=lambda person: person[0].rep)
    labels = tuple(dict.fromkeys(label for told, _ in people for label in told.scheme.bands.labels))
    for position, rule in enumerate(asked if people else ()):
        _check_bands(rule.key, {"bands": rule.bands}, labels, ("rules", position))
    found = [(told.rep, rule, _deserved(past, rule)) for rule in asked for told, past in people]
    return tuple(Recognition(rep=rep, rule=rule, reason=reason) for rep, rule, reason in found if reason is not None)


def _deserved(past: Sequence[Appraisal], rule: RecognitionRule) -> Message | None:
    """Say for what somebody is recognized; nothing where it is for nothing."""
    if rule.kind == "steady":
        last = past[-rule.times :]
        if len(last) < rule.times or any(told.band not in rule.bands for told in last):
            return None
        return Message.of("appraisal.reason.steady", count=rule.times, bands=rule.bands)
    before, after = (None, None) if len(past) < 2 else (told.score.value for told in past[-2:])  # noqa: PLR2004 - a pair
    # Rounded as for bands: what a reader sees as ten points is not less for the way in which floats are added.
    if before is None or after is None or rule.least is None or round(after - before, _DIGITS) < rule.least:
        return None
    return Message.of("appraisal.reason.improved", before=before, after=after)


def _check_bands(key: str, stated: Mapping[str, Iterable[str]], labels: Sequence[str], path: tuple[str | int, ...]) -> None:
    """Refuse a band that no scheme has: a misspelt one would be met by nobody, or kept by everybody."""
    for name, bands in stated.items():
        for label in bands:
            if label not in labels:
                raise UnknownNameError("unknown_band", path=(*path, key, name), choices=tuple(labels), value=label)


def _of_one(history: Iterable[Appraisal], as_of: date, path: tuple[str | int, ...]) -> tuple[Appraisal, tuple[Appraisal, ...]]:
    """Return one of the appraisals, which tells whose they are and by what, and those that are over, in order of time."""
    told = as_tuple(history)
    require(told, tuple, path=path)
    for position, one in enumerate(told):
        require(one, Appraisal, path=(*path, position))
    if not told:
        raise InvalidValueError("no_appraisals", path=path)
    faults: list[SalesperfError] = []
    for position, one in enumerate(told):
        if one.rep != told[0].rep:
            faults.append(InvalidValueError("appraisal_of_another", path=(*path, position), left=told[0].rep, right=one.rep))
        if (one.scheme.card, one.scheme.bands) != (told[0].scheme.card, told[0].scheme.bands):
            keys = {"left": told[0].scheme.key, "right": one.scheme.key}
            faults.append(InvalidValueError("appraisal_of_another_scheme", path=(*path, position), **keys))
        if one.period is None:
            faults.append(InvalidValueError("appraisal_without_period", path=(*path, position)))
    for position, again in repeated(one.period for one in told):
        if again is not None:
            faults.append(InvalidValueError("not_unique", path=(*path, position, "period"), value=again.label))
    if faults:
        raise InvalidInputError(faults)
    over = [(one.period.last, one.period.start, position) for position, one in enumerate(told) if one.period is not None]
    return told[0], tuple(told[position] for last, _, position in sorted(over) if last <= as_of)
