"""Making a plan anew: worked examples by hand, what the answer says of itself, and what is refused."""

import pickle
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import attrs
import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    USD,
    Actual,
    Amount,
    Breakdown,
    Checkpoint,
    InfeasibleError,
    InvalidInputError,
    InvalidValueError,
    Lock,
    Message,
    NotAdditiveError,
    Org,
    Override,
    Period,
    Rep,
    SalesperfError,
    Target,
    Team,
    Transfer,
    UnitMismatchError,
    UnknownNameError,
    testing,
)
from salesperf.allocation import POLICIES, Plan, Rebalanced, allocate, cascade, equal, grid, inherit, rebalance, split
from salesperf.attainment import ActualTally, tally
from salesperf.model.result import Row

VISITS = STANDARD_METRICS["visits"]
YEAR = Period.year(2026)
QUARTERS = YEAR.split("quarter")
END_OF_MARCH, END_OF_JUNE = date(2026, 3, 31), date(2026, 6, 30)


@attrs.frozen
class Parts(Plan):
    """Any targets as a plan."""

    targets: tuple[Target, ...]

    @property
    def breakdown(self) -> Breakdown:
        """The sum."""
        return Breakdown(label=Message("breakdown.target"), value=sum(minor(part) for part in self.targets))

    def rows(self) -> list[Row]:
        """Return no rows."""
        return []


def minor(part: Target) -> int:
    assert isinstance(part.amount, Amount)
    return part.amount.minor


def visits(count: int, owner: str | None = "ada", period: Period = YEAR, parent: Target | None = None) -> Target:
    key = parent.key if parent else None
    return Target(owner=owner, metric=VISITS, amount=Amount.of(count, COUNT), period=period, parent=key)


def grid_of(**rows: Sequence[int]) -> Parts:
    """Return a plan of owners by quarters."""
    total = visits(sum(map(sum, rows.values())), None)
    return Parts(
        tuple(
            visits(count, owner, quarter, total)
            for owner, counts in rows.items()
            for quarter, count in zip(QUARTERS, counts, strict=True)
        )
    )


def done(**counts: int) -> ActualTally:
    """Count what was done in the first quarter."""
    return tally(
        [
            Actual(owner=owner, metric=VISITS, amount=Amount.of(count, COUNT), on=date(2026, 2, 3))
            for owner, count in counts.items()
        ]
    )


def by_owner(plan: Plan) -> dict[str | None, list[int]]:
    found: dict[str | None, list[int]] = {}
    for part in plan.targets:
        found.setdefault(part.owner, []).append(minor(part))
    return found


PEOPLE = {"ada": "east", "bo": "east", "cy": "west", "di": "west"}
PLAN = grid_of(ada=[100, 100, 100, 100], bo=[50, 60, 70, 80])


# Worked examples


def test_what_was_missed_is_carried_forward_by_who_missed_it() -> None:
    # Ada missed 30 of 100: 10 more in each quarter. Bo did 21 more than 50: 210 - 21 = 189 by 60 : 70 : 80 is 54, 63, 72.
    new = rebalance(PLAN, done(ada=70, bo=71), as_of=END_OF_MARCH, policy="carry_forward")
    assert by_owner(new) == {"ada": [100, 110, 110, 110], "bo": [50, 54, 63, 72]}
    ada, bo = new.lines
    assert [line.missed.minor for line in (ada, bo)] == [30, -21]
    assert [line.carried.minor for line in (ada, bo)] == [30, -21]
    assert (ada.planned_closed.minor, ada.actual_closed.minor, ada.planned_open.minor, ada.new_open.minor) == (
        100,
        70,
        300,
        330,
    )
    testing.assert_breakdowns_hold(new)


def test_what_was_missed_may_be_written_off() -> None:
    new = rebalance(PLAN, done(ada=70, bo=71), as_of=END_OF_MARCH, policy="keep_remaining")
    assert new.targets == PLAN.targets
    assert new.changes == ()
    assert [line.written_off.minor for line in new.lines] == [30, -21]
    assert [line.carried.minor for line in new.lines] == [0, 0]


def test_those_who_share_a_target_make_up_for_it_together() -> None:
    # Together they missed 30 - 6 = 24; 300 + 210 were open, so 534 by 300 : 210 is 314.1 and 219.9.
    new = rebalance(PLAN, done(ada=70, bo=56), as_of=END_OF_MARCH, policy="redistribute")
    assert [line.new_open.minor for line in new.lines] == [314, 220]
    assert by_owner(new) == {"ada": [100, 105, 105, 104], "bo": [50, 63, 73, 84]}
    testing.assert_breakdowns_hold(new)


