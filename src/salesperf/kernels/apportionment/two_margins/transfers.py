"""Whole units placed in tables so that both margins are exact, each where it costs least."""

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from salesperf.kernels.apportionment.rounding import Parts
from salesperf.kernels.apportionment.two_margins.tables import Matrix, Positions, Tables
from salesperf.kernels.apportionment.two_margins.ways import Ways, rows_of, shared_out
from salesperf.kernels.numeric import Column

_PATIENCE: Final = 3
"""After so many ways that others have used up, it is quicker to find new ones."""
_GAIN: Final = 0.95
"""Settling rows and columns in turns brings the error down fast at first and hardly ever to 0: once it gains less than this
share, and less than the units below in each table, transfers end it."""
_WORTH: Final = 8
"""So many units less in error are worth another turn, which takes as long as two transfers."""
_FEW: Final = 16
"""Up to so many units a row or column takes one after the other, and so many go through ways alone."""
_TIED: Final = 4
"""Prices so many tolerances apart count as tied where many units are placed at once."""
_CENTRINGS: Final = 2
_NOISE: Final = 2.0**-50


class Prices(Protocol):
    """What the next unit of a cell costs: it never falls as units are added."""

    def __call__(self, columns: Positions, rows: Positions, units: Parts) -> Column:
        """Price the unit of this number (the first is 1) in some cells."""


