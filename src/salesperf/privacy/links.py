"""Where nouns hold what is personal: marked fields, ids that link records, free text, and names within messages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.model.action import Action
from salesperf.model.case import Case
from salesperf.model.customer import Contact, Customer
from salesperf.model.key_result import KeyResult, Milestone
from salesperf.model.lead import Lead
from salesperf.model.objective import Objective
from salesperf.model.opportunity import Opportunity
from salesperf.model.pay_entry import Entry
from salesperf.model.people import Rep, Team
from salesperf.model.rating import Rating
from salesperf.model.risk_entry import Risk
from salesperf.model.task import Task, TaskPlan

__all__ = [
    "ID_KINDS",
    "IMPERSONAL",
    "KEYED_BY_OWNER",
    "LEFT_OUT",
    "WORDS",
    "IdKind",
    "fields_of",
    "id_kind",
    "is_free_text",
    "is_personal",
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
"""Fields that map words to something in which nobody is named."""

_FREE_TEXT: Final = frozenset({"note", "rationale", "lessons", "goal"})
"""Fields in which anybody may be named."""

WORDS: Final = frozenset({"competitors", "tags"})
"""Lists of words, any of which may be a name."""

_FREELY_TITLED: Final = (Action, Case, KeyResult, Milestone, Objective, Risk, Task, TaskPlan)
"""Nouns whose titles somebody wrote about somebody's work; other titles are those of stages, metrics and the like."""

LEFT_OUT: Final = "-"
"""What stands for free text: that there was some, since a noun may need it."""


def fields_of(noun: object) -> "tuple[attrs.Attribute[Any], ...]":
    """Return the fields of a noun; of what is none, nothing."""
    kind = type(noun)
    return tuple(attrs.fields(kind)) if attrs.has(kind) else ()


def is_free_text(noun: object, field: str) -> bool:
    """Tell whether a field is text in which anybody may be named."""
    return field in _FREE_TEXT or (field == "title" and isinstance(noun, _FREELY_TITLED))


def is_personal(field: "attrs.Attribute[Any]") -> bool:
    """Tell whether a field is marked as personal."""
    return bool(field.metadata.get("personal"))


def id_kind(noun: object, field: str) -> IdKind | None:
    """Return of what kind the id in a field is; ``None`` where it holds none."""
    return _OWN.get(type(noun), {}).get(field) or _LINKS.get(field)