def test_over_achievement_leaves_nothing_to_do_and_a_surplus() -> None:
    new = rebalance(PLAN, done(ada=70, bo=300), as_of=END_OF_MARCH, policy="carry_forward")
    assert by_owner(new)["bo"] == [50, 0, 0, 0]
    bo = new.lines[1]
    # 300 done of 260 owed for the year.
    assert (bo.surplus.minor, bo.new_open.minor, bo.carried.minor) == (40, 0, -250)
    together = rebalance(PLAN, done(ada=400, bo=300), as_of=END_OF_MARCH, policy="redistribute")
    assert by_owner(together) == {"ada": [100, 0, 0, 0], "bo": [50, 0, 0, 0]}
    # 700 done of 660 owed together: ada did 300 too many, bo 250, and the 40 stand by that.
    assert [line.surplus.minor for line in together.lines] == [22, 18]
    testing.assert_breakdowns_hold(together)


def test_a_part_that_has_begun_is_open_as_a_whole() -> None:
    sales = done(ada=70, bo=50) + tally([Actual(owner="ada", metric=VISITS, amount=Amount.of(99, COUNT), on=date(2026, 4, 2))])
    new = rebalance(PLAN, sales, as_of=date(2026, 6, 29), policy="carry_forward")
    assert by_owner(new)["ada"] == [100, 110, 110, 110]
    later = rebalance(PLAN, sales, as_of=END_OF_JUNE, policy="carry_forward")
    # 31 missed by the half year: 231 over two quarters, the first gets the odd one.
    assert by_owner(later)["ada"] == [100, 100, 116, 115]


def test_nothing_is_closed_before_a_plan_begins() -> None:
    for policy in POLICIES:
        new = rebalance(PLAN, done(ada=70), as_of=date(2025, 12, 1), policy=policy)
        assert (new.targets, new.changes) == (PLAN.targets, ())


def test_a_lock_holds_and_the_rest_takes_what_is_left() -> None:
    lock = Lock(owner="ada", period=QUARTERS[1], reason="a trade fair")
    new = rebalance(PLAN, done(ada=70, bo=50), as_of=END_OF_MARCH, policy="carry_forward", locks=[lock])
    assert by_owner(new)["ada"] == [100, 100, 115, 115]
    all_held = rebalance(PLAN, done(ada=100, bo=90), as_of=END_OF_MARCH, policy="carry_forward", locks=[Lock(owner="bo")])
    # Held at 210 although 40 are done in advance: these are the surplus.
    assert by_owner(all_held)["bo"] == [50, 60, 70, 80]
    assert all_held.lines[1].surplus.minor == 40
    together = rebalance(
        PLAN,
        done(ada=70, bo=50),
        as_of=END_OF_MARCH,
        policy="redistribute",
        locks=[Lock(owner="ada"), Lock(owner="bo", period=QUARTERS[3])],
    )
    # All 30 go to the two open quarters of bo, by 60 : 70.
    assert by_owner(together) == {"ada": [100, 100, 100, 100], "bo": [50, 74, 86, 80]}


def test_a_checkpoint_brings_work_forward() -> None:
    # 330 to do, 70 done: 250 by the end of June are 180 in the second quarter, then 75 and 75.
    checkpoint = Checkpoint(owner="ada", by=END_OF_JUNE, amount=Amount.of(250, COUNT))
    new = rebalance(PLAN, done(ada=70, bo=50), as_of=END_OF_MARCH, policy="carry_forward", checkpoints=[checkpoint])
    assert by_owner(new) == {"ada": [100, 180, 75, 75], "bo": [50, 60, 70, 80]}
    # What is locked until then counts toward it; what is reached anyway changes nothing.
    held = Lock(owner="ada", period=QUARTERS[1])
    later = Checkpoint(owner="ada", by=date(2026, 10, 31), amount=Amount.of(300, COUNT))
    new = rebalance(PLAN, done(ada=70, bo=50), as_of=END_OF_MARCH, policy="carry_forward", checkpoints=[later], locks=[held])
    assert by_owner(new)["ada"] == [100, 100, 130, 100]
    easy = Checkpoint(owner="ada", by=END_OF_JUNE, amount=Amount.of(60, COUNT))
    new = rebalance(PLAN, done(ada=70, bo=50), as_of=END_OF_MARCH, policy="carry_forward", checkpoints=[easy])
    assert by_owner(new)["ada"] == [100, 110, 110, 110]


def test_business_that_changes_hands_moves_what_is_planned_for_parts_yet_to_begin() -> None:
    transfer = Transfer(giver="ada", taker="bo", share=Decimal("0.25"), on=date(2026, 7, 1), reason="the north goes to bo")
    new = rebalance(PLAN, done(ada=70, bo=50), as_of=END_OF_MARCH, policy="keep_remaining", transfers=[transfer])
    assert by_owner(new) == {"ada": [100, 100, 75, 75], "bo": [50, 60, 95, 105]}
    assert [line.transferred.minor for line in new.lines] == [-50, 50]
    # Then the policy: 30 carried by ada over 100 : 75 : 75.
    new = rebalance(PLAN, done(ada=70, bo=50), as_of=END_OF_MARCH, policy="carry_forward", transfers=[transfer])
    assert by_owner(new)["ada"] == [100, 112, 84, 84]
    testing.assert_breakdowns_hold(new)


