"""Laws of what is owed: a target is never lost and never counted twice, however time and teams cut it."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations, pairwise
from random import Random

import attrs
from examples import at_most
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from salesperf import (
    COUNT,
    STANDARD_METRICS,
    Actual,
    Amount,
    Calendar,
    FrozenMap,
    Move,
    Org,
    Period,
    Rep,
    Target,
    Team,
    testing,
)
from salesperf.attainment import OWED_BASES, ActualTally, Owed, TargetBook, attain, tally

VISITS, WIN_RATE, HEADCOUNT = (STANDARD_METRICS[key] for key in ("visits", "win_rate", "headcount"))
EVERYTHING: FrozenMap[str, str] = FrozenMap()

Case = tuple[TargetBook, list[Target]]

in_year = testing.days(date(2026, 1, 1), date(2026, 12, 31))
seasons = st.sampled_from([Period.year(2026), *Period.year(2026).split("half"), *Period.year(2026).split("quarter")])
spans = st.tuples(in_year, in_year).map(lambda pair: Period(min(pair), Period.day(max(pair)).end))
within_year = seasons | st.sampled_from(Period.year(2026).split("month")) | spans
# People join, move and leave within the year, in front of the days that are looked at.
orgs = testing.orgs(min_reps=1, max_reps=3, max_teams=3, within=Period.year(2026))


@st.composite
def visit_targets(draw: st.DrawFn, owners: st.SearchStrategy[str | None], lowest: int = -5) -> Target:
    return Target(
        owner=draw(owners),
        metric=VISITS,
        amount=Amount(minor=draw(st.integers(lowest, 999)), unit=COUNT),
        period=draw(within_year),
    )


company_targets = visit_targets(st.none())


@st.composite
def books(draw: st.DrawFn, *, teams: bool = True, lowest: int = -5) -> Case:
    """Draw targets: of reps alone, or of teams and the company too."""
    org = draw(orgs)
    owners = (*org.rep_by_id, *((None, *org.team_by_id) if teams else ()))
    owed = visit_targets(st.sampled_from(owners), lowest)
    targets = draw(st.lists(owed, max_size=5, unique_by=lambda target: target.key))
    return TargetBook(targets, org, draw(testing.calendars())), targets


def minor_of(owed: Owed | None) -> int:
    if owed is None:
        return 0
    assert isinstance(owed.target.amount, Amount)
    return owed.target.amount.minor


def below(book: TargetBook, team: str | None, period: Period) -> list[Owed]:
    """Find what those directly under a team owe: sub-teams, and members for each of their times there."""
    teams = (book.owed(child.id, VISITS, period) for child in book.org.children(team))
    return [owed for owed in (*teams, *book.owed_by_members(team, VISITS, period)) if owed is not None]


@given(company_targets, testing.calendars(), st.lists(st.integers(1, 800), max_size=6))
def test_the_pieces_of_a_target_cut_anywhere_sum_to_it(target: Target, calendar: Calendar, cuts: list[int]) -> None:
    start, end = target.period.start, target.period.end
    edges = sorted({start, end, *(day for cut in cuts if (day := start + timedelta(days=cut)) < end)})
    book = TargetBook([target], Org(), calendar)
    pieces = [book.owed(None, VISITS, Period(*pair)) for pair in pairwise(edges)]
    assert isinstance(target.amount, Amount)
    assert sum(map(minor_of, pieces)) == target.amount.minor


@given(company_targets, testing.calendars(), within_year)
def test_a_straddling_target_counts_by_its_share_of_workdays(target: Target, calendar: Calendar, period: Period) -> None:
    common = target.period.overlap(period)
    if common is None or common == target.period or not calendar.workdays(target.period):
        return
    owed = TargetBook([target], Org(), calendar).owed(None, VISITS, period)
    assert owed is not None
    assert (owed.basis, owed.parts[0].period, owed.is_prorated) == ("prorated", common, True)
    assert isinstance(target.amount, Amount)
    exact = target.amount.minor * Fraction(calendar.workdays(common), calendar.workdays(target.period))
    # The rounded total up to its end less that up to its start: off by half a unit at each at most.
    assert abs(minor_of(owed) - exact) <= 1


@given(books(teams=False), within_year)
def test_what_all_teams_owe_is_what_all_reps_owe(case: Case, period: Period) -> None:
    book, _ = case
    reps = sum(minor_of(book.owed(rep, VISITS, period)) for rep in book.org.rep_by_id)
    everywhere = [owed for team in (None, *book.org.team_by_id) for owed in book.owed_by_members(team, VISITS, period)]
    assert sum(map(minor_of, everywhere)) == reps == minor_of(book.owed(None, VISITS, period))


@settings(max_examples=at_most(60))
@given(books(), within_year)
def test_without_a_target_of_its_own_a_team_owes_what_is_owed_below_it(case: Case, period: Period) -> None:
    book, targets = case
    for team in (None, *book.org.team_by_id):
        total = sum(map(minor_of, below(book, team, period)))
        under = book.below_total(team, VISITS, period, EVERYTHING)
        assert (under.minor if under is not None else 0) == total
        if not any(target.owner == team and target.period.overlap(period) for target in targets):
            owed = book.owed(team, VISITS, period)
            assert minor_of(owed) == total
            assert owed is None or owed.basis == "rolled_up"


@given(books(teams=False, lowest=0), within_year, in_year)
def test_what_a_team_should_have_done_by_a_day_is_what_its_members_should(case: Case, period: Period, as_of: date) -> None:
    book, _ = case
    for team in (None, *book.org.team_by_id):
        owed = book.owed(team, VISITS, period)
        if owed is not None:
            assert planned(owed, book, as_of) == sum(planned(each, book, as_of) for each in below(book, team, period))


def planned(owed: Owed, book: TargetBook, as_of: date) -> Fraction:
    target = owed.target
    found = attain(target, ActualTally.empty(), as_of=as_of, calendar=book.calendar, profile=owed.schedule)
    assert found.planned_share is not None
    return minor_of(owed) * found.planned_share


def holds(book: TargetBook, owner: str | None, rep: str, on: date, period: Period) -> bool:
    """Tell whether what a rep does on a day is held against a target: by whoever, from an owner down to the rep, has any."""
    for above in path_down(book.org, owner, rep, on):
        own = [target.period for target in book.targets_of(above, VISITS) if target.period.overlap(period)]
        if own:
            return any(on in days for days in own)
    return True


def path_down(org: Org, owner: str | None, rep: str, on: date) -> list[str | None]:
    """Return an owner, the teams between, and the rep or team; of one out of service that day there is no team between."""
    if owner == rep:
        return [rep]
    path: list[str | None] = [rep]
    if rep in org.team_by_id:
        team = org.team_by_id[rep].parent
    elif any(stint.start <= on < stint.end for stint in org.stints(rep)):
        team = org.team_on(rep, on)
    else:
        return [owner, rep]
    while team is not None and team != owner:
        path.append(team)
        team = org.team_by_id[team].parent
    return [owner, *reversed(path)]


@settings(max_examples=at_most(200))
@given(books(), within_year, in_year, st.data())
def test_like_is_held_against_like(case: Case, period: Period, as_of: date, data: st.DataObject) -> None:
    book, _ = case
    org = book.org
    made = st.builds(
        Actual,
        owner=st.sampled_from(sorted(org.rep_by_id)),
        metric=st.just(VISITS),
        amount=st.integers(1, 99).map(lambda count: Amount(minor=count, unit=COUNT)),
        on=in_year,
    )
    actuals = data.draw(st.lists(made, max_size=12))
    for owner in (None, *org.team_by_id, *org.rep_by_id):
        owed = book.owed(owner, VISITS, period)
        if owed is None:
            continue
        found = attain(owed, tally(actuals), as_of=as_of, org=org, calendar=book.calendar)
        counted = [
            actual
            for actual in actuals
            if actual.on <= as_of
            and actual.on in owed.target.period
            and any(stint.rep == actual.owner and stint.start <= actual.on < stint.end for stint in org.stints_under(owner))
            and holds(book, owner, actual.owner, actual.on, period)
        ]
        assert minor_of_amount(found.actual) == sum(minor_of_amount(actual.amount) for actual in counted)
        assert found.entries == len(counted)
        testing.assert_breakdowns_hold(found)


@settings(max_examples=at_most(60))
@given(books(), spans)
def test_a_workday_is_left_out_where_nobody_s_sales_would_count(case: Case, period: Period) -> None:
    book, _ = case
    for owner in (None, *book.org.team_by_id, *book.org.rep_by_id):
        owed = book.owed(owner, VISITS, period)
        if owed is None:
            continue
        found = attain(owed, tally([]), as_of=date.min, org=book.org, calendar=book.calendar)
        left_out = [
            day
            for day in (each.start for each in owed.target.period.split("day"))
            if book.calendar.is_workday(day)
            and any(day in gap.period for gap in owed.gaps)
            and not any(holds(book, owner, seller, day, period) for seller in sellers(book.org, owner, day))
        ]
        assert found.remaining_workdays == book.calendar.workdays(owed.target.period) - len(left_out)


def sellers(org: Org, owner: str | None, on: date) -> list[str]:
    """Return whose sales of a day may count: reps who serve under an owner then, and teams without reps; a rep's own always."""
    if owner is not None and owner in org.rep_by_id:
        return [owner]
    teams = org.teams_under(owner)
    serving = [rep for rep in org.rep_by_id if any(stint.start <= on < stint.end for stint in org.stints(rep))]
    return [
        *(rep for rep in serving if owner is None or org.team_on(rep, on) in teams),
        *(team for team in teams if not org.stints_under(team)),
    ]


