"""The glossary is the law of names: whatever is public stands in it, and nothing else, in both languages alike."""

import importlib
import inspect
import re
import typing
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, NamedTuple, TypeAlias

import attrs
import pytest

import salesperf
from pages import ROOT
from salesperf.formulas import FORMULAS
from salesperf.kernels.apportionment import MATRIX_METHODS, METHODS
from salesperf.messages import LANGUAGES, catalog
from salesperf.model.finding import SEVERITIES
from salesperf.review import NOTES

ENGLISH = ROOT / "docs" / "explanation" / "glossary.md"
CHINESE = ROOT / "docs" / "zh" / "glossary.md"


Definition: TypeAlias = Callable[..., Any] | type


class Name(NamedTuple):
    """A public name, and what it belongs to: a class, a function, or a module."""

    owner: str
    name: str

    @property
    def is_argument(self) -> bool:
        return self.owner.endswith("()")


class Entry(NamedTuple):
    """A row of the glossary."""

    english: str
    chinese: str
    code: tuple[str, ...]


# What there is


def modules(name: str = "salesperf") -> Iterator[ModuleType]:
    """Yield a module and whatever modules it names as public."""
    module = importlib.import_module(name)
    yield module
    for public in module.__all__:
        if inspect.ismodule(getattr(module, public)):
            yield from modules(getattr(module, public).__name__)


# What needs an extra is in no ``__all__`` above it.
MODULES = (*modules(), *modules("salesperf.io.serialize"), *modules("salesperf.customers.clv"))


def definitions() -> Iterator[tuple[str, str, Any]]:
    """Yield module, name and value of whatever is public, each value once."""
    seen = set()
    for module in MODULES:
        for name in module.__all__:
            value = getattr(module, name)
            if id(value) not in seen:
                seen.add(id(value))
                yield module.__name__.rpartition(".")[2], name, value


DEFINITIONS = tuple(definitions())
CLASSES = {name: value for _, name, value in DEFINITIONS if inspect.isclass(value)}
# By pairs, since two rooms may have a function of one name.
FUNCTIONS = [(name, value) for _, name, value in DEFINITIONS if inspect.isroutine(value)]


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the fields, properties and methods that a class of ours adds to those of its builtin bases."""
    fields = {field.name for field in attrs.fields(kind)} if attrs.has(kind) else set()
    named = set(getattr(kind, "_fields", ()))
    ours = {name for base in kind.__mro__ if base.__module__.startswith("salesperf") for name in vars(base)}
    for name in sorted(fields | named | ours):
        if not name.startswith("_"):
            yield name, None if name in fields | named else inspect.getattr_static(kind, name)


def callables() -> Iterator[tuple[str, Any]]:
    """Yield the public functions and methods, and the constructors that are written by hand."""
    yield from FUNCTIONS
    for name, kind in CLASSES.items():
        if "__init__" in vars(kind) and not attrs.has(kind) and not getattr(kind, "_is_protocol", False):
            yield name, kind
        for member, value in members(kind):
            if isinstance(value, staticmethod | classmethod) or inspect.isfunction(value):
                yield f"{name}.{member}", getattr(kind, member)


CALLABLES = tuple(callables())


def arguments(function: Callable[..., object]) -> Iterator[str]:
    for name in inspect.signature(function).parameters:
        if name != "self" and not name.startswith("_"):
            yield name


def public_names() -> Iterator[Name]:
    """Yield every name that the glossary has to explain: functions, classes, their members, and all arguments."""
    for module, name, value in DEFINITIONS:
        if name in CLASSES or inspect.isroutine(value) or (name.isupper() and not inspect.ismodule(value)):
            yield Name(module, name)
    for name, kind in CLASSES.items():
        yield from (Name(name, member) for member, _ in members(kind))
    for name, function in CALLABLES:
        yield from (Name(f"{name}()", argument) for argument in arguments(function))
    yield from (Name("STANDARD_METRICS", key) for key in salesperf.STANDARD_METRICS)
    yield from (Name("FORMULAS", key) for key in FORMULAS)


def choices(annotation: object) -> Iterator[str]:
    """Yield the words that an annotation allows."""
    if typing.get_origin(annotation) is Literal:
        yield from typing.get_args(annotation)
    for inner in typing.get_args(annotation):
        if not isinstance(inner, str):
            yield from choices(inner)


def annotations(definition: Definition) -> Iterator[Any]:
    # Names that are imported for type checkers only are nouns, and those are all at the root.
    root = {name: getattr(salesperf, name) for name in salesperf.__all__}
    yield from typing.get_type_hints(definition, localns=root).values()


def words() -> Iterator[str]:
    """Yield every word that a field, a result or an argument may be, out of a closed set."""
    for kind in CLASSES.values():
        annotated: list[Definition] = [kind] if attrs.has(kind) else []
        annotated += [value.fget for _, value in members(kind) if isinstance(value, property) and value.fget]
        annotated += [value.func for _, value in members(kind) if isinstance(value, cached_property)]
        for definition in annotated:
            yield from (word for annotation in annotations(definition) for word in choices(annotation))
    for _, function in CALLABLES:
        if inspect.isroutine(function):
            yield from (word for annotation in annotations(function) for word in choices(annotation))
    yield from METHODS
    yield from MATRIX_METHODS
    yield from LANGUAGES


NAMES = frozenset(public_names())
WORDS = frozenset(words())
NAMED = {name for _, name in NAMES} | {name for _, name, _ in DEFINITIONS}


# What the glossary says

ROW = re.compile(r"\| (?P<first>[^|]+) \| (?P<second>[^|]+) \| (?P<code>[^|]*`[^|]*) \| (?P<meaning>[^|]+) \|")
SPAN = re.compile(r"`([^`]+)`")
CJK = re.compile(r"[\u4e00-\u9fff]")


def entries(page: Path) -> list[Entry]:
    """Read the rows of the glossary's tables, English term first."""
    text = page.read_text(encoding="utf-8")
    found = []
    for line in text.splitlines():
        if row := ROW.fullmatch(line):
            first, second = row["first"].strip(), row["second"].strip()
            english, chinese = (first, second) if page == ENGLISH else (second, first)
            found.append(Entry(english, chinese, tuple(SPAN.findall(row["code"]))))
    return found


