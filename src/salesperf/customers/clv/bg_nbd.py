"""The BG/NBD model: who still buys, and how often."""

from typing import Any, Final

import attrs
import numpy as np
from scipy import special

from salesperf.customers.clv.fitting import FittedModel, check_sample, fit
from salesperf.customers.clv.histories import histories, positive
from salesperf.errors import InvalidValueError
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.numeric import AnyColumn, Column, Number, as_result
from salesperf.model.validators import check_number, check_whole

__all__ = ["BgNbd", "fit_bg_nbd"]

_NEAR_ONE: Final = 1e-7
"""So near to a dropout of 1 the formula of expected purchases is a difference of poles; a little beside it it is as good."""


@attrs.frozen(kw_only=True)
class BgNbd:
    """The BG/NBD model with its four parameters.

    While a customer buys, purchases come at a rate of the customer's own; after each one the customer leaves with a
    probability of the customer's own. The rates are gamma distributed, the probabilities beta.

    Parameters
    ----------
    repeat_shape, rate
        Shape r and rate alpha of the gamma distribution of purchase rates, the latter in units of time; above 0.
    dropout_a, dropout_b
        The two shapes a and b of the beta distribution of the probability to leave; above 0.

    Raises
    ------
    InvalidValueError
        If a parameter is not a finite number above 0.

    References
    ----------
    P. S. Fader, B. G. S. Hardie and K. L. Lee, "'Counting your customers' the easy way: an alternative to the Pareto/NBD
    model", *Marketing Science* 24(2) (2005) 275-284.

    Examples
    --------
    >>> BgNbd(repeat_shape=0.243, rate=4.414, dropout_a=0.793, dropout_b=2.426).dropout_b
    2.426
    """

    repeat_shape: float = attrs.field(validator=positive)
    rate: float = attrs.field(validator=positive)
    dropout_a: float = attrs.field(validator=positive)
    dropout_b: float = attrs.field(validator=positive)

    def log_likelihood(self, frequency: Number | AnyColumn, recency: Number | AnyColumn, age: Number | AnyColumn) -> float:
        """Return the logarithm of the likelihood of what customers did.

        Parameters
        ----------
        frequency, recency, age
            As of :class:`RepeatSummary`; numbers or columns.

        Raises
        ------
        InvalidValueError
            If a frequency is no count, a time is negative, a last purchase is later than today, or there is one after the first
            of a customer who has none.

        Examples
        --------
        >>> model = BgNbd(repeat_shape=0.243, rate=4.414, dropout_a=0.793, dropout_b=2.426)
        >>> round(model.log_likelihood(2, 30.43, 38.86), 6)
        -9.458606
        """
        terms, _ = _bg_nbd(np.log(attrs.astuple(self)), *histories(frequency, recency, age))
        return float(np.sum(terms))

    def alive_probability(
        self, frequency: Number | AnyColumn, recency: Number | AnyColumn, age: Number | AnyColumn
    ) -> float | Column:
        """Tell how likely a customer still buys, from what the customer did.

        Parameters
        ----------
        frequency, recency, age
            As of :class:`RepeatSummary`; numbers or columns.

        Raises
        ------
        InvalidValueError
            As :meth:`log_likelihood`.

        Notes
        -----
        1 / (1 + a / (b + x - 1) ((alpha + T) / (alpha + t))^(r + x)); 1 without a repeat purchase, since by this model one
        leaves right after one.

        Examples
        --------
        >>> model = BgNbd(repeat_shape=0.243, rate=4.414, dropout_a=0.793, dropout_b=2.426)
        >>> model.alive_probability(np.array([0, 2]), np.array([0.0, 5.0]), np.array([30.0, 30.0])).round(3).tolist()
        [1.0, 0.191]
        """
        given = histories(frequency, recency, age)
        return as_result(1 / (1 + self._odds_gone(*given)), frequency, recency, age)

    def _odds_gone(self, x: Column, last: Column, now: Column) -> Column:
        spent = (self.repeat_shape + x) * np.log((self.rate + now) / (self.rate + last))
        with np.errstate(all="ignore"):
            odds = self.dropout_a / (self.dropout_b + np.maximum(x, 1) - 1) * np.exp(spent)
        return np.where(x > 0, odds, 0.0)

    def expected_purchases(
        self,
        horizon: Number | AnyColumn,
        frequency: Number | AnyColumn = 0,
        recency: Number | AnyColumn = 0,
        age: Number | AnyColumn = 0,
    ) -> float | Column:
        """Tell how many purchases to expect of a customer within a time from today.

        Parameters
        ----------
        horizon
            So long from today, 0 or more.
        frequency, recency, age
            As of :class:`RepeatSummary`; the defaults are those of a customer who bought for the first time today.

        Raises
        ------
        InvalidValueError
            As :meth:`log_likelihood`, or if the horizon is negative.

        Notes
        -----
        Equation 10 of Fader, Hardie and Lee, with the hypergeometric function of Gauss.

        Examples
        --------
        >>> model = BgNbd(repeat_shape=0.243, rate=4.414, dropout_a=0.793, dropout_b=2.426)
        >>> round(model.expected_purchases(39.0, 2, 30.43, 38.86), 3)
        1.226
        """
        x, last, now = histories(frequency, recency, age)
        columns = spread({"horizon": horizon, "frequency": frequency, "recency": recency, "age": age})
        ahead = columns["horizon"]
        refuse_where(~np.isfinite(ahead), "not_finite", "horizon", ahead)
        refuse_where(ahead < 0, "negative", "horizon", ahead)
        x, last, now = (np.broadcast_to(column, ahead.shape) for column in (x, last, now))
        r, alpha, a, b = attrs.astuple(self)
        a = 1 + _NEAR_ONE if abs(a - 1) < _NEAR_ONE else a
        share = ahead / (alpha + now + ahead)
        shrunk = ((alpha + now) / (alpha + now + ahead)) ** (r + x)
        still = 1 - shrunk * special.hyp2f1(r + x, b + x, a + b + x - 1, share)
        expected = (a + b + x - 1) / (a - 1) * still / (1 + self._odds_gone(x, last, now))
        return as_result(expected, horizon, frequency, recency, age)

    def count_probability(self, count: int, time: float) -> float:
        """Tell how likely a new customer makes so many repeat purchases within a time.

        Parameters
        ----------
        count
            Repeat purchases, 0 or more.
        time
            From the first purchase; above 0.

        Raises
        ------
        InvalidValueError
            If the count is no whole number of 0 or more, or the time is not above 0.

        Notes
        -----
        Equation 8 of Fader, Hardie and Lee.

        Examples
        --------
        >>> model = BgNbd(repeat_shape=0.243, rate=4.414, dropout_a=0.793, dropout_b=2.426)
        >>> round(model.count_probability(0, 39.0), 6)
        0.573786
        """
        check_whole(count, ("count",), 0, 10**6)
        check_number(time, ("time",))
        if time <= 0:
            raise InvalidValueError("not_positive", path=("time",), value=time)
        r, alpha, a, b = attrs.astuple(self)

        def still_buying(counts: AnyColumn) -> Any:  # noqa: ANN401 - scipy has no types
            logs = special.gammaln(r + counts) - special.gammaln(r) - special.gammaln(counts + 1)
            return np.exp(logs + r * np.log(alpha / (alpha + time)) + counts * np.log(time / (alpha + time)))

        stayed = np.exp(special.betaln(a, b + count) - special.betaln(a, b))
        found = stayed * still_buying(np.array([count]))[0]
        if count:
            left = np.exp(special.betaln(a + 1, b + count - 1) - special.betaln(a, b))
            found += left * (1 - still_buying(np.arange(count)).sum())
        return float(found)


