"""The numbers on people of a review: those that its audience sees, and how many results it does not see."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final

import attrs

from salesperf.model.breakdown import Breakdown, Sum, WeightedMean
from salesperf.model.message import Message
from salesperf.review.audience import PEOPLE_KINDS
from salesperf.review.explained.growing import Numbered, grown, leaf, more_of, named, rep_named
from salesperf.review.listed import listed_appraisals, listed_feedback, listed_items, listed_pay
from salesperf.review.people import PeopleSection
from salesperf.review.people_lines import AppraisalLine, FeedbackGroup, FeedbackLine, PayItem, PayLine
from salesperf.review.whole import Review

__all__ = ["numbers_of_people"]


def numbers_of_people(review: Review) -> Numbered:
    """Yield the pay, appraisals and feedback that the audience sees, and how many of each there are that it does not.

    Parameters
    ----------
    review
        The review.
    """
    section = review.people
    if section is None:
        return
    for kind in PEOPLE_KINDS:
        yield f"people/withheld/{kind}", partial(leaf, named(f"withheld_{kind}"), section.withheld[kind])
    yield from _not_listed(section)
    yield from _pay(section)
    for address, appraisal in _appraisals(section.appraisals):
        yield address, partial(getattr, appraisal, "breakdown")
    for feedback in section.feedback:
        yield from _feedback(feedback, f"feedback/{feedback.subject}")


def _not_listed(section: PeopleSection) -> Numbered:
    """Yield how many of the results that its audience sees are not told one by one."""
    yield from more_of("people/pay", listed_pay(section).rest, lambda line: rep_named(line.payee))
    yield from more_of("people/items", listed_items(section).rest, _item_named)
    yield from more_of("people/appraisals", listed_appraisals(section).rest, lambda line: rep_named(line.rep))
    yield from more_of("people/feedback", listed_feedback(section).rest, lambda line: rep_named(line.subject))


def _item_named(item: PayItem) -> Message:
    return named("pay_item", on=item.on, ref=item.ref or item.entry, part=item.part)


# Pay


def _pay(section: PeopleSection) -> Numbered:
    codes = Counter(total.due.unit.code for total in section.pay_totals)
    for total in section.pay_totals:
        unit = total.due.unit
        name = unit.code if codes[unit.code] == 1 else f"{unit.code}~{unit.digits}"
        lines = [line for line in section.pay if line.due.unit == unit]
        yield f"pay/{name}", partial(getattr, total, "breakdown")
        for key in _PAY:
            yield f"pay/{name}/{key}", partial(_total, key, total, lines)
        for line in lines:
            yield from _line(line, f"pay/{line.payee}/{name}")


def _total(key: str, total: PayLine, lines: Sequence[PayLine]) -> Breakdown:
    """Return what the lines of all who are shown come to together."""
    of_each = ((line, _PAY[key](line)) for line in lines)
    parts = (attrs.evolve(tree, label=named("rep", rep=line.payee)) for line, tree in of_each)
    return grown(named(f"pay_{key}"), getattr(total, key), Sum(), parts)


def _line(line: PayLine, address: str) -> Numbered:
    yield f"{address}/due", partial(getattr, line, "breakdown")
    for key, grow in _PAY.items():
        yield f"{address}/{key}", partial(grow, line)
    for place in range(len(line.items)):
        yield f"{address}/items/{place + 1}", partial(_item, line, place)


def _item(line: PayLine, place: int) -> Breakdown:
    """Return what an entry of the reader's own brings, or a part of the plan: the trees stand in the order of the items."""
    return [tree for earned in line.earned_trees for tree in earned.parts][place]


def _statements(line: PayLine) -> Breakdown:
    return grown(named("pay_statements"), line.statements, Sum(), (leaf(tree.label, 1) for tree in line.earned_trees))


def _earned(line: PayLine) -> Breakdown:
    return grown(named("pay_earned"), line.earned, Sum(), line.earned_trees)


def _released(line: PayLine) -> Breakdown:
    waiting = leaf(named("pay_waiting"), line.released - line.earned)
    return grown(named("pay_released"), line.released, Sum(), (_earned(line), waiting))


def _held(line: PayLine) -> Breakdown:
    return leaf(named("pay_held"), line.held)


_PAY: Final[Mapping[str, Callable[[PayLine], Breakdown]]] = MappingProxyType(
    {"statements": _statements, "earned": _earned, "released": _released, "held": _held}
)
"""The numbers of a line beside what is due, each with what grows its tree."""


# Appraisals and feedback


def _appraisals(lines: Sequence[AppraisalLine]) -> Iterator[tuple[str, AppraisalLine]]:
    """Yield each appraisal with its address: of whoever has several, with the scheme and the period of each."""
    times = Counter(line.rep for line in lines)
    for line in lines:
        which = "" if times[line.rep] == 1 or line.period is None else f"/{line.scheme.text()}/{line.period.label}"
        yield f"appraisal/{line.rep}{which}", line


def _feedback(line: FeedbackLine, address: str) -> Numbered:
    yield address, partial(getattr, line, "breakdown")
    if line.gap.value is not None:
        yield f"{address}/gap", partial(leaf, named("feedback_gap"), line.gap.value)
    yield f"{address}/minimum", partial(leaf, named("feedback_minimum"), line.minimum)
    for group in line.groups:
        within = f"{address}/{'+'.join(group.relations)}"
        if group.mean is not None:
            yield f"{within}/mean", partial(_mean, group, line)
            yield f"{within}/raters", partial(leaf, named("feedback_raters", group=group.name), group.n)
        yield f"{within}/shown", partial(leaf, named("feedback_shown", group=group.name), group.shown)
        yield f"{within}/items", partial(leaf, named("feedback_items", group=group.name), group.items)


def _mean(group: FeedbackGroup, line: FeedbackLine) -> Breakdown:
    """Return the mean of a group over items: item by item where the score tells what the group says of each, else by itself."""
    label = named("feedback_mean", group=group.name)
    said = [leaf(item.label, part.value) for item in line.breakdown.parts for part in item.parts if part.label == group.name]
    if len(said) != group.shown:
        return leaf(label, group.mean)
    return grown(label, group.mean, WeightedMean(), (attrs.evolve(each, weight=1) for each in said))
