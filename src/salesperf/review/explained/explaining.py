"""Explaining a review: every number by its address, with the tree that it can be pulled apart into."""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cache, cached_property, partial
from itertools import chain, count
from types import MappingProxyType

import attrs

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Given
from salesperf.model.folding import folded
from salesperf.model.misspelling import alike, index_of
from salesperf.model.records import Records
from salesperf.model.result import Result, Row, printable
from salesperf.model.validators import is_identifier, require
from salesperf.review.explained.actions import numbers_of_actions
from salesperf.review.explained.addresses import process_address
from salesperf.review.explained.channels import numbers_of_channels
from salesperf.review.explained.customers import numbers_of_customers
from salesperf.review.explained.deals import numbers_of_deals
from salesperf.review.explained.elsewhere import Elsewhere
from salesperf.review.explained.entries import Entries
from salesperf.review.explained.evidence import numbers_of_evidence
from salesperf.review.explained.growing import Numbered, Tree
from salesperf.review.explained.leads import numbers_of_leads
from salesperf.review.explained.looking import ends_under, forms, heads_saying, is_number, prints
from salesperf.review.explained.market import numbers_of_market
from salesperf.review.explained.metrics import numbers_of_metrics, numbers_of_time, numbers_of_unmet
from salesperf.review.explained.not_listed import numbers_not_listed
from salesperf.review.explained.objectives import numbers_of_objectives
from salesperf.review.explained.outlook import numbers_of_outlook
from salesperf.review.explained.people import numbers_of_people
from salesperf.review.explained.previous import numbers_of_changes
from salesperf.review.explained.quality import numbers_of_quality
from salesperf.review.explained.recorded import numbers_of_recorded
from salesperf.review.explained.team import numbers_of_team
from salesperf.review.explained.variance import numbers_of_variance
from salesperf.review.whole import Review

__all__ = ["NumberTrees", "explain"]


