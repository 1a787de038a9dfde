"""Objectives: what is aimed at, by which key results it is seen, and how objectives serve one another in a tree."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final

import attrs

from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.model.key_result import CheckIn, KeyResult, above_zero, check_history, check_known, last_confidence
from salesperf.model.period import Period
from salesperf.model.tree import keys_in_cycles
from salesperf.model.validators import (
    as_decimal,
    as_tuple,
    each,
    identifier,
    is_tuple_of,
    named,
    of_type,
    optional,
    repeated,
    require,
    text,
)

__all__ = ["MOST_LEVELS", "Objective", "in_tree"]

MOST_LEVELS: Final = 50
"""How many objectives may stand above one another: no company has as many, and Python goes no deeper than so many calls."""


def _as_key_results(value: Iterable[KeyResult]) -> tuple[KeyResult, ...]:
    return as_tuple(value)


def _as_children(value: "Iterable[Objective]") -> "tuple[Objective, ...]":
    return as_tuple(value)


def _as_check_ins(value: Iterable[CheckIn]) -> tuple[CheckIn, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class Objective:
    """What is aimed at: measured by key results, or served by objectives below it.

    Parameters
    ----------
    id
        Unique in the tree, also among its key results.
    title
        What a reader sees; the id where it is empty.
    period
        The days that it has.
    key_results
        By what it is seen that it is reached.
    children
        The objectives that serve it. An objective has key results or children, and not both; one that has neither has no
        score but such as is given.
    owner
        The id of a rep or a team; ``None`` for the company.
    weight
        How much it counts beside the other children of the objective above it, above 0.
    is_committed
        Whether all of it was promised: then it passes at 1.0; one that is aspirational passes at 0.7.
    check_ins
        What was said of it as a whole, by day: a score that somebody gave, a confidence.

    Raises
    ------
    InvalidValueError
        If a value is malformed, there are key results and children, the weight is not above 0, an id comes twice in the tree,
        check-ins run backwards or answer what only a key result asks, or the tree has more than 50 levels.

    Notes
    -----
    A milestone goes by the id of its key result and its own key, with a slash between them; that is an id of the tree too.

    Examples
    --------
    >>> north = Objective(
    ...     id="north",
    ...     title="Win the north",
    ...     period=Period.quarter(2026, 3),
    ...     key_results=[KeyResult(id="pilots", start=0, target=10, check_ins=[CheckIn(date(2026, 8, 14), value=6)])],
    ... )
    >>> company = Objective(id="company", period=Period.quarter(2026, 3), children=[north])
    >>> [objective.id for objective in company.walk()], company.levels
    (['company', 'north'], 2)
    """

    id: str = attrs.field(validator=identifier)
    title: str = attrs.field(default="", validator=text)
    period: Period = attrs.field(validator=of_type(Period))
    key_results: tuple[KeyResult, ...] = attrs.field(default=(), converter=_as_key_results, validator=each(of_type(KeyResult)))
    children: "tuple[Objective, ...]" = attrs.field(default=(), converter=_as_children)
    owner: str | None = attrs.field(default=None, validator=optional(identifier))
    weight: Decimal = attrs.field(default=Decimal(1), converter=as_decimal, validator=above_zero)
    is_committed: bool = attrs.field(default=False, validator=of_type(bool))
    check_ins: tuple[CheckIn, ...] = attrs.field(default=(), converter=_as_check_ins, validator=each(of_type(CheckIn)))

    def __attrs_post_init__(self) -> None:
        """Check the children, whose kind has no name before the class stands, and the tree."""
        each(of_type(Objective))(self, attrs.fields(Objective).children, self.children)
        if self.key_results and self.children:
            raise InvalidValueError("objective_of_both", path=self._path("children"))
        if self.levels > MOST_LEVELS:
            raise InvalidValueError("objective_levels", path=self._path("children"), limit=MOST_LEVELS)
        for _, again in repeated(self.ids):
            raise InvalidValueError("not_unique", path=self._path("id"), value=again)
        check_history(self.check_ins, self._path("check_ins"))
        for position, check_in in enumerate(self.check_ins):
            for name in check_in.answers:
                if name != "score":
                    path = self._path("check_ins", position, name)
                    raise InvalidValueError("check_in_of_objective", path=path, value=name)

    def _path(self, *steps: str | int) -> tuple[str | int, ...]:
        return ("Objective", self.id, *steps)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Every id of the tree: of objectives, key results and milestones."""
        below = [id_ for child in self.children for id_ in child.ids]
        for key_result in self.key_results:
            below.append(key_result.id)
            below += [f"{key_result.id}/{milestone.key}" for milestone in key_result.milestones]
        return (self.id, *below)

    @cached_property
    def levels(self) -> int:
        """How many objectives stand above one another, this one included."""
        return 1 + max((child.levels for child in self.children), default=0)

    @property
    def label(self) -> str:
        """What a reader sees."""
        return self.title.strip() or self.id

    @property
    def parts(self) -> "tuple[KeyResult | Objective, ...]":
        """What its score is made of: its key results, or its children."""
        return self.key_results or self.children

    @property
    def stated(self) -> Decimal | None:
        """The score that was given last; ``None`` where none was."""
        given = (check_in.score for check_in in reversed(self.check_ins))
        return next((score for score in given if score is not None), None)

    @property
    def confidence(self) -> Decimal | None:
        """What was said last of how sure the owner is of it as a whole."""
        return last_confidence(self.check_ins)

    @property
    def last_check_in(self) -> date | None:
        """The day of the last check-in of it or of what is below it."""
        days = [check_in.on for check_in in self.check_ins[-1:]] + [part.last_check_in for part in self.parts]
        return max((day for day in days if day is not None), default=None)

    def walk(self) -> "Iterator[Objective]":
        """Go through the tree, each objective before its children."""
        yield self
        for child in self.children:
            yield from child.walk()

    def as_of(self, day: date) -> "Objective":
        """Forget what was said later than a day, of it and of all below it.

        Notes
        -----
        Adding later check-ins never alters an earlier ``as_of``; ``objective.as_of(a).as_of(b)`` is
        ``objective.as_of(min(a, b))``. Titles, weights and targets have no history: one that was changed later is known too
        early.

        Examples
        --------
        >>> graded = Objective(
        ...     id="o", period=Period.quarter(2026, 3), check_ins=[CheckIn(date(2026, 10, 2), score=Decimal("0.8"))]
        ... )
        >>> graded.stated, graded.as_of(date(2026, 10, 1)).stated
        (Decimal('0.8'), None)
        """
        return attrs.evolve(
            self,
            key_results=[key_result.as_of(day) for key_result in self.key_results],
            children=[child.as_of(day) for child in self.children],
            check_ins=check_known(self.check_ins, day),
        )

    @classmethod
    def trees(cls, objectives: "Iterable[Objective]", parents: Mapping[str, str | None]) -> "tuple[Objective, ...]":
        """Put objectives that stand side by side, as files hold them, below one another.

        Parameters
        ----------
        objectives
            In any order; each may have key results, and none has children yet.
        parents
            The id of each to that of the objective above it; who is not named, or whose parent is ``None``, is the root of a
            tree.

        Returns
        -------
        tuple of Objective
            The roots, and below each the others in the order given.

        Raises
        ------
        InvalidInputError
            With every id that comes twice, every one that there is not, and every cycle.
        InvalidValueError
            If one would have key results and children, or an argument is of another kind.

        Examples
        --------
        >>> quarter = Period.quarter(2026, 3)
        >>> flat = [Objective(id=id, period=quarter) for id in ("sales", "company", "north")]
        >>> (root,) = Objective.trees(flat, {"sales": "company", "north": "sales"})
        >>> [objective.id for objective in root.walk()]
        ['company', 'sales', 'north']
        """
        given = as_tuple(objectives)
        if not is_tuple_of(given, Objective):
            raise InvalidValueError("wrong_type", path=("objectives",), expected=Objective, value=named(objectives))
        require(parents, Mapping, path=("parents",))
        for id_, parent in parents.items():
            require(id_, str, path=("parents",))
            if parent is not None:
                require(parent, str, path=("parents", id_))
        faults = list(_faults_of_links(given, parents))
        if faults:
            raise InvalidInputError(faults)
        below: dict[str | None, list[Objective]] = defaultdict(list)
        for objective in given:
            below[parents.get(objective.id)].append(objective)
        return tuple(_nested(objective, below) for objective in below[None])