def test_whoever_is_new_takes_over_from_whoever_leaves() -> None:
    org = Org(reps=[Rep(id="ada", left=date(2026, 7, 1)), Rep(id="bo"), Rep(id="eve", hired=date(2026, 7, 15))])
    hand_over = Transfer(giver="ada", taker="eve", share=1, on=date(2026, 7, 1))
    asked: dict[str, Any] = {"tally": done(ada=70, bo=50), "transfers": [hand_over], "org": org}
    new = ask(**asked)
    # Ada makes up for the 30 in the second quarter, her last one.
    assert by_owner(new) == {"ada": [100, 130, 0, 0], "bo": [50, 60, 70, 80], "eve": [100, 100]}
    assert [part.period.label for part in new.targets[-2:]] == ["2026-07-15..2026-09-30", "2026-Q4"]
    assert {part.parent for part in new.targets} == {PLAN.targets[0].parent}
    assert [(change.before, change.after) for change in new.changes if change.owner == "eve"] == 2 * [
        (None, Amount.of(100, COUNT))
    ]
    eve = new.lines[-1]
    assert (eve.owner, eve.planned_open.minor, eve.transferred.minor, eve.new_open.minor) == ("eve", 0, 200, 200)
    testing.assert_breakdowns_hold(new)
    assert new.explain("eve", new.targets[-1].period).holds()
    # Next time she is no newcomer.
    again = ask(plan=new.approved(END_OF_MARCH), tally=asked["tally"], transfers=[hand_over], org=org)
    assert by_owner(again)["eve"] == [100, 100]
    # Two who leave, one who comes: one part for each quarter.
    both = ask(**asked | {"transfers": [hand_over, Transfer(giver="bo", taker="eve", share=1, on=date(2026, 7, 1))]})
    assert by_owner(both)["eve"] == [170, 180]


def test_a_newcomer_has_parts_of_what_the_own_team_owes() -> None:
    org = Org(
        teams=[Team(id="east"), Team(id="west")],
        reps=[
            Rep(id="ada", team="east"),
            Rep(id="cy", team="east"),
            Rep(id="bo", team="west"),
            Rep(id="eve", team="west", hired=date(2026, 10, 1)),
        ],
    )
    hand_over = Transfer(giver="ada", taker="eve", share=Decimal("0.5"), on=date(2026, 10, 1))
    new = ask(plan=tree(), tally=done(cy=40, bo=40), transfers=[hand_over], org=org)
    owed = by_owner(new)
    assert (owed["east"][3], owed["west"][3], owed["ada"][1], owed["eve"]) == (20, 60, 20, [20])
    parent = new.targets[-1].parent
    assert parent
    assert (parent.owner, parent.period) == ("west", QUARTERS[3])


def test_of_a_target_over_time_alone_a_newcomer_gets_parts_of_nothing_else() -> None:
    org = Org(reps=[Rep(id="ada"), Rep(id="eve")])
    hand_over = Transfer(giver="ada", taker="eve", share=Decimal("0.25"), on=date(2026, 4, 1))
    for policy in POLICIES:
        new = ask(plan=split(visits(400), "quarter"), tally=done(ada=100), policy=policy, transfers=[hand_over], org=org)
        assert by_owner(new) == {"ada": [100, 75, 75, 75], "eve": [25, 25, 25]}
        assert {part.parent for part in new.targets if part.owner == "eve"} == {None}
        assert new.breakdown.value == Amount.of(300, COUNT)


def test_nobody_takes_over_whom_the_org_does_not_know_or_who_is_not_there() -> None:
    hand_over = Transfer(giver="ada", taker="eve", share=1, on=date(2026, 7, 1))
    for org in (
        None,
        Org(reps=[Rep(id="ada"), Rep(id="bo")]),
        Org(reps=[Rep(id="ada"), Rep(id="bo"), Rep(id="eve", left=date(2026, 7, 1))]),
    ):
        assert refused(partial(ask, transfers=[hand_over], org=org)) == [
            (UnknownNameError, "unknown_in_plan", ("transfers", 0, "taker"))
        ]


def tree() -> Parts:
    """Return a plan down a tree: the company, two teams, a rep in each and one more, who has a part in both teams."""
    year = visits(320, None)
    company = [visits(80, None, quarter, year) for quarter in QUARTERS]
    east = [visits(40, "east", part.period, part) for part in company]
    west = [visits(40, "west", part.period, part) for part in company]
    ada = [visits(40, "ada", part.period, part) for part in east[2:]]
    mover = [visits(40, "cy", part.period, part) for part in (*east[:2], *west[2:])]
    bo = [visits(40, "bo", part.period, part) for part in west[:2]]
    return Parts((*company, *east, *west, *ada, *mover, *bo))


