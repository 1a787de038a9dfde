"""What a review tells of one: the pay of a period, an appraisal, feedback; in detail to the one whom it is about alone."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

import attrs

from salesperf.appraisal import Appraisal, RewardKind
from salesperf.commission import AdjustmentKind, Statement, StatementLine
from salesperf.feedback import GroupFeedback, SubjectFeedback
from salesperf.feedback.report import GroupStatus
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.rating import Relation

__all__ = [
    "AppraisalLine",
    "DueReward",
    "FeedbackGroup",
    "FeedbackLine",
    "PayItem",
    "PayLine",
    "appraised",
    "fed_back",
    "paid",
    "pay_totals",
]

_BY_ENTRY: Final[frozenset[AdjustmentKind]] = frozenset({"held", "terms_changed"})
"""Adjustments whose trees go down to single entries."""
_EARNED: Final = "review.people.earned"


@attrs.frozen(kw_only=True)
class PayItem:
    """What an entry, or a part of a plan by itself, brings the one who reads it.

    What comes from a pool stands in one sum: its entries are those of colleagues too, and tell what it pays them.

    Attributes
    ----------
    on : date or None
        The day of the entry; ``None`` where no entry of one's own brings it.
    entry, ref : str or None
        The entry, and the deal that it is of.
    part : str
        The key of the part of the plan.
    pay : Amount
        What it brings.
    reasons : tuple of Message
        Why it is this much.

    Examples
    --------
    >>> from salesperf import CNY
    >>> PayItem(on=None, entry=None, ref=None, part="team", pay=Amount.of(200, CNY), reasons=()).pay.minor
    20000
    """

    on: date | None
    entry: str | None
    ref: str | None
    part: str
    pay: Amount
    reasons: tuple[Message, ...]


@attrs.frozen(kw_only=True)
class PayLine:
    """What somebody is paid for the statements that end in the period.

    Attributes
    ----------
    payee : str or None
        Whose; ``None`` for those shown together.
    statements : int
        How many statements it sums.
    earned : Amount
        By entries and bonuses.
    released : Amount
        What is earned without what waits for customers' payments, with what these released of earlier entries.
    due : Amount
        What the statements come to in all, with what is guaranteed and advanced.
    held : Amount
        What still waits for customers' payments at the end of the last of them.
    items : tuple of PayItem
        The lines of the statements; none of a colleague's.
    breakdown : Breakdown
        What is due, from what is earned and what was added and taken.

    Examples
    --------
    >>> from salesperf import CNY
    >>> nothing = Amount.zero(CNY)
    >>> amounts = dict.fromkeys(("earned", "released", "due", "held"), nothing)
    >>> tree = Breakdown(label=Message("review.people.due"), value=nothing)
    >>> print(PayLine(payee="ada", statements=1, **amounts, items=(), breakdown=tree).due)
    0.00 CNY
    """

    payee: str | None
    statements: int
    earned: Amount
    released: Amount
    due: Amount
    held: Amount
    items: tuple[PayItem, ...]
    breakdown: Breakdown

    @property
    def earned_trees(self) -> tuple[Breakdown, ...]:
        """What each statement earns, from its lines where these are the reader's own; none where several are shown together."""
        return tuple(part for part in self.breakdown.parts if part.label.key == _EARNED)


@attrs.frozen(kw_only=True)
class DueReward:
    """What follows from an appraisal, and by when.

    Attributes
    ----------
    label : Message
        What a reader sees.
    kind : str
        ``"reward"`` or ``"penalty"``.
    due : date or None
        The day by which it is due; ``None`` where the day of the decision is not stated.

    Examples
    --------
    >>> DueReward(label=Message("appraisal.reward.recognition"), kind="reward", due=None).label.text()
    'Recognition'
    """

    label: Message
    kind: RewardKind
    due: date | None


