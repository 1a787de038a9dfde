"""The report of channels: a line for each, all of them together, and what to bear in mind."""

from collections.abc import Iterator
from datetime import date

import attrs

from salesperf.channels.channel_line import ChannelLine
from salesperf.channels.tally import Grouping, summed
from salesperf.messages import Catalogs
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.message import Message
from salesperf.model.period import Period
from salesperf.model.result import Result, Row

__all__ = ["ChannelReport"]


@attrs.frozen(kw_only=True)
class ChannelReport(Result):
    """Channels side by side: made by :func:`compare`.

    Attributes
    ----------
    as_of : date
        The day to whose end the leads were followed.
    period : Period or None
        The days on which they began.
    by : tuple of str
        What the groups are made of.
    lines : tuple of ChannelLine
        One for each group, in order of what it brought, most first; what is compared with nothing comes last.
    total : ChannelLine
        All leads together.
    breakdown : Breakdown
        How the value of all follows from those of the lines.

    Examples
    --------
    >>> from salesperf import channels
    >>> report = channels.compare(channels.ChannelTally.empty(as_of=date(2026, 9, 30)))
    >>> report.lines, report.total.leads
    ((), 0)
    """

    as_of: date
    period: Period | None
    by: tuple[Grouping, ...]
    lines: tuple[ChannelLine, ...]
    total: ChannelLine

    @property
    def not_paying(self) -> tuple[ChannelLine, ...]:
        """The channels that do not bring what they cost, by more than chance."""
        return tuple(line for line in self.lines if line.return_verdict == "does_not_pay")

    @property
    def breakdown(self) -> Breakdown:
        """How the value of all follows from those of the lines; lines of which no value is known are left out."""
        parts = tuple(Breakdown(label=line.name, value=line.value) for line in self.lines if line.value is not None)
        total = summed(line.value for line in self.lines)
        return Breakdown(label=Message("channels.value"), value=0 if total is None else total, rule=Sum(), parts=parts)

    @property
    def notes(self) -> tuple[Message, ...]:
        """What to bear in mind: what is counted apart, and what is not known."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[Message]:
        if "channel" in self.by:
            place = self.by.index("channel")
            if leads := sum(line.leads for line in self.lines if line.labels[place] is None):
                yield Message.of("channels.note.no_channel", count=leads)
        total = self.total
        if total.deals_without_lead:
            wording = "without_lead" if total.value_without_lead is None else "without_lead_value"
            yield Message.of(
                f"channels.note.{wording}",
                count=total.deals_without_lead,
                won=total.won_without_lead,
                value=total.value_without_lead,
            )
        if total.undated:
            yield Message.of("channels.note.undated", count=total.undated)
        if total.unvalued:
            yield Message.of("channels.note.unvalued", count=total.unvalued)
        uncosted = tuple(line.name for line in self.lines if line.cost is None and line.leads)
        if uncosted and total.cost is not None:
            yield Message.of("channels.note.uncosted", names=uncosted)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write what is said of each channel, and what to bear in mind, a line each."""
        said = [line.text(lang, catalogs) for line in self.lines if line.leads or line.cost]
        said += [note.text(lang, catalogs) for note in self.notes]
        return "\n".join(said) or Message.of("channels.nothing", as_of=self.as_of).text(lang, catalogs)

    def rows(self) -> list[Row]:
        """Return a row for each channel; that of all together is ``total.rows()``."""
        return [row for line in self.lines for row in line.rows()]