@attrs.frozen(eq=False)
class NumberTrees(Result):
    """The numbers of a review, each under an address such as ``"attainment/revenue/gap"``: made by :func:`explain`.

    Attributes
    ----------
    addresses : tuple of str
        All of them, section by section.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> built = build(read_sample(), owner="hangzhou", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    >>> numbers = explain(built)
    >>> print(numbers.below("deals/solution/bridge/created").text())
    deals/solution/bridge/created/deals: created: 10
    deals/solution/bridge/created/value: created: CNY 1,605,000.00
    deals/solution/bridge/created/without_amount: without an amount: 0
    """

    _trees: Mapping[str, Tree] = attrs.field(repr=False)

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """The addresses, section by section."""
        return tuple(self._trees)

    @property
    def breakdowns(self) -> tuple[Breakdown, ...]:
        """The trees of all of them, in the order of their addresses."""
        return tuple(grow() for grow in self._trees.values())

    def tree(self, address: str) -> Breakdown:
        """Return the tree of a number, down to the records behind it.

        Raises
        ------
        UnknownNameError
            If no number has the address; it names the one that may be meant.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import Period
        >>> from salesperf.io.folder import read_sample
        >>> from salesperf.review import build
        >>> built = build(read_sample(), owner="hangzhou", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
        >>> print(explain(built).tree("attainment/revenue/ratio").text())
        attainment: 0.7811 = quotient of
          actual: CNY 3,163,600.00 = sum of
            within 2026-07: CNY 1,050,000.00
            within 2026-08: CNY 1,050,000.00
            within 2026-09-01 to 2026-09-16: CNY 1,063,600.00
          target: CNY 4,050,000.00 = sum of
            hangzhou, Q3 2026: CNY 4,050,000.00
        """
        require(address, str, path=("address",))
        tree = _looking_up(lambda: self._trees)(address)
        if tree is None:
            known = alike(address, index_of(self._trees))
            if known is None:
                raise UnknownNameError("unknown_number", path=("address",), value=address)
            raise UnknownNameError("misspelt_number", path=("address",), known=known, value=address)
        return tree

    def below(self, address: str) -> "NumberTrees":
        """Return the numbers whose address is or begins with a path: those of a section, a process, a member."""
        if not is_identifier(address):
            raise InvalidValueError("wrong_type", path=("address",), expected=str, value=address)
        path = address.rstrip("/")
        return self._where(lambda name: name == path or name.startswith(f"{path}/"))

    def find(self, words: str, lang: str = "en", catalogs: Catalogs | None = None) -> "NumberTrees":
        """Return the numbers that somebody means who reads a report, and need not know where they stand.

        Those that all words name in their addresses, those that stand under a head of a column that says just so, and where
        the words are a number, those that are printed so. Where there are none of these, those that all words name in what
        they are; at last those under heads that have all words. A word may be begun only, and stand anywhere.

        Parameters
        ----------
        words
            What is looked for.
        lang, catalogs
            The language of the words, where they stand in no address; as for :func:`salesperf.messages.render`.

        Examples
        --------
        >>> from datetime import date
        >>> from salesperf import Period
        >>> from salesperf.io.folder import read_sample
        >>> from salesperf.review import build
        >>> built = build(read_sample(), owner="hangzhou", period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
        >>> explain(built).find("Slip rate").addresses
        ('deals/solution/slip_rate', 'deals/solution/slip_rate/low', 'deals/solution/slip_rate/high')
        >>> explain(built).find("赢单率", "zh").addresses[:1]
        ('deals/solution/win_rate',)
        >>> explain(built).find("CNY 886,400").addresses[:1]
        ('outlook/solution/CNY/missing',)
        """
        if not is_identifier(words):
            raise InvalidValueError("wrong_type", path=("words",), expected=str, value=words)
        sought = _words(words)
        if not sought:
            return self._where(lambda _: False)
        typed = folded(words)
        meant = {name for name in self._trees if _has_words(name, sought)}
        meant |= self._under(heads_saying(lambda head: head.fullmatch(typed) is not None, lang, catalogs))
        if is_number(words):
            values = ((name, grow().value) for name, grow in self._trees.items())
            meant |= {
                name
                for name, value in values
                if prints(forms(value, lang, catalogs), words, is_amount=isinstance(value, Amount))
            }
        if not meant:
            meant = {name for name, grow in self._trees.items() if _says(grow().label.text(lang, catalogs).lower(), sought)}
        if not meant:
            meant = self._under(heads_saying(lambda head: _says(head.pattern.replace("\\", ""), sought), lang, catalogs))
        return self._where(meant.__contains__)

    def _under(self, heads: Iterable[str]) -> set[str]:
        """Return the addresses of the numbers that stand under some heads of columns."""
        ends = ends_under(heads)
        return set() if ends is None else {name for name in self._trees if ends.search(name)}

    def _where(self, is_meant: Callable[[str], bool]) -> "NumberTrees":
        return NumberTrees(MappingProxyType({name: grow for name, grow in self._trees.items() if is_meant(name)}))

    def rows(self) -> list[Row]:
        """Return a row for each number: its address, what it is, and its value."""
        return [{"address": address, **_row(grow())} for address, grow in self._trees.items()]

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write each number on a line, under its address."""
        return "\n".join(f"{address}: {_said(grow(), lang, catalogs)}" for address, grow in self._trees.items())


def explain(review: Review, *, records: Records | None = None) -> NumberTrees:
    """Find for every number of a review the tree that it can be pulled apart into.

    Parameters
    ----------
    review
        Made by :func:`build`.
    records
        What it was built from: with them, what was done comes apart into its single entries; without, into its months.

    Returns
    -------
    NumberTrees
        Trees are grown when they are asked for.

    Raises
    ------
    InvalidValueError
        If an argument is of another kind.

    Notes
    -----
    Each tree recomputes its number: ``explain(review).tree(address).holds()``. Of what is said of people there are trees of
    what the audience sees, and of nothing else.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period
    >>> from salesperf.io.folder import read_sample
    >>> from salesperf.review import build
    >>> records = read_sample()
    >>> review = build(records, owner="r-08", period=Period.month(2026, 8), as_of=date(2026, 8, 31))
    >>> print(explain(review, records=records).tree("attainment/revenue/actual").text())
    actual: CNY 198,400.00 = sum of
      within 2026-08: CNY 198,400.00 = sum of
        2026-08-07, r-08, S26-0386: CNY 113,700.00
        2026-08-27, r-08, S26-0418: CNY 84,700.00
    """
    require(review, Review, path=("review",))
    require(records, Records, type(None), path=("records",))
    return NumberTrees(_trees_of(review, records))


def _trees_of(review: Review, records: Records | None) -> Mapping[str, Tree]:
    trees: dict[str, Tree] = {}
    for address, grow in _numbers(review, records, _looking_up(lambda: trees)):
        trees[_free(printable(address), trees)] = grow
    return MappingProxyType(trees)


def _looking_up(trees: Callable[[], Mapping[str, Tree]]) -> Elsewhere:
    """Return what finds the tree at an address among some that are at hand when it is asked."""

    def look_up(address: str) -> Breakdown | None:
        grow = trees().get(printable(address))
        return None if grow is None else grow()

    return look_up


def _free(address: str, taken: Container[str]) -> str:
    """Return an address that is not taken: ids come from the data, and one may read like a name of ours, or like another."""
    others = (f"{address}~{number}" for number in count(2))
    return next(each for each in chain([address], others) if each not in taken)


def _words(text: str) -> list[str]:
    """Return the words of an address, or of whoever looks for one, without their case: an id is one word."""
    return [word for word in re.split(r"[\s/_\[\]=@~]+", text.lower()) if word]


def _has_words(address: str, sought: Sequence[str]) -> bool:
    own = _words(address)
    return bool(sought) and all(any(word.startswith(begun) for word in own) for begun in sought)


def _says(text: str, sought: Iterable[str]) -> bool:
    """Tell whether all words stand in a text; a Chinese one may begin anywhere, since no space stands before it."""
    return all(re.search(rf"\b{re.escape(word)}" if word.isascii() else re.escape(word), text) for word in sought)


def _numbers(review: Review, given: Records | None, elsewhere: Elsewhere) -> Numbered:
    records = None if given is None else given.as_of(review.as_of)
    yield from numbers_of_time(review)
    entries = None if records is None else Entries(records)
    for metric in review.metrics:
        yield from numbers_of_metrics(metric, review, entries)
    yield from numbers_of_unmet(review.unmet, entries)
    yield from numbers_not_listed(review)
    for deals in review.deals:
        yield from numbers_of_deals(deals, review.org, review.owner, process_address(deals, review.deals))
    yield from numbers_of_leads(review, records)
    yield from numbers_of_objectives(review, records)
    yield from numbers_of_variance(review, records, elsewhere)
    yield from numbers_of_evidence(review, records, elsewhere)
    yield from numbers_of_outlook(review, records, elsewhere)
    yield from numbers_of_customers(review, records)
    yield from numbers_of_channels(review)
    yield from numbers_of_market(review)
    yield from numbers_of_team(review, entries)
    yield from numbers_of_people(review)
    yield from numbers_of_actions(review, records)
    yield from numbers_of_recorded(review, records, elsewhere)
    yield from numbers_of_quality(review, records)
    if review.previous is not None and review.before is not None:
        # Whoever asks for none of the numbers of then does not wait for them.
        then = _looking_up(cache(partial(_trees_of, review.before, given)))
        yield from numbers_of_changes(review, review.previous, elsewhere, review.before, then)


def _row(tree: Breakdown) -> Row:
    row = tree.rows()[0]
    return {"number": row["label"], "value": row["value"]}


def _said(tree: Breakdown, lang: str, catalogs: Catalogs | None) -> str:
    return attrs.evolve(tree, rule=Given(), parts=()).text(lang, catalogs)
