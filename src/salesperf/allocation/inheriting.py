"""Inheritance: a ratio that a company or a team is to reach, handed down to everybody below."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, cast

import attrs

from salesperf.allocation.parts import Plan, label_of
from salesperf.errors import NotAdditiveError
from salesperf.model.breakdown import Breakdown, Given, Minimum
from salesperf.model.message import Message
from salesperf.model.people import Org, Stint
from salesperf.model.period import Period
from salesperf.model.result import Row
from salesperf.model.target import Target, TargetKey
from salesperf.model.validators import require

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["Inheritance", "inherit"]


@attrs.frozen(kw_only=True)
class Inheritance(Plan):
    """A ratio handed down: made by :func:`inherit`.

    Attributes
    ----------
    target : Target
        What was handed down.
    targets : tuple of Target
        Those of all teams and reps below, from the top down; each names the one above as its parent.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from salesperf import STANDARD_METRICS, Rep, Team
    >>> org = Org(teams=[Team(id="east")], reps=[Rep(id="ada", team="east")])
    >>> rate = Target(owner=None, metric=STANDARD_METRICS["win_rate"], amount=Decimal("0.3"), period=Period.year(2026))
    >>> print(inherit(rate, org).breakdown.text())
    target: 0.3 = least of
      east, 2026: 0.3 = least of
        ada, 2026: 0.3
    """

    target: Target
    targets: tuple[Target, ...]

    @cached_property
    def breakdown(self) -> Breakdown:
        """The ratio down the tree: whoever is below has the same, so that the least of them is what stands above."""
        below: dict[TargetKey | None, list[Target]] = {}
        for part in self.targets:
            below.setdefault(part.parent, []).append(part)
        nodes: dict[TargetKey, Breakdown] = {}
        for part in reversed((self.target, *self.targets)):
            parts = tuple(nodes[child.key] for child in below.get(part.key, ()))
            label = Message("breakdown.target") if part is self.target else label_of(part, self.target)
            rule = Minimum() if parts else Given()
            nodes[part.key] = Breakdown(label=label, value=part.amount, rule=rule, parts=parts)
        return nodes[self.target.key]

    def rows(self) -> list[Row]:
        """Return a row for each part: owner, parent, metric, period and ratio."""
        return [
            {
                "owner": part.owner,
                "parent": part.parent.owner if part.parent else None,
                "metric": part.metric.key,
                "period": part.period.label,
                "ratio": cast("Decimal", part.amount),
            }
            for part in self.targets
        ]


def inherit(target: Target, org: Org) -> Inheritance:
    """Hand a ratio down to all teams and reps below its owner.

    Parameters
    ----------
    target
        The ratio: win rate, average order value, satisfaction.
    org
        Who is under whom, and when.

    Returns
    -------
    Inheritance
        The same ratio, with its floor and stretch, for every team below and for every rep who serves there in the period; a
        rep who moves has one for the days in each team.

    Raises
    ------
    NotAdditiveError
        If the metric is no ratio: a flow is divided, not inherited.
    UnknownNameError
        If the org does not know the target's owner.

    Examples
    --------
    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from salesperf import STANDARD_METRICS, Move, Rep, Team
    >>> org = Org(
    ...     teams=[Team(id="east"), Team(id="west")],
    ...     reps=[Rep(id="ada", team="east")],
    ...     moves=[Move(rep="ada", on=date(2026, 7, 1), team="west")],
    ... )
    >>> rate = Target(owner=None, metric=STANDARD_METRICS["win_rate"], amount=Decimal("0.3"), period=Period.year(2026))
    >>> [(part.owner, part.period.label, part.parent.owner) for part in inherit(rate, org).targets]
    [('east', '2026', None), ('ada', '2026-H1', 'east'), ('west', '2026', None), ('ada', '2026-H2', 'west')]
    """
    require(target, Target, path=("target",))
    require(org, Org, path=("org",))
    if target.metric.accumulation != "ratio":
        raise NotAdditiveError(
            "not_inherited",
            path=("target", "metric"),
            metric=target.metric.key,
            accumulation=target.metric.accumulation,
        )
    org.require_owner(target.owner, "target", "owner")
    return Inheritance(target=target, targets=tuple(_handed_down(target, org)))


def _handed_down(target: Target, org: Org) -> Iterator[Target]:
    """Yield the targets below another, each before those below it."""
    if target.owner in org.rep_by_id:
        return
    serving: dict[str | None, list[Stint]] = {}
    for rep in org.reps:
        for stint in org.stints(rep.id):
            serving.setdefault(stint.team, []).append(stint)
    waiting = [target]
    while waiting:
        above = waiting.pop()
        if above is not target:
            yield above
        for stint in serving.get(above.owner, ()):
            period = stint.within(target.period)
            if period is not None:
                yield _passed_on(above, stint.rep, period)
        waiting.extend(_passed_on(above, team.id, target.period) for team in reversed(org.children(above.owner)))


def _passed_on(above: Target, owner: str, period: Period) -> Target:
    return attrs.evolve(above, owner=owner, period=period, parent=above.key)
