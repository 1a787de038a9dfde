"""What the addresses of numbers begin with to which several sections point: of metrics, their members, processes, channels."""

from collections.abc import Iterable, Iterator, Sequence

from salesperf.channels import ChannelLine
from salesperf.model.amount import Unit
from salesperf.review.deals import DealSection
from salesperf.review.explained.growing import addressed, bracketed
from salesperf.review.outlook import OutlookLine
from salesperf.review.sections import Member, MetricSection

__all__ = ["channel_address", "code_among", "member_addresses", "metric_address", "outlook_address", "process_address"]

_TOTAL, _UNKNOWN = "total", "-"
"""What all leads, and those of which nobody knows the channel, are called in an address."""


def channel_address(line: ChannelLine) -> str:
    """Return what the addresses of a channel begin with; one that is called like all leads, or like none, has its key told.

    Parameters
    ----------
    line
        The channel, or all together.
    """
    if not line.labels:
        return f"channels/{_TOTAL}"
    (channel,) = line.labels
    if channel is None:
        return f"channels/{_UNKNOWN}"
    return f"channels/{bracketed({'channel': channel}) if channel in (_TOTAL, _UNKNOWN) else channel}"


def metric_address(section: MetricSection, owner: str | None) -> str:
    """Return what the addresses of the numbers on a metric begin with.

    Parameters
    ----------
    section
        The metric.
    owner
        Whose review it is.
    """
    whose = "" if section.owner == owner else f"/{section.owner}"
    return f"attainment/{section.metric.key}{bracketed(section.scope)}{whose}"


def member_addresses(section: MetricSection, owner: str | None) -> Iterator[tuple[Member, str]]:
    """Yield each member of a section with what its addresses begin with; whoever changed team has one in each.

    Parameters
    ----------
    section
        The metric.
    owner
        Whose review it is.
    """
    places, above = [], {0: section.owner}
    for member in section.members:
        places.append((member.owner, above[member.level] or ""))
        if member.is_team:
            above[member.level + 1] = member.owner
    names = (name for _, name in addressed(places))
    within = metric_address(section, owner)
    yield from ((member, f"{within}/{name}") for member, name in zip(section.members, names, strict=True))


def process_address(section: DealSection, sections: Sequence[DealSection]) -> str:
    """Return what the addresses of the numbers on a sales process begin with; of several units each has its own.

    Parameters
    ----------
    section
        The deals of the process.
    sections
        All of the review.
    """
    units = [each.unit for each in sections if each.process == section.process and each.unit is not None]
    unit = f"~{code_among(section.unit, units)}" if len(units) > 1 and section.unit is not None else ""
    return f"deals/{section.process.key}{unit}"


def outlook_address(line: OutlookLine, lines: Iterable[OutlookLine]) -> str:
    """Return what the addresses of an outlook begin with.

    Parameters
    ----------
    line
        The outlook of a process and unit.
    lines
        All of the review.
    """
    units = (each.unit for each in lines if each.process == line.process)
    return f"outlook/{line.process.key}/{code_among(line.unit, units)}"


def code_among(unit: Unit, units: Iterable[Unit]) -> str:
    """Return what a unit is called in an address: by its code, and where others have the same by its digits too.

    Examples
    --------
    >>> from salesperf import CNY, USD
    >>> finer = Unit("USD", 4, "money")
    >>> code_among(USD, [USD, CNY]), code_among(finer, [USD, finer])
    ('USD', 'USD~4')
    """
    is_alone = all(other == unit for other in units if other.code == unit.code)
    return unit.code if is_alone else f"{unit.code}~{unit.digits}"