def minor_of_amount(amount: object) -> int:
    assert isinstance(amount, Amount)
    return amount.minor


@given(books())
def test_a_target_agreed_for_just_these_days_wins(case: Case) -> None:
    book, targets = case
    for target in targets:
        owed = book.owed(target.owner, VISITS, target.period)
        assert owed is not None
        assert (owed.target, owed.basis) == (target, "stated")
        assert not owed.is_prorated


@given(company_targets, testing.calendars(), st.lists(st.integers(-5, 999), min_size=12, max_size=12))
def test_shorter_targets_that_tile_the_days_sum_up(year: Target, calendar: Calendar, minors: list[int]) -> None:
    months = year.period.split("month")[: len(minors)]
    assume(len(months) > 1)
    parts = [
        attrs.evolve(year, amount=Amount(minor=minor, unit=COUNT), period=month)
        for minor, month in zip(minors, months, strict=False)
    ]
    period = Period(months[0].start, months[-1].end)
    owed = TargetBook(parts, Org(), calendar).owed(None, VISITS, period)
    assert owed is not None
    assert (owed.basis, minor_of(owed)) == ("finer", sum(minors[: len(months)]))
    assert [part.target for part in owed.parts] == parts
    stated = attrs.evolve(year, period=period)
    book = TargetBook([stated, *parts], Org(), calendar)
    finer = book.finer_total(None, VISITS, period, EVERYTHING)
    assert finer is not None
    assert finer.minor == sum(minors[: len(months)])
    whole = book.owed(None, VISITS, period)
    assert whole is not None
    assert whole.target == stated
    if all(minor >= 0 for minor in minors) and any(minors[: len(months)]):
        # The shorter ones tell how the longer one is spread.
        assert owed.schedule is not None
        assert [weight for _, weight in owed.schedule.parts] == minors[: len(months)]
        assert (whole.schedule is not None) == (minor_of(whole) > 0)
        for days, weight in () if whole.schedule is None else whole.schedule.parts:
            shorter = Fraction(dict(owed.schedule.parts)[days])
            assert Fraction(weight) / minor_of(whole) == shorter / minor_of(owed)