ENTRIES = entries(ENGLISH)
CODE = [span for entry in ENTRIES for span in entry.code]


def spellings(name: Name) -> set[str]:
    """Return the ways in which the glossary may write a name: bare where it means the same everywhere."""
    if name.is_argument:
        return {name.name, f"{name.owner.removesuffix('()')}({name.name})"}
    return {name.name, f"{name.owner}.{name.name}"}


def exists(span: str) -> bool:
    """Tell whether what stands in the code column is something of ours."""
    if span.startswith('"'):
        return span.strip('"') in WORDS
    return span in NAMED or any(span in spellings(name) for name in NAMES)


def test_every_public_name_stands_in_the_glossary() -> None:
    missing = sorted(f"{owner}.{name}" for owner, name in NAMES if spellings(Name(owner, name)).isdisjoint(CODE))
    assert missing == []


def test_every_word_of_a_closed_set_stands_in_the_glossary() -> None:
    assert sorted(WORDS - {span.strip('"') for span in CODE if span.startswith('"')}) == []


def test_nothing_stands_in_the_code_column_that_does_not_exist() -> None:
    assert [span for span in CODE if not exists(span)] == []


def test_no_name_is_explained_twice() -> None:
    assert [span for span, count in Counter(CODE).items() if count > 1] == []


def test_both_languages_have_the_same_entries_in_the_same_order() -> None:
    assert entries(CHINESE) == ENTRIES


def test_the_chinese_terms_are_chinese_and_the_english_ones_are_not() -> None:
    assert [entry.chinese for entry in ENTRIES if not CJK.search(entry.chinese)] == []
    assert [entry.english for entry in ENTRIES if CJK.search(entry.english)] == []


@pytest.mark.parametrize("page", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_every_row_of_a_table_is_read(page: Path) -> None:
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) == len(entries(page)) > 0


def shown_to_readers() -> Iterator[tuple[str, str]]:
    """Yield what the catalogs have a word for: code in the glossary, message key."""
    yield from ((key, metric.title) for key, metric in salesperf.STANDARD_METRICS.items())
    yield from ((f'"{status}"', f"status.{status}") for status in salesperf.attainment.STATUSES)
    yield from ((f'"{note}"', f"note.{note}") for note in NOTES)
    yield from ((f'"{severity}"', f"severity.{severity}") for severity in SEVERITIES)


HEADS = ("owner", "metric", "period", "target", "actual", "gap", "planned", "pace", "last_year", "entries", "status", "notes")
"""Columns of a report that bear the name of what they show."""


@pytest.mark.parametrize("code", HEADS)
def test_a_chinese_term_is_the_one_that_heads_a_column(code: str) -> None:
    (entry,) = (entry for entry in ENTRIES if code in entry.code)
    assert entry.chinese == catalog("zh")[f"report.column.{code}"]


def as_typed(text: str) -> str:
    """Write full-width punctuation, which Chinese text may or may not use, in its plain form."""
    return unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize(("code", "key"), list(shown_to_readers()))
def test_a_term_is_the_one_that_reports_use(code: str, key: str) -> None:
    (entry,) = (entry for entry in ENTRIES if code in entry.code)
    assert as_typed(entry.english) == as_typed(catalog("en")[key])
    assert as_typed(entry.chinese) == as_typed(catalog("zh")[key])


def test_an_argument_that_bears_another_meaning_is_written_with_its_function() -> None:
    assert exists("allocate(basis)")
    assert not exists("allocate(level)")


def test_a_word_is_no_name_and_a_name_no_word() -> None:
    assert exists('"on_track"')
    assert not exists('"denominator"')
    assert not exists("not_started")
