"""Who leaves: attrition of the people under an owner."""

from datetime import date, timedelta
from typing import Final

from salesperf.kernels.proportion import wilson
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.validators import check_date, check_whole, require

__all__ = ["attrition", "served_and_gone"]

_MOST_DAYS: Final = 36_500
_YEAR: Final = 365


def attrition(org: Org, *, owner: str | None = None, as_of: date, days: int = _YEAR) -> Estimate:
    """Tell which share of the people left.

    Parameters
    ----------
    org
        Who served when.
    owner
        The team asked about; ``None`` for the company.
    as_of
        The last day that counts; who leaves later has not left yet.
    days
        How many days to look back, that one included; 1 or more.

    Returns
    -------
    Estimate
        Employees who left within the days, over all who served on any of them, with Wilson's interval; undefined where nobody
        served. Dealers, agents and the house are nobody's staff.

    Raises
    ------
    InvalidValueError
        If an argument is malformed.
    UnknownNameError
        If the owner is not known.

    Examples
    --------
    >>> from salesperf import Rep
    >>> reps = [Rep(id="ada"), Rep(id="bo", left=date(2026, 7, 1)), Rep(id="chen"), Rep(id="dai")]
    >>> print(attrition(Org(reps=reps), as_of=date(2026, 9, 30)))
    0.25 [0.0455873, 0.699358], n = 4
    """
    require(org, Org, path=("org",))
    check_date(as_of, ("as_of",))
    check_whole(days, ("days",), 1, _MOST_DAYS)
    org.require_owner(owner, "owner")
    served, gone = served_and_gone(org, owner=owner, as_of=as_of, days=days)
    if not served:
        return Estimate.undefined(Message("risk.reason.nobody_served"))
    interval = wilson(len(gone), len(served))
    return Estimate(value=len(gone) / len(served), low=interval.low, high=interval.high, n=len(served))


def served_and_gone(org: Org, *, owner: str | None, as_of: date, days: int = _YEAR) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the employees who served on any of the last days, and those of them who left: of whom an attrition tells."""
    first = as_of - timedelta(days=min(days - 1, as_of.toordinal() - 1))
    watched = Period(first, as_of + timedelta(days=1)) if as_of < date.max else Period(first, as_of)
    served = tuple(rep for rep in org.members(owner, watched) if org.rep_by_id[rep].kind == "employee")
    # Whoever moved to another team on leaving this one did not leave the company.
    return served, tuple(rep for rep in served if org.rep_by_id[rep].service[1] <= as_of)
