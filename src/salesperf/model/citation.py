"""A citation: a number on which something rests, with its interval, what it is held against, and where it came from."""

from typing import Final, Self

import attrs

from salesperf.errors import InvalidValueError
from salesperf.kernels.numeric import INT64_MAX
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.rule import BreakdownValue, amount_or_number, as_value
from salesperf.model.validators import as_python, finite, of_type, optional, whole

__all__ = ["Citation"]

_DIFFERENCES: Final = frozenset({"diagnosis.cited.win_rate_change"})
"""Labels of shares that are the difference of two: a reader takes a percentage for a change relative to the first, so these are
written in percentage points. By label, so that documents written before read right too."""

_SUMS: Final = frozenset(
    {
        "diagnosis.cited.cut_share",
        "diagnosis.cited.quiet_share",
        "risk.cited.accounts_at_risk",
        "risk.cited.one_customer",
        "risk.cited.one_customer_ahead",
        "risk.cited.one_deal",
        "risk.cited.one_rep",
        "risk.cited.stale_pipeline",
    }
)
"""Labels of shares of money: one sum over another, known and not estimated. No interval belongs to them, and a reader is told
why there is none."""


def _as_end(value: float | None) -> float | None:
    return as_python(value)


@attrs.frozen(kw_only=True)
class Citation:
    """A number that is cited: what it is, how sure it is, what it is held against, and where it came from.

    Parameters
    ----------
    label
        What the number is, for a reader.
    value
        The number; ``None`` where it is undefined.
    low, high
        Its interval; ``None`` where there is none, or an end is open.
    level
        The share of such intervals that hold the truth, within (0, 1); ``None`` where there is none, or nobody says.
    n
        How many observations it rests on; ``None`` where that means nothing.
    against
        What it is held against: a threshold, an earlier value, what was planned.
    is_share
        Whether it is a fraction to be read as a percentage.
    source
        Where it came from: the result or the records, for a reader.
    reason
        Why an estimate has no interval; ``None`` where it has one, or where none belongs to the number.

    Raises
    ------
    InvalidValueError
        If a value is malformed, the interval is reversed, or there is a level without one.

    Examples
    --------
    >>> rate = Citation(
    ...     label=Message("metric.win_rate"),
    ...     value=0.2,
    ...     low=0.1,
    ...     high=0.35,
    ...     level=0.95,
    ...     n=40,
    ...     against=0.3,
    ...     is_share=True,
    ...     source=Message("deals decided in the quarter"),
    ... )
    >>> rate.text()
    'Win rate: 20.0% (95% range 10.0% to 35.0%, n = 40), against 30.0%; from deals decided in the quarter'
    """

    label: Message = attrs.field(validator=of_type(Message))
    value: BreakdownValue = attrs.field(converter=as_value, validator=amount_or_number)
    low: float | None = attrs.field(default=None, converter=_as_end, validator=optional(finite))
    high: float | None = attrs.field(default=None, converter=_as_end, validator=optional(finite))
    level: float | None = attrs.field(default=None, converter=_as_end, validator=optional(finite))
    n: int | None = attrs.field(default=None, validator=optional(whole(0, INT64_MAX)))
    against: BreakdownValue = attrs.field(default=None, converter=as_value, validator=amount_or_number)
    is_share: bool = attrs.field(default=False, validator=of_type(bool))
    source: Message = attrs.field(validator=of_type(Message))
    reason: Message | None = attrs.field(default=None, validator=optional(of_type(Message)))

    def __attrs_post_init__(self) -> None:
        """Check the ends of the interval."""
        if self.low is not None and self.high is not None and self.low > self.high:
            raise InvalidValueError("interval_reversed", path=("Citation",), low=self.low, high=self.high)
        if self.level is not None and not 0 < self.level < 1:
            raise InvalidValueError("between", path=("Citation", "level"), low=0, high=1, value=self.level)
        if self.level is not None and not self._has_interval:
            raise InvalidValueError("level_alone", path=("Citation", "level"), value=self.level)

    @property
    def _has_interval(self) -> bool:
        return self.low is not None and self.high is not None

    @classmethod
    def of(
        cls,
        label: Message,
        estimate: Estimate,
        *,
        source: Message,
        against: BreakdownValue = None,
        is_share: bool = False,
    ) -> Self:
        """Cite an estimate, with its interval where both ends are finite, and its sample size.

        Examples
        --------
        >>> rate = Estimate(value=0.3, low=0.11, high=0.6, n=10)
        >>> Citation.of(Message("metric.win_rate"), rate, source=Message("deals"), is_share=True).text()
        'Win rate: 30.0% (95% range 11.0% to 60.0%, n = 10); from deals'
        >>> none = Estimate(value=0.0, n=12, reason=Message("reason.no_variation_seen"))
        >>> Citation.of(Message("metric.win_rate"), none, source=Message("deals"), is_share=True).text()
        'Win rate: 0.0% (n = 12; no range: all days so far are alike, so nothing tells how far they vary); from deals'
        """
        ends = (estimate.low, estimate.high)
        is_bounded = all(end is not None and abs(end) != float("inf") for end in ends)
        low, high = ends if is_bounded else (None, None)
        return cls(
            label=label,
            value=estimate.value,
            low=low,
            high=high,
            level=estimate.level if is_bounded else None,
            n=estimate.n,
            against=against,
            is_share=is_share,
            source=source,
            reason=None if is_bounded or estimate.value is None else estimate.reason,
        )

    def text(
        self, lang: str = "en", catalogs: Catalogs | None = None, *, digits: int | None = None, with_source: bool = True
    ) -> str:
        """Write it for a reader: the number, its interval, what it is held against, and where it came from.

        Parameters
        ----------
        lang, catalogs
            As for :func:`salesperf.messages.render`.
        digits
            How many digits after the point to show of amounts; ``None`` for all.
        with_source
            Whether to say where it came from: of several numbers of one source, once is enough.

        Examples
        --------
        >>> from salesperf import CNY
        >>> sales = Citation(label=Message("metric.revenue"), value=Amount.of("1234.50", CNY), source=Message("orders.csv"))
        >>> sales.text(digits=0)
        'Revenue: CNY 1,235; from orders.csv'
        >>> change = Citation(
        ...     label=Message("diagnosis.cited.win_rate_change"), value=-0.3, is_share=True, source=Message("deals")
        ... )
        >>> change.text(), change.text("zh")
        ('Change of the win rate: -30.0 pp; from deals', '赢单率变化：-30.0 个百分点；来源：deals')
        >>> cut = Citation(
        ...     label=Message("diagnosis.cited.cut_share"), value=0.1, n=8, is_share=True, source=Message("deals")
        ... )
        >>> cut.text()
        'Share cut off the amounts before the win: 10.0% (a sum over n = 8, not an estimate); from deals'
        """
        kind = "number"
        if self.is_share:
            kind = "points" if self.label.key in _DIFFERENCES else "share"
        wording = "between" if self._has_interval else "plain" if self.n is None else "counted"
        if self._has_interval and self.n is None:
            wording = "between_uncounted"
        if self.reason is not None and wording == "counted":
            wording = "without_interval"
        is_sum = wording == "counted" and self.label.key in _SUMS
        at_level = "" if self.level is None else "_at_level"
        ends = Message.of(f"citation.{kind}.ends{at_level}", low=self.low, high=self.high, level=self.level)
        told = Message.of(
            "citation.share.summed" if is_sum else f"citation.{kind}.{wording}",
            label=self.label,
            value=_shown(self.value, digits, lang, catalogs),
            ends=ends,
            n=self.n,
            reason=self.reason,
        )
        if self.against is not None:
            told = Message.of(f"citation.{kind}.against", told=told, against=_shown(self.against, digits, lang, catalogs))
        return (Message.of("citation.sourced", told=told, source=self.source) if with_source else told).text(lang, catalogs)


def _shown(value: BreakdownValue, digits: int | None, lang: str, catalogs: Catalogs | None) -> BreakdownValue | str:
    """Return what is shown of a value: of an amount so many digits."""
    return value.rounded_text(digits, lang, catalogs) if isinstance(value, Amount) and digits is not None else value
