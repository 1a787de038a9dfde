"""Whether text names somebody: by a name, an address, a telephone number or an id, however it is spelled there."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from salesperf.messages import catalog
from salesperf.model.finding import Finding
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message, Personal
from salesperf.model.people import Team
from salesperf.model.records import Records
from salesperf.privacy.links import (
    IMPERSONAL_NOUNS,
    LEFT_OUT,
    REVEALING,
    IdKind,
    fields_of,
    is_personal,
    text_kind,
    title_told_by,
)

__all__ = ["Mentions", "free_texts_in", "mentions_of_all", "said_by", "strings_in"]

_UNSPACED: Final = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
"""Letters of scripts that put no space between words: each is a word of its own here."""
_WORDS: Final = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_SPACED: Final = re.compile(rf"[^\W_{_UNSPACED}]+")
_TELEPHONE: Final = re.compile(r"\+?[0-9](?:[ ().\-]*[0-9])*")
_DIGITS: Final = re.compile(r"[0-9]+")

_LEAST: Final = 2
"""A single letter names nobody."""
_LEAST_OF_ID: Final = 3
_LEAST_DIGITS: Final = 5
"""A number of fewer digits is any number."""
_LATIN_WORDS: Final = 2
"""A single word of a name in letters may be any word: Group, Price."""
_SHORT: Final = 3
"""A name of so few letters may be a word as well: An, May."""
_LEAST_OF_TELEPHONE: Final = 7
_COUNTRY_CODE: Final = 3
_MOST_BEFORE: Final = 6
"""Digits that may stand before a number: 0086, and a zero."""

_WITHOUT_NAMES: Final = (str, int, date, *IMPERSONAL_NOUNS)
"""What holds no name in a field of its own, nor anything that does: most of what there is."""
_SAID: Final = "said"
_OF_TEAM: Final = "team"
"""Where a name stands that may be nobody's: in a message, and in the name of a team."""
_OF_PEOPLE: Final = frozenset({"owner", "customer", "contact"})


class Mentions:
    """Finds names, addresses, numbers and ids within text.

    Parameters
    ----------
    names
        Names and addresses.
    phones
        Telephone numbers.
    ids
        Ids, which are found in what people write, not among other ids: a case may have the id of a contact.

    Notes
    -----
    How each is found is told by :func:`erase`, since whoever erases somebody has to know what is looked for.

    Examples
    --------
    >>> mentions = Mentions(names=["Zhang Wei", "An"], phones=["138 0013 8000"])
    >>> [mentions.in_text(text) for text in ("left with ZHANG WEI", "call +86 138-0013-8000", "Andere Banken", "an offer")]
    [True, True, False, False]
    """

    def __init__(self, *, names: Iterable[str] = (), phones: Iterable[str] = (), ids: Iterable[str] = ()) -> None:
        given, numbers, known = list(names), list(phones), frozenset(ids)
        given += [part for name in given for part in _parts_of(name)]
        self._numbers = _Numbers(numbers)
        self._names = _Names([*given, *numbers], _LEAST)
        self._addresses = _Names([*[name for name in given if "@" in name], *numbers], _LEAST)
        self._ids, self._whole_ids = _Names(known, _LEAST_OF_ID), frozenset(each for each in known if len(each) >= _LEAST)
        self._found: dict[str, bool] = {}

    def in_text(self, text: str) -> bool:
        """Tell whether what somebody wrote names anybody; a key of our catalogs is our own word."""
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = text not in catalog("en") and (
                text in self._whole_ids or self._ids.are_in(text) or self._are_named(text)
            )
        return found

    def in_number(self, number: str) -> bool:
        """Tell whether the id of a thing, such as a deal or a task, names anybody."""
        return self._are_named(number)

    def in_id(self, kind: IdKind, number: str) -> bool:
        """Tell whether an id names anybody: what is somebody's own holds their own name, but not the number of another."""
        if kind in _OF_PEOPLE:
            return self._numbers.are_in(number) or self._addresses.are_in(number)
        return self._are_named(number)

    def in_fact(self, value: Any) -> bool:  # noqa: ANN401 - whatever a fact may be
        """Tell whether a fact names anybody; a whole number may be that of a telephone."""
        if isinstance(value, str):
            return self.in_text(value)
        return isinstance(value, int) and self._numbers.are_in(str(value))

    def _are_named(self, text: str) -> bool:
        return self._names.are_in(text) or self._numbers.are_in(text)


def _parts_of(name: str) -> Iterator[str]:
    """Yield a name that is told in two scripts in each of them: 方舟 Fang Zhou is 方舟, and Fang Zhou."""
    words = _WORDS.findall(unicodedata.normalize("NFKC", name)) if "@" not in name else []
    letters = [word for word in words if _SPACED.fullmatch(word)]
    signs = "".join(word for word in words if not _SPACED.fullmatch(word))
    # Shop 12 and Customer A, in whichever script, are told by what stands behind the word, and the word is everybody's.
    if len(signs) >= _LEAST and sum(map(len, letters)) > _SHORT and not any(map(str.isdecimal, letters)):
        yield signs
        if len(letters) >= _LATIN_WORDS:
            yield " ".join(letters)


