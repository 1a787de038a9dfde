"""The people of a review: what they are paid, how they are appraised, what is said of them, for whoever may see it."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import cast

import attrs

from salesperf.appraisal import Appraisal
from salesperf.errors import InvalidInputError, SalesperfError, UnknownNameError
from salesperf.model.breakdown import Breakdown
from salesperf.model.frozen import FrozenMap
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.review.audience import PEOPLE_KINDS, Audience, PeopleKind, PeopleResults
from salesperf.review.people_lines import AppraisalLine, FeedbackLine, PayLine, appraised, fed_back, paid, pay_totals
from salesperf.review.places import Places

__all__ = ["PeopleSection", "people_section", "require_people"]


@attrs.frozen(kw_only=True)
class PeopleSection:
    """Pay, appraisals and feedback of the people under the owner, as far as the audience may see them.

    A statement, and an appraisal, belongs to the review in whose period its own ends; of feedback the last release within the
    period. Somebody is under the owner by the team of that last day, or by leading a team that is; under a lead by the team of
    that day alone.

    Attributes
    ----------
    audience : Audience or None
        Who reads it; ``None`` for nobody in particular, who sees nothing of this.
    period : Period
        The days of the period so far.
    pay : tuple of PayLine
        By payee and unit.
    appraisals : tuple of AppraisalLine
        By rep.
    feedback : tuple of FeedbackLine
        By subject.
    withheld : FrozenMap of str to int
        By :data:`PEOPLE_KINDS`, how many statements, appraisals and feedbacks there are that the audience may not see.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from salesperf import CNY, CommissionPlan, Org, PayRate, RatedPay, Records, Rep, Team, commission
    >>> from salesperf.review import PeopleResults, build
    >>> part = RatedPay(key="sales", rates=[PayRate(rate=Decimal("0.05"))])
    >>> plan = CommissionPlan(key="field", unit=CNY, period=Period.year(2026), rated=[part])
    >>> july = Period.month(2026, 7)
    >>> records = Records(org=Org(teams=[Team(id="east", manager="bo")], reps=[Rep(id="ada", team="east"), Rep(id="bo")]))
    >>> results = PeopleResults(statements=[commission.statement(plan, [], payee=who, period=july) for who in ("ada", "bo")])
    >>> def told(**audience):
    ...     of = {"owner": "east", "period": july, "as_of": date(2026, 8, 5)}
    ...     section = build(records, **of, people=results, audience=Audience(**audience)).people
    ...     return [line.payee for line in section.pay], section.withheld["pay"]
    >>> told(reader="ada", may_see=["pay"]), told(reader="bo"), told(reader="bo", may_see=["pay"])
    ((['ada'], 1), (['bo'], 1), (['ada', 'bo'], 0))
    """

    audience: Audience | None
    period: Period
    pay: tuple[PayLine, ...]
    appraisals: tuple[AppraisalLine, ...]
    feedback: tuple[FeedbackLine, ...]
    withheld: FrozenMap[PeopleKind, int]

    @property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        """The trees of what is shown, and of nothing else: pay by unit, each appraisal, each feedback."""
        lines: tuple[PayLine | AppraisalLine | FeedbackLine, ...] = (*self.pay_totals, *self.appraisals, *self.feedback)
        return tuple(line.breakdown for line in lines)

    @cached_property
    def pay_totals(self) -> tuple[PayLine, ...]:
        """What those shown are paid together, by unit."""
        return pay_totals(self.pay)


def require_people(people: PeopleResults, audience: Audience | None, org: Org) -> None:
    """Refuse a reader, or results of people, that an org does not know.

    Parameters
    ----------
    people
        The results.
    audience
        Who reads them.
    org
        Everybody, whenever known.

    Raises
    ------
    UnknownNameError
        If the reader is not known.
    InvalidInputError
        With every result of somebody who is not known.

    Examples
    --------
    >>> require_people(PeopleResults(), Audience(reader="ada"), Org())
    Traceback (most recent call last):
        ...
    salesperf.errors.UnknownNameError: audience.reader: expected the id of a rep, got 'ada'
    """
    if audience is not None and audience.reader is not None and audience.reader not in org.rep_by_id:
        raise UnknownNameError("unknown_rep", path=("audience", "reader"), value=audience.reader)
    faults: list[SalesperfError] = [
        UnknownNameError("unknown_rep", path=("people", *path), value=who)
        for path, who in _named(people)
        if who not in org.rep_by_id
    ]
    if faults:
        raise InvalidInputError(faults)


def _named(people: PeopleResults) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield whom the results are about, and where."""
    for position, statement in enumerate(people.statements):
        yield ("statements", position, "payee"), statement.payee
    for position, appraisal in enumerate(people.appraisals):
        yield ("appraisals", position, "rep"), appraisal.rep
    for on, report in people.feedback.items():
        for position, feedback in enumerate(report.subjects):
            yield ("feedback", str(on), "subjects", position), feedback.subject


