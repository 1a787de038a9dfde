"""Channels and campaigns: what leads came of each, what became of them, what they cost, and which does not pay."""

from salesperf.channels.channel_line import RETURN_VERDICTS, VERDICTS, ChannelLine, ReturnVerdict, Verdict
from salesperf.channels.comparing import compare
from salesperf.channels.counting import count
from salesperf.channels.report import ChannelReport
from salesperf.channels.tally import GROUPINGS, OUTCOMES, ChannelTally, Grouping

__all__ = [
    "GROUPINGS",
    "OUTCOMES",
    "RETURN_VERDICTS",
    "VERDICTS",
    "ChannelLine",
    "ChannelReport",
    "ChannelTally",
    "Grouping",
    "ReturnVerdict",
    "Verdict",
    "compare",
    "count",
]
