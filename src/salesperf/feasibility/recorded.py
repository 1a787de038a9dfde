"""What was recorded toward a target's metric, by its owner and within its scope, in other periods."""

from collections.abc import Sequence

from salesperf.attainment.ledger import Ledger
from salesperf.errors import InvalidValueError, UnitMismatchError
from salesperf.model.amount import Amount
from salesperf.model.period import Period
from salesperf.model.target import Target

__all__ = ["amounts_in", "judged_amount"]


def amounts_in(periods: Sequence[Period], target: Target, ledger: Ledger) -> list[Amount]:
    """Return what was recorded in each period; 0 where nothing was.

    Raises
    ------
    UnitMismatchError
        If some of it is in another unit than the target.
    """
    unit = judged_amount(target).unit
    spans = ledger.spans_of(target.owner, *periods)
    for other in ledger.units(target.metric, target.scope):
        if other != unit and ledger.sums(target.metric, other, target.scope, spans)[1].any():
            raise UnitMismatchError("unit_mismatch", path=("tally",), left=str(unit), right=str(other))
    sums, _ = ledger.sums(target.metric, unit, target.scope, spans)
    return [Amount(minor=minor, unit=unit) for minor in sums.tolist()]


def judged_amount(target: Target) -> Amount:
    """Return the amount of a target that can be judged: one of a flow of which more is better, above 0.

    Raises
    ------
    NotAdditiveError
        If the metric is not a flow.
    InvalidValueError
        If less of it is better, or it should stay within a band; or the amount is not above 0.
    """
    target.metric.require_additive("target", "metric")
    if target.metric.direction != "higher":
        raise InvalidValueError("direction_not_higher", path=("target", "metric"), metric=target.metric.key)
    amount = target.amount
    if not isinstance(amount, Amount) or amount.minor <= 0:
        raise InvalidValueError("not_positive", path=("target", "amount"), value=getattr(amount, "decimal", amount))
    return amount