def _faults_of_links(objectives: tuple[Objective, ...], parents: Mapping[str, str | None]) -> Iterator[SalesperfError]:
    ids = [objective.id for objective in objectives]
    known = set(ids)
    for position, again in repeated(ids):
        yield InvalidValueError("not_unique", path=("objectives", position, "id"), value=again)
    for id_, parent in parents.items():
        if id_ not in known:
            yield UnknownNameError("unknown_objective", path=("parents",), value=id_)
        if parent is not None and parent not in known:
            yield UnknownNameError("unknown_objective", path=("parents", id_), value=parent)
    for id_ in sorted(keys_in_cycles(parents)):
        yield InvalidValueError("objective_cycle", path=("parents", id_), value=id_)


def _nested(objective: Objective, below: Mapping[str | None, list[Objective]], level: int = 1) -> Objective:
    children = below.get(objective.id, [])
    if not children:
        return objective
    if level == MOST_LEVELS:
        raise InvalidValueError("objective_levels", path=("parents", objective.id), limit=MOST_LEVELS)
    return attrs.evolve(objective, children=[*objective.children, *(_nested(child, below, level + 1) for child in children)])


def in_tree(root: Objective) -> Iterator[Objective | KeyResult]:
    """Go through a tree, each objective before its key results, and those before what is below it.

    Examples
    --------
    >>> visits = KeyResult(id="k-1", start=0, target=40)
    >>> [part.id for part in in_tree(Objective(id="o-1", period=Period.year(2026), key_results=[visits]))]
    ['o-1', 'k-1']
    """
    for objective in root.walk():
        yield objective
        yield from objective.key_results