@attrs.frozen(kw_only=True)
class AppraisalLine:
    """An appraisal as a review tells it.

    Attributes
    ----------
    rep : str
        Whose.
    scheme : Message
        By what.
    period : Period or None
        Of which days; ``None`` where it is not stated, which a review refuses.
    score : float or None
        The score; ``None`` where it is undefined.
    scored_band, band : str or None
        That of the score, and that which holds.
    is_calibrated : bool
        Whether a calibration meeting has looked at it.
    rewards : tuple of DueReward
        What follows.
    breakdown : Breakdown
        How the score follows from the facts; the score alone where it is a colleague's, since facts may be feedback.

    Examples
    --------
    >>> from salesperf.appraisal import STANDARD_SCHEMES, appraise
    >>> told = appraise("ada", {"attainment": 1.3, "okr": 0.9}, STANDARD_SCHEMES["rep"], period=Period.month(2026, 9))
    >>> line = appraised(told, is_own=False)
    >>> line.band, line.is_calibrated, line.rewards[0].label.text(), line.breakdown.parts
    ('A', False, 'Recognition', ())
    """

    rep: str
    scheme: Message
    period: Period | None
    score: float | None
    scored_band: str | None
    band: str | None
    is_calibrated: bool
    rewards: tuple[DueReward, ...]
    breakdown: Breakdown


@attrs.frozen(kw_only=True)
class FeedbackGroup:
    """What raters of one relation say, over the items on which it is shown.

    Attributes
    ----------
    relations : tuple of str
        What they are to the subject; several where they are shown together alone.
    mean : float or None
        The mean over these items; ``None`` where it is shown on none.
    n : int or None
        How many raters it rests on, where they are fewest.
    shown, items : int
        On how many items it is shown, and how many they rated.
    statuses : tuple of str
        Why it is not shown on the others: of :data:`salesperf.feedback.GROUP_STATUSES`.

    Examples
    --------
    >>> FeedbackGroup(relations=("peer",), mean=None, n=None, shown=0, items=2, statuses=("too_few",)).name.text()
    'Peers'
    """

    relations: tuple[Relation, ...]
    mean: float | None
    n: int | None
    shown: int
    items: int
    statuses: tuple[GroupStatus, ...]

    @property
    def name(self) -> Message:
        """What a reader calls it."""
        names = tuple(Message(f"feedback.relation.{relation}") for relation in self.relations)
        return names[0] if len(names) == 1 else Message.of("feedback.together", groups=names)


@attrs.frozen(kw_only=True)
class FeedbackLine:
    """Feedback on somebody as a review tells it: numbers that were released, and no words of anybody.

    Attributes
    ----------
    subject : str
        Whose.
    on : date
        The day of the release.
    score : float or None
        The score; ``None`` where nothing is shown that counts.
    gap : Estimate
        How far the subject stands above what others say.
    minimum : int
        How many raters a group must have to be shown.
    groups : tuple of FeedbackGroup
        What raters of each relation say.
    breakdown : Breakdown
        How the score follows from what is shown.

    Examples
    --------
    >>> from salesperf import Rating
    >>> from salesperf.feedback import summarize
    >>> said = [Rating(subject="ada", rater=f"p{n}", relation="peer", item="calm", points=n) for n in (2, 3, 4)]
    >>> line = fed_back(summarize(said, weights={"peer": 1}).of("ada"), date(2026, 9, 1))
    >>> line.score, [(group.mean, group.n) for group in line.groups]
    (3.0, [(3.0, 3)])
    """

    subject: str
    on: date
    score: float | None
    gap: Estimate
    minimum: int
    groups: tuple[FeedbackGroup, ...]
    breakdown: Breakdown


# Pay


