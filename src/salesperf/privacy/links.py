"""Where nouns hold what is personal: marked fields, ids that link records, free text, words, and names within messages."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.messages import LANGUAGES, catalog
from salesperf.model.action import Action
from salesperf.model.amount import Amount
from salesperf.model.calendar import Calendar
from salesperf.model.case import Case
from salesperf.model.customer import Contact, Customer
from salesperf.model.exchange import ExchangeRate, ExchangeRates
from salesperf.model.key_result import KeyResult, Milestone
from salesperf.model.lead import Lead
from salesperf.model.metric import Metric
from salesperf.model.objective import Objective
from salesperf.model.opportunity import Opportunity
from salesperf.model.override import Override
from salesperf.model.pay_entry import Entry
from salesperf.model.pay_parts import Bonus, Pool, RatedPay, Spiff, TieredPay
from salesperf.model.people import Rep, Team
from salesperf.model.period import Period
from salesperf.model.rating import Rating
from salesperf.model.replanning import Lock, Transfer
from salesperf.model.risk_entry import Risk
from salesperf.model.stage import Stage
from salesperf.model.task import Task, TaskPlan

__all__ = [
    "ID_KINDS",
    "IMPERSONAL",
    "IMPERSONAL_NOUNS",
    "KEYED_BY_OWNER",
    "LEFT_OUT",
    "REVEALING",
    "IdKind",
    "TextKind",
    "fields_of",
    "id_kind",
    "is_decided",
    "is_personal",
    "text_kind",
    "title_told_by",
]

IdKind: TypeAlias = Literal["owner", "customer", "contact", "lead", "opportunity", "reference"]
ID_KINDS: Final[tuple[IdKind, ...]] = ("owner", "customer", "contact", "lead", "opportunity", "reference")
"""What an id is of. Reps and teams are owners alike, since a record that names one does not say which it is; a reference is the
number of an order or of a touch in another system."""

_OWN: Final[Mapping[type, Mapping[str, IdKind]]] = MappingProxyType(
    {
        Rep: {"id": "owner"},
        Team: {"id": "owner", "parent": "owner"},
        Customer: {"id": "customer", "parent": "customer"},
        Contact: {"id": "contact"},
        Lead: {"id": "lead"},
        Opportunity: {"id": "opportunity"},
        Rating: {"subject": "owner"},
        Entry: {"id": "reference", "reverses": "reference"},
    }
)
"""Fields that are ids in one noun and something else in another."""

_LINKS: Final[Mapping[str, IdKind]] = MappingProxyType(
    {
        "owner": "owner",
        "rep": "owner",
        "team": "owner",
        "manager": "owner",
        "giver": "owner",
        "taker": "owner",
        "author": "owner",
        "payee": "owner",
        "payees": "owner",
        "rater": "owner",
        "customer": "customer",
        "contact": "contact",
        "lead": "lead",
        "opportunity": "opportunity",
        "ref": "reference",
    }
)
"""Fields that name somebody else wherever they stand: so a noun that is added tomorrow is treated too."""

KEYED_BY_OWNER: Final = frozenset({"weights"})
"""Fields that map owners to something."""

IMPERSONAL: Final = frozenset({"resources"})
"""Fields that map words to something that is no fact of anybody."""

IMPERSONAL_NOUNS: Final = (Amount, Metric, Period, Calendar, ExchangeRate, ExchangeRates)
"""Nouns that hold nothing of anybody: they stay the objects that they are."""

REVEALING: Final = ("name", "email", "phone")
"""Personal fields whose value tells who somebody is, wherever it stands; that of a title does not."""

TextKind: TypeAlias = Literal["id", "personal", "free", "fixed", "listed", "number", "word"]
"""What text in a field is. An id links to a noun that may be somebody; what is personal is marked. Free is what people write in
sentences. What is fixed is one of our words, or a key that the company set up and all hangs on: of a stage, a metric, a part of
pay. What is listed is a word of which there are many, each of which may go: a competitor, a tag. A number tells one thing from
another: an action, a task. All else is a word that people chose, by which records are counted: a channel, a reason."""

_FREE_TEXT: Final = frozenset({"note", "rationale", "lessons", "goal"})
_FREELY_TITLED: Final = (Action, Case, KeyResult, Milestone, Objective, Risk, Task, TaskPlan)
"""Nouns whose titles somebody wrote about somebody's work; other titles are those of stages, plans of pay and the like."""
_FREELY_REASONED: Final = (Lock, Override, Transfer)
"""Nouns whose reason is a sentence; that of a change is a key, by which losses are counted."""

