"""What was spent on channels by the plain CSV layout, a row for each day on which something was."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

from salesperf.io.folder.cells import amount_in, amount_of_unit, date_in, id_in, optional, unit_in, write_cell
from salesperf.io.folder.layout import Items
from salesperf.io.folder.table import Rows, Table
from salesperf.model.amount import Unit
from salesperf.model.channel_cost import ChannelCost

__all__ = ["read_costs", "rows_of_costs"]


def read_costs(table: Table, *, owner_in: Callable[[str], str]) -> Items[ChannelCost]:
    r"""Read what was spent on channels, campaigns, reps and teams.

    Parameters
    ----------
    table
        The table of costs.
    owner_in
        Reads the id of a rep or a team.

    Examples
    --------
    >>> from salesperf.io.folder.files import COSTS
    >>> table = Table.parse("on,amount,unit,channel\n2026-04-20,80000,CNY,exhibition\n", COSTS)
    >>> print(read_costs(table, owner_in=str).items[0].amount)
    80,000.00 CNY
    """
    words = cache(optional(id_in))
    readers: dict[str, Callable[[str], object]] = {
        "on": cache(date_in),
        "amount": amount_in,
        "unit": cache(unit_in),
        "channel": words,
        "campaign": words,
        "owner": cache(optional(owner_in)),
    }
    return table.read(readers, _cost)


def rows_of_costs(costs: Iterable[ChannelCost]) -> Rows:
    """Return the rows that :func:`read_costs` reads back.

    Examples
    --------
    >>> from salesperf.model.amount import CNY, Amount
    >>> list(rows_of_costs([ChannelCost(on=date(2026, 4, 20), amount=Amount.of(80_000, CNY), owner="ada")]))
    [('2026-04-20', '80000.00', 'CNY', '', '', 'ada')]
    """
    for cost in costs:
        number = (write_cell(cost.on), write_cell(cost.amount), write_cell(cost.amount.unit))
        yield (*number, cost.channel or "", cost.campaign or "", cost.owner or "")


def _cost(*, on: date, amount: str, unit: Unit, channel: str | None, campaign: str | None, owner: str | None) -> ChannelCost:
    return ChannelCost(on=on, amount=amount_of_unit(amount, unit), channel=channel, campaign=campaign, owner=owner)