def people_section(
    people: PeopleResults, audience: Audience | None, org: Org, *, owner: str | None, passed: Period, as_of: date
) -> PeopleSection | None:
    """Take from results about people what an audience may see.

    Parameters
    ----------
    people
        The results, of people that are known by now or later.
    audience
        Who reads; ``None`` for nobody in particular.
    org
        Who was where, as known at the end of the day.
    owner
        A rep, a team, or ``None`` for the company.
    passed
        The days of the period so far.
    as_of
        The day: what was decided later is not known.

    Returns
    -------
    PeopleSection or None
        ``None`` where there is nothing about the people under the owner.

    Examples
    --------
    >>> september = Period.month(2026, 9)
    >>> people_section(PeopleResults(), None, Org(), owner=None, passed=september, as_of=september.last) is None
    True
    """
    desk = _Desk(audience, org, owner, as_of)
    statements = [each for each in people.statements if each.period.last in passed]
    appraisals = [known for each in people.appraisals if (known := _as_of(each, as_of)) and _last(known) in passed]
    days = sorted(on for on in people.feedback if on in passed)
    released = {feedback.subject: (on, feedback) for on in days for feedback in people.feedback[on].subjects}
    section = PeopleSection(
        audience=audience,
        period=passed,
        pay=paid([each for each in statements if desk.shows("pay", each.payee, each.period.last)], desk.reader),
        appraisals=tuple(
            appraised(each, is_own=each.rep == desk.reader)
            for each in appraisals
            if desk.shows("appraisal", each.rep, _last(each))
        ),
        feedback=tuple(
            fed_back(feedback, on) for who, (on, feedback) in sorted(released.items()) if desk.shows("feedback", who, on)
        ),
        withheld=FrozenMap({kind: desk.withheld[kind] for kind in PEOPLE_KINDS}),
    )
    has_any = section.pay or section.appraisals or section.feedback or desk.withheld.total()
    return section if has_any else None


def _as_of(appraisal: Appraisal, as_of: date) -> Appraisal | None:
    """Forget what calibration meetings decided later; nothing is known of what itself was decided later."""
    if appraisal.decided is not None and appraisal.decided > as_of:
        return None
    return attrs.evolve(appraisal, steps=tuple(step for step in appraisal.steps if step.on <= as_of))


def _last(appraisal: Appraisal) -> date:
    # An appraisal without its period is refused where results are handed over.
    return cast("Period", appraisal.period).last


class _Desk:
    """Where it is decided what the audience sees, and counted what it does not."""

    def __init__(self, audience: Audience | None, org: Org, owner: str | None, as_of: date) -> None:
        self.org, self.owner, self.places = org, owner, Places(org)
        self.is_head = audience is not None and audience.reader is None
        self.reader = None if audience is None else audience.reader
        self.may_see = () if audience is None else audience.may_see
        self.withheld: Counter[PeopleKind] = Counter()
        reader = org.rep_by_id.get(self.reader or "")
        serves = reader is not None and reader.service[0] <= as_of < reader.service[1]
        self.led = frozenset(team.id for team in org.teams if serves and team.manager == self.reader)

    def shows(self, kind: PeopleKind, who: str, on: date) -> bool:
        """Tell whether the audience may see something of somebody, and count it if not; of others than the owner's nothing."""
        if who not in self.org.rep_by_id or not self._is_owners(who, on):
            return False
        is_shown = who == self.reader or (kind in self.may_see and (self.is_head or self._is_led(who, on)))
        self.withheld[kind] += not is_shown
        return is_shown

    def _is_owners(self, who: str, on: date) -> bool:
        """Tell whether somebody is the owner or under the owner, as a member or as the lead of a team."""
        leads = (team.id for team in self.org.teams if team.manager == who)
        return self.owner is None or any(self.owner in self.places.above(each, on) for each in (who, *leads))

    def _is_led(self, who: str, on: date) -> bool:
        """Tell whether the reader leads a team above somebody, who leads none above that."""
        above = self.places.above(who, on)
        return any(
            team in self.led and all(self.org.team_by_id[each].manager != who for each in above[place:])
            for place, team in enumerate(above)
        )