def test_down_a_tree_every_node_is_a_line_of_its_own_and_teams_pass_business_on() -> None:
    org = Org(
        teams=[Team(id="east"), Team(id="west")],
        reps=[Rep(id="ada", team="east"), Rep(id="cy", team="east"), Rep(id="bo", team="west")],
    )
    new = rebalance(tree(), done(cy=30, bo=40), as_of=END_OF_MARCH, policy="carry_forward", org=org)
    assert [(line.owner, line.parent, line.missed.minor, line.new_open.minor) for line in new.lines] == [
        (None, None, 10, 250),
        ("east", None, 10, 130),
        ("west", None, 0, 120),
        ("ada", "east", 0, 80),
        ("cy", "east", 10, 50),
        ("cy", "west", 0, 80),
        ("bo", "west", 0, 40),
    ]
    assert new.breakdown.value == Amount.of(250, COUNT)
    testing.assert_breakdowns_hold(new)
    transfer = Transfer(giver="ada", taker="cy", share=Decimal("0.5"), on=date(2026, 7, 1))
    new = rebalance(tree(), done(cy=40, bo=40), as_of=END_OF_MARCH, policy="redistribute", transfers=[transfer], org=org)
    # Half of ada's third and fourth quarter leaves her team too; the company stays as it is.
    assert by_owner(new) == {
        None: [80, 80, 80, 80],
        "east": [40, 40, 20, 20],
        "west": [40, 40, 60, 60],
        "ada": [20, 20],
        "cy": [40, 40, 60, 60],
        "bo": [40, 40],
    }


def test_redistribution_comes_down_the_tree_with_the_cushion_that_was_planned() -> None:
    org = Org(teams=[Team(id="east"), Team(id="west")], reps=[Rep(id=name, team=team) for name, team in PEOPLE.items()])
    plan = cascade(visits(400, None), org, equal(PEOPLE), grain="quarter", over_assign={"east": Decimal("0.1")})
    # East owes 50 a quarter and its reps 27 or 28 each; ada and bo missed all, cy and di did what was planned.
    new = rebalance(plan, done(cy=25, di=25), as_of=END_OF_MARCH, policy="redistribute", org=org)
    lines = {line.owner: line for line in new.lines}
    # The company missed 50 of 100, which leaves 350; each team has half of that, and east 15 of cushion for three quarters.
    assert {owner: lines[owner].new_open.minor for owner in (None, "east", "west")} == {None: 350, "east": 175, "west": 175}
    assert {owner: str(lines[owner].cushion) for owner in (None, "east", "west")} == {None: "0", "east": "15", "west": "0"}
    # Of the 190 below east ada and bo had 83 and 82 of the 165 planned.
    assert [lines[owner].new_open.minor for owner in ("ada", "bo")] == [96, 94]
    assert sorted(lines[owner].new_open.minor for owner in ("cy", "di")) == [87, 88]
    assert [column["cushion"] for column in new.rows()][:3] == [0, 15, 0]
    testing.assert_breakdowns_hold(new)


def in_second(**counts: int) -> ActualTally:
    """Count what was done in the second quarter."""
    return tally(
        [
            Actual(owner=owner, metric=VISITS, amount=Amount.of(count, COUNT), on=date(2026, 5, 6))
            for owner, count in counts.items()
        ]
    )


def test_a_plan_is_made_anew_and_approved_quarter_by_quarter() -> None:
    first = rebalance(PLAN, done(ada=70, bo=71), as_of=END_OF_MARCH, policy="carry_forward").approved(date(2026, 4, 9))
    assert first.approved_on == date(2026, 4, 9)
    # Only what changed was agreed anew.
    assert [part.agreed for part in first.targets] == 2 * [None, *3 * [date(2026, 4, 9)]]
    sales = done(ada=70, bo=71) + in_second(ada=90, bo=54)
    second = rebalance(first, sales, as_of=END_OF_JUNE, policy="carry_forward")
    # Ada owed 110 in the second quarter and missed 20 of them; what she missed before is within the 110s already.
    assert by_owner(second) == {"ada": [100, 110, 120, 120], "bo": [50, 54, 63, 72]}
    ada = second.lines[0]
    assert (ada.planned_closed.minor, ada.actual_closed.minor, ada.settled.minor, ada.missed.minor) == (210, 160, 30, 20)
    assert second.plan is first
    assert first.plan is PLAN
    assert [(str(part) if part else None) for part in second.actual[:4]] == ["70", "90", None, None]
    testing.assert_breakdowns_hold(second)


