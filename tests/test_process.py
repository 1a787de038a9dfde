"""Sales processes: what a process is, which steps it allows, and what each step needs."""

import copy
import pickle
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import (
    CNY,
    STANDARD_PROCESSES,
    Amount,
    Change,
    IllegalTransitionError,
    InvalidInputError,
    InvalidValueError,
    Opportunity,
    SalesperfError,
    SalesProcess,
    Stage,
    UnknownNameError,
)
from salesperf.messages import LANGUAGES, catalog, describe_error
from salesperf.model.stage import STAGE_KINDS
from salesperf.testing import assert_moves_are_allowed, processes, stages

SOLUTION = STANDARD_PROCESSES["solution"]
SEPTEMBER_1, SEPTEMBER_8, SEPTEMBER_20 = date(2026, 9, 1), date(2026, 9, 8), date(2026, 9, 20)

ENDS = (Stage(key="won", kind="won"), Stage(key="lost", kind="lost"))
STRICT = SalesProcess(
    stages=[
        Stage(key="lead", exit_criteria=["budget_known", "need_known"]),
        Stage(key="proposal", exit_criteria=["terms_agreed"]),
        Stage(key="contract"),
        *ENDS,
    ],
    may_skip=False,
    may_go_back=False,
    may_reenter=False,
    may_reopen=False,
)


def deal(*keys: str, on: date = SEPTEMBER_1, **others: Any) -> Opportunity:  # noqa: ANN401 - the fields of the class
    return Opportunity(id="o-1", history=[Change(on, stage=key) for key in keys], **others)


def code_and_path(call: Callable[[], object]) -> tuple[object, ...]:
    with pytest.raises(SalesperfError) as caught:
        call()
    return (caught.value.code, *caught.value.path)


def choices(call: Callable[[], object]) -> str:
    """Return what the refusal of a step says is allowed."""
    with pytest.raises(IllegalTransitionError) as caught:
        call()
    return caught.value.params["choices"]


# Stages


@given(stages())
def test_a_stage_that_is_decided_is_certain(stage: Stage) -> None:
    certain = {"won": 1, "post_won": 1, "lost": 0, "cancelled": 0}
    assert stage.is_open == (stage.kind == "open") == (stage.kind not in certain)
    assert stage.is_open or stage.probability == certain[stage.kind]
    assert stage.label == (stage.title or stage.key)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"key": ""}, ("empty", "Stage", "key")),
        ({"title": None}, ("wrong_type", "Stage", "title")),
        ({"kind": "closed"}, ("choice", "Stage", "kind")),
        ({"probability": 0.5}, ("rate_float", "Stage", "probability")),
        ({"probability": Decimal("1.1")}, ("out_of_range", "Stage", "probability")),
        ({"probability": Decimal("NaN")}, ("not_finite", "Stage", "probability")),
        ({"kind": "won", "probability": Decimal("0.9")}, ("out_of_range", "Stage", "probability")),
        ({"kind": "lost", "probability": 1}, ("out_of_range", "Stage", "probability")),
        ({"max_days": -1}, ("out_of_range", "Stage", "max_days")),
        ({"max_days": 7.0}, ("wrong_type", "Stage", "max_days")),
        ({"tasks": "call"}, ("wrong_type", "Stage", "tasks")),
        ({"exit_criteria": ["met", 7]}, ("wrong_type", "Stage", "exit_criteria", 1)),
    ],
)
def test_a_malformed_stage_is_refused(arguments: dict[str, Any], found: tuple[object, ...]) -> None:
    assert code_and_path(lambda: Stage(**{"key": "lead", **arguments})) == found


def test_a_whole_probability_is_taken_exactly() -> None:
    assert Stage(key="lead", probability=1).probability == Decimal(1)
    assert Stage(key="won", kind="won", probability=Decimal("1.0")).probability == 1


# Processes


