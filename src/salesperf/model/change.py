"""A change of a deal: what became different on a day."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.amount import Amount
from salesperf.model.message import Message
from salesperf.model.validators import as_tuple, day, each, identifier, is_choice, is_identifier, of_type, one_of, optional

__all__ = [
    "CHANGING_FIELDS",
    "FORECAST_CATEGORIES",
    "LOSS_REASONS",
    "TELLTALE_FIELDS",
    "Change",
    "ChangingField",
    "ForecastCategory",
    "changes_more",
    "keeper_of",
    "reason_title",
]

ForecastCategory: TypeAlias = Literal["pipeline", "best_case", "commit", "closed", "omitted"]
FORECAST_CATEGORIES: Final[tuple[ForecastCategory, ...]] = ("pipeline", "best_case", "commit", "closed", "omitted")
"""How sure its owner is of a deal, from possible to closed, or that it is left out of the forecast."""

ChangingField: TypeAlias = Literal["amount", "expected_close", "owner", "category", "grade", "reason"]
CHANGING_FIELDS: Final[tuple[ChangingField, ...]] = ("amount", "expected_close", "owner", "category", "grade", "reason")
"""What may change beside the stage."""
TELLTALE_FIELDS: Final[frozenset[ChangingField]] = frozenset({"amount", "expected_close", "category", "grade", "reason"})
"""What, read after the end, gives the end away: an exported amount of 0 is a lost deal."""

LOSS_REASONS: Final = ("price", "competitor", "no_budget", "no_need", "decision_delayed")
"""Reasons that have a title in each language; any other key or words will do as well, and stay as they are."""

keeper_of: Final = object.__setattr__.__get__
"""What sets the fields of a frozen noun while it is made."""


def _as_evidence(value: Iterable[str]) -> tuple[str, ...]:
    return as_tuple(value)


def reason_title(reason: str) -> Message:
    """Return what a reader sees of a reason: a title where it is one of ours, or the key or words of one's own.

    Examples
    --------
    >>> reason_title("no_budget").text(), reason_title("Bankrupt").text()
    ('no budget', 'Bankrupt')
    """
    return Message(f"loss_reason.{reason}" if reason in LOSS_REASONS else reason)


@attrs.frozen(init=False)
class Change:
    """What became different about a deal on a day; ``None`` for what stayed as it was.

    Parameters
    ----------
    on
        The day; ``None`` where it is not known, which only the first change of a deal may lack.
    stage
        The key of the stage entered.
    amount
        What the deal is worth from now on.
    expected_close
        The day on which it is expected to be won.
    owner
        The id of the rep or team who has it from now on.
    category
        The forecast category, one of :data:`FORECAST_CATEGORIES`.
    grade
        The grade of the deal or its customer.
    reason
        Why: the key of a reason for losing, cancelling, slipping.
    evidence
        Keys of the exit criteria that were met.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or nothing changes.

    Examples
    --------
    >>> Change(date(2026, 9, 1), stage="proposal", reason="asked_for_offer").stage
    'proposal'
    """

    on: date | None = attrs.field(validator=optional(day))
    stage: str | None = attrs.field(default=None, kw_only=True, validator=optional(identifier))
    amount: Amount | None = attrs.field(default=None, kw_only=True, validator=optional(of_type(Amount)))
    expected_close: date | None = attrs.field(default=None, kw_only=True, validator=optional(day))
    owner: str | None = attrs.field(default=None, kw_only=True, validator=optional(identifier))
    category: ForecastCategory | None = attrs.field(
        default=None, kw_only=True, validator=optional(one_of(*FORECAST_CATEGORIES))
    )
    grade: str | None = attrs.field(default=None, kw_only=True, validator=optional(identifier))
    reason: str | None = attrs.field(default=None, kw_only=True, validator=optional(identifier))
    evidence: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_as_evidence, validator=each(identifier))

    def __init__(
        self,
        on: date | None,
        *,
        stage: str | None = None,
        amount: Amount | None = None,
        expected_close: date | None = None,
        owner: str | None = None,
        category: ForecastCategory | None = None,
        grade: str | None = None,
        reason: str | None = None,
        evidence: Iterable[str] = (),
    ) -> None:
        # Of changes there are millions, and to call a validator for each of their fields, most of them empty, takes as long as
        # all else. So what is right at a glance is kept; the rest goes the way of attrs, which tells what is wrong where.
        is_right = (
            (on is None or type(on) is date)
            and (stage is None or is_identifier(stage))
            and (amount is None or type(amount) is Amount)
            and (expected_close is None or type(expected_close) is date)
            and (owner is None or is_identifier(owner))
            and (category is None or is_choice(category, FORECAST_CATEGORIES))
            and (grade is None or is_identifier(grade))
            and (reason is None or is_identifier(reason))
            and (type(evidence) is tuple and not evidence)
        )
        if not is_right:
            self.__attrs_init__(
                on,
                stage=stage,
                amount=amount,
                expected_close=expected_close,
                owner=owner,
                category=category,
                grade=grade,
                reason=reason,
                evidence=evidence,
            )
            return
        keep = keeper_of(self)
        keep("on", on)
        keep("stage", stage)
        keep("amount", amount)
        keep("expected_close", expected_close)
        keep("owner", owner)
        keep("category", category)
        keep("grade", grade)
        keep("reason", reason)
        keep("evidence", evidence)
        if stage is None:
            self.__attrs_post_init__()

    def __attrs_post_init__(self) -> None:
        """Refuse a change of nothing."""
        if self.stage is None and not changes_more(self):
            raise InvalidValueError("change_empty", path=("Change",))


def changes_more(change: Change, but: Collection[str] = ()) -> bool:
    """Tell whether more than the stage changes, looking away from some fields."""
    return bool(change.evidence) or any(getattr(change, name) is not None for name in CHANGING_FIELDS if name not in but)