def test_what_changed_hands_is_missed_by_who_took_it_once_the_plan_is_approved() -> None:
    transfer = Transfer(giver="ada", taker="bo", share=Decimal("0.25"), on=date(2026, 4, 1))
    first = rebalance(PLAN, done(ada=100, bo=50), as_of=END_OF_MARCH, policy="keep_remaining", transfers=[transfer])
    assert by_owner(first) == {"ada": [100, 75, 75, 75], "bo": [50, 85, 95, 105]}
    sales = done(ada=100, bo=50) + in_second(ada=75, bo=65)
    second = rebalance(first.approved(END_OF_MARCH), sales, as_of=END_OF_JUNE, policy="carry_forward")
    assert [line.missed.minor for line in second.lines] == [0, 20]
    assert by_owner(second) == {"ada": [100, 75, 75, 75], "bo": [50, 85, 105, 115]}


def test_what_is_booked_or_cancelled_late_counts_against_what_was_settled() -> None:
    first = rebalance(PLAN, done(ada=70, bo=50), as_of=END_OF_MARCH, policy="keep_remaining").approved(date(2026, 4, 9))
    # Ten more of the first quarter come to light for ada; bo loses ten of it.
    late = done(ada=80, bo=40) + in_second(ada=100, bo=60)
    second = rebalance(first, late, as_of=END_OF_JUNE, policy="carry_forward")
    assert [line.missed.minor for line in second.lines] == [-10, 10]
    assert by_owner(second) == {"ada": [100, 100, 95, 95], "bo": [50, 60, 75, 85]}


def test_a_surplus_that_was_approved_is_settled_and_what_was_set_by_hand_still_holds() -> None:
    first = rebalance(PLAN, done(ada=100, bo=300), as_of=END_OF_MARCH, policy="carry_forward").approved(END_OF_MARCH)
    second = rebalance(first, done(ada=100, bo=300) + in_second(ada=70), as_of=END_OF_JUNE, policy="redistribute")
    # The 40 beyond the year of bo stand in the first plan; of what ada missed then nobody is relieved by them.
    assert by_owner(second) == {"ada": [100, 100, 115, 115], "bo": [50, 0, 0, 0]}
    by_hand = allocate(visits(200, None), {"ada": 1, "bo": 1}, keep={"ada": Amount.of(50, COUNT)})
    plan = grid(visits(200, None), by_hand, "quarter")
    new = rebalance(plan, done(bo=20), as_of=END_OF_MARCH, policy="redistribute")
    assert new.fixed == plan.fixed
    assert (
        by_owner(rebalance(new.approved(END_OF_MARCH), done(bo=20), as_of=END_OF_JUNE, policy="redistribute"))["ada"]
        == (by_owner(plan)["ada"])
    )


def test_a_checkpoint_that_has_passed_counts_what_was_done_until_then() -> None:
    sales = done(ada=70, bo=50) + in_second(ada=100, bo=60)
    asked = {"tally": sales, "as_of": END_OF_JUNE}
    reached = Checkpoint(owner="ada", by=END_OF_MARCH, amount=Amount.of(70, COUNT))
    assert by_owner(ask(**asked, checkpoints=[reached])) == by_owner(ask(**asked))
    missed = attrs.evolve(reached, amount=Amount.of(71, COUNT))
    assert refused(lambda: ask(**asked, checkpoints=[missed])) == [
        (InfeasibleError, "checkpoint_unreachable", ("checkpoints", 0))
    ]


# What the answer says


def test_a_split_is_a_line_to_itself_and_everything_about_it_can_be_read() -> None:
    plan = split(visits(400), "quarter")
    new = rebalance(plan, done(ada=70), as_of=END_OF_MARCH, policy="carry_forward")
    assert new.plan is plan
    assert [minor(part) for part in plan.targets] == [100, 100, 100, 100]
    assert [(change.period.label, change.before, change.after) for change in new.changes] == [
        (f"2026-Q{quarter}", Amount.of(100, COUNT), Amount.of(110, COUNT)) for quarter in (2, 3, 4)
    ]
    assert new.rows() == [
        {
            "owner": "ada",
            "parent": "ada",
            "scope": "",
            "planned_closed": 100,
            "actual_closed": 70,
            "settled": 0,
            "missed": 30,
            "planned_open": 300,
            "transferred": 0,
            "carried": 30,
            "new_open": 330,
            "surplus": 0,
            "written_off": 0,
            "cushion": None,
            "unit": "count",
        }
    ]
    assert "还须完成" in new.breakdown.text("zh")
    assert pickle.loads(pickle.dumps(new)) == new  # noqa: S301 - our own bytes
    assert new.fixed == frozenset()


