"""Calibration: whether chances that were told came true, and how well they rank."""

import math

import attrs
import numpy as np

from salesperf.errors import InvalidValueError
from salesperf.grading.evidence import Truths, truths
from salesperf.kernels.elementwise import refuse_where
from salesperf.kernels.numeric import Column
from salesperf.kernels.proportion import wilson
from salesperf.kernels.ranking import auc_and_error
from salesperf.kernels.special import normal_quantile
from salesperf.model.codes import numbers_of
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.validators import AnyLevel, check_whole, checked_level

__all__ = ["Calibration", "LiftPoint", "ReliabilityBin", "calibrate"]

_MOST_BINS = 1000
_TENTHS = 10


@attrs.frozen(kw_only=True)
class ReliabilityBin:
    """Cases of like chances, and how many of them were won.

    Attributes
    ----------
    low, high
        The chances that belong to it, fractions: from low up to high, which belongs to the last bin alone.
    n
        Cases.
    mean_probability
        The mean of their chances; ``None`` where there is no case.
    won_share
        Which share of them was won.

    Examples
    --------
    >>> from salesperf.grading import calibrate
    >>> calibrate([0.2, 0.3, 0.9], [False, True, True], bins=2).reliability[1].won_share.value
    1.0
    """

    low: float
    high: float
    n: int
    mean_probability: float | None
    won_share: Estimate


@attrs.frozen(kw_only=True)
class LiftPoint:
    """How much better than chance the cases with the highest chances did.

    Attributes
    ----------
    share
        Which share of all cases, those with the highest chances, a fraction.
    n
        So many cases.
    won
        How many of them were won; of cases with one chance of which only some belong to them, the same share.
    lift
        Their share won over that of all cases; ``None`` where none was won at all.

    Examples
    --------
    >>> from salesperf.grading import calibrate
    >>> calibrate([0.2, 0.3, 0.4, 0.9], [False, False, False, True]).lift[0].lift
    4.0
    """

    share: float
    n: int
    won: float
    lift: float | None


@attrs.frozen(kw_only=True)
class Calibration(Result):
    """Chances beside what came of them: made by :func:`calibrate`.

    Attributes
    ----------
    n, won
        Cases, and how many of them were won.
    brier
        The mean of (chance - outcome)^2: 0 is perfect.
    log_loss
        The mean of -ln(the chance told for what happened): 0 is perfect; undefined where something happened whose chance was
        told to be 0.
    auc
        The chance that a won case stands above a lost one; 0.5 is no better than chance.
    reliability
        Cases by their chances, in bins of one width.
    lift
        For the best tenth, two tenths, and so on to all.

    Examples
    --------
    >>> from salesperf.grading import calibrate
    >>> told = calibrate([0.1, 0.4, 0.35, 0.8], [False, False, True, True], bins=2)
    >>> print(told)
    low  high  n  mean_probability  won_share  won_share_low  won_share_high
      0   0.5  3          0.283333   0.333333      0.0614919         0.79234
    0.5     1  1               0.8          1       0.206549               1
    """

    n: int
    won: int
    brier: Estimate
    log_loss: Estimate
    auc: Estimate
    reliability: tuple[ReliabilityBin, ...]
    lift: tuple[LiftPoint, ...]

    def rows(self) -> list[Row]:
        """Return a row for each bin of the reliability table."""
        return [
            {
                "low": each.low,
                "high": each.high,
                "n": each.n,
                "mean_probability": each.mean_probability,
                "won_share": each.won_share.value,
                "won_share_low": each.won_share.low,
                "won_share_high": each.won_share.high,
            }
            for each in self.reliability
        ]


