"""A message: a key and its arguments, to be written in the reader's language when it is read."""

from collections.abc import Mapping
from typing import Any, Self

import attrs

from salesperf.messages import Catalogs, catalog, render
from salesperf.model.frozen import FrozenMap
from salesperf.model.validators import anything, as_frozen_map, frozen_map, identifier, text

__all__ = ["Message", "Personal", "verbatim", "word_of"]


def _as_arguments(value: Mapping[str, Any]) -> FrozenMap[str, Any]:
    return as_frozen_map(value)


@attrs.frozen
class Personal:
    """Somebody's name within a message: a reader sees it, ``repr`` never does.

    Parameters
    ----------
    name
        The name; empty where there is none, or it was left out.
    id
        The id of the rep, by which they are called then.

    Examples
    --------
    >>> Personal("Ada"), Personal("Ada").text(), Personal("", "r-7").text()
    (Personal(), 'Ada', 'r-7')
    """

    name: str = attrs.field(validator=text, repr=False, metadata={"personal": True})
    id: str = attrs.field(default="", validator=text, repr=False)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Return the name or, without one, the id: the same in every language."""
        del lang, catalogs
        return self.name or self.id


@attrs.frozen
class Message:
    """A message key with its arguments.

    Parameters
    ----------
    key
        A key of the message catalogs; plain text of the caller's own renders as itself.
    arguments
        What the template names: text, numbers, dates, amounts, periods, other messages.

    Raises
    ------
    InvalidValueError
        If the key is empty, or the arguments are no mapping of names to values that cannot change.

    Examples
    --------
    >>> message = Message.of("period.quarter", year="2026", number=3)
    >>> message.text(), message.text("zh")
    ('Q3 2026', '2026年第3季度')
    """

    key: str = attrs.field(validator=identifier)
    arguments: FrozenMap[str, Any] = attrs.field(
        default=FrozenMap(),
        converter=_as_arguments,
        validator=frozen_map(identifier, anything),
    )

    @classmethod
    def of(cls, key: str, /, **arguments: object) -> Self:
        """Make a message with its arguments by name."""
        return cls(key, FrozenMap(arguments))

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the message in a language; see :func:`salesperf.messages.render`."""
        return render(self.key, self.arguments, lang=lang, catalogs=catalogs)


def verbatim(name: str) -> Message:
    """Return a name of the data as it is, though it may read like a key of ours.

    Examples
    --------
    >>> verbatim("explain.won").text()
    'explain.won'
    """
    return Message.of("explain.name", name=name)


def word_of(section: str, key: str) -> Message:
    """Return our word for a key where a section of the catalogs has one, else the key, which renders as itself.

    Examples
    --------
    >>> word_of("touch", "visit").text("zh"), word_of("touch", "drone_drop").text("zh")
    ('拜访', 'drone_drop')
    """
    worded = f"{section}.{key}"
    return Message(worded if worded in catalog("en") else key)