@given(st.lists(company_targets, max_size=5, unique_by=lambda target: target.key), within_year)
def test_what_was_agreed_within_the_days_counts_whole_and_the_shortest_fills_the_rest(
    targets: list[Target], period: Period
) -> None:
    owed = TargetBook(targets, Org(), Calendar()).owed(None, VISITS, period)
    parts = owed.parts if owed is not None else ()
    for earlier, later in pairwise(parts):
        assert earlier.period.end <= later.period.start
    whole = [part.period for part in parts if not part.is_prorated]
    assert (sum(days.days for days in whole), -len(whole)) == most_days_by_fewest(targets, period)
    for day in (day.start for day in period.split("day")):
        chosen = [part.target.period.days for part in parts if day in part.period]
        if not any(day in days for days in whole):
            assert chosen == sorted(target.period.days for target in targets if day in target.period)[:1]
    if owed is not None:
        assert (owed.basis == "prorated") == owed.is_prorated


def most_days_by_fewest(targets: list[Target], period: Period) -> tuple[int, int]:
    """Try every set of targets within a period that do not overlap: its days, and how many they are, as a negative number."""
    within = [target.period for target in targets if period.covers(target.period)]
    sets = chain.from_iterable(combinations(within, size) for size in range(len(within) + 1))
    apart = (days for days in sets if not any(one.overlap(other) for one, other in combinations(days, 2)))
    return max((sum(each.days for each in days), -len(days)) for days in apart)


