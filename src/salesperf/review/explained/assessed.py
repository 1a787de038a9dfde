"""Trees of how likely and how grave a risk is, down to the records behind the shares that it was read off."""

from collections.abc import Iterator, Mapping
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
    return leaf(Message(f"risk.{key}"), getattr(risk, key)) if tree is None else _rooted(behind, risk, tree)


def scored(behind: Behind, line: RiskLine) -> Breakdown:
    """Return the score of a risk, likelihood times impact.

    Parameters
    ----------
    behind
        What is behind the review.
    line
        The risk in its register.
    """
    return _rooted(behind, line.risk, line.score.breakdown)


def _rooted(behind: Behind, risk: Risk, tree: Breakdown) -> Breakdown:
    """Return a tree of which each leaf comes apart as the number that it is does where the risk cites it."""
    if tree.parts:
        return attrs.evolve(tree, parts=[_rooted(behind, risk, part) for part in tree.parts])
    found = (grow() for grow in _behind_leaf(behind, risk, tree.label))
    return shown(tree.label, tree.value, *found)


def _behind_leaf(behind: Behind, risk: Risk, label: Message) -> Iterator[MaybeTree]:
    about = behind.about(unit=unit_of(risk))
    for key in _READ:
        if label == Message(f"risk.{key}"):
            yield partial(assessed, behind, risk, key)
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
