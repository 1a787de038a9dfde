"""How likely a forecast is to reach a target, in one sentence, and what independence of the deals would hide."""

from collections.abc import Sequence

import attrs

from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Result, Row

__all__ = ["Outlook", "SensitivityLine"]


@attrs.frozen(kw_only=True)
class SensitivityLine:
    """What a forecast would say with another correlation between deals: a part of an :class:`Outlook`.

    Attributes
    ----------
    correlation : float
        Within [0, 1).
    at_least : float
        The probability to reach the target.
    low, high : Amount
        Between which the named share of outcomes lies.

    Examples
    --------
    >>> from salesperf import CNY
    >>> SensitivityLine(correlation=0.1, at_least=0.6, low=Amount.of(1, CNY), high=Amount.of(9, CNY)).at_least
    0.6
    """

    correlation: float
    at_least: float
    low: Amount
    high: Amount


@attrs.frozen(kw_only=True)
class Outlook(Result):
    r"""How likely a target is to be reached: made by :meth:`Forecast.outlook`.

    Attributes
    ----------
    target : Amount
        What is to be won in the period.
    expected : Amount
        What is to be expected.
    at_least : Estimate
        The probability to reach the target, and its range as far as the win rates are known.
    numerical_width : float
        How far the probability may be off by the way it is computed: the width of bounds that are proven to hold it.
    without_new_business : Estimate or None
        The same without deals not yet created; ``None`` where none are reckoned with.
    low, high : Amount
        Between which ``share`` of the outcomes lie.
    share : float
        Of the outcomes, within (0, 1).
    sensitivity : tuple of SensitivityLine
        The same with other correlations between deals, 0 first.
    notes : tuple of Message
        What to know first.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import CNY, STANDARD_PROCESSES, Change, Opportunity, Period, forecast
    >>> deals = [
    ...     Opportunity(
    ...         id=id,
    ...         history=[
    ...             Change(
    ...                 date(2026, 8, 1), stage=stage, amount=Amount.of(amount, CNY), expected_close=date(2026, 9, 20)
    ...             )
    ...         ],
    ...     )
    ...     for id, stage, amount in (("o-1", "won", 300), ("o-2", "proposal", 200), ("o-3", "contract", 100))
    ... ]
    >>> third = Period.quarter(2026, 3)
    >>> found = forecast.project(deals, STANDARD_PROCESSES["solution"], as_of=date(2026, 8, 31), period=third)
    >>> for line in found.outlook(Amount.of(450, CNY)).text().splitlines()[:1]:
    ...     print(*line.split("; "), sep="\n")
    About 50% likely to reach CNY 450.00 (nobody has measured how sure the stated chances are)
    80% of outcomes lie between CNY 400.00 and CNY 600.00.
    """

    target: Amount
    expected: Amount
    at_least: Estimate
    numerical_width: float
    without_new_business: Estimate | None
    low: Amount
    high: Amount
    share: float
    sensitivity: tuple[SensitivityLine, ...]
    notes: tuple[Message, ...]

    def sentence(self) -> Message:
        """Return what a reader wants to know first, as one message."""
        reached = self.at_least
        certainty = Message("forecast.outlook.stated")
        if reached.low is not None:
            certainty = Message.of("forecast.outlook.learnt", low=reached.low, high=reached.high)
        return Message.of(
            "forecast.outlook.sentence" if self.without_new_business is None else "forecast.outlook.sentence_new",
            value=reached.value,
            target=self.target,
            certainty=certainty,
            share=self.share,
            low=self.low,
            high=self.high,
            without=None if self.without_new_business is None else self.without_new_business.value,
        )

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the sentence, what the number may be off numerically, the other correlations, and the notes, a line each."""
        lines = [self.sentence()]
        lines.append(Message.of("forecast.outlook.numerical", width=self.numerical_width))
        each = tuple(
            Message.of("forecast.outlook.at", correlation=line.correlation, value=line.at_least) for line in self.sensitivity
        )
        lines.append(Message.of("forecast.outlook.sensitivity", each=each))
        return "\n".join(message.text(lang, catalogs) for message in (*lines, *self.notes))

    def rows(self) -> list[Row]:
        """Return a row for the forecast, one without new business where there is any, and one for each other correlation."""
        rows = [self._row("forecast", None, self.at_least, self.low, self.high)]
        if self.without_new_business is not None:
            rows.append(self._row("without_new_business", None, self.without_new_business, None, None))
        for line in self.sensitivity:
            estimate = Estimate(value=line.at_least, n=self.at_least.n)
            rows.append(self._row("correlation", line.correlation, estimate, line.low, line.high))
        return rows

    def _row(self, line: str, correlation: float | None, reached: Estimate, low: Amount | None, high: Amount | None) -> Row:
        return {
            "line": line,
            "correlation": correlation,
            "target": self.target.decimal,
            "at_least": reached.value,
            "at_least_low": reached.low,
            "at_least_high": reached.high,
            "n": reached.n,
            "low": None if low is None else low.decimal,
            "high": None if high is None else high.decimal,
            "unit": str(self.target.unit),
        }


def correlations_to_show(own: float, others: Sequence[float]) -> tuple[float, ...]:
    """Return the correlations of a line of sensitivity: those asked for and the forecast's own, each once, in order."""
    return tuple(sorted({own, *others}))