_FIXED: Final = frozenset(
    {
        *("accumulation", "as_exported", "basis", "book", "cap_of", "category", "code", "dimension", "direction", "method"),
        *("missing", "mode", "over", "proration", "ramp", "relation", "resets", "response", "role", "severity", "status"),
        *("unknown", "week_pattern", "year_end", "grain"),
        *("key", "stage", "process", "grade", "level", "rule", "field", "item", "score", "price_fact", "replaces", "unit"),
    }
)
_FIXED_IN: Final[Mapping[type, frozenset[str]]] = MappingProxyType(
    {
        Action: frozenset({"finding"}),
        Case: frozenset({"outcome"}),
        **dict.fromkeys((Entry, Bonus, Pool, RatedPay, Spiff, TieredPay), frozenset({"measure"})),
        KeyResult: frozenset({"kind"}),
        Rep: frozenset({"kind"}),
        Risk: frozenset({"kind"}),
        Stage: frozenset({"kind"}),
    }
)
_LISTED: Final = frozenset({"competitors", "tags"})
_NUMBERS: Final = frozenset({"id", "depends_on", "reached"})
_WORDS: Final = frozenset(
    {
        *("campaign", "channel", "evidence", "exit_criteria", "kind", "measure", "name", "outcome", "reason", "record"),
        *("tasks", "title"),
    }
)

LEFT_OUT: Final = "-"
"""What stands for free text: that there was some, since a noun may need it."""


def fields_of(noun: object) -> "tuple[attrs.Attribute[Any], ...]":
    """Return the fields of a noun; of what is none, nothing."""
    kind = type(noun)
    return tuple(attrs.fields(kind)) if attrs.has(kind) else ()


def is_personal(field: "attrs.Attribute[Any]") -> bool:
    """Tell whether a field is marked as personal."""
    return bool(field.metadata.get("personal"))


def id_kind(noun: object, field: str) -> IdKind | None:
    """Return of what kind the id in a field is; ``None`` where it holds none."""
    return _OWN.get(type(noun), {}).get(field) or _LINKS.get(field)


def text_kind(noun: object, field: "attrs.Attribute[Any]") -> TextKind:
    """Return what text in a field is; one of which nobody decided is a word, so that it is searched."""
    kind: Any = type(noun)  # mypy does not know that a class can be hashed
    return _decided(kind, field.name, is_personal(field)) or "word"


def title_told_by(noun: object, field: str, text: str) -> str | None:
    """Return the id by which a title is told that somebody wrote of somebody's work; ``None`` for any other field.

    One of our messages, such as the title of a risk that numbers show, nobody wrote: it is told as it is.
    """
    if field != "title" or not isinstance(noun, _FREELY_TITLED):
        return None
    return text if text in catalog(LANGUAGES[0]) else str(getattr(noun, "id", LEFT_OUT))


def is_decided(kind: Any, field: "attrs.Attribute[Any]") -> bool:  # noqa: ANN401 - a class, as above
    """Tell whether somebody decided what text in a field of a noun is."""
    return issubclass(kind, IMPERSONAL_NOUNS) or _decided(kind, field.name, is_personal(field)) is not None


@cache
def _decided(kind: Any, field: str, is_marked: bool) -> TextKind | None:  # noqa: ANN401, FBT001 - a class, as above
    holding: Mapping[TextKind, bool] = {
        "id": field in _OWN.get(kind, {}) or field in _LINKS,
        "personal": is_marked,
        "free": field in _FREE_TEXT
        or (field == "title" and issubclass(kind, _FREELY_TITLED))
        or (field == "reason" and issubclass(kind, _FREELY_REASONED)),
        "number": field in _NUMBERS or (field == "key" and issubclass(kind, Milestone)),
        "fixed": field in _FIXED or field in _FIXED_IN.get(kind, ()),
        "listed": field in _LISTED,
        "word": field in _WORDS,
    }
    return next((name for name, holds in holding.items() if holds), None)
