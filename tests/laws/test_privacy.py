"""Whoever stands in the wrong place is not shown: no telephone number, e-mail or name in any error, nor in a ``repr``."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any, TypeAlias

import attrs
import pytest
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from salesperf import (
    COUNT,
    STANDARD_METRICS,
    Actual,
    Amount,
    Change,
    Contact,
    Customer,
    FrozenMap,
    InvalidValueError,
    Lead,
    LeadChange,
    Message,
    Move,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    SalesperfError,
    SalesProcess,
    Stage,
    Target,
    Team,
    Touch,
)
from salesperf.errors import TEMPLATES, MissingExtraError
from salesperf.messages import describe_error
from salesperf.testing import assert_no_personal_data, personal_data

Call: TypeAlias = tuple[Callable[..., object], SearchStrategy[dict[str, object]]]

some = settings(max_examples=at_most(15), suppress_health_check=[HealthCheck.too_slow])


def wrapped(secret: str) -> list[object]:
    """Put a secret into whatever might carry it into a wrong place."""
    written = "".join(filter(str.isdecimal, secret))
    # A number loses its leading zeros, and a short one is nobody's.
    digits = 13800138000 if written.startswith("0") else int(written or 13800138000)
    return [
        secret,
        f" {secret}",
        [secret],
        (secret, secret),
        {secret},
        {secret: secret},
        {"owner": [secret]},
        FrozenMap({secret: 1}),
        [(secret, 1)],
        [secret, 1],
        secret.encode(),
        digits,
        -digits,
        float(digits),
        Decimal(digits),
        [digits],
        Message(secret),
        Rep(id="r1", name=secret),
        Team(id=secret),
        Contact(id=secret, name=secret, phone=secret),
        Customer(id=secret, name=secret),
        Opportunity(id=secret, history=[Change(None, stage=secret)], competitors=[secret]),
        Touch(date(2026, 9, 1), secret, ref=secret),
        Lead(id=secret, history=[LeadChange(None, status="new", owner=secret)], contact=Contact(id=secret, name=secret)),
    ]


@some
@given(data=st.data(), secret=personal_data())
def test_an_argument_in_the_wrong_place_is_not_shown(call: Call, data: DataObject, secret: str) -> None:
    function, good = call
    arguments = data.draw(good)
    name = data.draw(st.sampled_from(list(arguments)))
    secrets = [secret, "13800138000"]
    for wrong in wrapped(secret):
        try:
            function(**arguments | {name: wrong})
        except SalesperfError as error:
            assert_no_personal_data(error, secrets)
            assert_no_personal_data(describe_error(error, lang="zh"), secrets)


@given(personal_data())
def test_an_id_that_is_somebody_is_refused_without_showing_it(secret: str) -> None:
    visits = STANDARD_METRICS["visits"]
    target = Target(owner=secret, metric=visits, amount=Amount.of(1, COUNT), period=Period.year(2026))
    actual = Actual(owner=secret, metric=visits, amount=Amount.of(1, COUNT), on=date(2026, 9, 1), ref=secret)
    wrong: list[Callable[[], object]] = [
        lambda: Org(reps=[Rep(id=secret, team=secret), Rep(id=secret)], teams=[Team(id=secret)]),
        lambda: Org(teams=[Team(id=secret, parent=secret, manager=secret)]),
        lambda: Org(moves=[Move(rep=secret, on=date(2026, 9, 1), team=secret)]),
        lambda: Records(org=Org(), targets=[target, target], actuals=[actual, actual]),
        lambda: Org().stints(secret),
        lambda: Org().teams_under(secret),
        lambda: FrozenMap([(secret, 1), (secret, 2)]),
    ]
    for make in wrong:
        with pytest.raises(SalesperfError) as caught:
            make()
        assert_no_personal_data(caught.value, [secret])


@given(personal_data())
def test_a_deal_or_customer_that_bears_somebody_s_name_is_refused_without_showing_it(secret: str) -> None:
    began = Change(date(2026, 9, 1), stage=secret)
    deal = Opportunity(id=secret, history=[began], customer=secret, process=secret)
    open_stage, lost = Stage(key=secret), Stage(key=f"{secret} lost", kind="lost")
    process = SalesProcess(stages=[open_stage, Stage(key="won", kind="won"), lost])
    other = attrs.evolve(process, stages=[Stage(key="a"), *process.stages[1:]])
    known = attrs.evolve(deal, process=None)
    customer = Customer(id=secret, name=secret, owner=secret, parent=secret)
    somebody = Contact(id=secret, name=secret, title=secret, email=secret, phone=secret)
    wrong: list[Callable[[], object]] = [
        lambda: Opportunity(id=secret, history=[began, began]),
        lambda: Opportunity(id=secret, history=[began, Change(date(2026, 8, 1), owner=secret)]),
        lambda: Opportunity(id=secret, history=[began], contacts=[somebody, somebody]),
        lambda: Opportunity(id=secret, history=[began], as_exported=[secret]),  # type: ignore[list-item] # the fault
        lambda: Customer(id=secret, contacts=[somebody, somebody]),
        lambda: SalesProcess(stages=[open_stage, open_stage]),
        lambda: process.stage_of(deal),
        lambda: process.advance(known, f"{secret} lost", on=date(2026, 9, 2)),
        lambda: process.lose(known, on=date(2026, 8, 1), reason=secret),
        lambda: process.advance(known, secret, on=date(2026, 9, 2)),
        lambda: Records(org=Org(), opportunities=[deal, deal], customers=[customer, customer], processes=[process, process]),
        lambda: Records(org=Org(), opportunities=[known], processes=[other]),
    ]
    for make in wrong:
        with pytest.raises(SalesperfError) as caught:
            make()
        assert_no_personal_data(caught.value, [secret])
        assert describe_error(caught.value, lang="zh")


@given(personal_data())
def test_a_lead_that_bears_somebody_s_name_is_refused_without_showing_it(secret: str) -> None:
    began = LeadChange(date(2026, 9, 1), status="new", owner=secret)
    again = Touch(date(2026, 9, 1), secret, ref=secret)
    lead = Lead(id=secret, history=[began], channel=secret, campaign=secret)
    deal = Opportunity(id="o1", history=[Change(None, stage="lead")], lead=secret)
    wrong: list[Callable[[], object]] = [
        lambda: LeadChange(date(2026, 9, 1), status=secret),  # type: ignore[arg-type] # the fault
        lambda: LeadChange(date(2026, 9, 1), owner=secret, released=True),
        lambda: Lead(id=secret, history=[]),
        lambda: Lead(id=secret, history=[began, began]),
        lambda: Lead(id=secret, history=[began], touches=[again, Touch(date(2026, 9, 2), "call", ref=secret)]),
        lambda: Records(org=Org(), leads=[lead, lead]),
        lambda: Records(org=Org(), opportunities=[deal]),
    ]
    for make in wrong:
        with pytest.raises(SalesperfError) as caught:
            make()
        assert_no_personal_data(caught.value, [secret])
        assert describe_error(caught.value, lang="zh")


@given(personal_data())
def test_contacts_and_customers_are_hidden_from_the_repr_of_whatever_holds_them(secret: str) -> None:
    somebody = Contact(id="c1", role="champion", name=secret, title=secret, email=secret, phone=secret)
    customer = Customer(id="k1", name=secret, contacts=[somebody])
    process = SalesProcess(stages=[Stage(key="lead"), Stage(key="won", kind="won"), Stage(key="lost", kind="lost")])
    deal = Opportunity(id="o1", history=[Change(None, stage="lead")], contacts=[somebody], customer="k1")
    lead = Lead(id="l1", history=[LeadChange(None, status="new")], contact=somebody)
    records = Records(org=Org(), customers=[customer], leads=[lead], opportunities=[deal], processes=[process])
    for noun in (somebody, customer, deal, lead, records):
        assert_no_personal_data(noun, [secret])


@given(personal_data())
def test_a_name_is_hidden_from_the_repr_of_whatever_holds_it(name: str) -> None:
    rep = Rep(id="r1", name=name)
    org = Org(reps=[rep])
    for noun in (rep, org, Records(org=org)):
        assert_no_personal_data(noun, [name])


@given(st.sampled_from(sorted(TEMPLATES)), personal_data(), st.integers(0, len(wrapped("x")) - 1))
def test_whatever_an_error_is_made_with_it_shows_none(code: str, secret: str, which: int) -> None:
    value: Any = wrapped(secret)[which]
    params = {name: value for _, name, _, _ in Formatter().parse(TEMPLATES[code]) if name}
    error = InvalidValueError(code, path=(secret, 3), **params)
    for shown in (error, error.within(secret), error.at(secret, secret)):
        assert_no_personal_data(shown, [secret])


def test_the_name_of_a_package_is_no_personal_data_and_is_shown_bare() -> None:
    error = MissingExtraError("missing_extra", package="hypothesis", extra="testing")
    assert str(error).endswith("(hint: pip install 'salesperf[testing]')")
