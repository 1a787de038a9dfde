"""Naive Bayes over categorical facts: counts that add up, chances read from them, and what each fact argues for."""

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, cast

import attrs
import numpy as np

from salesperf.errors import InvalidValueError, SalesperfError, UnknownNameError
from salesperf.grading.evidence import CategoryColumn, Counts, Encoded, Label, count_values, encode, names_of, truths
from salesperf.grading.prediction import FactEvidence, Prediction
from salesperf.kernels.numeric import INT64_MAX, Column
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.misspelling import alike, index_of
from salesperf.model.result import Result, Row
from salesperf.model.validators import (
    anything,
    as_frozen_map,
    as_python,
    check_choice,
    check_number,
    check_whole,
    frozen_map,
    named,
    of_type,
    place,
    require,
    whole,
)

__all__ = ["FEWEST_CASES", "NaiveBayes", "Smoothing", "UnknownValue"]

Smoothing: TypeAlias = float | Literal["odoo"]
UnknownValue: TypeAlias = Literal["refuse", "as_missing"]

FEWEST_CASES: Final = 30
"""Cases below which a table has too little history for its chances to be told as such."""
_MOST_SMOOTHING: Final = 1e6
_BLOCK: Final = 32_768
_UNKNOWN: Final[tuple[UnknownValue, ...]] = ("refuse", "as_missing")

# The formula of the open-source CRM
_ADDED: Final = 0.1
_PASSED_THROUGH: Final = "stage"
_TAGGED: Final = "tags"
_FEWEST_TAGGED: Final = 50