@given(processes())
def test_a_process_runs_from_open_stages_to_won_to_lost_each_key_once(process: SalesProcess) -> None:
    kinds = [stage.kind for stage in process.stages]
    assert kinds == sorted(kinds, key=STAGE_KINDS.index)
    assert (kinds.count("won"), kinds.count("lost")) == (1, 1)
    assert process.open_stages == process.stages[: len(process.open_stages)] != ()
    assert list(process.stage_by_key) == [stage.key for stage in process.stages]
    assert [process.stages[place] for place in process.position.values()] == list(process.stages)
    assert process.label == (process.title or process.key)


@given(processes())
def test_what_was_looked_up_does_not_hinder_copying(process: SalesProcess) -> None:
    assert process.stage_by_key and process.position and process.open_stages  # noqa: PT018 - each is kept once found
    assert pickle.loads(pickle.dumps(process)) == copy.deepcopy(process) == process  # noqa: S301 - our own bytes


@given(st.lists(stages(), max_size=6))
def test_any_stages_make_a_process_or_are_refused_with_every_fault(drawn: list[Stage]) -> None:
    kinds = [stage.kind for stage in drawn]
    wrong = [kind for kind in ("won", "lost") if kinds.count(kind) != 1]
    wrong += ["open"] * ("open" not in kinds) + ["cancelled"] * (kinds.count("cancelled") > 1)
    wrong += ["order"] * (kinds != sorted(kinds, key=STAGE_KINDS.index))
    repeated = len(drawn) - len({stage.key for stage in drawn})
    if not wrong and not repeated:
        assert SalesProcess(stages=drawn).stages == tuple(drawn)
        return
    with pytest.raises(InvalidInputError) as caught:
        SalesProcess(stages=drawn)
    assert len(caught.value.exceptions) == len(wrong) + repeated


@pytest.mark.parametrize(
    ("given_stages", "found"),
    [
        ((), [("process_kind", "SalesProcess", "stages")] * 3),
        (ENDS, [("process_kind", "SalesProcess", "stages")]),
        ((Stage(key="lead"), *ENDS, Stage(key="lost", kind="cancelled")), [("not_unique", "SalesProcess", "stages", 3, "key")]),
        ((Stage(key="lead"), *ENDS, Stage(key="no", kind="lost")), [("process_kind", "SalesProcess", "stages")]),
        ((Stage(key="lead"), *reversed(ENDS)), [("process_order", "SalesProcess", "stages", 2, "kind")]),
        (
            (Stage(key="lead"), *ENDS, Stage(key="service", kind="post_won")),
            [("process_order", "SalesProcess", "stages", 3, "kind")],
        ),
    ],
)
def test_stages_that_make_no_process_are_refused(given_stages: tuple[Stage, ...], found: list[tuple[str | int, ...]]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        SalesProcess(stages=given_stages)
    assert [(fault.code, *fault.path) for fault in caught.value.exceptions if isinstance(fault, SalesperfError)] == found


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"stages": "lead"}, ("wrong_type", "SalesProcess", "stages")),
        ({"stages": [Stage(key="lead"), "won"]}, ("wrong_type", "SalesProcess", "stages", 1)),
        ({"key": ""}, ("empty", "SalesProcess", "key")),
        ({"title": 7}, ("wrong_type", "SalesProcess", "title")),
        ({"may_skip": 1}, ("wrong_type", "SalesProcess", "may_skip")),
        ({"may_go_back": None}, ("wrong_type", "SalesProcess", "may_go_back")),
        ({"may_reenter": "no"}, ("wrong_type", "SalesProcess", "may_reenter")),
        ({"may_reopen": 0}, ("wrong_type", "SalesProcess", "may_reopen")),
    ],
)
def test_a_malformed_process_is_refused(arguments: dict[str, Any], found: tuple[object, ...]) -> None:
    assert code_and_path(lambda: SalesProcess(**{"stages": STRICT.stages, **arguments})) == found