@given(st.lists(company_targets, max_size=4, unique_by=lambda target: target.key), company_targets)
def test_a_target_of_other_days_changes_nothing(targets: list[Target], other: Target) -> None:
    assume(not any(target.period.overlap(other.period) for target in targets))
    without, with_it = (TargetBook(each, Org(), Calendar()) for each in (targets, [*targets, other]))
    year = Period.year(2026)
    assert minor_of(with_it.owed(None, VISITS, year)) == minor_of(without.owed(None, VISITS, year)) + minor_of(
        with_it.owed(None, VISITS, other.period)
    )


# Months that begin with a weekend: their first workday is a Monday.
first_days = st.sampled_from([date(2026, 8, 1), date(2026, 11, 1)])


@st.composite
def movers(draw: st.DrawFn) -> Case:
    """Draw reps who change team on Mondays, so that a month may begin with a weekend in another team, and their targets."""
    teams = ("east", "west", "north")
    reps = [Rep(id=rep, team=draw(st.sampled_from(teams))) for rep in ("ada", "bo")]
    mondays = (first_days | in_year).map(lambda day: day + timedelta(days=-day.weekday() % 7))
    moves = [
        Move(rep=rep.id, on=on, team=draw(st.sampled_from(teams)))
        for rep in reps
        for on in draw(st.lists(mondays, min_size=1, max_size=2, unique=True))
    ]
    org = Org(teams=[Team(id=team) for team in teams], reps=reps, moves=moves)
    months = draw(st.lists(st.sampled_from(Period.year(2026).split("month")), min_size=9, unique=True))
    monthly = [Target(owner="ada", metric=VISITS, amount=Amount.of(20, COUNT), period=month) for month in months]
    others = draw(st.lists(visit_targets(st.sampled_from(("ada", "bo"))), max_size=4))
    targets = list({target.key: target for target in (*monthly, *others)}.values())
    return TargetBook(targets, org, draw(testing.calendars())), targets


@settings(max_examples=at_most(200))
@given(movers(), seasons | spans, st.data())
def test_the_lines_of_those_who_moved_add_up_to_their_teams(case: Case, period: Period, data: st.DataObject) -> None:
    book, _ = case
    org = book.org
    done = data.draw(st.lists(st.tuples(st.sampled_from(("ada", "bo")), first_days | in_year), max_size=12))
    actuals = [Actual(owner=rep, metric=VISITS, amount=Amount(minor=1, unit=COUNT), on=on) for rep, on in done]
    for team in org.team_by_id:
        owed = book.owed(team, VISITS, period)
        if owed is None:
            continue
        lines = book.owed_by_members(team, VISITS, period)
        in_lines = sum(minor_of_amount(attain(line, tally(actuals), as_of=date.max, org=org).actual) for line in lines)
        # Whoever has no line there, for want of a target or of a workday, counts for the team all the same.
        in_none = [
            actual
            for actual in actuals
            if actual.on in owed.target.period
            and org.team_on(actual.owner, actual.on) == team
            and holds(book, team, actual.owner, actual.on, period)
            and not any(line.target.owner == actual.owner and actual.on in line.target.period for line in lines)
        ]
        whole = minor_of_amount(attain(owed, tally(actuals), as_of=date.max, org=org).actual)
        assert in_lines + len(in_none) == whole