def _smoothing(instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
    if isinstance(value, str):
        check_choice(value, ("odoo",), place(instance, attribute))
        return
    check_number(value, place(instance, attribute))
    if cast("float", value) <= 0:
        raise InvalidValueError("not_positive", path=place(instance, attribute), value=value)
    if cast("float", value) > _MOST_SMOOTHING:
        raise InvalidValueError("out_of_range", path=place(instance, attribute), low=0, high=_MOST_SMOOTHING, value=value)


def _as_smoothing(value: Smoothing) -> Smoothing:
    return as_python(value)


def _as_tables(value: Mapping[str, Mapping[Label, Counts]]) -> FrozenMap[str, FrozenMap[Label, Counts]]:
    return as_frozen_map({name: as_frozen_map(table) for name, table in value.items()} if isinstance(value, Mapping) else value)


@attrs.frozen(kw_only=True)
class NaiveBayes(Result):
    """Won and lost cases by the values of their facts: made by :meth:`fit`, merged with ``+``, cases removed with ``-``.

    The partition key is the case: each must be in one part. Tables hold counts alone and are smoothed when they are read, so
    that merging is exact, associative and commutative, :meth:`empty` changes nothing, and what was added can be taken away.
    Tables of other facts, another smoothing or another minimum are refused.

    Attributes
    ----------
    won, lost
        Cases.
    tables
        By fact and value: won and lost cases. A value that no case has stands in no table, and none has more than there are.
    smoothing
        What is added to each count when it is read, above 0; or ``"odoo"`` for the formula of the open-source CRM.
    minimum
        Cases below which the history is insufficient.

    Raises
    ------
    InvalidValueError
        If a value is malformed, or a table counts no case, or more cases than there are.

    Notes
    -----
    log-odds = ln(won / lost) + the sum over the values v of the case of ln((won_v + s) / (W + s K)) - ln((lost_v + s) /
    (L + s K)), with s the smoothing, W and L the sums of won_v and lost_v over the K values of the fact. Chance =
    1 / (1 + exp(-log-odds)). A fact that is not known has no part in it. With one value a row this is what scikit-learn calls
    ``CategoricalNB(alpha=s)``.

    With ``smoothing="odoo"``, s = 0.1 is added to the numbers of won and lost cases too. The column ``"stage"`` holds for each
    case all stages that it passed through, and W and L are there those smoothed numbers of cases. Of the column ``"tags"``,
    values of fewer than 50 cases are ignored. Values that no case had are left out. The CRM keeps a table for each of its
    teams; so may the caller. It writes the chance as a percentage, rounded to two digits.

    A fact that became known only after a case was decided, or because of it, gives the outcome away: leave it out.

    References
    ----------
    D. D. Lewis, "Naive (Bayes) at forty", *ECML-98*, 4-15. Odoo, ``addons/crm/models/crm_lead.py`` at commit 0015f11c.

    Examples
    --------
    >>> table = NaiveBayes.fit({"channel": ["referral", "web", "web", "web"]}, [True, False, False, True])
    >>> table.probability({"channel": ["referral", "web"]}).round(4).tolist()
    [0.6667, 0.4]
    >>> print(table)
    fact     value     won  lost
    channel  referral    1     0
    channel  web         1     2
    """

    won: int = attrs.field(default=0, validator=whole(0, INT64_MAX))
    lost: int = attrs.field(default=0, validator=whole(0, INT64_MAX))
    tables: FrozenMap[str, FrozenMap[Label, Counts]] = attrs.field(
        converter=_as_tables, validator=frozen_map(anything, of_type(FrozenMap))
    )
    smoothing: Smoothing = attrs.field(default=1.0, converter=_as_smoothing, validator=_smoothing)
    minimum: int = attrs.field(default=FEWEST_CASES, validator=whole(0, INT64_MAX))

    def __attrs_post_init__(self) -> None:
        """Check that each value is one, and has some of the cases."""
        for name, table in self.tables.items():
            for position, (value, counts) in enumerate(table.items()):
                path = ("NaiveBayes", "tables", name, position)
                if not isinstance(value, str | int):
                    raise InvalidValueError("not_a_label", path=path, value=named(value))
                require(counts, tuple, path=path)
                if len(counts) != len(("won", "lost")):
                    raise InvalidValueError("length", path=path, expected=2, value=len(counts))
                for count, most in zip(counts, (self.won, self.lost), strict=True):
                    check_whole(count, path, 0, most)
                if not any(counts):
                    raise InvalidValueError("not_positive", path=path, value=0)

    @classmethod
    def fit(
        cls,
        columns: Mapping[str, CategoryColumn],
        won: object,
        *,
        smoothing: Smoothing = 1.0,
        minimum: int = FEWEST_CASES,
    ) -> "NaiveBayes":
        """Count cases.

        Parameters
        ----------
        columns
            Name of each fact to its column, shape (n,): :class:`Codes`, which are by far the fastest, an array, or a sequence,
            of text, whole numbers, or yes and no. A row may be a tuple of several values. ``None``, empty text and nan stand
            for what is not known.
        won
            Shape (n,): whether each case was won.
        smoothing, minimum
            As of the class.

        Raises
        ------
        InvalidValueError
            If a column is not as long as the outcomes, or holds what is no category, or an argument is malformed.

        Examples
        --------
        >>> NaiveBayes.fit({"tags": [("new", "big"), ("big",), ()]}, [True, False, True]).tables["tags"]
        FrozenMap({'big': (1, 1), 'new': (1, 0)})
        """
        outcome = truths(won)
        require(columns, Mapping, path=("columns",))
        tables = {column.name: count_values(column, outcome) for column in encode(columns, outcome.size)}
        count = int(np.count_nonzero(outcome))
        return cls(won=count, lost=outcome.size - count, tables=tables, smoothing=smoothing, minimum=minimum)

    @classmethod
    def empty(cls, by: Iterable[str], *, smoothing: Smoothing = 1.0, minimum: int = FEWEST_CASES) -> "NaiveBayes":
        """Return the table of no cases.

        Parameters
        ----------
        by
            Names of the facts.
        smoothing, minimum
            As of the class.

        Raises
        ------
        InvalidValueError
            If an argument is malformed, or a name comes twice.

        Examples
        --------
        >>> NaiveBayes.empty(["channel"]).cases
        0
        """
        return cls(tables={name: FrozenMap() for name in names_of(by)}, smoothing=smoothing, minimum=minimum)

    @property
    def cases(self) -> int:
        """Won and lost cases together."""
        return self.won + self.lost

    @property
    def reason(self) -> Message | None:
        """Why the history is insufficient; ``None`` where it suffices."""
        if self.cases >= self.minimum:
            return None
        return Message.of("grading.reason.insufficient_history", cases=self.cases, minimum=self.minimum)

    def rows(self) -> list[Row]:
        """Return a row for each value of each fact."""
        return [
            {"fact": name, "value": value, "won": won, "lost": lost}
            for name, table in self.tables.items()
            for value, (won, lost) in table.items()
        ]

    # Adding and removing cases

    def __add__(self, other: object) -> "NaiveBayes":
        """Merge with the table of other cases."""
        return self._combined(other, 1) if isinstance(other, NaiveBayes) else NotImplemented

    def __sub__(self, other: object) -> "NaiveBayes":
        """Remove the cases of another table.

        Raises
        ------
        InvalidValueError
            If the other holds a case that this table does not.
        """
        return self._combined(other, -1) if isinstance(other, NaiveBayes) else NotImplemented

    def _combined(self, other: "NaiveBayes", sign: int) -> "NaiveBayes":
        for field in ("smoothing", "minimum"):
            self._refuse_other(field, getattr(self, field), getattr(other, field))
        self._refuse_other("tables", tuple(self.tables), tuple(other.tables))
        tables = {name: _summed(table, other.tables[name], sign, name) for name, table in self.tables.items()}
        won, lost = self.won + sign * other.won, self.lost + sign * other.lost
        if min(won, lost) < 0:
            raise InvalidValueError("not_held", path=("NaiveBayes",), value="won" if won < 0 else "lost")
        return attrs.evolve(self, won=won, lost=lost, tables=tables)

    def _refuse_other(self, field: str, left: object, right: object) -> None:
        if left != right:
            raise InvalidValueError("tally_mismatch", path=("NaiveBayes", field), field=field, left=left, right=right)

    # Reading

    def probability(self, columns: Mapping[str, CategoryColumn], *, unknown: UnknownValue | None = None) -> Column:
        """Tell the chance of each case to be won.

        Parameters
        ----------
        columns
            As of :meth:`fit`. A fact whose column is not there is not known; other columns are not looked at, unless their name
            may be a slip of one that is not there.
        unknown
            What a value gets that no counted case had: ``"refuse"`` refuses it and names the known ones, ``"as_missing"``
            leaves it out. ``None`` refuses it, but for ``smoothing="odoo"``, whose formula leaves it out.

        Returns
        -------
        Column
            Shape (n,), fractions. They are computed from however few cases there are: :attr:`reason` says whether these
            suffice.

        Raises
        ------
        UnknownNameError
            If a value is unknown, and such are refused, or the name of a fact may be misspelt.
        InvalidValueError
            If the table holds no won or no lost case, there is no column of a known fact, or one is malformed.

        Examples
        --------
        >>> table = NaiveBayes.fit({"channel": ["referral", "web"]}, [True, False])
        >>> table.probability({"channel": ["fair", "web"]}, unknown="as_missing").round(4).tolist()
        [0.5, 0.3333]
        """
        return _chance(self.log_odds(columns, unknown=unknown))

    def log_odds(self, columns: Mapping[str, CategoryColumn], *, unknown: UnknownValue | None = None) -> Column:
        """Tell the log-odds of each case to be won: ln(chance / (1 - chance)).

        Parameters
        ----------
        columns, unknown
            As of :meth:`probability`.

        Returns
        -------
        Column
            Shape (n,).

        Raises
        ------
        UnknownNameError, InvalidValueError
            As :meth:`probability`.

        Examples
        --------
        >>> table = NaiveBayes.fit({"channel": ["referral", "web"]}, [True, False])
        >>> table.log_odds({"channel": ["web"]}).round(4).tolist()
        [-0.6931]
        """
        require(columns, Mapping, path=("columns",))
        self._check_names(columns, "columns")
        asked = encode({name: columns[name] for name in self.tables if name in columns})
        if not asked:
            raise InvalidValueError("no_columns", path=("columns",), choices=tuple(self.tables))
        policy = self._policy(unknown)
        weights = [self._weights_of_codes(column, policy) for column in asked]
        return _summed_weights(self._base, asked, weights)

    def _check_names(self, given: Mapping[str, object], argument: str) -> None:
        """Refuse a name that may be a slip of a fact that is not there: it would count as not known, and nobody be told."""
        absent = index_of(name for name in self.tables if name not in given)
        for name in given if absent else ():
            known = None if name in self.tables else alike(name, absent)
            if known is not None:
                raise UnknownNameError("misspelt_counted", path=(argument,), known=known, value=name)

    def explain(self, facts: Mapping[str, object], *, unknown: UnknownValue | None = None) -> Prediction:
        """Tell the chance of one case, and what each fact argues for.

        Parameters
        ----------
        facts
            Name of each fact to its value, or to a tuple of values. What is not there is not known; other facts are not
            looked at, unless their name may be a slip of one that is not there.
        unknown
            As of :meth:`probability`.

        Raises
        ------
        UnknownNameError, InvalidValueError
            As :meth:`probability`.

        Examples
        --------
        >>> table = NaiveBayes.fit({"channel": ["referral", "web", "web", "web"]}, [True, False, False, True], minimum=4)
        >>> told = table.explain({"channel": "referral"})
        >>> print(told.estimate)
        0.666667, n = 4
        >>> print(told.breakdown.text())
        Log-odds of being won: 0.6931 = sum of
          2 won and 2 lost cases: 0.00
          channel referral (1 won, 0 lost): 0.6931
        """
        require(facts, Mapping, path=("facts",))
        self._check_names(facts, "facts")
        columns = {name: [facts.get(name)] for name in self.tables}
        try:
            log_odds = self.log_odds(columns, unknown=unknown)
        except SalesperfError as error:
            # Each fact is a column of one row to the table, but not to whoever asks.
            raise (error.at("facts", *error.path[1:2]) if error.path[:1] == ("columns",) else error) from None
        evidence = [
            FactEvidence(fact=column.name, value=value, won=counts[0], lost=counts[1], log_odds=weight)
            for column in encode(columns)
            for value in column.values[0]
            for counts, weight in [self._known_weight(column.name, value)]
            if weight is not None
        ]
        used = {each.fact for each in evidence}
        chance = float(_chance(log_odds)[0])
        return Prediction(
            value=chance,
            estimate=Estimate(value=chance, n=self.cases)
            if self.reason is None
            else Estimate.undefined(self.reason, n=self.cases),
            log_odds=float(log_odds[0]),
            base=self._base,
            won=self.won,
            lost=self.lost,
            evidence=tuple(evidence),
            left_out=tuple(name for name in self.tables if name not in used),
        )

    def _known_weight(self, name: str, value: Label) -> tuple[Counts, float | None]:
        return self.tables[name].get(value, (0, 0)), self._weights[name].get(value)

    def _policy(self, unknown: UnknownValue | None) -> UnknownValue:
        if unknown is None:
            return "as_missing" if self.smoothing == "odoo" else "refuse"
        check_choice(unknown, _UNKNOWN, ("unknown",))
        return unknown

    @cached_property
    def _base(self) -> float:
        """The log-odds before any fact."""
        if self.smoothing == "odoo" and self.cases:
            return float(np.log(self.won + _ADDED) - np.log(self.lost + _ADDED))
        if not (self.won and self.lost):
            raise InvalidValueError("one_outcome", path=("NaiveBayes",), won=self.won, lost=self.lost)
        return float(np.log(self.won) - np.log(self.lost))

    @cached_property
    def _weights(self) -> Mapping[str, Mapping[Label, float]]:
        """By fact and value: the log-odds that it adds; nothing for values that are ignored."""
        return MappingProxyType({name: self._weights_of(name, table) for name, table in self.tables.items()})

    def _weights_of(self, name: str, table: Mapping[Label, Counts]) -> dict[Label, float]:
        is_odoo = self.smoothing == "odoo"
        added = _ADDED if self.smoothing == "odoo" else float(self.smoothing)
        if is_odoo and name == _TAGGED:
            table = {value: counts for value, counts in table.items() if sum(counts) >= _FEWEST_TAGGED}
        if not table:
            return {}
        counts = np.array(list(table.values()), dtype=np.float64) + added
        is_passed_through = is_odoo and name == _PASSED_THROUGH
        totals = np.array([self.won, self.lost]) + added if is_passed_through else counts.sum(axis=0)
        shares = np.log(counts) - np.log(totals)
        return dict(zip(table, (shares[:, 0] - shares[:, 1]).tolist(), strict=True))

    def _weights_of_codes(self, column: Encoded, policy: UnknownValue) -> Column:
        """Return for each code the log-odds that its values add."""
        if policy == "refuse":
            self._refuse_unknown(column)
        weights = self._weights[column.name]
        return np.array([math.fsum(weights.get(value, 0.0) for value in values) for values in column.values])

    def _refuse_unknown(self, column: Encoded) -> None:
        known = self.tables[column.name]
        unknown = [code for code, values in enumerate(column.values) if not all(value in known for value in values)]
        row = column.first_row(unknown)
        if row is not None:
            value = next(value for value in column.values[column.codes[row]] if value not in known)
            path = ("columns", column.name, row)
            raise UnknownNameError("unknown_category", path=path, choices=tuple(known), value=value)


def _summed(left: Mapping[Label, Counts], right: Mapping[Label, Counts], sign: int, name: str) -> FrozenMap[Label, Counts]:
    """Add or subtract counts by value; a value that is left without a case is none."""
    counts = dict(left)
    for value, (won, lost) in right.items():
        before = counts.get(value, (0, 0))
        after = before[0] + sign * won, before[1] + sign * lost
        if min(after) < 0:
            raise InvalidValueError("not_held", path=("NaiveBayes", name), value=value)
        counts[value] = after
    return FrozenMap({value: pair for value, pair in counts.items() if any(pair)})


def _summed_weights(base: float, columns: tuple[Encoded, ...], weights: list[Column]) -> Column:
    """Add up, for each row, what its codes are worth."""
    total = np.empty(columns[0].codes.size)
    scratch = np.empty(min(_BLOCK, total.size))
    for start in range(0, total.size, _BLOCK):
        rows = slice(start, start + _BLOCK)
        sums = total[rows]
        sums.fill(base)
        for column, worth in zip(columns, weights, strict=True):
            # Codes were checked when they were made; "clip" saves numpy the copy that it makes to be able to give up.
            np.add(sums, np.take(worth, column.codes[rows], out=scratch[: sums.size], mode="clip"), out=sums)
    return total


def _chance(log_odds: Column) -> Column:
    """Turn log-odds into chances."""
    with np.errstate(over="ignore"):  # a chance of 0 is what beyond every float comes to
        return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))