def test_each_new_number_can_be_asked_why() -> None:
    lock = Lock(owner="ada", period=QUARTERS[1])
    new = rebalance(PLAN, done(ada=69, bo=50), as_of=END_OF_MARCH, policy="carry_forward", locks=[lock])
    assert (
        new.explain("ada", QUARTERS[2]).text()
        == """\
ada, Q3 2026: 116 = sum of
  exact share, rounded toward zero: 115 = product of
    left to share: 231 = difference of
      still to do, ada: 331 = sum of
        planned before: 300
        received less given away: 0
        made up for: 31
        surplus: 0
      held: 100
    share: 1/2
  smallest units handed out beyond it: 1"""
    )
    assert new.explain("ada", QUARTERS[1]).text("zh") == "ada，2026年第2季度：100 = 以下各项之和\n  固定的数额：100"
    assert new.explain("ada", QUARTERS[0]).text().endswith("ended, as it was planned: 100")
    whole = new.explain("ada")
    assert (whole.label.key, whole.value) == ("breakdown.still_to_do", Amount.of(331, COUNT))
    assert [part.value for part in whole.parts] == [Amount.of(count, COUNT) for count in (100, 116, 115)]
    checkpoint = Checkpoint(owner="ada", by=END_OF_JUNE, amount=Amount.of(250, COUNT))
    early = ask(checkpoints=[checkpoint])
    assert "for what is to be reached on the way: 70" in early.explain("ada", QUARTERS[1]).text()
    assert "for what is to be reached on the way: -35" in early.explain("ada", QUARTERS[2]).text()
    nothing = ask(tally=done(ada=70, bo=300)).explain("bo")
    assert nothing.value == Amount.zero(COUNT)
    for explained in (whole, early.explain("ada"), nothing):
        assert explained.holds()


@pytest.mark.parametrize(
    ("owner", "period", "path"),
    [("eve", None, ("owner",)), (None, QUARTERS[1], ("owner",)), ("ada", YEAR, ("period",))],
)
def test_what_the_plan_does_not_have_cannot_be_asked_why(owner: str | None, period: Period | None, path: tuple[str]) -> None:
    assert refused(lambda: ask().explain(owner, period)) == [(UnknownNameError, "unknown_in_plan", path)]


def test_a_floor_or_a_stretch_of_a_part_that_changes_is_dropped() -> None:
    parts = tuple(attrs.evolve(part, floor=Amount.of(40, COUNT), stretch=Amount.of(105, COUNT)) for part in PLAN.targets)
    new = rebalance(Parts(parts), done(ada=70, bo=50), as_of=END_OF_MARCH, policy="carry_forward")
    assert [(part.floor, part.stretch) for part in new.targets[:2]] == [
        (Amount.of(40, COUNT), Amount.of(105, COUNT)),
        (None, None),
    ]


# Refusals


def refused(call: Callable[[], object]) -> list[tuple[type[SalesperfError], str, tuple[str | int, ...]]]:
    with pytest.raises(SalesperfError) as caught:
        call()
    faults = caught.value.exceptions if isinstance(caught.value, InvalidInputError) else (caught.value,)
    return [(type(fault), fault.code, fault.path) for fault in faults if isinstance(fault, SalesperfError)]


def ask(**change: Any) -> Rebalanced:  # noqa: ANN401 - what is to be refused
    arguments: dict[str, Any] = {"plan": PLAN, "tally": done(ada=70, bo=50), "as_of": END_OF_MARCH, "policy": "carry_forward"}
    return rebalance(**(arguments | change))


def test_every_fault_of_what_is_to_be_respected_is_told_at_once() -> None:
    assert refused(
        lambda: ask(
            locks=[Lock(owner="eve"), Lock(owner="ada", period=YEAR), Lock(owner="bo", period=QUARTERS[3])],
            checkpoints=[
                Checkpoint(owner="ada", by=date(2026, 9, 30), amount=Amount.of(10, COUNT)),
                Checkpoint(owner="ada", by=END_OF_JUNE, amount=Amount.of(20, COUNT)),
                Checkpoint(owner=None, by=END_OF_JUNE, amount=Amount.of(20, COUNT)),
                Checkpoint(owner="bo", by=END_OF_JUNE, amount=Amount.of(20, CNY)),
            ],
            transfers=[
                Transfer(giver="ada", taker="eve", share=1, on=END_OF_JUNE),
                Transfer(giver="ada", taker="bo", share=1, on=END_OF_JUNE),
                Transfer(giver="ada", taker="bo", share=Decimal("0.5"), on=date(2026, 7, 1), scope={}),
            ],
        )
    ) == [
        (UnknownNameError, "unknown_in_plan", ("locks", 0, "owner")),
        (UnknownNameError, "unknown_in_plan", ("locks", 1, "period")),
        (UnknownNameError, "unknown_in_plan", ("checkpoints", 2, "owner")),
        (UnitMismatchError, "unit_mismatch", ("checkpoints", 3, "amount")),
        (InvalidValueError, "checkpoint_order", ("checkpoints", 0)),
        (UnknownNameError, "unknown_in_plan", ("transfers", 0, "taker")),
        (InvalidValueError, "transfer_locked", ("transfers", 1)),
        (InvalidValueError, "transfer_locked", ("transfers", 2)),
        (InvalidValueError, "transfer_of_more_than_all", ("transfers",)),
    ]


