"""Pseudonyms and redaction: the same records without anybody in them, with the links between them or without the names."""

import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final, TypeVar

from salesperf.errors import InvalidValueError
from salesperf.model.result import Result
from salesperf.model.validators import as_tuple, check_choice, is_identifier, is_text, require
from salesperf.privacy.links import ID_KINDS, LEFT_OUT, IdKind
from salesperf.privacy.mentions import Mentions, free_texts_in, mentions_of_all
from salesperf.privacy.treating import known_ids, treat

__all__ = ["LEAST_KEY_BYTES", "MENTION", "check_key", "pseudonym", "pseudonymize", "redact"]

NounT = TypeVar("NounT")

LEAST_KEY_BYTES: Final = 16
"""A key of fewer bytes could be found by trying; 32 random ones are better."""
_LEAST_DIFFERENT: Final = 8
"""A key of fewer different bytes is a password, or a placeholder that somebody forgot to replace."""
_BYTES: Final = 12
"""96 bits: among a million values, two share a pseudonym with a chance of less than one in 10^16."""
MENTION: Final = "mention"
"""As the pseudonym of which kind a word stands in which somebody is named."""
_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghkmnprstw")
"""Letters alone, so that no pseudonym looks like a telephone number, nor is hidden from a message as one."""


def check_key(key: object) -> bytes:
    """Refuse a key that could be guessed; no message shows any of it.

    Raises
    ------
    InvalidValueError
        If it is no bytes, too short, or made of too few different bytes.
    """
    if not isinstance(key, bytes):
        raise InvalidValueError("wrong_type", path=("key",), expected=bytes, value=type(key))
    if len(key) < LEAST_KEY_BYTES:
        raise InvalidValueError("key_short", path=("key",), low=LEAST_KEY_BYTES, value=len(key))
    if len(set(key)) < _LEAST_DIFFERENT:
        raise InvalidValueError("key_weak", path=("key",), low=_LEAST_DIFFERENT, value=len(set(key)))
    return key


def pseudonym(kind: str, value: str, key: bytes) -> str:
    """Return what stands for a value of a kind: the same under the same key, and without the key no way back.

    Parameters
    ----------
    kind
        One of :data:`ID_KINDS`, or the name of a field or a fact; equal values of two kinds have two pseudonyms.
    value
        The value.
    key
        At least :data:`LEAST_KEY_BYTES` random bytes, kept apart from the data.

    Returns
    -------
    str
        The kind, and 24 letters.

    Raises
    ------
    InvalidValueError
        If the key could be guessed, or the kind or the value is no text that UTF-8 can hold.

    Notes
    -----
    The first 96 bits of HMAC-SHA256. A hash without a key would be no pseudonym: whoever has a list of customers hashes it, and
    finds who is who. Whoever has the key can do the same, so pseudonyms are personal data still, for all but those without it.

    References
    ----------
    RFC 2104, HMAC: Keyed-Hashing for Message Authentication; Regulation (EU) 2016/679, Article 4(5).

    Examples
    --------
    >>> key = bytes(range(32))
    >>> pseudonym("owner", "zhang.wei", key) == pseudonym("owner", "zhang.wei", key)
    True
    >>> pseudonym("owner", "zhang.wei", key) == pseudonym("customer", "zhang.wei", key)
    False
    """
    require(kind, str, path=("kind",))
    require(value, str, path=("value",))
    for name, given in (("kind", kind), ("value", value)):
        if not is_text(given):
            raise InvalidValueError("not_encodable", path=(name,))
    digest = hmac.digest(check_key(key), kind.encode() + b"\0" + value.encode(), sha256)
    return f"{kind}-{digest[:_BYTES].hex().translate(_LETTERS)}"


class _Pseudonyms:
    """Puts pseudonyms in the place of what is personal."""

    def __init__(
        self,
        key: bytes,
        ids: frozenset[str],
        facts: frozenset[str],
        known: Mapping[str, IdKind],
        mentions: Mentions,
        free_texts: Mapping[str, str],
    ) -> None:
        self._key, self._ids, self._facts, self._known, self._mentions = key, ids, facts, known, mentions
        self._free_texts = free_texts
        self._made: dict[tuple[str, str], str] = {}

    def _of(self, kind: str, value: str) -> str:
        made = self._made.get((kind, value))
        if made is None:
            made = self._made[kind, value] = pseudonym(kind, value, self._key)
        return made

    def personal(self, field: str, value: str) -> str:
        return self._of(field, value)

    def id(self, kind: IdKind, value: str, *, is_hidden: bool = False) -> str:
        return self._of(kind, value) if is_hidden or kind in self._ids or self._mentions.in_id(kind, value) else value

    def fact(self, name: str, value: Any) -> Any:  # noqa: ANN401 - whatever a fact may be
        return self._of(self.word(name), str(value)) if name in self._facts or self._mentions.in_fact(value) else value

    scope = fact

    def free_text(self, value: str) -> str:
        del value
        return LEFT_OUT

    def title(self, value: str, id_: str) -> str:
        del value
        return self.word(id_)

    def word(self, value: str) -> str:
        return self._of(MENTION, value) if self._mentions.in_text(value) else value

    number = listed = word

    def place(self, value: str) -> str:
        kind = self._known.get(value)
        if kind is not None:
            return self.id(kind, value)
        # What is said again of free text is none; a word that happens to be the same, such as the kind of a touch, is one.
        return self.word(self._free_texts.get(value, value))