@pytest.mark.parametrize(
    ("key", "open_stages"),
    [
        ("solution", "潜在客户开发/需求分析/方案制定/报价谈判/合同签订"),
        ("consultative", "需求挖掘/资格确认/方案与演示/报价谈判/成交"),
        ("basic", "线索/商机/方案制定/报价谈判"),
    ],
)
def test_the_ready_made_processes_are_those_of_the_field_in_both_languages(key: str, open_stages: str) -> None:
    process = STANDARD_PROCESSES[key]
    chinese = catalog("zh")
    assert "/".join(chinese[stage.title] for stage in process.open_stages) == open_stages
    titles = {process.title, *(stage.title for stage in process.stages)}
    assert all(titles <= set(catalog(lang)) for lang in LANGUAGES)
    assert [stage.probability for stage in process.open_stages] == sorted(stage.probability for stage in process.open_stages)  # type: ignore[type-var] # all have one
    assert (process.stages[-2].kind, process.stages[-1].kind) == ("lost", "cancelled")
    assert process.key == key


def test_after_sales_service_follows_the_win() -> None:
    assert [stage.key for stage in SOLUTION.stages][5:] == ["won", "after_sales", "lost", "cancelled"]
    assert STANDARD_PROCESSES["basic"].stages[4] == Stage(key="closed", title="stage.closed", kind="won")


# Steps


def test_a_deal_advances_and_is_won_and_goes_on_to_service() -> None:
    advanced = SOLUTION.advance(deal("prospecting"), "needs_analysis", on=SEPTEMBER_1)
    won = SOLUTION.win(advanced, on=SEPTEMBER_8, amount=Amount.of(5, CNY), evidence=["signed"])
    assert (won.stage, won.amount, *won.evidence) == ("won", Amount.of(5, CNY), "signed")
    served = SOLUTION.advance(won, "after_sales", on=SEPTEMBER_20)
    assert [visit.start for visit in served.visits] == [SEPTEMBER_1, SEPTEMBER_1, SEPTEMBER_8, SEPTEMBER_20]
    assert SOLUTION.allowed(won) == (*(stage.key for stage in SOLUTION.open_stages), "after_sales")


def test_a_deal_is_lost_cancelled_and_opened_again_with_reasons() -> None:
    lost = SOLUTION.lose(deal("proposal"), on=SEPTEMBER_8, reason="price")
    again = SOLUTION.reopen(lost, on=SEPTEMBER_20, reason="new_budget")
    assert (lost.reason, again.stage, again.reason) == ("price", "proposal", "new_budget")
    assert SOLUTION.reopen(lost, on=SEPTEMBER_20, to="prospecting").stage == "prospecting"
    assert SOLUTION.cancel(deal("proposal"), on=SEPTEMBER_8, reason="no_budget").reason == "no_budget"
    assert SOLUTION.cancel(deal("proposal"), on=SEPTEMBER_8).reason is None


def test_a_deal_that_was_never_open_is_opened_in_the_first_stage() -> None:
    assert SOLUTION.reopen(deal("lost"), on=SEPTEMBER_8).stage == "prospecting"
    assert SOLUTION.reopen(deal("won", "after_sales"), on=SEPTEMBER_8).stage == "prospecting"


def test_reopening_is_no_way_to_pass_over_stages() -> None:
    lost = deal("prospecting", "proposal", "prospecting", "lost")
    assert SOLUTION.allowed(lost) == ("prospecting", "needs_analysis", "proposal")
    assert code_and_path(lambda: SOLUTION.reopen(lost, on=SEPTEMBER_8, to="contract")) == ("transition_illegal", "o-1", "to")
    # A deal that was won came through them all.
    assert SOLUTION.reopen(deal("proposal", "won", "lost"), on=SEPTEMBER_8, to="contract").stage == "contract"