class Division:
    """Parts under way to exact margins, and prices of rows and columns that prove that none of them is misplaced.

    Throughout, for each cell: price of its last unit <= row price + column price <= price of its next unit, up to
    ``tolerance``. By linear programming duality, parts with exact margins then cost the least of all.

    A cell may stand for several that are alike: each of these ``copies`` gets a unit before any gets a second one.

    References
    ----------
    R. K. Ahuja, T. L. Magnanti and J. B. Orlin, *Network Flows*, Prentice Hall, 1993, chapters 9 and 14, for successive
    shortest paths with convex costs.
    """

    def __init__(
        self,
        tables: Tables,
        prices: Prices,
        parts: Parts,
        lower: Parts,
        upper: Parts,
        *,
        copies: Parts | None = None,
        offered: tuple[Column, Matrix] | None = None,
    ) -> None:
        """Begin with parts that are in order at the prices offered, or near the ones that are so where all of them are 0."""
        self.tables = tables
        self._prices = prices
        self.parts = parts.copy()
        self._lower, self._upper = lower, upper
        self._copies = np.ones_like(parts) if copies is None else copies
        columns, rows = parts.shape
        self.row_prices: Column = np.zeros(rows)
        self.column_prices: Matrix = np.zeros((columns, len(tables.first_rows)))
        columns_open, rows_open = np.nonzero(lower < upper)
        units = parts[columns_open, rows_open]
        self._next: Matrix = np.full(parts.shape, np.inf)
        self._last: Matrix = np.full(parts.shape, -np.inf)
        self._next[columns_open, rows_open] = self._price(columns_open, rows_open, units, 1)
        self._last[columns_open, rows_open] = self._price(columns_open, rows_open, units, -1)
        largest = max(float(np.abs(price[np.isfinite(price)]).max(initial=0.0)) for price in (self._next, self._last))
        self.tolerance: float = _NOISE * largest
        if offered is None:
            self._put_in_order()
        else:
            self.row_prices, self.column_prices = offered

    def solve(self) -> None:
        """Make both margins exact."""
        self._settle()
        self._transfer()
        for _ in range(_CENTRINGS):
            self._centre()

    def _settle(self) -> None:
        """Settle rows and columns in turns, for as long as that gains much."""
        self._settle_rows()
        error, previous = self._error(), np.inf
        while error and (error <= _GAIN * previous or previous - error >= _WORTH * len(self.tables.first_rows)):
            self._settle_columns()
            self._settle_rows()
            self._exchange(self._missing_in_columns())
            error, previous = self._error(), error

    def _put_in_order(self) -> None:
        """Add or take away units until none of them is out of order at the prices of its row and column."""
        offered = self.row_prices + self.tables.spread(self.column_prices)
        for sign, prices in ((1, self._next), (-1, self._last)):
            while (sign * (prices - offered) < 0).any():
                columns, rows = np.nonzero(sign * (prices - offered) < 0)
                self._change(columns, rows, sign, self._room(columns, rows, sign))

    def slack(self) -> tuple[Matrix, Matrix]:
        """Tell by how much the prices of rows and columns exceed each last unit's, and fall short of each next one's."""
        offered = self.row_prices + self.tables.spread(self.column_prices)
        return offered - self._last, self._next - offered

    def _price(self, columns: Positions, rows: Positions, parts: Parts, sign: int) -> Column:
        """Price the units that some cells with so many would get next, or those that they got last."""
        bounds = self._upper if sign > 0 else self._lower
        is_open = parts != bounds[columns, rows]
        copies = self._copies[columns, rows]
        units = parts // copies + 1 if sign > 0 else -(-parts // copies)
        if is_open.all():
            return self._prices(columns, rows, units)
        prices = np.full(len(parts), sign * np.inf)
        prices[is_open] = self._prices(columns[is_open], rows[is_open], units[is_open])
        return prices

    def _room(self, columns: Positions, rows: Positions, sign: int) -> Parts:
        """Tell how many units of the same price can be added to some cells, or taken away."""
        copies = self._copies[columns, rows]
        room: Parts = copies - (sign * self.parts[columns, rows]) % copies
        return room

    def _change(self, columns: Positions, rows: Positions, sign: int, units: Parts) -> None:
        """Add units to some cells, or take them away; of each cell, units of one price."""
        parts = self.parts[columns, rows] + sign * units
        self.parts[columns, rows] = parts
        ahead, behind = (self._next, self._last) if sign > 0 else (self._last, self._next)
        behind[columns, rows] = ahead[columns, rows]
        ahead[columns, rows] = self._price(columns, rows, parts, sign)

    def _missing_in_columns(self) -> Parts:
        missing: Parts = self.tables.column_totals - self.tables.sums(self.parts)
        return missing

    def _error(self) -> float:
        return float(np.abs(self._missing_in_columns()).sum())

    def _settle_rows(self) -> None:
        """Give each row its total, at the price in the middle of what its columns' prices allow."""
        missing = self.tables.row_totals - self.parts.sum(axis=0)
        changed = np.flatnonzero(missing)
        if not len(changed):
            return
        spread = np.broadcast_to(self.tables.spread(self.column_prices), self.parts.shape)
        self._settle_rows_by(missing, 1, self._next, spread)
        self._settle_rows_by(-missing, -1, self._last, spread)
        prices = spread[:, changed]
        low, high = (self._last[:, changed] - prices).max(axis=0), (self._next[:, changed] - prices).min(axis=0)
        self.row_prices[changed] = _middle(low, high)

    def _settle_rows_by(self, missing: Parts, sign: int, prices: Matrix, spread: Matrix) -> None:
        rows = np.flatnonzero(missing > 0)
        left = missing[rows]
        count = len(self.parts)
        # Rows alike would all serve the same of their tied columns first: each begins where the one before it ends.
        turn = (np.cumsum(left) - left) % count
        if left.max(initial=0) > _FEW:
            left, turn = self._change_at_once(rows, left, turn, sign, sign * (prices[:, rows] - spread[:, rows]))
            self._put_rows_in_order(spread)
            on = left > 0
            rows, left, turn = rows[on], left[on], turn[on]
        order = np.arange(count)[:, np.newaxis]
        while len(rows):
            claims = sign * (prices[:, rows] - spread[:, rows])
            tied = claims <= claims.min(axis=0) + self.tolerance
            columns = np.where(tied, (order - turn) % count, count).argmin(axis=0)
            units = np.minimum(left, self._room(columns, rows, sign))
            self._change(columns, rows, sign, units)
            left -= units
            on = left > 0
            rows, left, turn = rows[on], left[on], (columns[on] + 1) % count

    def _change_at_once(self, rows: Positions, left: Parts, turn: Parts, sign: int, claims: Matrix) -> tuple[Parts, Parts]:
        """Change the cells of each row with the first claims, each once; give what is left, and the next turn."""
        count = len(claims)
        columns = (np.arange(count)[:, np.newaxis] + turn) % count
        in_turn = np.take_along_axis(claims, columns, axis=0)
        if self.tolerance:
            # What is tied but for rounding in floats stands in the order of turns.
            in_turn = np.rint(in_turn / (_TIED * self.tolerance))
        places = in_turn.argsort(axis=0, kind="stable")
        in_order = np.take_along_axis(columns, places, axis=0)
        room = np.where(np.isfinite(np.take_along_axis(claims, in_order, axis=0)), self._room(in_order, rows, sign), 0)
        units = np.clip(left - (room.cumsum(axis=0) - room), 0, room)
        order, row = np.nonzero(units)
        self._change(in_order[order, row], rows[row], sign, units[order, row])
        ends = np.zeros(len(rows), dtype=np.int64)
        ends[row] = in_order[order, row] + 1
        return left - units.sum(axis=0), ends % count

    def _put_rows_in_order(self, spread: Matrix) -> None:
        """Exchange units within rows where one cell should have had two before another one had any."""
        while True:
            last, following = self._last - spread, self._next - spread
            rows = np.flatnonzero(last.max(axis=0) > following.min(axis=0) + _TIED * self.tolerance)
            if not len(rows):
                return
            self._pass_on(last[:, rows].argmax(axis=0), rows, following[:, rows].argmin(axis=0), rows)

    def _pass_on(self, from_columns: Positions, from_rows: Positions, to_columns: Positions, to_rows: Positions) -> None:
        """Take from some cells as many units as others can be given at one price, and give them to those."""
        units = np.minimum(self._room(from_columns, from_rows, -1), self._room(to_columns, to_rows, 1))
        self._change(from_columns, from_rows, -1, units)
        self._change(to_columns, to_rows, 1, units)

    def _settle_columns(self) -> None:
        """Give each column its total, or come nearer to it."""
        missing = self._missing_in_columns()
        self._settle_columns_by(missing, 1, self._next)
        self._settle_columns_by(-missing, -1, self._last)
        low = -self.tables.least(self.row_prices - self._last)
        high = self.tables.least(self._next - self.row_prices)
        self.column_prices = np.where(missing == 0, self.column_prices, _middle(low, high))

    def _settle_columns_by(self, missing: Parts, sign: int, prices: Matrix) -> None:
        columns, tables = np.nonzero(missing > 0)
        left = missing[columns, tables]
        self._change_many(columns, tables, left, sign, prices)
        columns, tables, left = (some[left <= _FEW] for some in (columns, tables, left))
        while len(columns):
            claims = sign * (prices - self.row_prices)
            rows = self.tables.first_least(claims, columns, tables)
            # A column that can take no more has no claim left; the transfers then say what clashes.
            possible = np.isfinite(claims[columns, rows])
            columns, tables, rows, left = columns[possible], tables[possible], rows[possible], left[possible]
            units = np.minimum(left, self._room(columns, rows, sign))
            self._change(columns, rows, sign, units)
            left -= units
            on = left > 0
            columns, tables, left = columns[on], tables[on], left[on]

    def _change_many(self, columns: Positions, tables: Positions, counts: Parts, sign: int, prices: Matrix) -> None:
        """Change at once the columns that need many units, then exchange units where one cell should have had two."""
        changes: list[tuple[Positions, Positions, Parts]] = []
        for column, table, count in zip(columns.tolist(), tables.tolist(), counts.tolist(), strict=True):
            if count > _FEW:
                here = self.tables.rows_of_table(table)
                claims = sign * (prices[column, here] - self.row_prices[here])
                rows = here.start + claims.argsort(kind="stable")[: np.isfinite(claims).sum()]
                at = np.full(len(rows), column)
                room = self._room(at, rows, sign)
                units = np.clip(count - (room.cumsum() - room), 0, room)
                some = units > 0
                changes.append((at[some], rows[some], units[some]))
        if not changes:
            return
        at, rows, units = (np.concatenate(arrays) for arrays in zip(*changes, strict=True))
        self._change(at, rows, sign, units)
        while True:
            last, following = self.row_prices - self._last, self._next - self.row_prices
            wrong = np.nonzero(-self.tables.least(last) > self.tables.least(following) + self.tolerance)
            if not len(wrong[0]):
                return
            down, up = self.tables.first_least(last, *wrong), self.tables.first_least(following, *wrong)
            self._pass_on(wrong[0], down, wrong[0], up)

    def _centre(self) -> None:
        """Move prices to the middle of what is possible: after transfers, many cells are on the edge that need not be."""
        spread = self.tables.spread(self.column_prices)
        self.row_prices = _middle((self._last - spread).max(axis=0), (self._next - spread).min(axis=0))
        low, high = -self.tables.least(self.row_prices - self._last), self.tables.least(self._next - self.row_prices)
        self.column_prices = _middle(low, high)

    def _transfer(self) -> None:
        """Move units from columns with too many to columns with too few, along ways that cost least, to the end."""
        missing = self._missing_in_columns()
        while missing.any():
            ways = Ways(self.tables, *self.slack(), missing, self.tolerance)
            clash = ways.clash()
            if clash is not None:
                raise clash
            # Ways that cost least cost nothing once the prices hold the distances, and no cell is out of order then.
            farthest = ways.farthest()
            self.row_prices -= np.minimum(ways.row_distances, farthest[self.tables.table_of_row])
            self.column_prices += np.minimum(ways.column_distances, farthest)
            self._exchange(missing)
            in_vain = 0
            for tables, columns in ways.targets():
                in_vain = 0 if self._move(ways, tables, columns, missing) else in_vain + 1
                if in_vain == _PATIENCE:
                    break

    def _exchange(self, missing: Parts) -> None:
        """Move units at no cost within rows, straight from columns with too many to columns with too few."""
        tables = self.tables
        if np.abs(missing).sum() <= _FEW:
            return
        while True:
            lowering, raising = self.slack()
            needs = tables.spread(missing)
            giving = (lowering <= self.tolerance) & (needs < 0)
            taking = (raising <= self.tolerance) & (needs > 0)
            rows = np.flatnonzero(giving.any(axis=0) & taking.any(axis=0))
            if not len(rows):
                return
            sources, targets = self._in_turn(giving, rows), self._in_turn(taking, rows)
            units = np.minimum(self._room(sources, rows, -1), self._room(targets, rows, 1))
            # Of rows that would serve one column, as many as it bears; the others come next.
            units = self._within(sources, rows, units, -missing)
            units = self._within(targets, rows, units, missing)
            some = units > 0
            sources, targets, rows, units = sources[some], targets[some], rows[some], units[some]
            np.add.at(missing, (sources, tables.table_of_row[rows]), units)
            np.subtract.at(missing, (targets, tables.table_of_row[rows]), units)
            self._change(sources, rows, -1, units)
            self._change(targets, rows, 1, units)

    def _in_turn(self, marked: NDArray[np.bool_], rows: Positions) -> Positions:
        """Find a marked column of each row, each from where the one before begins onwards."""
        count = len(marked)
        turned = (np.arange(count)[:, np.newaxis] - rows) % count
        columns: Positions = np.where(marked[:, rows], turned, count).argmin(axis=0)
        return columns

    def _within(self, columns: Positions, rows: Positions, units: Parts, most: Parts) -> Parts:
        """Cut units down to what their column of their table bears, the first ones last."""
        nodes = columns * len(self.tables.first_rows) + self.tables.table_of_row[rows]
        order = nodes.argsort(kind="stable")
        present, place = np.unique(nodes[order], return_inverse=True)
        cut = np.empty_like(units)
        cut[order] = shared_out(place, units[order], most.ravel()[present])
        return cut

    def _move(self, ways: Ways, tables: Positions, targets: Positions, missing: Parts) -> bool:
        """Move as many units to one column of each table as a way bears; tell whether earlier moves have left any."""
        units = missing[targets, tables]
        origins, columns, on = targets.copy(), targets, np.arange(len(tables))
        hops = []
        while len(on):
            sources, found = ways.back(tables[on], columns)
            units[on[~found]] = 0
            on, columns, sources = on[found], columns[found], sources[found]
            rows, place = rows_of(self.tables, tables[on])
            is_open = self._is_open(rows, place, tables[on], sources, columns)
            rows, place = rows[is_open], place[is_open]
            room = np.minimum(self._room(sources[place], rows, -1), self._room(columns[place], rows, 1))
            hops.append((rows, on[place], sources[place], columns[place], room))
            borne = np.zeros(len(on), dtype=np.int64)
            np.add.at(borne, place, room)
            units[on] = np.minimum(units[on], borne)
            origins[on] = sources
            goes_on = (ways.column_turns[sources, tables[on]] > 0) & (units[on] > 0)
            on, columns = on[goes_on], sources[goes_on]
        units = np.minimum(units, np.maximum(-missing[origins, tables], 0))
        if not units.any():
            return False
        for rows, place, sources, columns, room in hops:
            moved = shared_out(place, room, units)
            some = moved > 0
            self._change(sources[some], rows[some], -1, moved[some])
            self._change(columns[some], rows[some], 1, moved[some])
        missing[targets, tables] -= units
        missing[origins, tables] += units
        return True

    def _is_open(
        self, rows: Positions, place: Positions, tables: Positions, sources: Positions, columns: Positions
    ) -> NDArray[np.bool_]:
        """Tell which rows let a unit go from one column of their table to another one at no cost."""
        tolerance = 8 * self.tolerance
        lowering = self.row_prices[rows] + self.column_prices[sources, tables][place] - self._last[sources[place], rows]
        raising = self._next[columns[place], rows] - self.row_prices[rows] - self.column_prices[columns, tables][place]
        opened: NDArray[np.bool_] = (lowering <= tolerance) & (raising <= tolerance)
        return opened


def _middle(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the middle of each range; of one that is open at an end what is nearest to 0."""
    is_closed = np.isfinite(low) & np.isfinite(high)
    with np.errstate(invalid="ignore"):  # an open range has no middle
        return np.where(is_closed, (low + high) / 2, np.minimum(np.maximum(0.0, low), high))
