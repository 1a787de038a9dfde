"""What a score says: its band, whether it passes, and whether it is where it should be by now."""

from typing import Final, Literal, TypeAlias

from salesperf.scorecard import Bands

__all__ = ["BANDS", "STATUSES", "OkrStatus", "passes", "status_of"]

OkrStatus: TypeAlias = Literal["on_track", "at_risk", "off_track", "not_started", "undefined"]
STATUSES: Final[tuple[OkrStatus, ...]] = ("on_track", "at_risk", "off_track", "not_started", "undefined")
"""Whether an objective or a key result is where it should be by now; whether its period has not begun, or nobody can tell."""

BANDS: Final = Bands([("green", 0.7), ("yellow", 0.4), ("red", 0)])
"""The bands of a score: green from 0.7, yellow from 0.4, red below."""

# Cuts of the score that it comes to if it goes on like this, and of a confidence: what was promised has to come to all of it.
_ASPIRATIONAL: Final = Bands([("on_track", 0.7), ("at_risk", 0.4), ("off_track", 0)])
_COMMITTED: Final = Bands([("on_track", 1), ("at_risk", 0.7), ("off_track", 0)])


def _cuts(*, is_committed: bool) -> Bands:
    return _COMMITTED if is_committed else _ASPIRATIONAL


def passes(score: float, *, is_committed: bool) -> bool:
    """Tell whether a score is good enough: 1.0 of what was promised, 0.7 of what was aspired to."""
    return _cuts(is_committed=is_committed).band(score) == "on_track"


def status_of(
    score: float | None, expected: float | None, confidence: float | None, *, is_committed: bool, has_begun: bool
) -> OkrStatus:
    """Tell whether a score is where it should be by now.

    Parameters
    ----------
    score
        The score so far.
    expected
        What it should be by now, if all of it is to be reached at the end.
    confidence
        How sure the owner is; looked at where nothing is expected yet, as of a yes or no before the end.
    is_committed
        Whether all of it was promised.
    has_begun
        Whether the period has.

    Notes
    -----
    Judged is score / expected, which is the score at the end if it goes on like this.
    """
    if score is None or expected is None:
        return "undefined" if has_begun else "not_started"
    if passes(score, is_committed=is_committed):
        return "on_track"
    if not has_begun:
        return "not_started"
    if expected:
        return _cuts(is_committed=is_committed).band(score / expected)  # type: ignore[return-value] # one of the labels above
    # A confidence of 1 is asked of nobody: it has the cuts of what is aspired to.
    return "undefined" if confidence is None else _ASPIRATIONAL.band(confidence)  # type: ignore[return-value] # as above