def test_reopening_may_enter_a_stage_again_where_open_deals_may_not() -> None:
    process = attrs.evolve(SOLUTION, may_reenter=False)
    there_and_back = deal("prospecting", "proposal")
    assert "prospecting" not in process.allowed(there_and_back)
    lost = process.lose(there_and_back, on=SEPTEMBER_8, reason="price")
    assert process.reopen(lost, on=SEPTEMBER_8).stage == "proposal"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, ("lead", "contract", "won", "lost")),
        ({"may_skip": False}, ("lead", "contract", "lost")),
        ({"may_go_back": False}, ("contract", "won", "lost")),
        ({"may_reenter": False}, ("contract", "won", "lost")),
        ({"may_skip": False, "may_go_back": False}, ("contract", "lost")),
    ],
)
def test_the_rules_of_a_process_say_where_a_deal_may_go(rules: dict[str, Any], expected: tuple[str, ...]) -> None:
    process = SalesProcess(stages=STRICT.stages, **rules)
    assert process.allowed(deal("lead", "proposal")) == expected


def test_from_the_last_open_stage_the_win_is_no_skip() -> None:
    assert STRICT.allowed(deal("contract")) == ("won", "lost")


def test_exit_criteria_are_met_by_evidence_of_now_or_before_and_only_forward() -> None:
    lead = deal("lead")
    proposed = STRICT.advance(lead, "proposal", on=SEPTEMBER_8, evidence=["budget_known", "need_known"])
    known = Opportunity(id="o-1", history=[*lead.history, Change(SEPTEMBER_1, evidence=["budget_known"])])
    assert STRICT.advance(known, "proposal", on=SEPTEMBER_8, evidence=iter(["need_known"])).stage == proposed.stage
    with pytest.raises(IllegalTransitionError, match="evidence of 'need_known' before a deal leaves 'lead'") as caught:
        STRICT.advance(known, "proposal", on=SEPTEMBER_8)
    assert (caught.value.code, caught.value.path) == ("exit_criteria", ("o-1", "evidence"))
    assert "'need_known'" in describe_error(caught.value, lang="zh")
    assert STRICT.lose(lead, on=SEPTEMBER_8, reason="price").stage == "lost"
    back_and_forth = attrs.evolve(STRICT, may_go_back=True, may_reenter=True)
    assert back_and_forth.advance(proposed, "lead", on=SEPTEMBER_20).stage == "lead"
    skipping = attrs.evolve(STRICT, may_skip=True)
    assert code_and_path(lambda: skipping.win(lead, on=SEPTEMBER_8)) == ("exit_criteria", "o-1", "evidence")


# Refusals


def test_a_refused_step_says_what_is_allowed() -> None:
    assert choices(lambda: STRICT.advance(deal("lead"), "contract", on=SEPTEMBER_8)) == "'proposal'"
    assert choices(lambda: SOLUTION.win(deal("won"), on=SEPTEMBER_8)).endswith("'contract', 'after_sales'")
    assert choices(lambda: STRICT.lose(deal("won"), on=SEPTEMBER_8, reason="price")) == "nothing"
    assert choices(lambda: STRICT.cancel(deal("contract"), on=SEPTEMBER_8)) == "'won', 'lost'"
    assert choices(lambda: STRICT.reopen(deal("lost"), on=SEPTEMBER_8)) == "nothing"
    assert choices(lambda: SOLUTION.reopen(deal("lost"), on=SEPTEMBER_8, to="won")).startswith("'prospecting', ")
    assert code_and_path(lambda: SOLUTION.win(deal("lost"), on=SEPTEMBER_8)) == ("transition_illegal", "o-1", "to")


@pytest.mark.parametrize("to", ["won", "lost", "cancelled"])
def test_to_decide_a_deal_is_not_to_advance_it(to: str) -> None:
    assert to in SOLUTION.allowed(deal("proposal"))
    assert "'contract'" in choices(lambda: SOLUTION.advance(deal("proposal"), to, on=SEPTEMBER_8))


@pytest.mark.parametrize("end", ["won", "lost", "cancelled", "after_sales"])
def test_to_open_a_deal_again_is_not_to_advance_it(end: str) -> None:
    ended = deal("proposal", end)
    assert "proposal" in SOLUTION.allowed(ended)
    offered = choices(lambda: SOLUTION.advance(ended, "proposal", on=SEPTEMBER_8))
    assert offered == ("'after_sales'" if end == "won" else "nothing")


