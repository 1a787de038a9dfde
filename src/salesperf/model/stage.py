"""A stage of a sales process: what being there means, how likely a deal there is to be won, what is to be done."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.validators import as_decimal, as_tuple, decimal, each, identifier, one_of, optional, whole

__all__ = ["STAGE_KINDS", "Stage", "StageKind", "check_title"]

StageKind: TypeAlias = Literal["open", "won", "post_won", "lost", "cancelled"]
STAGE_KINDS: Final[tuple[StageKind, ...]] = ("open", "won", "post_won", "lost", "cancelled")
"""What being in a stage means, in the order in which a process names its stages: still to be decided; won, and the
after-sales service that follows; lost to somebody else; cancelled, where the customer decided nothing."""

_MOST_DAYS: Final = 36_600
_CERTAIN: Final[Mapping[StageKind, Decimal]] = MappingProxyType(
    {"won": Decimal(1), "post_won": Decimal(1), "lost": Decimal(0), "cancelled": Decimal(0)}
)


def _as_probability(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else as_decimal(value)


def _as_keys(value: Iterable[str]) -> tuple[str, ...]:
    return as_tuple(value)


def check_title(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    """Expect a message key or plain text, neither with blanks at its ends; or nothing."""
    if not isinstance(value, str) or value:  # an array compares with "" by element
        identifier(instance, attribute, value)


@attrs.frozen(kw_only=True)
class Stage:
    """A stage of a sales process.

    Parameters
    ----------
    key
        Unique within the process.
    title
        What a reader sees: a message key or plain text; the key where it is empty.
    kind
        One of :data:`STAGE_KINDS`.
    probability
        The chance that a deal here will be won, a Decimal from 0 to 1; ``None`` where nobody said. Of a stage that is not
        open it follows from the kind.
    max_days
        How many days a deal should stay at most; ``None`` for any number.
    tasks
        What is to be done here: message keys or plain text.
    exit_criteria
        Keys of what must be met before a deal moves forward.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or the probability contradicts the kind.

    Examples
    --------
    >>> Stage(key="proposal", probability=Decimal("0.5"), max_days=21, exit_criteria=["budget_known"]).label
    'proposal'
    """

    key: str = attrs.field(validator=identifier)
    title: str = attrs.field(default="", validator=check_title)
    kind: StageKind = attrs.field(default="open", validator=one_of(*STAGE_KINDS))
    probability: Decimal | None = attrs.field(default=None, converter=_as_probability, validator=optional(decimal(0, 1)))
    max_days: int | None = attrs.field(default=None, validator=optional(whole(0, _MOST_DAYS)))
    tasks: tuple[str, ...] = attrs.field(default=(), converter=_as_keys, validator=each(identifier))
    exit_criteria: tuple[str, ...] = attrs.field(default=(), converter=_as_keys, validator=each(identifier))

    def __attrs_post_init__(self) -> None:
        """Set the probability of a stage that is not open."""
        certain = _CERTAIN.get(self.kind)
        if certain is None:
            return
        if self.probability is None:
            object.__setattr__(self, "probability", certain)
        elif self.probability != certain:
            value = self.probability
            raise InvalidValueError("out_of_range", path=("Stage", "probability"), low=certain, high=certain, value=value)

    @property
    def label(self) -> str:
        """What a reader sees: the title, or the key where there is none."""
        return self.title or self.key

    @property
    def is_open(self) -> bool:
        """Whether deals here are still to be decided."""
        return self.kind == "open"
