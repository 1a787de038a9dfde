"""The how-to "Plan a year": every number of it a second time, from the rows of the files.

The data are the AdventureWorks sample database of Microsoft (microsoft/sql-server-samples, MIT). The pages are run, and what
they made is held against sums in Decimal, Fraction and plain integers, without the library.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sybil import Document

import pages

GOAL, FLOOR = 36_000_000, 3_000_000
BEGIN, HALF, END = date(2013, 5, 1), date(2013, 11, 1), date(2014, 5, 1)
RAMP = [Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)]
MANAGERS = {"North America": "274", "Europe": "287", "Pacific": "285"}


class Order(NamedTuple):
    rep: str
    on: date
    amount: Decimal
    territory: str


class Files(NamedTuple):
    """What the rows of the files say of the year to plan and the one before."""

    hired: dict[str, date]
    above: dict[str, str]
    """Rep to team, and territory to group."""
    orders: list[Order]
    quotas: dict[str, list[int]]
    """Of each rep, those of the year before."""
    potential: dict[str, Decimal]
    """What a territory sold last year, by the table of territories."""

    def reps(self, team: str) -> list[str]:
        return [rep for rep in self.hired if self.above[rep] == team]

    def sold(self, rep: str, start: date, end: date) -> Decimal:
        return sum((order.amount for order in self.orders if order.rep == rep and start <= order.on < end), Decimal(0))

    def missed(self, rep: str, planned: Sequence[int]) -> int:
        """What was planned for the first two quarters, less what was sold in each, in whole dollars."""
        return sum(
            amount - half_up(Fraction(self.sold(rep, starts_of_quarters()[number], starts_of_quarters()[number + 1])))
            for number, amount in enumerate(planned[:2])
        )


def starts_of_quarters() -> list[date]:
    return [BEGIN, date(2013, 8, 1), HALF, date(2014, 2, 1), END]


def half_up(number: Fraction) -> int:
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)


def largest_remainder(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    whole = sum(map(Fraction, weights))
    exact = [total * Fraction(weight) / whole for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    places = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in places[: total - sum(parts)]:
        parts[place] += 1
    return parts


def workdays(start: date, end: date) -> list[date]:
    days = (start + timedelta(days=number) for number in range((end - start).days))
    return [day for day in days if day.weekday() < 5]


def productive_days(hired: date, start: date, end: date) -> Fraction:
    """Sum the workdays in service, each by the ramp of the month of service, which begins on the day of the month of hire.

    The day of hire is the 14th or the 30th here; February has no 30th, but by then every ramp is over.
    """
    total = Fraction(0)
    for day in workdays(max(start, hired), end):
        months = (day.year - hired.year) * 12 + day.month - hired.month - (day.day < hired.day)
        total += RAMP[months] if months < len(RAMP) else 1
    return total


@pytest.fixture(scope="module")
def files(data_folder: Callable[[str], Path]) -> Files:
    folder = data_folder("adventureworks")

    def read(name: str) -> list[dict[str, str]]:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    names = {row["TerritoryID"]: row["Name"] for row in read("SalesTerritory")}
    above = {row["Name"]: row["Group"] for row in read("SalesTerritory")} | {rep: group for group, rep in MANAGERS.items()}
    for row in sorted(read("SalesTerritoryHistory"), key=lambda row: row["StartDate"]):
        above[row["BusinessEntityID"]] = names[row["TerritoryID"]]
    quotas = defaultdict(list)
    for row in read("SalesPersonQuotaHistory"):
        if "2012-05-30" <= row["QuotaDate"][:10] < "2013-05-30":
            quotas[row["BusinessEntityID"]].append(int(row["SalesQuota"]))
    return Files(
        hired={row["BusinessEntityID"]: date.fromisoformat(row["HireDate"][:10]) for row in read("Employee")},
        above=above,
        orders=[
            Order(
                row["SalesPersonID"],
                date.fromisoformat(row["OrderDate"][:10]),
                Decimal(row["SubTotal"]),
                names[row["TerritoryID"]],
            )
            for row in read("ResellerOrders")
        ],
        quotas=dict(quotas),
        potential={row["Name"]: Decimal(row["SalesLastYear"]) for row in read("SalesTerritory")},
    )


@pytest.fixture(scope="module", params=["docs/how-to/plan-a-year.md", "docs/zh/how-to/plan-a-year.md"])
def page(request: pytest.FixtureRequest, files: Files) -> Document:
    """The page in each language, run to its end."""
    assert files.orders
    document = Document.parse(str(pages.ROOT / request.param), pages.parse_blocks)
    pages.open_page(document.namespace)
    for example in document:
        example.evaluate()
    pages.close_page(document.namespace)
    return document


@pytest.fixture(scope="module")
def made(page: Document) -> dict[str, Any]:
    """What the page made, by name."""
    return dict(page.namespace)


@pytest.fixture(scope="module")
def owed(made: dict[str, Any]) -> dict[str | None, list[int]]:
    """What each owes in each quarter."""
    return {owner: [int(row["owed"]) for row in rows] for owner, rows in made["rows"].items()}


@pytest.fixture(scope="module")
def children(files: Files) -> dict[str | None, list[str]]:
    """Who is under whom: teams first, then reps, each by id."""
    found: dict[str | None, list[str]] = {None: sorted(MANAGERS)}
    for below in sorted(files.above, key=lambda each: (each in files.hired, each)):
        found.setdefault(files.above[below], []).append(below)
    return found


@pytest.fixture(scope="module")
def seats(files: Files) -> dict[str, int]:
    """What each seat may bring in a full year, in whole dollars."""
    last_year = (date(2012, 5, 1), BEGIN)
    bookings = {order.on for order in files.orders if last_year[0] <= order.on < BEGIN}
    assert len(bookings) == 12
    seasoned = [rep for rep in files.hired if rep in files.quotas]
    assert len(seasoned) == 14
    sold = {
        rep: Fraction(files.sold(rep, *last_year)) * 12 / sum(on >= files.hired[rep] for on in bookings) for rep in seasoned
    }
    asked = {rep: Fraction(sum(files.quotas[rep]) * 4, len(files.quotas[rep])) for rep in seasoned}
    whole = sum(map(int, sold.values()))
    mixed = {
        rep: Fraction(60, 100) * sold[rep] / sum(sold.values()) + Fraction(40, 100) * asked[rep] / sum(asked.values())
        for rep in seasoned
    }
    found = {rep: half_up(share * whole) for rep, share in mixed.items()}
    found |= {rep: half_up(Fraction(files.potential[files.above[rep]])) for rep in ("286", "288")}
    return found | {"285": found["287"]}


def test_a_quarter_of_the_fiscal_year_holds_the_orders_of_one_quota(made: dict[str, Any]) -> None:
    assert len(made["same"]) == 6
    assert len({quarter for quarter, _ in made["same"]}) == 6
    assert sum(made["same"].values()) == 1255 + 911  # the orders of 2012-05-01 to 2013-04-30, and of the half year after


def test_the_season_is_the_mean_of_last_year_and_of_the_workdays(made: dict[str, Any], files: Files) -> None:
    year = [date(2012, 5, 1), date(2012, 8, 1), date(2012, 11, 1), date(2013, 2, 1), BEGIN]
    sold = [
        sum(Fraction(order.amount) for order in files.orders if year[number] <= order.on < year[number + 1])
        for number in range(4)
    ]
    days = [len(workdays(starts_of_quarters()[number], starts_of_quarters()[number + 1])) for number in range(4)]
    expected = [(part / sum(sold) + Fraction(count, sum(days))) / 2 for part, count in zip(sold, days, strict=True)]
    assert [part.share for part in made["season"].parts] == expected


def test_the_seats_are_sixty_parts_of_orders_and_forty_of_quotas(made: dict[str, Any], seats: dict[str, int]) -> None:
    assert made["seats"] == seats


def test_the_groups_share_what_the_floor_leaves(
    made: dict[str, Any], seats: dict[str, int], children: dict[str | None, list[str]]
) -> None:
    def expected(team: str) -> int:
        return sum(seats[below] if below in seats else expected(below) for below in children[team])

    weights = [expected(group) for group in ("Europe", "North America")]
    without_floor = GOAL * Fraction(expected("Pacific"), sum(weights) + expected("Pacific"))
    assert round(without_floor, -5) == 2_800_000
    parts = [*largest_remainder(GOAL - FLOOR, weights), FLOOR]
    found = {part.owner: part.amount.minor for part in made["groups"].targets}
    assert found == dict(zip(("Europe", "North America", "Pacific"), parts, strict=True))
    assert sum(found.values()) == GOAL


def test_the_quarters_of_the_company_follow_the_season(made: dict[str, Any], owed: dict[str | None, list[int]]) -> None:
    assert owed[None] == largest_remainder(GOAL, [part.share for part in made["season"].parts])
    assert sum(owed[None]) == GOAL


def test_everything_adds_up_in_every_quarter_and_over_the_year(
    made: dict[str, Any], owed: dict[str | None, list[int]], children: dict[str | None, list[str]]
) -> None:
    assert set(owed) == {None, *(below for each in children.values() for below in each)}
    assert len(owed) == 31
    nodes = {node.owner: node for node in made["plan"].nodes}
    for owner, below in children.items():
        together = [sum(owed[child][quarter] for child in below) for quarter in range(4)]
        stated = made["rows"][owner]
        assert [int(row["children"]) for row in stated] == together
        assert [int(row["owed"] + row["cushion"]) for row in stated] == together
        assert nodes[owner].owed.minor == sum(owed[owner])
        assert nodes[owner].cushion.minor == sum(together) - sum(owed[owner])
    targets = Counter[str | None]()
    for target in made["plan"].targets:
        targets[target.owner] += target.amount.minor
    assert targets == {owner: sum(quarters) for owner, quarters in owed.items()}


def test_every_manager_has_five_percent_more_below_unless_a_ramp_takes_of_it(
    owed: dict[str | None, list[int]], children: dict[str | None, list[str]]
) -> None:
    for group in ("Europe", "North America"):
        together = half_up(Fraction(sum(owed[group]) * 105, 100))
        expected = largest_remainder(together, owed[group])
        assert [sum(owed[child][quarter] for child in children[group]) for quarter in range(4)] == expected
    for owner in (None, "France", "United Kingdom", "Canada", "Central", "Northeast", "Northwest", "Southeast", "Southwest"):
        assert [sum(owed[child][quarter] for child in children[owner]) for quarter in range(4)] == owed[owner]


def test_each_seat_has_its_share_of_what_its_team_owes_together_cut_to_its_days_and_ramp(
    files: Files, owed: dict[str | None, list[int]], children: dict[str | None, list[str]], seats: dict[str, int]
) -> None:
    def weight(owner: str) -> int:
        return seats[owner] if owner in seats else sum(map(weight, children[owner]))

    starts = starts_of_quarters()
    for team, below in children.items():
        if team is None:
            continue
        rate = Fraction(105, 100) if team in MANAGERS else Fraction(1)
        for quarter in range(4):
            start, end = starts[quarter], starts[quarter + 1]
            for child in below:
                full = owed[team][quarter] * rate * weight(child) / sum(map(weight, below))
                there = Fraction(1)
                if child in files.hired:
                    there = productive_days(files.hired[child], start, end) / len(workdays(start, end))
                # Rounded once for the sums of team and quarter, and once more where it is cut; the cushion is rounded too.
                assert abs(owed[child][quarter] - full * there) < 2
    for team, rep in (("Germany", "288"), ("Australia", "286")):
        for quarter in range(4):
            start, end = starts[quarter], starts[quarter + 1]
            there = productive_days(files.hired[rep], start, end) / len(workdays(start, end))
            assert owed[rep][quarter] == half_up(owed[team][quarter] * there)


def test_the_audit_holds_targets_against_seats_and_days(
    made: dict[str, Any], files: Files, owed: dict[str | None, list[int]], seats: dict[str, int]
) -> None:
    days = {rep: productive_days(hired, BEGIN, END) for rep, hired in files.hired.items()}
    yardsticks: dict[str, dict[str, Fraction]] = {
        "potential": {rep: Fraction(seat) for rep, seat in seats.items()},
        "capacity": days,
    }
    beyond = defaultdict(set)
    for line in made["fairness"].lines:
        values = yardsticks[line.yardstick]
        base = sum(sum(owed[rep]) for rep in seats) / sum(values.values(), Fraction(0))
        index: Fraction = sum(owed[line.owner]) / values[line.owner] / base
        assert line.value == values[line.owner]
        assert line.index == pytest.approx(float(index), rel=1e-12)
        if abs(index - 1) > Fraction(1, 10):
            beyond[line.yardstick].add(line.owner)
    assert {measure.yardstick: set(measure.beyond) for measure in made["fairness"].measures} == beyond
    assert beyond["potential"] == {"286", "288"}
    assert beyond["capacity"] == set(seats)


def test_every_number_can_be_asked_why(made: dict[str, Any]) -> None:
    assert made["season"].breakdown.holds()
    assert made["groups"].breakdown.holds()
    assert made["plan"].breakdown.holds()
    for new in made["anew"].values():
        assert new.breakdown.holds()
        assert all(line.breakdown.holds() for line in new.lines)


# Half-time


@pytest.fixture(scope="module")
def moved(files: Files, owed: dict[str | None, list[int]]) -> dict[str | None, list[int]]:
    """What the open quarters of each receive, less what they give away."""
    sold: Counter[str] = Counter()
    for order in files.orders:
        if order.rep == "275" and BEGIN <= order.on < HALF:
            sold[order.territory] += order.amount  # type: ignore[assignment] # counts of money
    share = round(Fraction(sold["Southwest"]) / Fraction(sum(sold.values())), 2)
    assert share == Fraction(63, 100)
    given = [half_up(owed["275"][quarter] * share) for quarter in (2, 3)]
    found: dict[str | None, list[int]] = {owner: [0, 0] for owner in owed}
    for owner in ("276", "Southwest"):
        found[owner] = given
    for owner in ("275", "Central"):
        found[owner] = [-part for part in given]
    return found


@pytest.fixture(scope="module")
def missed(files: Files, owed: dict[str | None, list[int]], children: dict[str | None, list[str]]) -> dict[str | None, int]:
    """What each missed in the two quarters that are over; teams and the company by what their members sold."""

    def sold(owner: str | None) -> int:
        if owner in files.hired:
            return sum(owed[owner][:2]) - files.missed(owner, owed[owner])
        return sum(map(sold, children[owner]))

    return {owner: sum(quarters[:2]) - sold(owner) for owner, quarters in owed.items()}


def test_what_was_missed_planned_and_moved_is_that_of_the_files(
    made: dict[str, Any],
    owed: dict[str | None, list[int]],
    missed: dict[str | None, int],
    moved: dict[str | None, list[int]],
) -> None:
    for lines in made["lines"].values():
        assert set(lines) == set(owed)
        for owner, line in lines.items():
            assert line.planned_closed.minor == sum(owed[owner][:2])
            assert line.missed.minor == missed[owner]
            assert line.planned_open.minor == sum(owed[owner][2:])
            assert line.transferred.minor == sum(moved[owner])


def test_carried_forward_each_makes_up_for_what_it_missed(
    made: dict[str, Any],
    owed: dict[str | None, list[int]],
    missed: dict[str | None, int],
    moved: dict[str | None, list[int]],
) -> None:
    for owner, line in made["lines"]["carry_forward"].items():
        left = sum(owed[owner][2:]) + sum(moved[owner]) + missed[owner]
        assert (line.new_open.minor, line.surplus.minor) == (max(left, 0), max(-left, 0))
        assert line.actual_closed.minor + line.new_open.minor - line.surplus.minor == sum(owed[owner]) + sum(moved[owner])


def test_kept_as_it_is_what_was_missed_is_written_off(
    made: dict[str, Any],
    owed: dict[str | None, list[int]],
    missed: dict[str | None, int],
    moved: dict[str | None, list[int]],
) -> None:
    for owner, line in made["lines"]["keep_remaining"].items():
        assert line.new_open.minor == sum(owed[owner][2:]) + sum(moved[owner])
        assert line.written_off.minor == missed[owner]
    changed = {(change.owner, change.after.minor - change.before.minor) for change in made["anew"]["keep_remaining"].changes}
    assert changed == {(owner, part) for owner, parts in moved.items() for part in parts if part}


def test_redistributed_those_who_share_a_target_make_up_together(
    made: dict[str, Any],
    owed: dict[str | None, list[int]],
    missed: dict[str | None, int],
    moved: dict[str | None, list[int]],
    children: dict[str | None, list[str]],
) -> None:
    lines = made["lines"]["redistribute"]

    def planned(owner: str | None) -> int:
        return sum(owed[owner][2:]) + sum(moved[owner])

    assert lines[None].new_open.minor == planned(None) + missed[None]
    for above, below in children.items():
        # What is to be done above comes down, with the cushion that was planned for the open quarters.
        open_ = [planned(owner) for owner in below]
        together = lines[above].new_open.minor + sum(open_) - planned(above)
        assert [lines[owner].new_open.minor for owner in below] == largest_remainder(together, open_)
        assert lines[above].cushion.minor == sum(open_) - planned(above)


@pytest.mark.parametrize("policy", ["carry_forward", "keep_remaining", "redistribute"])
def test_a_new_plan_leaves_what_is_over_and_spreads_the_rest_as_it_was_planned(
    made: dict[str, Any], owed: dict[str | None, list[int]], moved: dict[str | None, list[int]], policy: str
) -> None:
    new: dict[str | None, dict[date, int]] = defaultdict(dict)
    for target in made["anew"][policy].targets:
        start = next(start for start in reversed(starts_of_quarters()) if start <= target.period.start)
        new[target.owner][start] = target.amount.minor
    for owner, quarters in new.items():
        assert [quarters[start] for start in starts_of_quarters()[:2]] == owed[owner][:2]
        weights = [owed[owner][quarter] + moved[owner][quarter - 2] for quarter in (2, 3)]
        rest = [quarters[start] for start in starts_of_quarters()[2:4]]
        assert rest == largest_remainder(made["lines"][policy][owner].new_open.minor, weights)


def test_the_prose_says_what_came_out(page: Document, made: dict[str, Any], missed: dict[str | None, int]) -> None:
    assert f"{missed['277']:,}" in page.text
    assert f"{made['lines']['carry_forward']['290'].surplus.minor:,}" in page.text
    company = made["lines"]["keep_remaining"][None]
    beyond = company.actual_closed.minor + company.new_open.minor - GOAL
    assert beyond == -missed[None]
    assert f"{beyond:,}" in page.text
    assert missed["Europe"] < 0 < min(missed["North America"], missed["Pacific"])
    done = {owner for owner, line in made["lines"]["carry_forward"].items() if line.new_open.minor == 0}
    assert done == {"287", "290", "France"}
