"""The rows of a report's tables, and whether the numbers of each stand at addresses of whoever the row names."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Final, NamedTuple, TypeAlias
from unittest.mock import patch

from said import is_written, pattern_of

from salesperf import Breakdown
from salesperf.messages import catalog
from salesperf.report import markdown
from salesperf.report.words import TEXT, Words
from salesperf.review import Review

__all__ = ["Row", "Table", "misplaced", "tables_of"]

_NUMBER: Final = re.compile(r"[+−-]?(?:[A-Z]{3} )?[+−-]?(\d{1,3}(?:,\d{3})*)")
"""A cell that holds a whole number or an amount in whole units, and nothing else."""
_DEPTH: Final = "· "
"""Stands before a name as often as it is levels down."""

Path: TypeAlias = tuple[str, ...]
_Paths: TypeAlias = frozenset[Path]


class Row(NamedTuple):
    """A row of a table: the heads, whom it names, and the cells."""

    heads: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def name(self) -> str:
        """Whom or what it is about, as it is called."""
        return self.cells[0].replace(_DEPTH, "").replace("\\", "")

    def numbers(self) -> Iterator[tuple[str, int]]:
        """Yield the whole numbers in it, each with what stands above it."""
        for head, cell in zip(self.heads[1:], self.cells[1:], strict=True):
            found = None if head in TEXT else _NUMBER.fullmatch(cell)
            if found is not None:
                yield head, int(found[1].replace(",", ""))


Table: TypeAlias = tuple[Row, ...]


def tables_of(review: Review) -> list[Table]:
    """Write a report, and return the rows of its tables."""
    tables: list[Table] = []
    write = Words.table

    def look(words: Words, heads: Sequence[str], rows: Iterable[Sequence[str]], **arguments: object) -> Iterator[str]:
        lines = [tuple(line) for line in rows]
        tables.append(tuple(Row(tuple(heads), line) for line in lines))
        return write(words, heads, lines, **arguments)

    with patch.object(Words, "table", look):
        markdown(review)
    return tables


def misplaced(tables: Iterable[Table], trees: Mapping[str, Breakdown], review: Review) -> list[Row]:
    """Return the rows with numbers that are not those of whoever the row names, or are of another table than the row before.

    A row is looked at where its name is that of one of the company, of a word of the catalogs, or of an address.
    """
    called = _called(review)
    by_pattern: dict[re.Pattern[str], list[str]] = {}
    wrong: list[Row] = []
    for table in tables:
        common: _Paths | None = None
        for row in table:
            ids = called.get(row.name, frozenset()) | _keys_of_words().get(row.name, frozenset()) | {row.name}
            found = [_paths_of(row, *each, ids, trees, by_pattern) for each in row.numbers()]
            known = [paths for paths in found if paths is not None]
            if not known:
                continue  # of nobody who has an address, such as all together
            paths = frozenset.intersection(*known)
            above = frozenset(path[:-1] for path in paths)
            # A list of what was missed holds several metrics; any other table is of one.
            common = above if common is None or "metric" in row.heads[1:] else common & above
            if not common:
                wrong.append(row)
    return wrong


def _paths_of(
    row: Row,
    head: str,
    value: int,
    ids: frozenset[str],
    trees: Mapping[str, Breakdown],
    by_pattern: dict[re.Pattern[str], list[str]],
) -> _Paths | None:
    """Return the beginnings of addresses of such a number, up to whoever is meant; ``None`` where these have none there."""
    pattern = pattern_of(f"| {row.heads[0]} {head}")
    if pattern is None:
        return None
    if pattern not in by_pattern:
        by_pattern[pattern] = [address for address in trees if pattern.fullmatch(address)]
    theirs = [
        (tuple(steps[: place + 1]), address)
        for address in by_pattern[pattern]
        for steps in [address.split("/")]
        for place, step in enumerate(steps)
        if not ids.isdisjoint((step, step.split("@")[0]))
    ]
    if not theirs:
        return None
    return frozenset(path for path, address in theirs if is_written(trees[address].value, value))


def _called(review: Review) -> Mapping[str, frozenset[str]]:
    """Return of each name in a review the ids and keys of what bears it."""
    found = defaultdict[str, set[str]](set)
    for name, id_ in chain(_in_figures(review), _in_what_was_agreed(review)):
        found[name].add(id_)
    return {name: frozenset(ids) for name, ids in found.items()}


def _in_figures(review: Review) -> Iterator[tuple[str, str]]:
    org, customers = review.org, review.customers
    yield from ((str(org.label(owner)), owner) for owner in (*org.rep_by_id, *org.team_by_id))
    yield from ((section.title.text(), section.metric.key) for section in review.metrics)
    yield from ((stage.title, stage.key) for deals in review.deals for stage in deals.process.stages)
    lines = () if customers is None else (*customers.largest, *customers.quiet)
    yield from ((line.label, line.customer) for line in lines)


def _in_what_was_agreed(review: Review) -> Iterator[tuple[str, str]]:
    objectives = () if review.objectives is None else review.objectives.lines
    yield from ((line.score.noun.label, line.score.noun.id) for line in objectives)
    yield from ((task.label, task.id) for plan in review.plans for task in plan.plan.tasks)
    actions = () if review.actions is None else review.actions.follow_through.lines
    yield from ((line.action.title, line.action.id) for line in actions)


@cache
def _keys_of_words() -> Mapping[str, frozenset[str]]:
    """Return of each word of the catalog how the keys end that it stands under."""
    found = defaultdict[str, set[str]](set)
    for key, words in catalog("en").items():
        found[words].add(key.rpartition(".")[2])
    return {words: frozenset(keys) for words, keys in found.items()}
