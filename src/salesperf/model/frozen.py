"""The one immutable mapping."""

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from decimal import Decimal
from operator import itemgetter
from typing import Any, TypeVar, final, overload

import attrs

from salesperf.errors import InvalidValueError

__all__ = ["FrozenMap"]

_set = object.__setattr__
_key = itemgetter(0)

KeyT = TypeVar("KeyT")
ValueT_co = TypeVar("ValueT_co", covariant=True)
OtherT = TypeVar("OtherT")


@final
@attrs.frozen(init=False, eq=False, repr=False)
class FrozenMap(Mapping[KeyT, ValueT_co]):
    """A mapping that cannot change: hashable, picklable, and sorted by key, so that order never matters.

    Parameters
    ----------
    items
        A mapping, or pairs of key and value. Keys must be comparable with each other; values must be hashable.

    Raises
    ------
    InvalidValueError
        If a key comes twice, keys cannot be ordered, or a value could change.

    Examples
    --------
    >>> scope = FrozenMap({"region": "East", "product": "A"})
    >>> scope
    FrozenMap({'product': 'A', 'region': 'East'})
    >>> scope | {"channel": "web"} == {"channel": "web", "product": "A", "region": "East"}
    True
    """

    _content: Mapping[KeyT, ValueT_co]
    _hash: int

    def __init__(self, items: Mapping[KeyT, ValueT_co] | Iterable[tuple[KeyT, ValueT_co]] = (), /) -> None:
        if type(items) is FrozenMap:
            content, code = items._content, items._hash  # noqa: SLF001 - one of us
        else:
            content, code = _content_and_hash(items)
        _set(self, "_content", content)
        _set(self, "_hash", code)

    def __getitem__(self, key: KeyT) -> ValueT_co:
        """Return the value of a key."""
        return self._content[key]

    def __iter__(self) -> Iterator[KeyT]:
        """Go through the keys in order."""
        return iter(self._content)

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._content)

    @overload
    def get(self, key: KeyT, /) -> ValueT_co | None: ...
    @overload
    def get(self, key: KeyT, default: ValueT_co | OtherT, /) -> ValueT_co | OtherT: ...
    def get(self, key: KeyT, default: object = None, /) -> object:
        """Return the value of a key, or something else where there is none: faster than what Mapping offers."""
        return self._content.get(key, default)

    def keys(self) -> KeysView[KeyT]:
        """Return the keys, as those of a dict: faster than what Mapping offers."""
        return self._content.keys()

    def values(self) -> ValuesView[ValueT_co]:
        """Return the values in order of the keys."""
        return self._content.values()

    def items(self) -> ItemsView[KeyT, ValueT_co]:
        """Return the pairs in order of the keys."""
        return self._content.items()

    def __hash__(self) -> int:
        """Return the hash of the content."""
        return self._hash

    def __eq__(self, other: object) -> bool:
        """Compare by content, with any mapping."""
        if type(other) is FrozenMap:
            return self._hash == other._hash and self._content == other._content
        return NotImplemented if not isinstance(other, Mapping) else self._content == dict(other)

    def __or__(self, other: Mapping[KeyT, Any]) -> "FrozenMap[KeyT, Any]":
        """Return a new mapping in which the other's values win."""
        return FrozenMap({**self, **other}) if isinstance(other, Mapping) else NotImplemented

    def __repr__(self) -> str:
        """Return text that rebuilds the mapping."""
        return f"FrozenMap({dict(self._content)!r})"

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by content: a hash of text differs from process to process."""
        return FrozenMap, (dict(self._content),)

    def contains(self, other: Mapping[Any, Any]) -> bool:
        """Tell whether every pair of the other is one of ours.

        Examples
        --------
        >>> FrozenMap({"product": "A", "region": "East"}).contains({"region": "East"})
        True
        """
        return all(key in self._content and self._content[key] == value for key, value in other.items())


def _content_and_hash(
    items: Mapping[KeyT, ValueT_co] | Iterable[tuple[KeyT, ValueT_co]],
) -> tuple[dict[KeyT, ValueT_co], int]:
    if type(items) is dict:  # as most are: no key comes twice, and whatever stops this is found out below
        try:
            content = dict(sorted(items.items(), key=_key)) if len(items) > 1 else items.copy()
            return content, hash(frozenset(content.items()))
        except (TypeError, ValueError, ArithmeticError):
            pass
    content = _sorted(items)
    return content, hash(frozenset(content.items()))


def _sorted(items: Mapping[KeyT, ValueT_co] | Iterable[tuple[KeyT, ValueT_co]]) -> dict[KeyT, ValueT_co]:
    try:
        pairs = [_pair(pair) for pair in (items.items() if isinstance(items, Mapping) else items)]
    except (TypeError, ValueError):
        raise InvalidValueError("wrong_type", path=("FrozenMap",), expected=Mapping, value=items) from None
    try:
        content = dict(sorted(pairs, key=_key))
    except (TypeError, ValueError, ArithmeticError):  # of two kinds, or of one without an order, as a Decimal nan is
        kinds = tuple(dict.fromkeys(type(key) for key, _ in pairs))
        raise InvalidValueError("unordered_keys", path=("FrozenMap",), value=kinds) from None
    if len(content) != len(pairs):
        keys = [key for key, _ in pairs]
        raise InvalidValueError("not_unique", path=("FrozenMap",), value=next(key for key in keys if keys.count(key) > 1))
    for position, value in enumerate(content.values()):
        try:
            hash(value)
        except TypeError:
            code = "not_finite" if isinstance(value, Decimal) else "unhashable"  # a signalling nan alone has no hash
            raise InvalidValueError(code, path=("FrozenMap", position), value=value) from None
    return content


def _pair(pair: tuple[KeyT, ValueT_co]) -> tuple[KeyT, ValueT_co]:
    if isinstance(pair, str):
        # Text of two characters would pass for a pair of letters.
        raise TypeError
    key, value = pair
    return key, value
