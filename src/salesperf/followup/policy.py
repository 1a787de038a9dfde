"""When and how leads of each grade are followed up, and customers after the sale."""

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.model.frozen import FrozenMap
from salesperf.model.validators import (
    as_frozen_map,
    as_tuple,
    each,
    frozen_map,
    identifier,
    of_type,
    optional,
    require,
    whole,
)

__all__ = ["STANDARD_AFTER_SALE", "STANDARD_FOLLOW_UP", "FollowUpPolicy", "FollowUpStep"]

_MOST_WORKDAYS: Final = 3_660


@attrs.frozen
class FollowUpStep:
    """A touch that is to come: when, by which way, and what for.

    Parameters
    ----------
    workdays
        So many after the touch before, 1 or more; the first step after the lead began, or after the sale.
    channel
        The key of the way: ``"call"``, ``"visit"``, ``"email"``.
    action
        The key of what is to be done, or plain text.

    Raises
    ------
    InvalidValueError
        If a value is malformed.

    Examples
    --------
    >>> FollowUpStep(3, "visit", "needs_talk").workdays
    3
    """

    workdays: int = attrs.field(validator=whole(1, _MOST_WORKDAYS))
    channel: str = attrs.field(validator=identifier)
    action: str = attrs.field(validator=identifier)


def _as_cadences(value: Mapping[str, Iterable[FollowUpStep]]) -> FrozenMap[str, tuple[FollowUpStep, ...]]:
    given = {key: as_tuple(steps) for key, steps in value.items()} if isinstance(value, Mapping) else value
    return as_frozen_map(given)


def _as_kinds(value: Iterable[str]) -> tuple[str, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class FollowUpPolicy:
    """A cadence for each grade of leads, or of customers after the sale.

    Parameters
    ----------
    cadences
        By grade the steps in order; the last one repeats. Customers may go by where they are in their life instead: ``"new"``,
        ``"active"``, ``"at_risk"``.
    default
        The grade by whose cadence those of no grade, or of another, are followed up; ``None`` to follow none of them up.
    kinds
        Which kinds of touch make a step done: ``("call", "visit")``; none for any. A page that a lead opened by itself is a
        touch too.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or a cadence has no step.
    UnknownNameError
        If the default has no cadence.

    Examples
    --------
    >>> weekly = FollowUpPolicy(cadences={"A": [FollowUpStep(5, "call", "check_in")]}, default="A")
    >>> weekly.cadences["A"][0].channel
    'call'
    """

    cadences: FrozenMap[str, tuple[FollowUpStep, ...]] = attrs.field(
        converter=_as_cadences, validator=frozen_map(identifier, of_type(tuple))
    )
    default: str | None = attrs.field(default=None, validator=optional(identifier))
    kinds: tuple[str, ...] = attrs.field(default=(), converter=_as_kinds, validator=each(identifier))

    def __attrs_post_init__(self) -> None:
        """Check that each cadence is one, and that the default has one."""
        for grade, steps in self.cadences.items():
            path = ("FollowUpPolicy", "cadences", grade)
            if not steps:
                raise InvalidValueError("cadence_empty", path=path)
            for position, step in enumerate(steps):
                require(step, FollowUpStep, path=(*path, position))
        if self.default is not None and self.default not in self.cadences:
            choices = tuple(self.cadences)
            raise UnknownNameError("unknown_grade", path=("FollowUpPolicy", "default"), choices=choices, value=self.default)


STANDARD_FOLLOW_UP: Final = FollowUpPolicy(
    cadences={
        "A": [
            FollowUpStep(1, "call", "first_talk"),
            FollowUpStep(3, "visit", "needs_talk"),
            FollowUpStep(5, "call", "next_step"),
        ],
        "B": [
            FollowUpStep(2, "call", "first_talk"),
            FollowUpStep(5, "email", "material"),
            FollowUpStep(10, "call", "next_step"),
        ],
        "C": [FollowUpStep(5, "email", "material"), FollowUpStep(20, "call", "check_in")],
    },
    default="C",
)
"""A usual cadence: an A within a day and then each week, a B within two and then each fortnight, a C each month."""

STANDARD_AFTER_SALE: Final = FollowUpPolicy(
    cadences={
        "A": [
            FollowUpStep(3, "call", "delivery_check"),
            FollowUpStep(20, "visit", "use_review"),
            FollowUpStep(60, "visit", "next_need"),
        ],
        "B": [
            FollowUpStep(5, "call", "delivery_check"),
            FollowUpStep(40, "call", "use_review"),
            FollowUpStep(120, "call", "next_need"),
        ],
        "C": [FollowUpStep(10, "email", "delivery_check"), FollowUpStep(120, "call", "next_need")],
    },
    default="C",
)
"""A usual cadence of after-sale visits (回访): an A within three workdays and then each quarter, a B within a week, a C within
two, and both twice a year from then on."""
