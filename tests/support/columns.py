"""Deals written down as columns, as an export would hold them."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np

from salesperf import Opportunity, Org
from salesperf.funnel import Codes

__all__ = ["columns_of"]

Row = tuple[int, date | None, str]


def columns_of(deals: Sequence[Opportunity], random: Random, *, as_of: date, org: Org) -> dict[str, Any]:
    """Return the arguments that tell ``count_columns`` and ``outcomes_columns`` of deals.

    The rows are shuffled, those of one deal and day kept in order, and some name again the stage in which their deal is.
    """
    rows = [row for place, deal in enumerate(deals) for row in _rows_of(place, deal, random)]
    shuffled = random.sample(range(len(rows)), len(rows))
    slots: dict[tuple[int, date | None], list[int]] = {}
    for at, row in enumerate(shuffled):
        slots.setdefault(rows[row][:2], []).append(at)
    for taken in slots.values():
        for at, row in zip(taken, sorted(shuffled[at] for at in taken), strict=True):
            shuffled[at] = row
    written = [rows[row] for row in shuffled]
    labels = [_labels_of(deal, as_of, org) for deal in deals]
    names = ("owner", "team", "grade", "customer", "lead", "product")
    return {
        "deal": Codes(np.array([place for place, _, _ in written], dtype=np.int64), tuple(map(str, range(len(deals))))),
        "stage": Codes.of([stage for _, _, stage in written]),
        "on": np.array([on for _, on, _ in written], dtype="datetime64[D]"),
        "segments": {name: Codes.of([each[name] for each in labels]) for name in names},
    }


def _rows_of(place: int, deal: Opportunity, random: Random) -> list[Row]:
    """Return the changes of stage of a deal, some of them named again before the next one."""
    rows: list[Row] = []
    changes = [(str(change.stage), change.on) for change in deal.history]
    for (stage, on), (_, until) in zip(changes, [*changes[1:], ("", None)], strict=True):
        rows.append((place, on, stage))
        if on is not None and random.random() < 0.2:
            rows.append((place, on + timedelta(random.randint(0, 3 if until is None else (until - on).days)), stage))
    return rows


def _labels_of(deal: Opportunity, as_of: date, org: Org) -> dict[str, str | None]:
    known = deal.as_of(as_of) or deal
    owner, begin = known.owner, known.created
    team = owner if owner is None or owner in org.team_by_id else None if begin is None else org.team_on(owner, begin)
    product = known.facts.get("product")
    return {
        "owner": owner,
        "team": team,
        "grade": known.grade,
        "customer": known.customer,
        "lead": known.lead,
        "product": None if product is None else str(product),
    }
