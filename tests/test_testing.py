"""The testing kit: strategies that make what is valid, and laws that notice what is not."""

import importlib
import pickle
import pkgutil
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest
from examples import at_most
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    USD,
    Amount,
    Breakdown,
    Difference,
    FrozenMap,
    InvalidInputError,
    InvalidValueError,
    Lead,
    LeadChange,
    Message,
    MissingExtraError,
    Move,
    Org,
    Period,
    Product,
    Records,
    Rep,
    Sum,
    TargetKey,
    Touch,
    testing,
)
from salesperf.kernels.apportionment import apportion
from salesperf.testing import (
    NOUNS,
    amounts,
    assert_as_of_forgets,
    assert_breakdowns_hold,
    assert_lead_forgets,
    assert_monoid,
    assert_no_personal_data,
    assert_parts_sum_to_total,
    assert_tiles,
    assert_value,
    bad_values,
    breakdowns,
    estimates,
    ids,
    metrics,
    moves,
    orgs,
    periods,
    personal_data,
    records,
    reps,
    scopes,
    targets,
    texts,
    units,
    weights,
)

JULY_1 = date(2026, 7, 1)
YEAR = Period.year(2026)

few = settings(max_examples=at_most(30), suppress_health_check=[HealthCheck.too_slow])


def fails(call: Callable[[], None]) -> str:
    """Return what a law says is wrong."""
    with pytest.raises(AssertionError) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize(("noun", "strategy"), NOUNS.items(), ids=[noun.__name__ for noun in NOUNS])
@few
@given(data=st.data())
def test_a_strategy_draws_its_noun(noun: type, strategy: SearchStrategy[Any], data: DataObject) -> None:
    assert isinstance(data.draw(strategy), noun)


@given(weights(2, 5))
def test_weights_can_divide_a_total(drawn: list[Any]) -> None:
    assert 2 <= len(drawn) <= 5
    assert apportion(100, drawn).sum() == 100


@given(ids(), texts(), scopes())
def test_ids_texts_and_scopes_are_taken_by_nouns(id_: str, text: str, scope: FrozenMap[str, str]) -> None:
    assert Rep(id=id_, name=text).label == (text or id_)
    assert set(scope) <= {"product", "region", "channel", "customer_group"}


@few
@given(st.data())
def test_what_is_asked_for_is_drawn(data: DataObject) -> None:
    assert data.draw(units("count")).dimension == "count"
    assert data.draw(metrics("stock")).accumulation == "stock"
    assert data.draw(metrics(dimension="ratio")).accumulation == "ratio"
    assert data.draw(metrics(dimension="money")).dimension == "money"
    assert data.draw(amounts(USD, min_minor=5, max_minor=7)).minor in {5, 6, 7}
    owed = data.draw(targets(owner=st.just("r1"), metric=st.just(STANDARD_METRICS["revenue"]), currency=USD))
    assert isinstance(owed.amount, Amount)
    assert (owed.owner, owed.amount.unit) == ("r1", USD)
    assert len(data.draw(orgs(min_reps=2, max_reps=2)).reps) == 2


@few
@given(records())
def test_the_money_of_records_is_in_one_currency(known: Records) -> None:
    owed = [target.amount.unit for target in known.targets if isinstance(target.amount, Amount)]
    units_used = {unit for unit in (*owed, *(actual.amount.unit for actual in known.actuals)) if unit.dimension == "money"}
    assert len(units_used) <= 1


@few
@given(reps().flatmap(lambda rep: st.tuples(st.just(rep), moves(rep, ("t1",)))), moves())
def test_moves_lie_within_the_service_of_their_rep(drawn: tuple[Rep, tuple[Move, ...]], others: tuple[Move, ...]) -> None:
    rep, own = drawn
    first, after = rep.service
    assert all(first < move.on < after and move.rep == rep.id and move.team == "t1" for move in own)
    assert len({move.on for move in others}) == len(others)


