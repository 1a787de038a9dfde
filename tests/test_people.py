"""Reps, teams, moves, and the dated tree that they form."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesperf import (
    InvalidInputError,
    InvalidValueError,
    Move,
    Org,
    Period,
    Rep,
    SalesperfError,
    Stint,
    Team,
    UnknownNameError,
)
from salesperf.testing import days, orgs, periods

JULY_1 = date(2026, 7, 1)
YEAR = Period.year(2026)

few = settings(max_examples=at_most(40), suppress_health_check=[HealthCheck.too_slow])


def code_and_path(call: Callable[[], object]) -> tuple[object, ...]:
    with pytest.raises(InvalidValueError) as caught:
        call()
    return (caught.value.code, *caught.value.path)


def faults(call: Callable[[], object]) -> list[tuple[object, ...]]:
    with pytest.raises(InvalidInputError) as caught:
        call()
    return [(fault.code, *fault.path) for fault in caught.value.exceptions if isinstance(fault, SalesperfError)]


def served(stints: tuple[Stint, ...]) -> set[tuple[str, date]]:
    """Return who served on which day of 2024 to 2030."""
    within = ((stint.rep, stint.within(Period(date(2024, 1, 1), date(2030, 1, 1)))) for stint in stints)
    return {(rep, part.start) for rep, period in within if period for part in period.split("day")}


@few
@given(orgs(), days())
def test_a_rep_is_in_one_team_on_each_day_of_service_and_in_none_outside(org: Org, on: date) -> None:
    for rep in org.reps:
        stints = [stint for stint in org.stints(rep.id) if stint.start <= on < stint.end]
        first, after = rep.service
        assert len(stints) == (first <= on < after)
        assert org.team_on(rep.id, on) == (stints[0].team if stints else None)
        joined = [move for move in org.moves if move.rep == rep.id and move.on <= on]
        if stints:
            assert stints[0].team == (joined[-1].team if joined else rep.team)


@few
@given(orgs(max_reps=3))
def test_a_team_has_those_of_its_own_and_of_all_teams_below_it_each_day_once(org: Org) -> None:
    for team in org.teams:
        own = tuple(stint for rep in org.reps for stint in org.stints(rep.id) if stint.team == team.id)
        below = [served(org.stints_under(child.id)) for child in org.children(team.id)]
        together = served(org.stints_under(team.id))
        assert together == served(own).union(*below)
        assert len(together) == len(served(own)) + sum(map(len, below))


@few
@given(orgs(), periods())
def test_members_are_those_who_serve_on_some_day(org: Org, period: Period) -> None:
    for owner in (None, *org.rep_by_id, *org.team_by_id):
        stints = org.stints_under(owner) if owner in org.team_by_id else ()
        everybody = [stint for rep in org.reps for stint in org.stints(rep.id) if owner in (None, rep.id)]
        expected = {stint.rep for stint in (*stints, *everybody) if stint.within(period)}
        assert org.members(owner, period) == tuple(sorted(expected))


@few
@given(orgs())
def test_each_team_stands_under_the_company_once_and_after_the_team_above_it(org: Org) -> None:
    below = org.teams_under(None)
    assert sorted(below) == sorted(org.team_by_id)
    for team in org.teams:
        assert org.teams_under(team.id)[0] == team.id
        assert team in org.children(team.parent)
        if team.parent is not None:
            assert below.index(team.parent) < below.index(team.id)


@few
@given(orgs(), st.randoms(use_true_random=False))
def test_the_order_in_which_it_is_given_never_matters(org: Org, random: Any) -> None:  # noqa: ANN401 - has no public type
    given_otherwise = {name: random.sample(getattr(org, name), len(getattr(org, name))) for name in ("reps", "teams", "moves")}
    assert Org(**given_otherwise) == org


@few
@given(orgs())
def test_everybody_has_a_label(org: Org) -> None:
    assert org.label(None) is None
    everybody: list[Rep | Team] = [*org.reps, *org.teams]
    for owner in everybody:
        assert org.label(owner.id) == owner.label == (owner.name or owner.id)
        assert org.knows(owner.id)
        org.require_owner(owner.id)


def test_the_company_counts_all_days_of_a_rep_in_service_or_not() -> None:
    org = Org(reps=[Rep(id="ada", team="east", hired=JULY_1)], teams=[Team(id="east")])
    always = (Stint(rep="ada", start=date.min, end=date.max),)
    assert org.stints_under(None) == always
    assert org.stints_under("ada") == always
    assert org.stints_under("east") == (Stint(rep="ada", team="east", start=JULY_1, end=date.max),)
    assert org.members("ada", Period.half(2026, 1)) == ()


def test_a_manager_may_sell_and_whoever_moves_counts_where_the_days_were_served() -> None:
    org = Org(
        reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east", left=date(2026, 10, 1)), Rep(id="boss")],
        teams=[Team(id="china", manager="boss"), Team(id="east", parent="china"), Team(id="west", parent="china")],
        moves=[Move(rep="ada", on=JULY_1, team="west"), Move(rep="boss", on=JULY_1, team="china")],
    )
    days_of = {team: {stint.rep: stint.within(YEAR) for stint in org.stints_under(team)} for team in ("east", "west", "china")}
    assert days_of["east"] == {"ada": Period.half(2026, 1), "bo": Period(date(2026, 1, 1), date(2026, 10, 1))}
    assert days_of["west"] == {"ada": Period.half(2026, 2)}
    assert [stint.rep for stint in org.stints_under("china")] == ["ada", "ada", "bo", "boss"]
    assert org.members("china", Period.quarter(2026, 4)) == ("ada", "boss")
    assert org.team_on("boss", date(2026, 6, 30)) is None


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (
            {"reps": [Rep(id="ada"), Rep(id="ada")]},
            [("duplicate_id", "Org", "reps", 0, "id"), ("duplicate_id", "Org", "reps", 1, "id")],
        ),
        (
            {"reps": [Rep(id="east")], "teams": [Team(id="east")]},
            [("duplicate_id", "Org", "reps", 0, "id"), ("duplicate_id", "Org", "teams", 0, "id")],
        ),
        ({"reps": [Rep(id="ada", team="east")]}, [("unknown_team", "Org", "reps", 0, "team")]),
        ({"teams": [Team(id="east", parent="china")]}, [("unknown_team", "Org", "teams", 0, "parent")]),
        ({"teams": [Team(id="east", manager="ada")]}, [("unknown_rep", "Org", "teams", 0, "manager")]),
        ({"teams": [Team(id="east", parent="east")]}, [("org_cycle", "Org", "teams", 0, "parent")]),
        (
            {"teams": [Team(id="a", parent="b"), Team(id="b", parent="a"), Team(id="below", parent="a")]},
            [("org_cycle", "Org", "teams", 0, "parent"), ("org_cycle", "Org", "teams", 1, "parent")],
        ),
        (
            {"moves": [Move(rep="ada", on=JULY_1, team="east")]},
            [("unknown_rep", "Org", "moves", 0, "rep"), ("unknown_team", "Org", "moves", 0, "team")],
        ),
        (
            {"reps": [Rep(id="ada", hired=JULY_1)], "moves": [Move(rep="ada", on=JULY_1)]},
            [("move_outside_service", "Org", "moves", 0, "on")],
        ),
        (
            {"reps": [Rep(id="ada", left=JULY_1)], "moves": [Move(rep="ada", on=JULY_1)]},
            [("move_outside_service", "Org", "moves", 0, "on")],
        ),
        (
            {
                "reps": [Rep(id="ada")],
                "teams": [Team(id="east")],
                "moves": [Move(rep="ada", on=JULY_1), Move(rep="ada", on=JULY_1, team="east")],
            },
            [("not_unique", "Org", "moves", 1, "on")],
        ),
    ],
)
def test_an_org_that_is_no_tree_or_names_nobody_is_refused(
    arguments: Mapping[str, Any], found: list[tuple[object, ...]]
) -> None:
    assert faults(lambda: Org(**arguments)) == found


def test_every_fault_of_an_org_is_reported_at_once() -> None:
    found = faults(
        lambda: Org(
            reps=[Rep(id="east", team="nowhere")],
            teams=[Team(id="east", parent="china", manager="nobody"), Team(id="west", parent="west")],
            moves=[Move(rep="nobody", on=JULY_1)],
        )
    )
    assert [code for code, *_ in found] == [
        "duplicate_id",
        "duplicate_id",
        "unknown_team",
        "unknown_rep",
        "org_cycle",
        "unknown_team",
        "unknown_rep",
    ]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"id": ""}, ("empty", "Rep", "id")),
        ({"id": " r1"}, ("empty", "Rep", "id")),
        ({"id": "r1\n"}, ("empty", "Rep", "id")),
        ({"id": 1}, ("wrong_type", "Rep", "id")),
        ({"name": None}, ("wrong_type", "Rep", "name")),
        ({"team": ""}, ("empty", "Rep", "team")),
        ({"kind": "boss"}, ("choice", "Rep", "kind")),
        ({"hired": datetime(2026, 7, 1, tzinfo=UTC)}, ("date_is_datetime", "Rep", "hired")),
        ({"left": "2026-07-01"}, ("wrong_type", "Rep", "left")),
        ({"hired": JULY_1, "left": JULY_1}, ("period_reversed", "Rep", "left")),
        ({"left": date.min}, ("period_reversed", "Rep", "left")),
        ({"hired": date.max}, ("period_reversed", "Rep", "left")),
        ({"fte": 0.5}, ("rate_float", "Rep", "fte")),
        ({"fte": True}, ("wrong_type", "Rep", "fte")),
        ({"fte": 11}, ("out_of_range", "Rep", "fte")),
        ({"fte": Decimal(-1)}, ("out_of_range", "Rep", "fte")),
        ({"fte": Decimal("NaN")}, ("not_finite", "Rep", "fte")),
        ({"fte": Decimal("1E-999999999")}, ("decimal_scale", "Rep", "fte")),
        ({"level": ""}, ("empty", "Rep", "level")),
        ({"ramp": 1}, ("wrong_type", "Rep", "ramp")),
        ({"ramp": [1, 0.5]}, ("rate_float", "Rep", "ramp", 1)),
        ({"ramp": [Decimal("0.5"), Decimal(11)]}, ("out_of_range", "Rep", "ramp", 1)),
        ({"absences": YEAR}, ("wrong_type", "Rep", "absences")),
        ({"absences": [YEAR, JULY_1]}, ("wrong_type", "Rep", "absences", 1)),
        ({"absences": [Period.quarter(2026, 3), YEAR]}, ("period_overlap", "Rep", "absences", 1)),
    ],
)
def test_a_malformed_rep_is_refused(arguments: Mapping[str, Any], found: tuple[str | int, ...]) -> None:
    assert code_and_path(lambda: Rep(**{"id": "r1", **arguments})) == found


@pytest.mark.parametrize(
    ("call", "found"),
    [
        (lambda: Team(id=" "), ("empty", "Team", "id")),
        (lambda: Team(id="east", parent=""), ("empty", "Team", "parent")),
        (lambda: Team(id="east", name=7), ("wrong_type", "Team", "name")),  # type: ignore[arg-type] # the fault
        (lambda: Move(rep="", on=JULY_1), ("empty", "Move", "rep")),
        (lambda: Move(rep="ada", on=datetime(2026, 7, 1, tzinfo=UTC)), ("date_is_datetime", "Move", "on")),
        (lambda: Stint(rep="ada", start=JULY_1, end=JULY_1), ("period_reversed", "Stint")),
        (lambda: Org(reps="ada"), ("wrong_type", "Org", "reps")),  # type: ignore[arg-type] # the fault
        (lambda: Org(reps=[Rep(id="ada"), Team(id="east")]), ("wrong_type", "Org", "reps", 1)),  # type: ignore[list-item] # the fault
    ],
)
def test_a_malformed_part_of_an_org_is_refused(call: Callable[[], object], found: tuple[str | int, ...]) -> None:
    assert code_and_path(call) == found


@pytest.mark.parametrize(
    ("ask", "code", "path"),
    [
        (lambda org: org.stints("nobody"), "unknown_rep", ("rep",)),
        (lambda org: org.stints("east"), "unknown_rep", ("rep",)),
        (lambda org: org.team_on("nobody", JULY_1), "unknown_rep", ("rep",)),
        (lambda org: org.teams_under("ada"), "unknown_team", ("team",)),
        (lambda org: org.teams_under(["east"]), "unknown_team", ("team",)),
        (lambda org: org.children("nobody"), "unknown_owner", ("team",)),
        (lambda org: org.stints_under("nobody"), "unknown_owner", ("owner",)),
        (lambda org: org.members("nobody", YEAR), "unknown_owner", ("owner",)),
        (lambda org: org.label("nobody"), "unknown_owner", ("owner",)),
        (lambda org: org.require_owner("nobody", "targets", 3), "unknown_owner", ("targets", 3)),
    ],
)
def test_whoever_an_org_does_not_know_is_refused(ask: Callable[[Org], object], code: str, path: tuple[str, ...]) -> None:
    org = Org(reps=[Rep(id="ada", team="east")], teams=[Team(id="east")])
    with pytest.raises(UnknownNameError) as caught:
        ask(org)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_nobody_stands_under_a_rep() -> None:
    assert Org(reps=[Rep(id="ada")]).children("ada") == ()


def test_the_name_is_personal_and_the_only_field_that_is() -> None:
    personal = [field.name for field in attrs.fields(Rep) if field.metadata.get("personal")]
    assert personal == [field.name for field in attrs.fields(Rep) if not field.repr] == ["name"]


def test_moves_and_stints_sort_although_some_are_to_no_team() -> None:
    moves = [Move(rep="ada", on=JULY_1, team="east"), Move(rep="ada", on=JULY_1)]
    assert sorted(moves) == moves[::-1]
    stints = [Stint(rep="ada", start=JULY_1, end=date.max, team=team) for team in ("east", None)]
    assert sorted(stints) == stints[::-1]


def test_an_org_may_be_deeper_than_python_recurses_and_have_thousands_of_reps() -> None:
    chain = [Team(id=f"t{level:05}", parent=f"t{level - 1:05}" if level else None) for level in range(5000)]
    crowd = [Rep(id=f"r{number:05}", team=f"t{number:05}") for number in range(5000)]
    org = Org(reps=crowd, teams=chain)
    assert len(org.teams_under("t00000")) == 5000
    assert sum(len(org.stints_under(f"t{level:05}")) for level in range(4000, 5000)) == 500_500


def test_open_service_reaches_to_the_ends_of_time() -> None:
    assert Rep(id="ada").service == (date.min, date.max)
    assert Stint(rep="ada", start=date.min, end=date.max).within(YEAR) == YEAR
    assert Stint(rep="ada", start=JULY_1, end=JULY_1 + timedelta(days=1)).within(Period.year(2025)) is None
