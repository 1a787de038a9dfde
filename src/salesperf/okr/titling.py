"""The titles of objectives as they were given, in trees of the scorecard, whose own labels are keys of messages."""

import attrs

from salesperf.model.breakdown import Breakdown
from salesperf.model.key_result import KeyResult
from salesperf.model.message import Message, verbatim
from salesperf.model.objective import Objective, in_tree

__all__ = ["as_titled"]


def as_titled(tree: Breakdown, objective: Objective) -> Breakdown:
    """Return a tree of the scorecard in which whatever bears a title of an objective's tree is called by it, as it is."""
    nouns = tuple(in_tree(objective))
    milestones = (milestone for noun in nouns if isinstance(noun, KeyResult) for milestone in noun.milestones)
    return _titled(tree, {each.label for each in (*nouns, *milestones)})


def _titled(tree: Breakdown, titles: set[str]) -> Breakdown:
    parts = [_titled(part, titles) for part in tree.parts]
    return attrs.evolve(tree, label=_as_it_is(tree.label, titles), parts=parts)


def _as_it_is(label: Message, titles: set[str]) -> Message:
    """Return a label with each title within it as it is."""
    if not label.arguments:
        return verbatim(label.key) if label.key in titles else label
    shown = {name: _as_it_is(value, titles) if isinstance(value, Message) else value for name, value in label.arguments.items()}
    return Message.of(label.key, **shown)