def test_there_are_movers_leavers_managers_and_amounts_times_a_rate() -> None:
    assert find(orgs(), lambda org: len(org.moves) > 0).moves
    assert find(reps(), lambda rep: rep.left is not None).left
    taxed = find(
        breakdowns(),
        lambda tree: isinstance(tree.rule, Product) and isinstance(tree.value, Amount),
        settings=settings(max_examples=5000, phases=[Phase.generate]),
    )
    assert taxed.holds()
    managed = find(orgs(), lambda org: any(team.manager for team in org.teams))
    assert {team.manager for team in managed.teams if team.manager} <= managed.rep_by_id.keys()


@pytest.mark.parametrize(
    ("strategy", "wanted", "simplest"),
    [
        (ids(), lambda drawn: len(drawn) > 1, "r1"),
        (amounts(CNY), lambda drawn: drawn.minor > 99, Amount.of(1, CNY)),
        (periods(), lambda drawn: drawn.days > 200, Period.year(2024)),
        (metrics("flow"), lambda drawn: drawn.dimension == "count", STANDARD_METRICS["units_sold"]),
        (orgs(), lambda drawn: len(drawn.reps) == 2, Org(reps=[Rep(id="r1"), Rep(id="r2")])),
    ],
)
def test_what_fails_shrinks_to_what_can_be_read(strategy: SearchStrategy[Any], wanted: Any, simplest: object) -> None:  # noqa: ANN401 - a lambda
    assert find(strategy, wanted) == simplest


@given(personal_data())
def test_personal_data_are_telephone_numbers_addresses_or_names(drawn: str) -> None:
    digits = sum(map(str.isdigit, drawn))
    assert digits >= 11 or "@" in drawn or (digits == 0 and 2 <= len(drawn) <= 16)


def test_estimates_have_a_value_or_an_interval_or_a_reason() -> None:
    assert find(estimates(), lambda estimate: estimate.value is None).reason
    assert find(estimates(), lambda estimate: estimate.low is not None).interval
    assert find(estimates(), lambda estimate: estimate.value is not None and estimate.low is None).interval is None


def test_people_join_move_and_leave_within_the_days_asked_for() -> None:
    within = orgs(min_reps=1, within=YEAR)
    org = find(within, lambda org: any(rep.hired and rep.left for rep in org.reps) and len(org.moves) > 0)
    days = [day for rep in org.reps for day in (rep.hired, rep.left) if day] + [move.on for move in org.moves]
    assert all(YEAR.start <= day <= YEAR.end for day in days)


def test_bad_values_are_of_every_kind() -> None:
    kinds = (type(None), bool, int, float, str, bytes, list, tuple, dict, set, Decimal, date, type, Rep, Amount)
    assert all(type(find(bad_values(), lambda drawn, kind=kind: type(drawn) is kind)) is kind for kind in kinds)  # type: ignore[misc] # mypy infers no type for a default


def test_without_hypothesis_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("salesperf.testing")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(MissingExtraError) as caught:
        importlib.import_module("salesperf.testing")
    assert (caught.value.code, dict(caught.value.params)) == ("missing_extra", {"package": "hypothesis", "extra": "testing"})
    assert isinstance(caught.value, ImportError)


def test_everything_public_is_at_the_front_of_the_kit() -> None:
    rooms = [importlib.import_module(f"salesperf.testing.{room.name}") for room in pkgutil.iter_modules(testing.__path__)]
    assert sorted(name for room in rooms for name in room.__all__) == testing.__all__


@attrs.define(eq=False)
class Loose:
    """No value: each is equal to itself alone, and can be changed."""

    number: int = 1


@attrs.frozen
class Forgetful:
    """A value that does not survive being copied."""

    number: int

    def __reduce__(self) -> tuple[object, ...]:
        return Forgetful, (self.number + 1,)


@attrs.frozen
class Restless:
    """A value with another hash each time it is made."""

    number: int = attrs.field(eq=False)

    def __hash__(self) -> int:
        return id(self)


@attrs.define(unsafe_hash=True)
class Open:
    """A value that can be changed."""

    number: int = 1


@attrs.frozen
class Own:
    """A sound value of a program's own."""

    number: int = 1