def fit_bg_nbd(frequency: AnyColumn, recency: AnyColumn, age: AnyColumn) -> tuple[BgNbd, FittedModel]:
    """Fit the BG/NBD model by maximum likelihood.

    Parameters
    ----------
    frequency, recency, age
        Shape (n,), as of :class:`RepeatSummary`: those who never came again belong to it too.

    Returns
    -------
    tuple of BgNbd and FittedModel
        The model, and how sure its parameters are.

    Raises
    ------
    InvalidValueError
        If a column is malformed, nobody came again, or the likelihood has no greatest value that could be found: too few
        customers, or all too much alike.

    Notes
    -----
    The likelihood is that of Fader, Hardie and Lee, its maximum found over the logarithms of the parameters with exact
    derivatives. Standard errors are from the curvature there; intervals are normal on the scale of logarithms.

    References
    ----------
    As :class:`BgNbd`.

    Examples
    --------
    >>> sizes = [60, 20, 9, 6, 4, 2]
    >>> x, last = (np.repeat(column, sizes) for column in ([0, 1, 2, 3, 7, 12], [0.0, 8, 12, 25, 30, 38]))
    >>> now = np.full(x.size, 39.0)
    >>> model, fitted = fit_bg_nbd(x, last, now)
    >>> fitted.log_likelihood == model.log_likelihood(x, last, now)
    True
    """
    x, last, now = histories(frequency, recency, age)
    check_sample(x)
    # Customers with one history count together: of a sample by days there are far fewer histories than customers.
    rows, weights = np.unique(np.stack((x, last, now)), axis=1, return_counts=True)
    start = np.log([1.0, max(float(now.mean()), 1e-3), 1.0, 2.0])
    names = tuple(field.name for field in attrs.fields(BgNbd))
    logs, fitted = fit(_bg_nbd, start, names, tuple(rows), weights, x.size)
    model = BgNbd(**dict(zip(names, np.exp(logs).tolist(), strict=True)))
    return model, attrs.evolve(fitted, log_likelihood=model.log_likelihood(x, last, now))


def _bg_nbd(logs: Column, x: Column, last: Column, now: Column) -> tuple[Column, Column]:
    """Return the logarithm of the likelihood of each history, and its derivatives by the logarithms of the parameters."""
    r, alpha, a, b = np.exp(logs).tolist()
    gammaln, digamma = special.gammaln, special.digamma
    came = x > 0
    one_less = np.where(came, b + x - 1, 1.0)
    stays = -(r + x) * np.log(alpha + now)
    leaves = np.where(came, np.log(a) - np.log(one_less) - (r + x) * np.log(alpha + last), -np.inf)
    either = np.logaddexp(stays, leaves)
    share = np.exp(leaves - either)  # of the likelihood that is of having left
    values = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + either
    values = values + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    by_r = digamma(r + x) - digamma(r) + np.log(alpha) - (1 - share) * np.log(alpha + now) - share * np.log(alpha + last)
    by_alpha = r / alpha - (r + x) * ((1 - share) / (alpha + now) + share / (alpha + last))
    by_a = digamma(a + b) - digamma(a + b + x) + share / a
    by_b = digamma(a + b) + digamma(b + x) - digamma(b) - digamma(a + b + x) - share / one_less
    return values, np.stack((by_r * r, by_alpha * alpha, by_a * a, by_b * b))
