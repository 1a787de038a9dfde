"""What is told of how long deals take, whatever ends the time: the frame of the two questions about it."""

from abc import abstractmethod

import attrs
import numpy as np

from salesperf.kernels.numeric import INT64_MAX
from salesperf.kernels.survival import IncidenceCurve, SurvivalCurve
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Result
from salesperf.model.validators import check_whole

__all__ = ["Timing"]


@attrs.frozen(kw_only=True, eq=False)
class Timing(Result):
    """How long deals take until something ends the time: that of :class:`TimeToWin` and of :class:`TimeInStage`.

    Attributes
    ----------
    stage : str or None
        The key of the stage on entering which the days begin; ``None`` for the beginning of the deal.
    deals : int
        On how many deals it rests.
    minimum : int
        Deals below which nothing is told.
    """

    stage: str | None
    deals: int
    minimum: int

    @property
    @abstractmethod
    def _main(self) -> IncidenceCurve | SurvivalCurve:
        """The curve from whose table and level all else follows."""

    def _content(self) -> tuple[object, ...]:
        """Return what all that is told follows from."""
        return self.stage, self.deals, self.minimum, self._main.table, self._main.level

    def __eq__(self, other: object) -> bool:
        """Compare by content: all curves are of one table."""
        if not isinstance(other, type(self)):
            return NotImplemented
        return self._content() == other._content()

    __hash__ = None  # type: ignore[assignment] # it holds arrays

    def _too_few(self, count: int, unit: str = "") -> Estimate:
        """Tell nothing, since so few are on record."""
        return Estimate.undefined(Message.of("funnel.reason.too_few", n=count, minimum=self.minimum), n=count, unit=unit)

    def _restricted(self, curve: SurvivalCurve, until: int) -> Estimate:
        """Tell the mean days up to a horizon of what is left."""
        check_whole(until, ("until",), 1, INT64_MAX)
        if self.deals < self.minimum:
            return self._too_few(self.deals, "days")
        mean = curve.restricted_mean(until)
        if np.isnan(mean.value):
            reason = Message.of("funnel.reason.not_followed", days=int(curve.times[-1]), horizon=until)
            return Estimate.undefined(reason, n=self.deals, unit="days")
        low, high = mean.interval.low, mean.interval.high
        return Estimate(value=mean.value, low=low, high=high, n=self.deals, level=curve.level, unit="days")