def test_a_value_of_ones_own_is_one_too() -> None:
    assert_value(Own(), names={"Own": Own})
    assert_value(Rep(id="r1", name="Ada"), personal=True)
    assert_value(FrozenMap({"a": 1}))
    assert_value(TargetKey("east", "revenue", YEAR))


def test_what_is_no_value_is_noticed() -> None:
    assert fails(lambda: assert_value([1])) == "list: has no hash"
    assert fails(lambda: assert_value(Loose(), names={"Loose": Loose})) == "Loose: a copy differs"
    assert fails(lambda: assert_value(Forgetful(1), names={"Forgetful": Forgetful})) == "Forgetful: a copy differs"
    assert fails(lambda: assert_value(Restless(1), names={"Restless": Restless})) == "Restless: a copy has another hash"
    assert fails(lambda: assert_value(Open(), names={"Open": Open})) == "Open: number can be changed"
    assert fails(lambda: assert_value(Rep(id="r1", name="Ada"))) == "Rep: what its repr makes differs"


@attrs.frozen
class Merged:
    """Something that merges as a function says."""

    text: str
    rule: Callable[[str, str], str] = attrs.field(eq=False)

    def __add__(self, other: "Merged") -> "Merged":
        both = self.rule(self.text, other.text) if self.text and other.text else self.text or other.text
        return Merged(both, self.rule)


@attrs.frozen(kw_only=True)
class KeepingLead(Lead):
    """A lead that forgets nothing."""

    def as_of(self, day: date) -> Lead:
        return attrs.evolve(self, channel=f"{self.channel} as of {day}")


def test_a_lead_that_forgets_nothing_is_noticed() -> None:
    history = [LeadChange(YEAR.start, status="new"), LeadChange(JULY_1, status="working")]
    assert_lead_forgets(Lead(id="l1", history=history, touches=[Touch(JULY_1, "call")]), JULY_1, YEAR.start)
    found = fails(lambda: assert_lead_forgets(KeepingLead(id="l1", history=history), YEAR.start, JULY_1))
    assert found == "known as of 2026-01-01 is what is of 2026-07-01"
    found = fails(lambda: assert_lead_forgets(KeepingLead(id="l1", history=history), JULY_1, YEAR.start))
    assert found == "as of 2026-07-01 and then of 2026-01-01 differs from as of 2026-01-01"


def test_what_is_no_monoid_is_noticed() -> None:
    def three(rule: Callable[[str, str], str], empty: str = "") -> None:
        a, b, c, nothing = (Merged(text, rule) for text in ("a", "b", "c", empty))
        assert_monoid(a, b, c, nothing)

    three(max)
    assert fails(lambda: three(lambda a, b: a + b)) == "the order matters: a + b differs from b + a"
    grouped = fails(lambda: three(lambda a, b: f"({min(a, b)}{max(a, b)})"))
    assert grouped == "the grouping matters: (a + b) + c differs from a + (b + c)"
    assert fails(lambda: three(max, "x")) == "the empty one changes what it is merged with"


def test_parts_that_do_not_sum_to_their_total_are_noticed() -> None:
    assert_parts_sum_to_total([Amount.of(1, CNY), Amount.of(2, CNY)], Amount.of(3, CNY))
    assert fails(lambda: assert_parts_sum_to_total([], Amount.of(3, CNY))) == "the parts sum to 0.00 CNY, not to 3.00 CNY"
    unlike = fails(lambda: assert_parts_sum_to_total([Amount.of(3, COUNT)], Amount.of(3, CNY)))
    assert unlike.startswith("amounts:0: expected amounts in one unit")


def test_periods_that_do_not_tile_are_noticed() -> None:
    first, *rest = YEAR.split("quarter")
    assert_tiles([first, *rest], YEAR)
    assert fails(lambda: assert_tiles([], YEAR)) == "there are no parts of 2026"
    assert fails(lambda: assert_tiles(rest, YEAR)) == "the first part, 2026-Q2, does not begin with 2026"
    assert fails(lambda: assert_tiles([first], YEAR)) == "the last part, 2026-Q1, does not end with 2026"
    assert fails(lambda: assert_tiles([first, *rest[1:]], YEAR)) == "2026-Q3 does not begin where 2026-Q1 ends"


