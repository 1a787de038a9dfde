"""Divisions: a target over owners or over time, into parts that sum to it exactly."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import attrs

from salesperf.allocation.parts import Place, Plan, Weight, amount_of, exact_shares, explained, label_of, part_of
from salesperf.allocation.terms import NO_TERMS, Division, Limit, Terms, held_at_bounds
from salesperf.kernels.apportionment import apportion
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Sum
from salesperf.model.message import Message
from salesperf.model.result import Row
from salesperf.model.target import Target

__all__ = ["Allocation", "allocation_of", "divide"]


def _computed(allocation: "Allocation") -> tuple[Amount, ...]:
    return tuple(map(amount_of, allocation.targets))


@attrs.frozen(kw_only=True)
class Allocation(Plan):
    """A target divided: made by :func:`allocate` and :func:`split`.

    Attributes
    ----------
    target : Target
        What was divided.
    targets : tuple of Target
        The parts, in order of owner, scope or time; their amounts sum to that of the target.
    weights : tuple
        The weight of each part.
    method : str
        How what is left after rounding down was handed out: a name in
        :data:`salesperf.kernels.apportionment.METHODS`.
    terms : tuple of Terms
        What was agreed on each part beside its weight; empty where nothing was.
    step : Amount or None
        What the parts are multiples of, but for those that hold and the one that takes what the total has beyond; ``None``
        for the smallest unit.
    computed : tuple of Amount
        What each part would be if nobody had set any by hand.

    Notes
    -----
    A floor or a stretch of the target is not divided: rounded on their own they could pass each other.

    Examples
    --------
    >>> from salesperf import COUNT, STANDARD_METRICS, Period
    >>> from salesperf.allocation import allocate
    >>> visits = Target(
    ...     owner=None, metric=STANDARD_METRICS["visits"], amount=Amount.of(10, COUNT), period=Period.month(2026, 9)
    ... )
    >>> print(allocate(visits, {"ada": 1, "bo": 2}).breakdown.text())
    target: 10 = sum of
      ada, 2026-09: 3 = sum of
        exact share, rounded toward zero: 3 = product of
          target: 10
          share: 1/3
        smallest units handed out beyond it: 0
      bo, 2026-09: 7 = sum of
        exact share, rounded toward zero: 6 = product of
          target: 10
          share: 2/3
        smallest units handed out beyond it: 1
    """

    target: Target
    targets: tuple[Target, ...]
    weights: tuple[Weight, ...]
    method: str
    terms: tuple[Terms, ...] = ()
    step: Amount | None = None
    computed: tuple[Amount, ...] = attrs.field(default=attrs.Factory(_computed, takes_self=True))

    @property
    def fixed(self) -> frozenset[Place]:
        """The parts that were kept or set by hand."""
        return frozenset(
            Place.of(part) for part, terms in zip(self.targets, self._terms, strict=True) if terms.held is not None
        )

    @cached_property
    def _terms(self) -> tuple[Terms, ...]:
        return self.terms or (NO_TERMS,) * len(self.targets)

    @cached_property
    def _at_bounds(self) -> Mapping[int, Limit]:
        """The positions of the parts that a floor or a cap holds."""
        if not any(terms.floor or terms.cap for terms in self.terms):
            return {}
        division = Division(
            total=amount_of(self.target),
            names=(),
            weights=self.weights,
            terms=self.terms,
            method=self.method,
            step=self.step,
        )
        return held_at_bounds(division, [amount_of(part).minor for part in self.targets])

    @cached_property
    def breakdown(self) -> Breakdown:
        """The total as the sum of its parts: those that hold, and of the others the exact share of what these leave.

        A share is rounded toward zero; beside it stands what was handed out beyond it.
        """
        total = Breakdown(label=Message("breakdown.target"), value=amount_of(self.target))
        held = {place: node for place in range(len(self.targets)) if (node := self._held(place)) is not None}
        shared = [place for place in range(len(self.targets)) if place not in held]
        whole = self._left(total, list(held)) if held else total
        shares = dict(zip(shared, exact_shares([self.weights[place] for place in shared]), strict=True))
        parts = tuple(
            self._part(part, held[place] if place in held else self._shared(part, shares[place], whole))
            for place, part in enumerate(self.targets)
        )
        return attrs.evolve(total, rule=Sum(), parts=parts)

    def _part(self, part: Target, parts: tuple[Breakdown, ...]) -> Breakdown:
        return Breakdown(label=label_of(part, self.target), value=amount_of(part), rule=Sum(), parts=parts)

    def _left(self, total: Breakdown, held: Sequence[int]) -> Breakdown:
        """Return what the parts that hold leave to the others."""
        unit = amount_of(self.target).unit
        taken = Amount.total([amount_of(self.targets[place]) for place in held], unit)
        return Breakdown(
            label=Message("breakdown.left"),
            value=amount_of(self.target) - taken,
            rule=Difference(),
            parts=(total, Breakdown(label=Message("breakdown.held"), value=taken)),
        )

    def _held(self, place: int) -> tuple[Breakdown, ...] | None:
        """Explain a part that does not follow from its weight; ``None`` for one that does."""
        terms, amount = self._terms[place], amount_of(self.targets[place])
        if terms.override is not None:
            change = Message.of("breakdown.override", author=terms.override.author, reason=terms.override.reason)
            return (
                Breakdown(label=Message("breakdown.computed"), value=self.computed[place]),
                Breakdown(label=change, value=amount - self.computed[place]),
            )
        held = "kept" if terms.kept is not None else self._at_bounds.get(place)
        return None if held is None else (Breakdown(label=Message(f"breakdown.{held}"), value=amount),)

    def _shared(self, part: Target, share: Fraction, whole: Breakdown) -> tuple[Breakdown, ...]:
        """Explain a part that follows from its weight."""
        beyond = Message.of("breakdown.steps_beyond", step=self.step) if self.step else Message("breakdown.units_beyond")
        return explained(amount_of(part), share, whole, beyond)

    def rows(self) -> list[Row]:
        """Return a row for each part: owner, metric, period, amount, unit and share.

        Where the parts are of several scopes, these stand in columns such as ``scope.product``. Where something was agreed
        on a part, ``held`` says what holds it: ``"floor"``, ``"cap"``, ``"kept"`` or ``"override"``. Where somebody set one
        by hand, ``computed``, ``reason`` and ``author`` tell what it would be, why and by whom.
        """
        columns = zip(self.targets, exact_shares(self.weights), strict=True)
        scopes = [part.scope for part in self.targets if part.scope != self.target.scope]
        names = sorted({name for scope in scopes for name in scope})
        overridden = any(terms.override is not None for terms in self.terms)
        return [
            {
                "owner": part.owner,
                **{f"scope.{name}": part.scope.get(name) for name in names},
                "metric": part.metric.key,
                "period": part.period.label,
                "amount": amount_of(part).decimal,
                "unit": str(amount_of(part).unit),
                "share": float(share),
                **(self._held_of_row(place) if self.terms else {}),
                **(self._override_of_row(place) if overridden else {}),
            }
            for place, (part, share) in enumerate(columns)
        ]

    def _held_of_row(self, place: int) -> Row:
        terms = self.terms[place]
        if terms.override is not None:
            return {"held": "override"}
        return {"held": "kept" if terms.kept is not None else self._at_bounds.get(place)}

    def _override_of_row(self, place: int) -> Row:
        override = self.terms[place].override
        return {
            "computed": self.computed[place].decimal,
            "reason": None if override is None else override.reason,
            "author": None if override is None else override.author,
        }


def divide(target: Target, places: Sequence[Place], weights: tuple[Weight, ...], method: str) -> Allocation:
    """Divide a target over places by checked weights."""
    minors = apportion(amount_of(target).minor, weights, method=method).tolist()
    return allocation_of(target, places, minors, weights=weights, method=method)


def allocation_of(target: Target, places: Sequence[Place], minors: Sequence[int], **rest: Any) -> Allocation:  # noqa: ANN401 - fields of Allocation
    """Make the parts of an allocation; where the one part is the target itself, it stays as it is."""
    parts = tuple(part_of(target, place, minor) for place, minor in zip(places, minors, strict=True))
    undivided = len(parts) == 1 and parts[0].key == target.key
    return Allocation(target=target, targets=(target,) if undivided else parts, **rest)
