"""Scorecards: criteria weighed together, for one or for a million."""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from salesperf.kernels.blocks import MOST_WORKERS
from salesperf.kernels.numeric import Column
from salesperf.model.validators import check_whole
from salesperf.scorecard.answers import sheet_of_columns, sheet_of_facts, sheet_of_one
from salesperf.scorecard.criteria import CardTerms
from salesperf.scorecard.scored import Score, score_of
from salesperf.scorecard.scoring import mark, score_rows

__all__ = ["Scorecard"]


@attrs.frozen
class Scorecard(CardTerms):
    """Criteria weighed together, and gates that cap the score.

    Parameters
    ----------
    criteria
        What counts, at least one; each key once. A criterion may be a scorecard itself.
    mode
        ``"weighted_mean"``: sum(weight x points) / sum(weight). ``"sum"``: sum(weight x points). ``"product"``: the product of
        the points, without weights.
    gates
        Conditions without which the score is capped.

    Raises
    ------
    InvalidValueError
        If there is no criterion, a key comes twice, a product has weights, a cap lies outside the range of the card, a fact is
        asked for both as a number and as something else, or the points together could be beyond every float.

    Notes
    -----
    The score is computed by the same operations in the same order for one as for many, so the two agree to the bit. A mean or a
    sum is rounded to 14 digits of the largest that there can be, where that is 10,000 at most: what is 80 on paper is 80. It
    lies within the range of the scales to 1e-12, relatively. A criterion that is left out has no part in a sum or a product;
    where all are left out the score is undefined in every mode.

    Along scales that rise, more of a fact never lowers a mean or a sum; nor does it lower a product, as long as no points are
    negative: of two negative factors the product is positive, and falls as they rise.

    Weights some times as large move a mean that is rounded by no more than one unit of its last digit, and so no band, unless
    the score lies that close to half a billionth below a cut.

    Examples
    --------
    >>> import numpy as np
    >>> from salesperf import Categories, Curve
    >>> from salesperf.scorecard import Criterion
    >>> card = Scorecard(
    ...     [
    ...         Criterion("budget", Curve([(0, 0), (500_000, 100)]), 3),
    ...         Criterion("industry", Categories({"manufacturing": 100, "retail": 40}), 1),
    ...     ]
    ... )
    >>> card.score({"budget": 250_000, "industry": "retail"}).value
    47.5
    >>> columns = {"budget": np.array([250_000, 500_000]), "industry": np.array(["retail", "manufacturing"])}
    >>> card.score_columns(columns).tolist()
    [47.5, 100.0]
    """

    def score(self, facts: Mapping[str, object]) -> Score:
        """Score one.

        Parameters
        ----------
        facts
            Name of each fact to what is known: a number, a category, or yes and no. What no criterion asks for is
            not looked at, unless its name may be a slip of one that is not there.

        Raises
        ------
        InvalidInputError
            With every fact that is missing though it may not be, is of another kind than its scale, of an unknown category, or
            misspelt as it seems.
        """
        sheet = sheet_of_one(self, facts)
        marks = mark(self, sheet, slice(0, 1))
        sheet.faults.tell()
        return score_of(self, marks, facts)

    def score_all(self, many: Iterable[Mapping[str, object]]) -> Column:
        """Score many, each by its facts; as fast as their columns, once these are made.

        Parameters
        ----------
        many
            The facts of each, as for :meth:`score`.

        Returns
        -------
        Column
            Shape (n,); ``nan`` where a score is undefined.

        Raises
        ------
        InvalidInputError
            As :meth:`score`, with the row.

        Examples
        --------
        >>> from salesperf import Curve
        >>> from salesperf.scorecard import Criterion
        >>> Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]))]).score_all([{"visits": 4}, {"visits": 12}]).tolist()
        [40.0, 100.0]
        """
        return score_rows(self, sheet_of_facts(self, many))

    def score_columns(self, columns: Mapping[str, Any], *, workers: int = 1) -> Column:
        """Score many by columns.

        Parameters
        ----------
        columns
            Name of each fact to its column, shape (n,): numbers, with ``nan`` for what is not known; categories as text, as
            objects with ``None``, or as codes; yes and no as truths, or as 1 and 0 with ``nan``. A column that is not there is
            one of facts that are not known; others are not looked at, unless their name may be a slip of one that is not there.
        workers
            How many threads share the rows, from 1 to 1024; few rows take but one.

        Returns
        -------
        Column
            Shape (n,); ``nan`` where a score is undefined.

        Raises
        ------
        InvalidValueError
            If the workers are no such number.
        InvalidInputError
            With every column that is missing, misspelt as it seems, too long or too short, or of another kind than its scale;
            or else with every row whose fact is missing though it may not be, infinite, or of an unknown category.
        """
        check_whole(workers, ("workers",), 1, MOST_WORKERS)
        return score_rows(self, sheet_of_columns(self, columns), workers)
