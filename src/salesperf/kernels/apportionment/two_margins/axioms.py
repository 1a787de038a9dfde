"""What can be asked of any division of a table, whoever made it."""

from salesperf.errors import InvalidValueError
from salesperf.kernels.apportionment.two_margins.multipliers import first_misplaced
from salesperf.kernels.apportionment.two_margins.questions import BoundMatrix, WeightMatrix, read_integers, read_question
from salesperf.kernels.apportionment.two_margins.webster import divide_by_webster


def is_biproportional(
    parts: BoundMatrix,
    weights: WeightMatrix,
    lower: BoundMatrix | None = None,
    upper: BoundMatrix | None = None,
) -> bool:
    """Tell whether parts are the weights times multipliers of rows and columns, rounded to nearest integers.

    Parameters
    ----------
    parts
        Shape (n, m): whole units.
    weights, lower, upper
        Shape (n, m), as for :func:`apportion_matrix`.

    Returns
    -------
    bool
        Whether there are multipliers > 0 such that each part is clip(round(weight x multiplier x multiplier), lower, upper);
        what lies half-way may go either way. Parts of both signs, or beyond a bound, are not biproportional.

    Raises
    ------
    InvalidValueError
        As by :func:`apportion_matrix`.

    Notes
    -----
    The answer is exact. Multipliers that prove one table with these margins prove every other one that has a proof at all
    (complementary slackness), so the table that :func:`apportion_matrix` makes of the margins is divided first, and
    its multipliers are held against the parts, in integers.

    References
    ----------
    M. L. Balinski and G. Demange, "An axiomatic approach to proportionality between matrices", *Mathematics of Operations
    Research* 14(4), 1989.

    Examples
    --------
    >>> weights = [[50, 30, 20], [50, 30, 20]]
    >>> is_biproportional([[3, 2, 1], [2, 1, 1]], weights), is_biproportional([[4, 1, 1], [1, 2, 1]], weights)
    (True, False)
    """
    units = read_integers("parts", parts, 2)
    if (units < 0).any() and (units > 0).any():
        return False
    bounds = {
        name: None if bound is None else read_integers(name, bound, 2) for name, bound in (("lower", lower), ("upper", upper))
    }
    for name, bound in bounds.items():
        if bound is not None and bound.shape != units.shape:
            raise InvalidValueError("table_shape", path=(name,), expected=units.shape, value=bound.shape)
    low, high = bounds["lower"], bounds["upper"]
    if (low is not None and (units < low).any()) or (high is not None and (units > high).any()):
        return False
    question = read_question(units.sum(axis=1), units.sum(axis=0), weights, low, high, None)
    tables = question.tables
    if not units.size:
        return True
    asked = question.asked(units)
    if (asked[tables.weights == 0] != tables.lower[tables.weights == 0]).any():
        return False
    _, multipliers = divide_by_webster(tables)
    return first_misplaced(tables, asked, multipliers) is None