def test_what_is_open_cannot_be_opened_again_nor_served() -> None:
    now_open = deal("proposal")
    assert code_and_path(lambda: SOLUTION.reopen(now_open, on=SEPTEMBER_8)) == ("transition_reopen", "o-1")
    assert code_and_path(lambda: SOLUTION.advance(now_open, "after_sales", on=SEPTEMBER_8)) == (
        "transition_illegal",
        "o-1",
        "to",
    )


Verb = Callable[..., Opportunity]

VERBS: Mapping[str, tuple[Verb, Opportunity, dict[str, Any]]] = {
    "advance": (SOLUTION.advance, deal("proposal"), {"to": "contract", "on": SEPTEMBER_8}),
    "win": (SOLUTION.win, deal("proposal"), {"on": SEPTEMBER_8}),
    "lose": (SOLUTION.lose, deal("proposal"), {"on": SEPTEMBER_8, "reason": "price"}),
    "cancel": (SOLUTION.cancel, deal("proposal"), {"on": SEPTEMBER_8}),
    "cancel without such a stage": (STRICT.cancel, deal("proposal"), {"on": SEPTEMBER_8}),
    "reopen": (SOLUTION.reopen, deal("lost"), {"on": SEPTEMBER_8}),
}


@pytest.mark.parametrize(("verb", "good", "arguments"), VERBS.values(), ids=VERBS)
def test_every_verb_refuses_what_is_no_deal_of_its_process(verb: Verb, good: Opportunity, arguments: dict[str, Any]) -> None:
    assert code_and_path(lambda: verb("o-1", **arguments)) == ("wrong_type", "opportunity")
    other = attrs.evolve(good, process="other")
    assert code_and_path(lambda: verb(other, **arguments)) == ("process_mismatch", "o-1", "process")
    elsewhere = attrs.evolve(good, history=[*good.history, Change(SEPTEMBER_1, stage="elsewhere")])
    assert code_and_path(lambda: verb(elsewhere, **arguments)) == ("unknown_stage", "o-1", "history", 1, "stage")


@pytest.mark.parametrize(("verb", "good", "arguments"), VERBS.values(), ids=VERBS)
def test_every_verb_refuses_what_is_no_day(verb: Verb, good: Opportunity, arguments: dict[str, Any]) -> None:
    wrong = {"date_is_datetime": datetime(2026, 9, 8, tzinfo=UTC), "wrong_type": "2026-09-08"}
    found = [code_and_path(partial(verb, good, **{**arguments, "on": day})) for day in wrong.values()]
    assert found == [(code, "on") for code in wrong]


@pytest.mark.parametrize(("verb", "good", "arguments"), [VERBS[name] for name in VERBS if " " not in name])
def test_every_verb_refuses_a_day_before_the_last_change(verb: Verb, good: Opportunity, arguments: dict[str, Any]) -> None:
    assert verb(good, **{**arguments, "on": SEPTEMBER_1}).last_change == SEPTEMBER_1
    assert code_and_path(lambda: verb(good, **{**arguments, "on": date(2026, 8, 31)})) == ("transition_earlier", "o-1", "on")
    undated = attrs.evolve(good, history=[attrs.evolve(good.history[0], on=None)])
    assert verb(undated, **{**arguments, "on": date(2026, 8, 31)}).last_change == date(2026, 8, 31)


