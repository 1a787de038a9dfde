"""Trees of how likely and how grave a risk is, down to the records behind the shares that it was read off."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.model.breakdown import Breakdown
from salesperf.model.message import Message
from salesperf.model.risk_entry import Risk
from salesperf.review.explained.ahead import target_ahead
from salesperf.review.explained.behind import Behind
from salesperf.review.explained.cited import part_cited
from salesperf.review.explained.elsewhere import MaybeTree, shown
from salesperf.review.explained.growing import leaf
from salesperf.review.explained.stakes import stake_of_risk, unit_of
from salesperf.risk import RiskLine

__all__ = ["assessed", "scored"]


_Read: TypeAlias = Literal["likelihood", "impact"]
_READ: Final[tuple[_Read, ...]] = ("likelihood", "impact")


def assessed(behind: Behind, risk: Risk, key: _Read) -> Breakdown:
    """Return how likely or how grave a risk is: a leaf where somebody judged it.

    Parameters
    ----------
    behind
        What is behind the review.
    risk
        What somebody wrote down, or what the numbers show.
    key
        Which of the two.
    """
    tree: Breakdown | None = getattr(risk.assessments[-1], f"{key}_breakdown")
    if tree is None:
        return leaf(Message(f"risk.{key}"), getattr(risk, key))
    return _rooted(tree, partial(_of_share, behind, risk))


def scored(behind: Behind, line: RiskLine) -> Breakdown:
    """Return the score of a risk, likelihood times impact.

    Parameters
    ----------
    behind
        What is behind the review.
    line
        The risk in its register.
    """
    return _rooted(line.score.breakdown, partial(_of_score, behind, line.risk))


def _rooted(tree: Breakdown, behind_leaf: Callable[[Message], Iterable[MaybeTree]]) -> Breakdown:
    """Return a tree of which each leaf comes apart as well, where a tree of it is found by what it is called."""
    if tree.parts:
        return attrs.evolve(tree, parts=[_rooted(part, behind_leaf) for part in tree.parts])
    return shown(tree.label, tree.value, *(grow() for grow in behind_leaf(tree.label)))


def _of_score(behind: Behind, risk: Risk, label: Message) -> Iterator[MaybeTree]:
    return (partial(assessed, behind, risk, key) for key in _READ if label == Message(f"risk.{key}"))


def _of_share(behind: Behind, risk: Risk, label: Message) -> Iterator[MaybeTree]:
    """Yield what may be behind a leaf: what the risk cites, what is at stake, and what that is held against."""
    about = behind.about(unit=unit_of(risk))
    if label.key == "risk.read.at_stake":
        yield partial(stake_of_risk, behind, risk)
    if label.key == "risk.read.owed":
        for ahead in about.ahead:
            yield partial(target_ahead, about, ahead)
    part = _PARTS.get(label.key, "value")
    for citation in risk.citations:
        if label.key in (*_PARTS, citation.label.key):
            yield partial(part_cited, about, citation, part)


_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {"risk.read.share": "value", "risk.read.sure": "low", "risk.read.cases": "n"}
)
"""Which part of a citation a leaf is, by what it is called."""