class _Redaction:
    """Leaves out what is personal."""

    def __init__(self, facts: frozenset[str], mentions: Mentions, free_texts: Mapping[str, str]) -> None:
        self._facts, self._mentions, self._free_texts = facts, mentions, free_texts
        self._numbers: dict[tuple[str, str], int] = {}

    def personal(self, field: str, value: str) -> str:
        del field, value
        return ""

    def id(self, kind: IdKind, value: str, *, is_hidden: bool = False) -> str:
        return self._number(kind, value) if is_hidden or self._mentions.in_id(kind, value) else value

    def _number(self, name: str, value: str) -> str:
        """Return the number of a value in order of appearance: without one, what differs in nothing else would be the same."""
        return f"{name}-{self._numbers.setdefault((name, value), len(self._numbers) + 1)}"

    def fact(self, name: str, value: Any) -> Any:  # noqa: ANN401 - whatever a fact may be
        return None if self._is_personal(name, value) else value

    def scope(self, name: str, value: Any) -> Any:  # noqa: ANN401 - the same
        return self._number(self.word(name), str(value)) if self._is_personal(name, value) else value

    def _is_personal(self, name: str, value: object) -> bool:
        return name in self._facts or self._mentions.in_fact(value)

    def free_text(self, value: str) -> str:
        del value
        return LEFT_OUT

    def title(self, value: str, id_: str) -> str:
        del value
        return self.number(id_)

    def number(self, value: str) -> str:
        return self._number(MENTION, value) if self._mentions.in_text(value) else value

    def word(self, value: str) -> str:
        told = self._free_texts.get(value, value)
        # What stays is the same object, by which it is known that nothing changed.
        return self.number(value if told == value else told)

    listed = place = word


def _names_of_facts(facts: Iterable[str]) -> frozenset[str]:
    if isinstance(facts, str):
        raise InvalidValueError("wrong_type", path=("facts",), expected=tuple, value=facts)
    names = as_tuple(facts)
    require(names, tuple, path=("facts",))
    for position, name in enumerate(names):
        if not is_identifier(name):
            raise InvalidValueError("empty", path=("facts", position), value=name)
    return frozenset(names)


def pseudonymize(what: NounT, key: bytes, *, ids: Iterable[IdKind] = ID_KINDS, facts: Iterable[str] = ()) -> NounT:
    """Put pseudonyms in the place of names, contact data and ids, so that records can be analysed and nobody is named.

    Parameters
    ----------
    what
        Records, or any noun of theirs.
    key
        At least :data:`LEAST_KEY_BYTES` random bytes, kept apart from the data; the same key gives the same pseudonyms, today
        and tomorrow.
    ids
        Which ids get one: all of :data:`ID_KINDS` where nothing is said. Those that are left out stay as they are.
    facts
        Names of facts and scopes that are personal too: ``"wechat"``, ``"address"``.

    Returns
    -------
    the same kind of noun
        Whatever named one thing names one thing still: records fit together, and every number is what it was. Free text, in
        which anybody may be named, is left out.

    Raises
    ------
    InvalidValueError
        If it is no noun, or a result such as a review, the key could be guessed, or an argument is malformed.

    Notes
    -----
    A result holds ids in columns and sums by them, which no pseudonym reaches: pseudonymize the records, and compute it anew.

    Names of teams, products and competitors stay, as do channels, reasons and other words by which records are counted: they
    are no personal data. But where a name, an address or a telephone number of somebody in the records stands in one, as
    :func:`erase` finds it, it gets a pseudonym as a whole, the same wherever it stands; so does a fact, and the number of an
    order or a deal. Of a noun alone only those are known who stand in it, and of a finding alone the record stays, since nobody
    knows whether it is an id or a line of a file.

    Examples
    --------
    >>> from salesperf import Org, Rep
    >>> from salesperf.model.records import Records
    >>> records = Records(org=Org(reps=[Rep(id="zhang.wei", name="Zhang Wei")]))
    >>> rep = pseudonymize(records, bytes(range(32))).org.reps[0]
    >>> rep.id[:6], len(rep.id), "Zhang" in rep.name
    ('owner-', 30, False)
    """
    check_key(key)
    if isinstance(what, Result):
        raise InvalidValueError("result_under_pseudonyms", path=("what",), value=type(what))
    kinds = as_tuple(ids)
    require(kinds, tuple, path=("ids",))
    for position, kind in enumerate(kinds):
        check_choice(kind, ID_KINDS, ("ids", position))
    named = _names_of_facts(facts)
    return treat(what, _Pseudonyms(key, frozenset(kinds), named, known_ids(what), mentions_of_all(what), free_texts_in(what)))


def redact(what: NounT, *, facts: Iterable[str] = ()) -> NounT:
    """Leave out names, contact data and free text; ids stay, so let ids be no personal data.

    Parameters
    ----------
    what
        Records, any noun of theirs, or a result that is made of them, such as a review.
    facts
        Names of facts that are personal too: ``"wechat"``, ``"address"``. The parts of a scope of such a name are numbered.

    Returns
    -------
    the same kind of noun
        Without the names, addresses and numbers of anybody in it, wherever they stand, and without the parts of a name that is
        told in two scripts, as :func:`erase` finds them. To redact it again changes nothing.

    Raises
    ------
    InvalidValueError
        If it is no noun, or an argument is malformed.

    Examples
    --------
    >>> from salesperf import Contact
    >>> redact(Contact(id="c-7", role="champion", name="Zhang Wei", phone="138 0013 8000")).label
    'c-7'
    """
    return treat(what, _Redaction(_names_of_facts(facts), mentions_of_all(what), free_texts_in(what)))