def paid(statements: Iterable[Statement], reader: str | None) -> tuple[PayLine, ...]:
    """Sum statements by payee and unit, with the lines of the reader's.

    Parameters
    ----------
    statements
        By payee and period.
    reader
        Who reads them.

    Examples
    --------
    >>> paid([], "ada")
    ()
    """
    found: dict[tuple[str, Unit], list[Statement]] = defaultdict(list)
    for each in statements:
        found[each.payee, each.plan.unit].append(each)
    ordered = sorted(found.items(), key=lambda pair: (pair[0][0], *_order(pair[0][1])))
    return tuple(_pay_line(several, is_own=payee == reader) for (payee, _), several in ordered)


def _order(unit: Unit) -> tuple[str, int]:
    return unit.code, unit.digits


def _pay_line(statements: Sequence[Statement], *, is_own: bool) -> PayLine:
    unit = statements[0].plan.unit
    earned = Amount.total((each.earned for each in statements), unit)
    due = Amount.total((each.due for each in statements), unit)
    waiting = Amount.total((part.amount for each in statements for part in each.adjustments if part.kind == "held"), unit)
    items = tuple(item for each in statements for item in _items(each)) if is_own else ()
    parts = tuple(part for each in statements for part in _trees(each, is_own=is_own))
    label = Message.of("review.people.due_to", payee=statements[0].payee)
    return PayLine(
        payee=statements[0].payee,
        statements=len(statements),
        earned=earned,
        released=earned + waiting,
        due=due,
        held=statements[-1].held,
        items=items,
        breakdown=Breakdown(label=label, value=due, rule=Sum(), parts=parts),
    )


def _items(statement: Statement) -> Iterator[PayItem]:
    """Yield the lines of a statement, what comes from a pool in one sum."""
    for line in _own_lines(statement):
        entry = line.entry
        yield PayItem(
            on=None if entry is None else entry.on,
            entry=None if entry is None else entry.id,
            ref=None if entry is None else entry.ref,
            part=line.part,
            pay=line.pay,
            reasons=line.reasons,
        )
    for part, pay in _pooled(statement):
        reason = Message("review.people.pool")
        yield PayItem(on=None, entry=None, ref=None, part=part, pay=pay, reasons=(reason,))


def _trees(statement: Statement, *, is_own: bool) -> Iterator[Breakdown]:
    """Yield what a statement comes to in all: what is earned, and what was added and taken; a colleague's in two sums."""
    label = Message.of(_EARNED, period=statement.period)
    if not is_own:
        yield Breakdown(label=label, value=statement.earned)
        adjusted = Message.of("review.people.adjusted", period=statement.period)
        yield Breakdown(label=adjusted, value=statement.due - statement.earned)
        return
    lines = [line.breakdown for line in _own_lines(statement)]
    lines += [Breakdown(label=Message(part), value=pay) for part, pay in _pooled(statement)]
    yield Breakdown(label=label, value=statement.earned, rule=Sum(), parts=tuple(lines))
    for each in statement.adjustments:
        # What a correction finds settled was settled by a statement for the same period, and is due all the same.
        if each.kind != "already_settled":
            is_told = each.kind not in _BY_ENTRY or not _has_entries_of_others(statement)
            yield each.breakdown if is_told else each.leaf


def _has_entries_of_others(statement: Statement) -> bool:
    """Tell whether the trees by entry would name entries of a pool, which are those of colleagues too."""
    return bool(statement.plan.pools) or any(account.entry.payee != statement.payee for account in statement.accounts)


def _own_lines(statement: Statement) -> list[StatementLine]:
    return [line for line in statement.lines if not _is_pooled(line, statement)]


def _pooled(statement: Statement) -> list[tuple[str, Amount]]:
    """Return what comes from each pool."""
    pay: dict[str, list[Amount]] = defaultdict(list)
    for line in statement.lines:
        if _is_pooled(line, statement):
            pay[line.part].append(line.pay)
    return [(part, Amount.total(several, statement.plan.unit)) for part, several in pay.items()]


def _is_pooled(line: StatementLine, statement: Statement) -> bool:
    return any(line.part == pool.key for pool in statement.plan.pools)