class _Names:
    """Names by their letters and digits without what stands between them."""

    def __init__(self, names: Iterable[str], least: int) -> None:
        # By each, how it may be written; nothing for anyhow.
        self._spelled: dict[str, frozenset[str]] = {}
        for name in names:
            whole = "".join(_WORDS.findall(unicodedata.normalize("NFKC", name)))
            if len(whole) < least or (whole.isdecimal() and len(whole) < _LEAST_DIGITS):
                continue
            key = whole.casefold()
            if len(whole) > _SHORT or not _SPACED.fullmatch(whole):
                self._spelled[key] = frozenset()
            else:
                self._spelled[key] = self._spelled.get(key, frozenset()) | {whole, whole.upper()}
        self._longest = max(map(len, self._spelled), default=0)

    def are_in(self, text: str) -> bool:
        if not self._spelled:
            return False
        words = _WORDS.findall(unicodedata.normalize("NFKC", text))
        return any(self._begins_at(words, first) for first in range(len(words)))

    def _begins_at(self, words: list[str], first: int) -> bool:
        whole = ""
        for word in words[first:]:
            whole += word
            key = whole.casefold()
            if len(key) > self._longest:
                break
            spelled = self._spelled.get(key)
            if spelled is not None and (not spelled or whole in spelled):
                return True
        return False


class _Numbers:
    """Telephone numbers by their digits."""

    def __init__(self, phones: Iterable[str]) -> None:
        self._known = {core for phone in phones for core in _cores(phone)}
        self._lengths = sorted({len(core) for core in self._known})

    def are_in(self, text: str) -> bool:
        return bool(self._known) and any(map(self._is_one, _telephones(text)))

    def _is_one(self, run: str) -> bool:
        blocks = _DIGITS.findall(run)
        digits = "".join(blocks)
        ends = [sum(map(len, blocks[: place + 1])) for place in range(len(blocks))]
        starts = [0, *ends[:-1]]
        return any(
            digits[end - length : end] in self._known and any(0 <= end - length - start <= _MOST_BEFORE for start in starts)
            for end in ends
            for length in self._lengths
            if length <= end
        )


def _telephones(text: str) -> list[str]:
    return _TELEPHONE.findall(unicodedata.normalize("NFKC", text))


def _cores(phone: str) -> Iterator[str]:
    """Yield the digits of telephone numbers that are the same from wherever they are called."""
    for run in _telephones(phone):
        digits = "".join(_DIGITS.findall(run))
        core = digits.lstrip("0")
        if run.startswith("+") or digits.startswith("00"):
            core = core[_COUNTRY_CODE:]
        core = core if len(core) >= _LEAST_OF_TELEPHONE else digits
        if len(core) >= _LEAST_OF_TELEPHONE:
            yield core


# Who is in what


def mentions_of_all(what: object) -> Mentions:
    """Return what finds everybody whose name, address or number stands in a field of its own, wherever in a noun that is.

    A message that names an owner does not say of which kind it is: where a team bears the name, it is that of the team.
    """
    found: dict[str, set[str]] = {name: set() for name in (*REVEALING, _SAID, _OF_TEAM)}
    for field, value in _personal_in(what):
        found[field].add(value)
    return Mentions(names=found["name"] | found["email"] | (found[_SAID] - found[_OF_TEAM]), phones=found["phone"])


def _personal_in(value: object) -> Iterator[tuple[str, str]]:
    if value is None or isinstance(value, _WITHOUT_NAMES):
        return
    if isinstance(value, Personal):
        yield _SAID, value.name
        return
    if isinstance(value, Team):
        yield _OF_TEAM, value.name
    for each in _items_in(value):
        yield from _personal_in(each)
    for field in fields_of(value):
        part = getattr(value, field.name)
        if not isinstance(part, str):
            yield from _personal_in(part)
        elif part and field.name in REVEALING and is_personal(field):
            yield field.name, part


def _items_in(value: object) -> Iterable[object]:
    if isinstance(value, FrozenMap):
        return value.values()
    return value if isinstance(value, tuple) else ()


def free_texts_in(what: object) -> Mapping[str, str]:
    """Return all that somebody wrote in sentences within a noun, and what stands for each: a result says it again in messages.

    The id of what has a title stands for that, where no other has the same; for all else, that it was left out.
    """
    # In records findings alone have messages: without one there is nothing to look for in many a sentence.
    is_said_once = isinstance(what, Records) and not what.findings
    found: dict[str, str] = {}
    for text, stand_in in () if is_said_once else _free_in(what):
        found[text] = stand_in if found.setdefault(text, stand_in) == stand_in else LEFT_OUT
    return found


def _free_in(value: object) -> Iterator[tuple[str, str]]:
    if value is None or isinstance(value, _WITHOUT_NAMES):
        return
    for each in _items_in(value):
        yield from _free_in(each)
    for field in fields_of(value):
        part = getattr(value, field.name)
        texts = part if isinstance(part, tuple) else (part,)
        if text_kind(value, field) == "free":
            known = (text for text in texts if isinstance(text, str) and text)
            yield from ((text, title_told_by(value, field.name, text) or LEFT_OUT) for text in known)
        yield from _free_in(part)


def said_by(finding: Finding) -> Iterator[object]:
    """Yield all that a finding says: where it is, its message, what is lacking and to be checked, and its sources."""
    yield from (finding.record, finding.message, finding.lacks, *finding.checks)
    for citation in finding.citations:
        yield from (citation.label, citation.source)


def strings_in(value: object) -> Iterator[str]:
    """Yield names and text within a message; its key is among them where it is nobody's but the caller's."""
    if isinstance(value, Personal):
        yield from (value.name, value.id)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Message):
        yield value.key
        for each in value.arguments.values():
            yield from strings_in(each)
    elif isinstance(value, FrozenMap):
        for name, each in value.items():
            yield from strings_in(name)
            yield from strings_in(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from strings_in(each)