@settings(max_examples=at_most(60))
@given(books(), within_year)
def test_everything_owed_explains_itself(case: Case, period: Period) -> None:
    book, targets = case
    for owner in (None, *book.org.team_by_id, *book.org.rep_by_id):
        owed = book.owed(owner, VISITS, period)
        if owed is None:
            continue
        testing.assert_breakdowns_hold(owed)
        assert owed.basis in OWED_BASES
        assert (owed.target.owner, owed.asked) == (owner, period)
        assert period.covers(owed.target.period)
        assert owed.is_partial == (owed.target.period != period or owed.gaps != ())
        assert all(owed.target.period.covers(gap.period) for gap in owed.gaps)
        assert {tuple(row) for row in owed.rows()} == {
            ("owner", "metric", "target_period", "period", "amount", "unit", "prorated")
        }
        assert all(period.covers(part.period) for part in owed.parts)
        assert {part.target for part in owed.parts} <= set(targets)


@settings(max_examples=at_most(60))
@given(books(teams=False), within_year)
def test_whoever_serves_and_owes_nothing_is_told(case: Case, period: Period) -> None:
    book, _ = case
    for team in (None, *book.org.team_by_id):
        owed = book.owed(team, VISITS, period)
        serving = book.org.members(team, period)
        if owed is not None:
            assert owed.without_target == tuple(rep for rep in serving if book.owed(rep, VISITS, period) is None)


@settings(max_examples=at_most(40))
@given(books(), within_year, st.randoms())
def test_the_order_of_targets_changes_nothing(case: Case, period: Period, random: Random) -> None:
    book, targets = case
    shuffled = TargetBook(random.sample(targets, len(targets)), book.org, book.calendar)
    for owner in (None, *book.org.team_by_id, *book.org.rep_by_id):
        assert shuffled.owed(owner, VISITS, period) == book.owed(owner, VISITS, period)


@given(orgs, within_year, st.data())
def test_a_ratio_is_inherited_from_the_nearest_team_above_that_has_one(org: Org, period: Period, data: st.DataObject) -> None:
    owners = data.draw(st.lists(st.sampled_from((None, *org.team_by_id)), unique=True))
    targets = [Target(owner=owner, metric=WIN_RATE, amount=Decimal(place), period=period) for place, owner in enumerate(owners)]
    book = TargetBook(targets, org, Calendar())
    for team in org.teams:
        above: str | None = team.id
        while above is not None and above not in owners:
            above = org.team_by_id[above].parent
        owed = book.owed(team.id, WIN_RATE, period)
        if above in owners:
            assert owed is not None
            assert (owed.target.owner, owed.target.amount) == (team.id, Decimal(owners.index(above)))
            assert owed.basis == ("stated" if above == team.id else "inherited")
        else:
            assert owed is None
    for rep in org.rep_by_id:
        team_then = org.team_on(rep, period.last)
        if any(period.last >= stint.start and period.last < stint.end for stint in org.stints(rep)):
            owed = book.owed(rep, WIN_RATE, period)
            expected = book.owed(team_then, WIN_RATE, period)
            assert (owed and owed.target.amount) == (expected and expected.target.amount)


@given(within_year, within_year)
def test_a_stock_is_taken_from_a_longer_period_of_the_owner_alone(longer: Period, period: Period) -> None:
    org = Org()
    target = Target(owner=None, metric=HEADCOUNT, amount=Amount.of(7, COUNT), period=longer)
    owed = TargetBook([target], org, Calendar()).owed(None, HEADCOUNT, period)
    assert (owed is not None) == longer.covers(period)
    if owed is not None:
        assert (owed.target.amount, owed.target.period, owed.parts) == (target.amount, period, ())
        testing.assert_breakdowns_hold(owed)