def test_what_locks_leave_no_part_for_is_told_by_how_much_and_whose() -> None:
    with pytest.raises(InfeasibleError) as caught:
        ask(locks=[Lock(owner="ada")])
    assert (caught.value.code, caught.value.path) == ("nothing_open", ("locks",))
    assert "'ada'" in str(caught.value)
    assert "30" in str(caught.value)
    both = [Lock(owner="ada"), Lock(owner="bo")]
    assert refused(lambda: ask(locks=both, policy="redistribute")) == [(InfeasibleError, "nothing_open", ("locks",))]
    company = split(visits(400, None), "quarter")
    with pytest.raises(InfeasibleError, match="what 'company' still has to do, 300"):
        ask(plan=company, locks=[Lock(owner=None)], tally=tally([]), as_of=date(2026, 12, 30))


def test_what_nobody_can_make_up_for_is_written_off_and_stands_on_the_line() -> None:
    # Nothing more is planned for ada; bo has left. What they missed is nobody's but the others' under redistribution.
    idle = grid_of(ada=[100, 0, 0, 0])
    new = ask(plan=idle, tally=done(ada=70))
    assert (new.targets, new.lines[0].written_off.minor, new.lines[0].carried.minor) == (idle.targets, 30, 0)
    assert ask(plan=idle, tally=done(ada=70), policy="redistribute").lines[0].written_off.minor == 30
    assert by_owner(ask(plan=idle, tally=done(ada=120)))["ada"] == [100, 0, 0, 0]
    org = Org(teams=[Team(id="east")], reps=[Rep(id="ada", team="east"), Rep(id="bo", team="east", left=date(2026, 4, 1))])
    plan = cascade(visits(800, None), org, equal(["ada", "bo"]), grain="quarter")
    for policy, written_off, carried in (("carry_forward", 1, 0), ("redistribute", 0, 1)):
        new = rebalance(plan, done(ada=100, bo=99), as_of=END_OF_MARCH, policy=policy, org=org)  # type: ignore[arg-type] # words
        lines = {line.owner: line for line in new.lines}
        assert (lines["bo"].missed.minor, lines["bo"].new_open.minor) == (1, 0)
        assert lines["ada"].carried.minor == carried
        assert lines["bo"].written_off.minor == written_off
        assert lines["east"].new_open.minor == 601
        testing.assert_breakdowns_hold(new)


def test_what_was_set_by_hand_holds_and_what_was_missed_of_it_is_written_off() -> None:
    override = Override(owner="ada", amount=Amount.of(500, COUNT), reason="a new territory", author="bo")
    plan = grid(visits(800, None), allocate(visits(800, None), equal(["ada", "bo"]), overrides=[override]), "quarter")
    new = rebalance(plan, done(ada=0, bo=75), as_of=END_OF_MARCH, policy="carry_forward")
    assert by_owner(new)["ada"] == [125, 125, 125, 125]
    assert new.lines[0].written_off.minor == 125


def test_a_handover_in_the_middle_of_a_part_goes_to_the_part_of_these_days() -> None:
    org = Org(reps=[Rep(id="ada", left=date(2026, 8, 15)), Rep(id="bo")])
    plan = cascade(visits(800, None), org, equal(["ada", "bo"]), grain="quarter")
    transfer = Transfer(giver="ada", taker="bo", share=1, on=date(2026, 7, 1))
    new = rebalance(plan, tally([]), as_of=date(2025, 12, 31), policy="keep_remaining", transfers=[transfer])
    assert by_owner(new) == {None: [200] * 4, "ada": [100, 100, 0], "bo": [100, 100, 200, 200]}
    nothing = attrs.evolve(transfer, share=Decimal(0))
    assert ask(plan=plan, tally=tally([]), as_of=date(2025, 12, 31), transfers=[nothing]).changes == ()
    late = attrs.evolve(transfer, on=date(2026, 9, 1))
    assert refused(lambda: ask(plan=plan, transfers=[late])) == [
        (InvalidValueError, "transfer_of_nothing", ("transfers", 0, "on"))
    ]


def test_a_plan_with_teams_needs_the_org_by_which_their_members_count() -> None:
    assert refused(lambda: ask(plan=tree())) == [(InvalidValueError, "org_missing", ("org",))]