@pytest.mark.parametrize(
    ("call", "found"),
    [
        (lambda: SOLUTION.advance(deal("proposal"), "closing", on=SEPTEMBER_8), ("unknown_stage", "to")),
        (lambda: SOLUTION.advance(deal("proposal"), None, on=SEPTEMBER_8), ("unknown_stage", "to")),  # type: ignore[arg-type] # wrong on purpose
        (lambda: SOLUTION.reopen(deal("lost"), on=SEPTEMBER_8, to="closing"), ("unknown_stage", "to")),
        (lambda: SOLUTION.lose(deal("proposal"), on=SEPTEMBER_8, reason=None), ("wrong_type", "reason")),  # type: ignore[arg-type] # wrong on purpose
        (lambda: SOLUTION.lose(deal("proposal"), on=SEPTEMBER_8, reason=""), ("empty", "Change", "reason")),
        (
            lambda: SOLUTION.win(deal("proposal"), on=SEPTEMBER_8, evidence=["met", 7]),  # type: ignore[list-item] # wrong on purpose
            ("wrong_type", "Change", "evidence", 1),
        ),
        (
            lambda: SOLUTION.win(deal("proposal"), on=SEPTEMBER_8, amount=5),  # type: ignore[arg-type] # wrong on purpose
            ("wrong_type", "Change", "amount"),
        ),
    ],
)
def test_malformed_arguments_of_a_step_are_refused(call: Callable[[], object], found: tuple[object, ...]) -> None:
    assert code_and_path(call) == found


def test_a_deal_says_where_it_stands_and_a_list_at_which_position() -> None:
    assert SOLUTION.stage_of(deal("won", process="solution")).kind == "won"
    SOLUTION.require(deal("won"))
    assert code_and_path(lambda: SOLUTION.require(deal("gone"), "opportunities", 3)) == (
        "unknown_stage",
        "opportunities",
        3,
        "o-1",
        "history",
        0,
        "stage",
    )
    assert code_and_path(lambda: SOLUTION.require(None, "opportunities", 3)) == ("wrong_type", "opportunities", 3)  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(UnknownNameError, match="got 'gone'"):
        SOLUTION.stage_of(deal("gone"))
    with pytest.raises(InvalidValueError, match="expected a deal of the process 'solution', got one of 'basic'"):
        SOLUTION.allowed(deal("won", process="basic"))


# The law for embedders says what is wrong


class Boasting(SalesProcess):
    """A process that says a deal may go anywhere."""

    def allowed(self, opportunity: Opportunity) -> tuple[str, ...]:
        return tuple(stage.key for stage in self.stages if stage.key != opportunity.stage)

    def advance(self, opportunity: Opportunity, to: str, **rest: Any) -> Opportunity:  # noqa: ANN401 - as of the class above
        return SOLUTION.advance(opportunity, to, **rest)


class Silent(SalesProcess):
    """A process that says a deal may go nowhere, and lets it."""

    def allowed(self, opportunity: Opportunity) -> tuple[str, ...]:
        del opportunity
        return ()

    def win(self, opportunity: Opportunity, **rest: Any) -> Opportunity:  # noqa: ANN401 - as of the class above
        return SOLUTION.win(opportunity, **rest)


class Astray(SalesProcess):
    """A process that leads elsewhere than it says."""

    def advance(self, opportunity: Opportunity, to: str, **rest: Any) -> Opportunity:  # noqa: ANN401 - as of the class above
        del to
        return SOLUTION.advance(opportunity, "contract", **rest)


class Rewriting(SalesProcess):
    """A process that writes down what it moves as if it had always been there."""

    def advance(self, opportunity: Opportunity, to: str, **rest: Any) -> Opportunity:  # noqa: ANN401 - as of the class above
        return attrs.evolve(SOLUTION.advance(opportunity, to, **rest), history=[Change(SEPTEMBER_1, stage=to)])


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Boasting, "after_sales is allowed and cannot be entered"),
        (Silent, "won is not allowed and can be entered"),
        (Astray, "whoever enters prospecting is in contract"),
        (Rewriting, "entering prospecting alters what was known before"),
    ],
)
def test_a_process_that_does_not_do_what_it_says_is_found(kind: type[SalesProcess], wrong: str) -> None:
    with pytest.raises(AssertionError, match=wrong):
        assert_moves_are_allowed(kind(stages=SOLUTION.stages), deal("proposal"))
