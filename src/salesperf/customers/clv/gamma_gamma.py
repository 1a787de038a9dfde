"""The gamma-gamma model: what a purchase is worth."""

import attrs
import numpy as np
from scipy import special

from salesperf.customers.clv.fitting import FittedModel, check_sample, fit
from salesperf.customers.clv.histories import positive
from salesperf.kernels.elementwise import refuse_where, spread
from salesperf.kernels.numeric import AnyColumn, Column, Number, as_result

__all__ = ["GammaGamma", "fit_gamma_gamma"]


@attrs.frozen(kw_only=True)
class GammaGamma:
    """The gamma-gamma model of what a purchase is worth, with its three parameters.

    The values of a customer's purchases are gamma distributed about a mean of the customer's own, whose rates are gamma
    distributed over customers; neither depends on how often the customer buys.

    Parameters
    ----------
    value_shape
        Shape p of the values of a customer's purchases.
    mean_shape, mean_rate
        Shape q and rate v of the distribution over customers; v is in money.

    Raises
    ------
    InvalidValueError
        If a parameter is not a finite number above 0.

    References
    ----------
    P. S. Fader and B. G. S. Hardie, "The gamma-gamma model of monetary value", note, 2013, brucehardie.com/notes/025.

    Examples
    --------
    >>> model = GammaGamma(value_shape=6.25, mean_shape=3.74, mean_rate=15.44)
    >>> round(model.expected_value(2, 25.55), 2)
    27.29
    """

    value_shape: float = attrs.field(validator=positive)
    mean_shape: float = attrs.field(validator=positive)
    mean_rate: float = attrs.field(validator=positive)

    def log_likelihood(self, frequency: Number | AnyColumn, mean_value: Number | AnyColumn) -> float:
        """Return the logarithm of the likelihood of mean values.

        Parameters
        ----------
        frequency
            Purchases that each mean is of, 1 or more; a number or a column.
        mean_value
            In the currency, above 0.

        Raises
        ------
        InvalidValueError
            If a frequency is no count of 1 or more, or a value is not above 0.

        Examples
        --------
        >>> round(GammaGamma(value_shape=6.25, mean_shape=3.74, mean_rate=15.44).log_likelihood(2, 25.55), 6)
        -3.654811
        """
        terms, _ = _gamma_gamma(np.log(attrs.astuple(self)), *_spent(frequency, mean_value))
        return float(np.sum(terms))

    def expected_value(self, frequency: Number | AnyColumn, mean_value: Number | AnyColumn) -> float | Column:
        """Tell what a purchase of a customer is worth on average, from what the customer's purchases were worth.

        Parameters
        ----------
        frequency
            Repeat purchases, 0 or more; a number or a column.
        mean_value
            What they were worth on average; not looked at where there were none.

        Returns
        -------
        float or Column
            In the currency: a mean of the customer's own and that of all, which counts for less the more purchases there
            were; ``nan`` where the mean of all is not finite, which is so of a ``mean_shape`` of 1 or less.

        Raises
        ------
        InvalidValueError
            If a frequency is no count, or a value that counts is not above 0.

        Notes
        -----
        p (v + x z) / (p x + q - 1)

        Examples
        --------
        >>> model = GammaGamma(value_shape=6.25, mean_shape=3.74, mean_rate=15.44)
        >>> model.expected_value(np.array([0, 2]), np.array([np.nan, 25.55])).round(2).tolist()
        [35.22, 27.29]
        """
        columns = spread({"frequency": frequency, "mean_value": mean_value})
        x, mean = columns["frequency"], columns["mean_value"]
        refuse_where(~(x >= 0) | (x != np.floor(x)) | np.isinf(x), "not_a_count", "frequency", x)
        refuse_where((x > 0) & (~(mean > 0) | np.isinf(mean)), "not_positive", "mean_value", mean)
        p, q, v = attrs.astuple(self)
        weight = p * x + q - 1
        worth = p * (v + x * np.where(x > 0, mean, 0.0)) / np.where(weight > 0, weight, np.nan)
        return as_result(worth, frequency, mean_value)


def _spent(frequency: Number | AnyColumn, mean_value: Number | AnyColumn) -> tuple[Column, Column]:
    columns = spread({"frequency": frequency, "mean_value": mean_value})
    x, mean = columns["frequency"], columns["mean_value"]
    refuse_where(~(x >= 1) | (x != np.floor(x)) | np.isinf(x), "not_a_repeat", "frequency", x)
    refuse_where(~(mean > 0) | np.isinf(mean), "not_positive", "mean_value", mean)
    return x, mean


def fit_gamma_gamma(frequency: AnyColumn, mean_value: AnyColumn) -> tuple[GammaGamma, FittedModel]:
    """Fit the gamma-gamma model by maximum likelihood.

    Parameters
    ----------
    frequency, mean_value
        Shape (n,): repeat purchases, 1 or more, and what they were worth on average, above 0; of those customers alone who
        came again.

    Returns
    -------
    tuple of GammaGamma and FittedModel
        The model, and how sure its parameters are.

    Raises
    ------
    InvalidValueError
        If a column is malformed, or the likelihood has no greatest value that could be found.

    References
    ----------
    As :class:`GammaGamma`.

    Examples
    --------
    >>> x, mean = np.array([1, 2, 5, 3, 1, 2]), np.array([20.0, 35, 28, 90, 12, 51])
    >>> model, fitted = fit_gamma_gamma(x, mean)
    >>> fitted.n, list(fitted.parameters)
    (6, ['value_shape', 'mean_shape', 'mean_rate'])
    """
    x, mean = _spent(frequency, mean_value)
    check_sample(x)
    start = np.log([2.0, 3.0, max(float(mean.mean()), 1e-9)])
    names = tuple(field.name for field in attrs.fields(GammaGamma))
    logs, fitted = fit(_gamma_gamma, start, names, (x, mean), np.ones(x.size), x.size)
    return GammaGamma(**dict(zip(names, np.exp(logs).tolist(), strict=True))), fitted


def _gamma_gamma(logs: Column, x: Column, mean: Column) -> tuple[Column, Column]:
    """Return the logarithm of the likelihood of each mean, and its derivatives by the logarithms of the parameters."""
    p, q, v = np.exp(logs).tolist()
    gammaln, digamma = special.gammaln, special.digamma
    total = x * mean + v
    values = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
    values = values + (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(total)
    by_p = x * (digamma(p * x + q) - digamma(p * x) + np.log(mean) + np.log(x) - np.log(total))
    by_q = digamma(p * x + q) - digamma(q) + np.log(v) - np.log(total)
    by_v = q / v - (p * x + q) / total
    return values, np.stack((by_p * p, by_q * q, by_v * v))