def calibrate(probability: object, won: object, *, bins: int = 10, level: AnyLevel = 0.95) -> Calibration:
    """Hold chances against what came of them.

    Parameters
    ----------
    probability
        Shape (n,), the chances to be won that were told, fractions.
    won
        Shape (n,): whether each was won.
    bins
        Bins of the reliability table, from 1 to 1,000.
    level
        That of the intervals, a number of any kind within (0, 1).

    Returns
    -------
    Calibration
        With each number how sure it is and from how many cases.

    Raises
    ------
    InvalidValueError
        If the columns are not of one length, a chance is no fraction, an outcome is neither yes nor no, or another argument is
        malformed.

    Notes
    -----
    The intervals of means are mean +- z s / sqrt(n), kept within what is possible; that of the area under the curve is on the
    scale of its logit, from DeLong's variance; those of shares are Wilson's. They take cases as independent.

    References
    ----------
    G. W. Brier, "Verification of forecasts expressed in terms of probability", *Monthly Weather Review* 78 (1950) 1-3.

    Examples
    --------
    >>> told = calibrate([0.1, 0.4, 0.35, 0.8], [False, False, True, True])
    >>> round(told.brier.value, 6), told.auc.value
    (0.158125, 0.75)
    """
    check_whole(bins, ("bins",), 1, _MOST_BINS)
    level = checked_level(level)
    outcome = truths(won)
    chances = numbers_of(probability, "probability")
    if chances.size != outcome.size:
        raise InvalidValueError("length", path=("probability",), expected=outcome.size, value=chances.size)
    refuse_where(~((chances >= 0) & (chances <= 1)), "out_of_range", "probability", chances, low=0, high=1)
    with np.errstate(divide="ignore"):
        losses = -np.log(np.where(outcome, chances, 1.0 - chances))
    return Calibration(
        n=outcome.size,
        won=int(np.count_nonzero(outcome)),
        brier=_mean((chances - outcome) ** 2, level, 1.0),
        log_loss=_mean(losses, level, math.inf),
        auc=_area(chances, outcome, level),
        reliability=_reliability(chances, outcome, bins, level),
        lift=tuple(_lift(chances, outcome, tenths) for tenths in range(1, _TENTHS + 1)) if outcome.size else (),
    )


def _mean(values: Column, level: float, most: float) -> Estimate:
    """Estimate a mean of what is never below 0, from values in any order."""
    n = values.size
    if not n:
        return Estimate.undefined(Message("grading.reason.no_cases"))
    if not np.isfinite(values).all():
        return Estimate.undefined(Message("grading.reason.impossible_happened"), n=n)
    mean = math.fsum(values.tolist()) / n
    if n == 1:
        return Estimate(value=mean, n=n, level=level, reason=Message("grading.reason.one_case"))
    variance = math.fsum(((values - mean) ** 2).tolist()) / (n - 1)
    reach = normal_quantile((1 + level) / 2) * math.sqrt(variance / n)
    return Estimate(value=mean, low=max(0.0, mean - reach), high=min(most, mean + reach), n=n, level=level)


def _area(chances: Column, won: Truths, level: float) -> Estimate:
    area, error = auc_and_error(chances, won)
    if math.isnan(area):
        return Estimate.undefined(Message("grading.reason.one_outcome"), n=won.size)
    if math.isnan(error) or not 0 < area < 1:
        return Estimate(value=area, n=won.size, level=level, reason=Message("grading.reason.no_area_interval"))
    logit = math.log(area / (1 - area))
    reach = normal_quantile((1 + level) / 2) * error / (area * (1 - area))
    low, high = (1 / (1 + math.exp(-end)) for end in (logit - reach, logit + reach))
    return Estimate(value=area, low=min(low, area), high=max(high, area), n=won.size, level=level)


def _reliability(chances: Column, won: Truths, bins: int, level: float) -> tuple[ReliabilityBin, ...]:
    edges = np.arange(1, bins) / bins
    place = edges.searchsorted(chances, "right")
    n, hits = np.bincount(place, minlength=bins), np.bincount(place[won], minlength=bins)
    ends = wilson(hits, n, level=level)
    return tuple(
        ReliabilityBin(
            low=number / bins,
            high=(number + 1) / bins,
            n=int(n[number]),
            mean_probability=math.fsum(chances[place == number].tolist()) / int(n[number]) if n[number] else None,
            won_share=Estimate(
                value=int(hits[number]) / int(n[number]),
                low=float(ends.low[number]),
                high=float(ends.high[number]),
                n=int(n[number]),
                level=level,
            )
            if n[number]
            else Estimate.undefined(Message("grading.reason.no_cases")),
        )
        for number in range(bins)
    )


def _lift(chances: Column, won: Truths, tenths: int) -> LiftPoint:
    n = -(-won.size * tenths // _TENTHS)
    least = np.partition(chances, won.size - n)[won.size - n]
    above, tied = chances > least, chances == least
    count_above, count_tied = np.count_nonzero(above), np.count_nonzero(tied)
    hits = float(np.count_nonzero(won & above) + (n - count_above) * np.count_nonzero(won & tied) / count_tied)
    overall = np.count_nonzero(won) / won.size
    return LiftPoint(share=tenths / _TENTHS, n=n, won=hits, lift=float(hits / n / overall) if overall else None)
