"""Fitting a model by maximum likelihood, with how sure its parameters are."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs
import numpy as np
from scipy import optimize

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import AnyColumn, Column
from salesperf.kernels.special import two_sided_quantile
from salesperf.model.estimate import Estimate
from salesperf.model.result import Result, Row

__all__ = ["FittedModel", "Terms", "check_sample", "fit"]

_STEP: Final = 1e-4
"""Of the logarithm of a parameter, for the differences of which the curvature is made."""
_FLAT: Final = 1e-5
"""The steepest slope of a mean term at which a peak is believed."""
_FARTHEST: Final = 20.0
"""Logarithms beyond which a parameter is on its way to 0 or without end, and the likelihood has no peak."""
_WIDEST: Final = 5.0
"""The greatest standard error of a logarithm with which a parameter is known at all: to a factor of a hundred and more."""


@attrs.frozen(kw_only=True)
class FittedModel(Result):
    """The parameters of a model as they were estimated: made by :func:`fit_bg_nbd` and :func:`fit_gamma_gamma`.

    Attributes
    ----------
    parameters : Mapping of str to Estimate
        By their names, with intervals of 95 %.
    standard_errors : Mapping of str to float
        Of the parameters.
    log_likelihood : float
        The greatest, which these parameters reach.
    n : int
        How many customers it was fitted to.

    Examples
    --------
    >>> sizes = [60, 20, 9, 6, 4, 2]
    >>> x, last = (np.repeat(column, sizes) for column in ([0, 1, 2, 3, 7, 12], [0.0, 8, 12, 25, 30, 38]))
    >>> now = np.full(x.size, 39.0)
    >>> from salesperf.customers.clv import fit_bg_nbd
    >>> fit_bg_nbd(x, last, now)[1].n
    101
    """

    parameters: Mapping[str, Estimate]
    standard_errors: Mapping[str, float]
    log_likelihood: float
    n: int

    def rows(self) -> list[Row]:
        """Return a row for each parameter: value, standard error and interval."""
        return [
            {"parameter": name, "value": one.value, "standard_error": error, "low": one.low, "high": one.high, "n": self.n}
            for (name, one), error in zip(self.parameters.items(), self.standard_errors.values(), strict=True)
        ]


Terms: TypeAlias = Callable[..., tuple[Column, Column]]


def check_sample(x: Column) -> None:
    """Refuse a sample of which nobody came again."""
    if x.ndim != 1:
        raise InvalidValueError("dimensions", path=("frequency",), value=x.ndim)
    if not (x > 0).any():
        raise InvalidValueError("nobody_came_again", path=("frequency",), value=x.size)


def fit(
    terms: Terms, start: Column, names: tuple[str, ...], columns: tuple[Column, ...], weights: AnyColumn, n: int
) -> tuple[Column, FittedModel]:
    """Find the greatest likelihood over the logarithms of the parameters, and its curvature there."""
    total = float(weights.sum())

    def cost(logs: Column) -> tuple[float, Column]:
        with np.errstate(all="ignore"):
            # Beyond its bounds, where the second search may stray, the likelihood is as at them.
            values, slopes = terms(np.clip(logs, -_FARTHEST, _FARTHEST), *columns)
        return -float(weights @ values) / total, -(slopes @ weights) / total

    found = optimize.minimize(
        cost, start, jac=True, method="L-BFGS-B", bounds=[(-_FARTHEST, _FARTHEST)] * start.size, tol=1e-15
    )
    # A second method from there: the first stops where the change is small, though the slope is not.
    found = optimize.minimize(cost, found.x, jac=True, method="BFGS", options={"gtol": 1e-9})
    logs = np.asarray(found.x, dtype=np.float64)
    covariance = _covariance(lambda at: cost(at)[1] * total, logs)
    if covariance is None or float(np.abs(cost(logs)[1]).max()) > _FLAT:
        raise InvalidValueError("likelihood_without_peak", path=("frequency",), value=n)
    errors = np.sqrt(np.diag(covariance))
    reach = np.exp(two_sided_quantile(0.95) * errors)
    values = np.exp(logs)
    estimates = {
        name: Estimate(value=value, low=value / width, high=value * width, n=n)
        for name, value, width in zip(names, values.tolist(), reach.tolist(), strict=True)
    }
    spreads = dict(zip(names, (values * errors).tolist(), strict=True))
    fitted = FittedModel(
        parameters=MappingProxyType(estimates),
        standard_errors=MappingProxyType(spreads),
        log_likelihood=-cost(logs)[0] * total,
        n=n,
    )
    return logs, fitted


def _covariance(slope: Callable[[Column], Column], logs: Column) -> Column | None:
    """Return the inverse of the curvature; ``None`` where it is none of a peak, or of one so flat that it says nothing."""
    steps = np.eye(logs.size) * _STEP
    curvature = np.array([(slope(logs + step) - slope(logs - step)) / (2 * _STEP) for step in steps])
    curvature = (curvature + curvature.T) / 2
    # The least curvature of all directions bounds the variance in each.
    if not np.isfinite(curvature).all() or float(np.linalg.eigvalsh(curvature)[0]) < _WIDEST**-2:
        return None
    return np.asarray(np.linalg.inv(curvature), dtype=np.float64)