@attrs.frozen
class Explained:
    """A result that explains itself."""

    breakdown: Breakdown | None


def test_a_breakdown_that_does_not_hold_is_noticed_wherever_it_is() -> None:
    part = Breakdown(label=Message("East"), value=2)
    sound = Breakdown(label=Message("Total"), value=2, rule=Sum(), parts=[part])
    wrong = attrs.evolve(sound, value=3)
    above = Breakdown(label=Message("Above"), value=3, rule=Sum(), parts=[wrong])
    misfit = attrs.evolve(sound, rule=Difference())
    assert_breakdowns_hold([Explained(sound), (sound,)])
    assert fails(lambda: assert_breakdowns_hold(Explained(above))) == "Above > Total: 3 is stated, rule.sum gives 2"
    assert fails(lambda: assert_breakdowns_hold([sound, wrong])) == "Total: 3 is stated, rule.sum gives 2"
    assert "rule.difference gives Breakdown.parts: expected parts that fit" in fails(lambda: assert_breakdowns_hold(misfit))
    assert fails(lambda: assert_breakdowns_hold(Explained(None))) == "Explained: carries no breakdown"
    assert fails(lambda: assert_breakdowns_hold([])) == "list: carries no breakdown"


class Keeping(Records):
    """Records that forget nothing."""

    def as_of(self, day: date) -> Records:  # noqa: ARG002 - that it does not matter is the fault
        return self


class Muddled(Records):
    """Records that remember the day on which they were last asked to forget."""

    def as_of(self, day: date) -> Records:
        return Records(org=Org(reps=[Rep(id=f"as of {day}")]))


def test_records_that_know_what_came_later_are_noticed() -> None:
    org = Org(reps=[Rep(id="ada", hired=JULY_1), Rep(id="bo", left=JULY_1)])
    assert_as_of_forgets(Records(org=org), JULY_1, YEAR.start)
    found = fails(lambda: assert_as_of_forgets(Keeping(org=org), YEAR.start, JULY_1))
    assert found == "known as of 2026-01-01 is what is later: a departure, a hire"


def test_records_that_forget_otherwise_the_second_time_are_noticed() -> None:
    found = fails(lambda: assert_as_of_forgets(Muddled(org=Org()), JULY_1, YEAR.start))
    assert found == "as of 2026-07-01 and then of 2026-01-01 differs from as of 2026-01-01"


def test_personal_data_are_noticed_wherever_an_error_shows_them() -> None:
    def leak(error: BaseException) -> str:
        return fails(lambda: assert_no_personal_data(error, ["张伟", "+86 138-0013-8000"]))

    assert leak(ValueError("张伟")) == "ValueError shows personal data: 张伟"
    assert leak(ValueError("no day: 13800138000")).endswith("no day: 13800138000")
    sound = InvalidValueError("interval_half")
    assert_no_personal_data(sound, ["张伟", "13800138000"])
    noted = InvalidValueError("interval_half")
    noted.add_note("of 张伟")
    assert leak(noted).endswith("of 张伟")
    caused = InvalidValueError("interval_half")
    caused.__cause__ = ValueError("张伟")
    assert leak(caused).endswith("张伟")
    behind = InvalidValueError("interval_half")
    behind.__context__ = ValueError("张伟")
    assert leak(behind).endswith("张伟")
    behind.__suppress_context__ = True
    assert_no_personal_data(behind, ["张伟"])
    placed = InvalidValueError("interval_half")
    placed.path = ("张伟",)
    assert "- 张伟: " in leak(InvalidInputError([sound, placed]))


def test_personal_data_are_noticed_in_whatever_else_shows_them() -> None:
    assert fails(lambda: assert_no_personal_data(Rep(id="张伟"), ["张伟"])).startswith("Rep shows personal data: Rep(id=")
    assert_no_personal_data(pickle.dumps(Rep(id="r1")), ["张伟"])