def test_ratios_are_not_made_anew() -> None:
    rate = Target(owner=None, metric=STANDARD_METRICS["win_rate"], amount=Decimal("0.3"), period=YEAR)
    plan = inherit(rate, Org(reps=[Rep(id="ada")]))
    assert refused(lambda: ask(plan=plan)) == [(NotAdditiveError, "not_additive", ("plan", "targets", 0, "metric"))]


@pytest.mark.parametrize(
    ("by", "amount"),
    [(END_OF_JUNE, 401), (END_OF_MARCH, 71)],
    ids=["more than there is to do", "by a day that has passed"],
)
def test_a_checkpoint_that_cannot_be_reached_is_told_by_how_much(by: date, amount: int) -> None:
    with pytest.raises(InfeasibleError) as caught:
        ask(checkpoints=[Checkpoint(owner="ada", by=by, amount=Amount.of(amount, COUNT))])
    assert (caught.value.code, caught.value.path, caught.value.params["excess"]) == (
        "checkpoint_unreachable",
        ("checkpoints", 0),
        "1",
    )


def test_a_checkpoint_is_not_for_somebody_in_two_teams_and_business_not_for_who_has_no_part() -> None:
    org = Org(teams=[Team(id="east"), Team(id="west")], reps=[Rep(id=name, team="east") for name in ("ada", "bo", "cy")])
    checkpoint = Checkpoint(owner="cy", by=END_OF_JUNE, amount=Amount.of(1, COUNT))
    transfer = Transfer(giver="cy", taker="bo", share=1, on=END_OF_JUNE)
    assert refused(lambda: ask(plan=tree(), checkpoints=[checkpoint], transfers=[transfer], org=org)) == [
        (InvalidValueError, "checkpoint_divided", ("checkpoints", 0, "owner")),
        (InvalidValueError, "transfer_without_part", ("transfers", 0)),
        (InvalidValueError, "transfer_without_part", ("transfers", 0)),
    ]


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"plan": None}, "wrong_type", ("plan",)),
        ({"tally": 7}, "wrong_type", ("tally",)),
        ({"policy": "hope"}, "choice", ("policy",)),
        ({"as_of": "2026-03-31"}, "wrong_type", ("as_of",)),
        ({"locks": "ada"}, "wrong_type", ("locks",)),
        ({"locks": [None]}, "wrong_type", ("locks", 0)),
        ({"checkpoints": [Lock(owner="ada")]}, "wrong_type", ("checkpoints", 0)),
        ({"as_of": date(2026, 12, 31)}, "plan_closed", ("plan",)),
        ({"plan": grid_of(ada=[100, -1, 2, 3])}, "plan_negative", ("plan", "targets", 1)),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    assert [(fault[1], fault[2]) for fault in refused(lambda: ask(**change))] == [(code, path)]


def test_a_rebalanced_plan_is_not_rebalanced_again_until_it_is_approved() -> None:
    assert refused(lambda: ask(plan=ask())) == [(InvalidValueError, "rebalanced_twice", ("plan",))]


def test_what_has_counted_actuals_is_neither_approved_nor_made_anew_before_their_last_day() -> None:
    new = ask()
    assert refused(lambda: new.approved(date(2026, 3, 30))) == [(InvalidValueError, "before_actuals", ("on",))]
    assert refused(lambda: new.approved(None)) == [(InvalidValueError, "wrong_type", ("on",))]  # type: ignore[arg-type] # the fault
    approved = new.approved(END_OF_MARCH)
    assert refused(lambda: ask(plan=approved, as_of=date(2026, 3, 30))) == [(InvalidValueError, "before_actuals", ("as_of",))]


def test_actuals_in_another_unit_are_refused() -> None:
    revenue = STANDARD_METRICS["revenue"]
    plan = split(Target(owner="ada", metric=revenue, amount=Amount.of(400, CNY), period=YEAR), "quarter")
    sale = Actual(owner="ada", metric=revenue, amount=Amount.of(1, USD), on=END_OF_MARCH)
    assert refused(lambda: ask(plan=plan, tally=tally([sale]))) == [
        (UnitMismatchError, "unit_mismatch", ("targets", 0, "amount"))
    ]


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"taker": "ada"}, "transfer_to_self", ("Transfer", "taker")),
        ({"share": Decimal("1.1")}, "out_of_range", ("Transfer", "share")),
        ({"share": 0.5}, "rate_float", ("Transfer", "share")),
        ({"on": None}, "wrong_type", ("Transfer", "on")),
        ({"giver": None}, "wrong_type", ("Transfer", "giver")),
    ],
)
def test_a_transfer_that_makes_no_sense_is_refused(change: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    good: dict[str, Any] = {"giver": "ada", "taker": "bo", "share": 1, "on": END_OF_JUNE}
    with pytest.raises(InvalidValueError) as caught:
        Transfer(**(good | change))
    assert (caught.value.code, caught.value.path) == (code, path)
