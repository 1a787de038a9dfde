"""What the standing of an attainment is called, and from which pace on."""

from typing import Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError
from salesperf.model.validators import finite

__all__ = ["DEFAULT_THRESHOLDS", "SHORT", "STATUSES", "Status", "Thresholds"]

Status: TypeAlias = Literal["not_started", "met", "ahead", "on_track", "behind", "missed", "undefined"]
STATUSES: Final[tuple[Status, ...]] = ("not_started", "met", "ahead", "on_track", "behind", "missed", "undefined")
SHORT: Final[frozenset[Status]] = frozenset({"behind", "missed"})
"""Those that fall short."""


@attrs.frozen(kw_only=True)
class Thresholds:
    """Where the pace is called ahead, on track or behind.

    Parameters
    ----------
    ahead
        The least pace that is ahead.
    on_track
        The least pace that is on track; below it is behind.

    Raises
    ------
    InvalidValueError
        If they are no finite numbers, stand in the wrong order, or are not above 0.

    Examples
    --------
    >>> Thresholds().status(1.0)
    'on_track'
    """

    ahead: float = attrs.field(default=1.05, validator=finite)
    on_track: float = attrs.field(default=0.95, validator=finite)

    def __attrs_post_init__(self) -> None:
        """Check sign and order."""
        if self.on_track <= 0:
            raise InvalidValueError("not_positive", path=("Thresholds", "on_track"), value=self.on_track)
        if self.on_track > self.ahead:
            raise InvalidValueError("interval_reversed", path=("Thresholds",), low=self.on_track, high=self.ahead)

    def status(self, pace: float, direction: Literal["higher", "lower"] = "higher") -> Status:
        """Name a pace; where lower is better it is 2 less the pace that counts.

        It is rounded to 1e-9, so that no float ends just below a threshold.
        """
        rounded = round(pace if direction == "higher" else 2 - pace, 9)
        if rounded >= self.ahead:
            return "ahead"
        return "on_track" if rounded >= self.on_track else "behind"


DEFAULT_THRESHOLDS: Final = Thresholds()