def pay_totals(lines: Sequence[PayLine]) -> tuple[PayLine, ...]:
    """Sum what several are paid, by unit.

    Parameters
    ----------
    lines
        Of each.

    Examples
    --------
    >>> pay_totals([])
    ()
    """
    found: dict[Unit, list[PayLine]] = defaultdict(list)
    for line in lines:
        found[line.due.unit].append(line)
    return tuple(_pay_total(several, unit) for unit, several in sorted(found.items(), key=lambda pair: _order(pair[0])))


def _pay_total(lines: Sequence[PayLine], unit: Unit) -> PayLine:
    due = Amount.total((line.due for line in lines), unit)
    parts = tuple(line.breakdown for line in lines)
    return PayLine(
        payee=None,
        statements=sum(line.statements for line in lines),
        earned=Amount.total((line.earned for line in lines), unit),
        released=Amount.total((line.released for line in lines), unit),
        due=due,
        held=Amount.total((line.held for line in lines), unit),
        items=(),
        breakdown=Breakdown(label=Message("review.people.due"), value=due, rule=Sum(), parts=parts),
    )


# Appraisals and feedback


def appraised(appraisal: Appraisal, *, is_own: bool) -> AppraisalLine:
    """Tell an appraisal.

    Parameters
    ----------
    appraisal
        As known at the end of the day.
    is_own
        Whether the one whom it is about reads it.

    Examples
    --------
    >>> from salesperf.appraisal import STANDARD_SCHEMES, appraise
    >>> appraised(appraise("ada", {"attainment": 1.0}, STANDARD_SCHEMES["rep"]), is_own=True).breakdown.holds()
    True
    """
    value = appraisal.score.value
    return AppraisalLine(
        rep=appraisal.rep,
        scheme=Message(appraisal.scheme.title),
        period=appraisal.period,
        score=value,
        scored_band=appraisal.scored_band,
        band=appraisal.band,
        is_calibrated=bool(appraisal.steps),
        rewards=tuple(DueReward(label=each.rule.label, kind=each.rule.kind, due=each.due) for each in appraisal.rewards),
        breakdown=appraisal.breakdown if is_own else Breakdown(label=appraisal.breakdown.label, value=value),
    )


def fed_back(feedback: SubjectFeedback, on: date) -> FeedbackLine:
    """Tell feedback, as it was released.

    Parameters
    ----------
    feedback
        On somebody.
    on
        The day of the release.

    Examples
    --------
    >>> from salesperf import Rating
    >>> from salesperf.feedback import summarize
    >>> said = [Rating(subject="ada", rater="p1", relation="peer", item="calm", points=2)]
    >>> fed_back(summarize(said, weights={"peer": 1}).of("ada"), date(2026, 9, 1)).groups[0].statuses
    ('too_few',)
    """
    by_relations: dict[tuple[Relation, ...], list[GroupFeedback]] = defaultdict(list)
    for group in feedback.groups:
        by_relations[group.relations].append(group)
    return FeedbackLine(
        subject=feedback.subject,
        on=on,
        score=None if feedback.score is None else feedback.score.value,
        gap=feedback.gap,
        minimum=feedback.minimum,
        groups=tuple(_group(relations, groups) for relations, groups in by_relations.items()),
        breakdown=feedback.breakdown,
    )


def _group(relations: tuple[Relation, ...], groups: Sequence[GroupFeedback]) -> FeedbackGroup:
    # Computed from what was released alone, so it tells nothing more.
    means = [group.mean for group in groups if group.mean is not None]
    return FeedbackGroup(
        relations=relations,
        mean=math.fsum(means) / len(means) if means else None,
        n=min((group.n for group in groups if group.n is not None), default=None),
        shown=len(means),
        items=len(groups),
        statuses=tuple(sorted({group.status for group in groups if group.status != "shown"})),
    )
