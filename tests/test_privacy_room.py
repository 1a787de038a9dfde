"""Privacy: what becomes of each noun, what is held of somebody, what is left of whom, what is kept for too long, refusals."""

import hmac
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest
from planting import every_mapping, every_text_field, found_in

from salesperf import (
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Action,
    Actual,
    Amount,
    Case,
    Change,
    ChannelCost,
    CheckIn,
    CommissionPlan,
    Contact,
    Customer,
    Finding,
    FrozenMap,
    InvalidValueError,
    KeyResult,
    Lead,
    LeadChange,
    Measurement,
    Message,
    Move,
    Objective,
    Opportunity,
    Org,
    Period,
    Pool,
    PulseSurvey,
    Rating,
    Records,
    Rep,
    Risk,
    RiskAssessment,
    SalesperfError,
    Spiff,
    Stage,
    StatusChange,
    Target,
    Task,
    TaskPlan,
    Team,
    Touch,
    report,
    review,
)
from salesperf.io.folder import read_sample
from salesperf.messages import describe_error
from salesperf.model.message import Personal
from salesperf.model.override import Override
from salesperf.privacy import (
    KEPT_IN_PSEUDONYM,
    RETAINED_KINDS,
    Subject,
    check_retention,
    erase,
    pseudonym,
    pseudonymize,
    redact,
    subject_export,
)
from salesperf.privacy.links import IMPERSONAL_NOUNS, is_decided, text_kind
from salesperf.privacy.mentions import Mentions
from salesperf.testing import NOUNS

KEY = bytes(range(32))
DAY = date(2026, 9, 1)
AS_OF = date(2026, 9, 30)
REVENUE = STANDARD_METRICS["revenue"]
any_call: Any = pseudonymize
any_erase: Any = erase
any_export: Any = subject_export
any_subject: Any = Subject
any_retention: Any = check_retention

ZHANG = Contact(id="c-1", role="champion", name="Zhang Wei", title="Buyer", email="zw@example.com", phone="138 0013 8000")
LI = Contact(id="c-2", name="Li Na")
YEAR = Target(owner="east", metric=REVENUE, amount=Amount.of(900, USD), period=Period.year(2026))
QUARTER = Target(
    owner="ada",
    metric=REVENUE,
    amount=Amount.of(300, USD),
    period=Period.quarter(2026, 3),
    scope={"customer": "k-1"},
    rationale="as Ada Lovelace agreed",
)
MONTH = Target(owner="bo", metric=REVENUE, amount=Amount.of(90, USD), period=Period.month(2026, 9), parent=QUARTER.key)
RECORDS = Records(
    org=Org(
        teams=[Team(id="east", name="East", manager="ada")],
        reps=[
            Rep(id="ada", name="Ada Lovelace", level="senior", absences=[Period.month(2026, 2)]),
            Rep(id="bo", name="Bo", team="east"),
        ],
        moves=[Move(rep="ada", on=date(2026, 5, 1), team="east")],
    ),
    targets=[YEAR, QUARTER, MONTH],
    actuals=[Actual(owner="ada", metric=REVENUE, amount=Amount.of(70, USD), on=DAY, ref="order-1")],
    customers=[
        Customer(id="k-1", name="Zhang Wei Trading", owner="ada", facts={"wechat": "zw_138", "size": 3}, contacts=[ZHANG, LI]),
        Customer(id="k-2", name="Second", parent="k-1", facts={"note": "brother of Zhang Wei"}),
    ],
    leads=[
        Lead(
            id="l-1",
            channel="fair",
            history=[
                LeadChange(DAY, status="new", owner="ada"),
                LeadChange(DAY, owner="bo"),
                LeadChange(DAY, owner="ada", reason="handed"),
                LeadChange(DAY, owner="ada"),
            ],
            touches=[Touch(DAY, "call", ref="t-1")],
            facts={"city": "Shanghai"},
            contact=ZHANG,
        ),
        Lead(id="l-2", history=[LeadChange(DAY, status="new", owner="bo")]),
    ],
    opportunities=[
        Opportunity(
            id="o-1",
            customer="k-1",
            lead="l-1",
            contacts=[ZHANG],
            history=[
                Change(DAY, stage="proposal", amount=Amount.of(70, USD), owner="ada"),
                Change(DAY, owner="bo"),
                Change(DAY, owner="ada"),
            ],
        ),
        Opportunity(id="o-2", history=[Change(date(2024, 1, 1), stage="lost", owner="bo")]),
    ],
    processes=[STANDARD_PROCESSES["solution"]],
    findings=[
        Finding(rule="one", message=Message.of("{who} is late", who=Personal("Ada Lovelace")), record="ada"),
        Finding(rule="two", message=Message.of("in {where}", where=("k-1", Message.of("x", owner="bo"))), record="reps.csv:4"),
    ],
)

CALL = Action(
    id="a-1",
    title="Call Zhang Wei Trading",
    goal="as Ada Lovelace said",
    owner="ada",
    created=DAY,
    due=AS_OF,
    history=[StatusChange(DAY, "done", note="Ada Lovelace called")],
)
VISIT = attrs.evolve(CALL, id="a-2", title="Visit", history=[])
TASK = Task(id="t-1", title="Call Ada Lovelace", owner="ada", created=DAY, due=AS_OF, resources={"days": 5, "city": 2})
CASE = Case(
    id="c-1",
    title="Zhang Wei Trading is lost",
    outcome="lost",
    on=DAY,
    opportunity="o-1",
    customer="k-1",
    owner="ada",
    note="Zhang Wei Trading said no to Ada Lovelace",
    lessons=["Ask early.", "Ask Zhang Wei Trading twice."],
    tags=["price", "Zhang Wei Trading"],
)
RISK = Risk(
    id="r-1",
    title="Ada Lovelace leaves",
    owner="ada",
    assessments=[RiskAssessment(on=DAY, likelihood=2, impact=5, note="so said Ada Lovelace")],
    responses=[VISIT],
)
FOLLOWED = attrs.evolve(
    RECORDS,
    actions=[CALL],
    plans=[TaskPlan(id="p-1", tasks=[TASK])],
    cases=[CASE, Case(id="c-2", outcome="won", on=DAY, opportunity="o-1"), Case(id="c-3", outcome="won", on=DAY)],
    risks=[RISK],
    pulses=[PulseSurvey(on=DAY, owner="east", counts=[1, 2, 3])],
)


# Pseudonyms and redaction


def test_each_link_gets_the_pseudonym_of_what_it_names() -> None:
    hidden = pseudonymize(RECORDS, KEY, facts=["wechat", "customer"])
    ada, zhang = pseudonym("owner", "ada", KEY), pseudonym("customer", "k-1", KEY)
    assert hidden.org.teams[0].manager == ada
    assert hidden.org.moves[0].rep == ada
    assert hidden.targets[1].owner == ada
    assert hidden.targets[1].rationale == "-"
    assert hidden.targets[1].scope == {"customer": pseudonym("customer", "k-1", KEY)}
    assert hidden.targets[2].parent == hidden.targets[1].key
    assert hidden.actuals[0].ref == pseudonym("reference", "order-1", KEY)
    assert hidden.customers[1].parent == hidden.opportunities[0].customer == zhang
    assert hidden.customers[0].facts == {"wechat": pseudonym("wechat", "zw_138", KEY), "size": 3}
    zhang_himself = hidden.leads[0].contact
    assert zhang_himself is not None
    assert zhang_himself in hidden.customers[0].contacts
    assert zhang_himself in hidden.opportunities[0].contacts
    assert zhang_himself.email == pseudonym("email", "zw@example.com", KEY)
    assert {each.email for each in hidden.customers[0].contacts} == {zhang_himself.email, ""}
    assert hidden.findings[0].record == ada
    assert hidden.findings[0].message.arguments["who"] == Personal(pseudonym("name", "Ada Lovelace", KEY))
    assert hidden.findings[1].record == "reps.csv:4"
    where = hidden.findings[1].message.arguments["where"]
    assert where[0] == zhang
    assert hidden.org.team_by_id[pseudonym("owner", "east", KEY)].name == "East"
    # RFC 2104, by another door: the same on other days and machines.
    digits = hmac.new(KEY, b"owner\0ada", "sha256").hexdigest()[:24]
    assert ada == "owner-" + digits.translate(str.maketrans("0123456789abcdef", "abcdefghkmnprstw"))


def test_ids_may_stay_and_other_nouns_are_treated_too() -> None:
    kept = pseudonymize(RECORDS, KEY, ids=["customer"])
    assert [rep.id for rep in kept.org.reps] == ["ada", "bo"]
    assert kept.customers[0].id == pseudonym("customer", "k-1", KEY)
    key = pseudonymize(YEAR.key, KEY)
    assert key.owner == pseudonym("owner", "east", KEY)
    assert redact(attrs.evolve(YEAR, owner=None).key).owner is None
    rating = Rating(subject="ada", rater="bo", relation="peer", item="teamwork", points=Decimal(4), comment="Ada helps")
    hidden = pseudonymize(rating, KEY, ids=[])
    assert (hidden.subject, hidden.rater) == ("ada", pseudonym("owner", "bo", KEY))
    assert (redact(rating).rater, redact(rating).comment) == ("owner-1", "")
    # Whoever rates themselves is no secret.
    own = attrs.evolve(rating, rater="ada", relation="self")
    assert redact(own).rater == "ada"
    pool = Pool(key="team", team="east", rate=Decimal("0.01"), weights={"ada": 2, "bo": 1})
    assert set(pseudonymize(pool, KEY).weights) == {pseudonym("owner", rep, KEY) for rep in ("ada", "bo")}
    spiff = Spiff(key="launch", amount=Amount.of(500, USD), when={"site": "north"})
    plan = CommissionPlan(key="field", unit=USD, period=Period.year(2026), payees=["ada"], spiffs=[spiff])
    shared = pseudonymize(plan, KEY, facts=["site"])
    assert shared.payees == (pseudonym("owner", "ada", KEY),)
    assert shared.spiffs[0].when == {"site": pseudonym("site", "north", KEY)}
    usd = Amount.of(1, USD)
    assert redact(usd) is usd


def test_redaction_numbers_scopes_so_that_targets_stay_apart() -> None:
    other = attrs.evolve(QUARTER, scope={"customer": "k-2"})
    clean = redact(attrs.evolve(RECORDS, targets=[YEAR, QUARTER, other, MONTH]), facts=["customer", "wechat"])
    assert [dict(target.scope) for target in clean.targets] == [{}, {"customer": "customer-1"}, {"customer": "customer-2"}, {}]
    assert clean.targets[3].parent == clean.targets[1].key
    assert clean.customers[0].facts == {"size": 3}
    assert redact(clean, facts=["customer", "wechat"]) == clean


def test_what_follows_from_a_review_names_its_owner_in_pseudonym_and_says_nothing_freely() -> None:
    hidden = pseudonymize(FOLLOWED, KEY, facts=["city"])
    ada, east = pseudonym("owner", "ada", KEY), pseudonym("owner", "east", KEY)
    undertaken: list[Any] = [
        *hidden.actions,
        *hidden.plans[0].tasks,
        hidden.cases[0],
        *hidden.risks,
        *hidden.risks[0].responses,
    ]
    assert {noun.owner for noun in undertaken} == {ada}
    assert hidden.pulses[0].owner == east
    assert hidden.cases[0].opportunity == hidden.cases[1].opportunity == hidden.opportunities[0].id
    assert hidden.cases[0].customer == hidden.customers[0].id
    # What a task takes is no fact of anybody, whatever it is called.
    assert hidden.plans[0].tasks[0].resources == TASK.resources
    for clean in (hidden, redact(FOLLOWED)):
        said = [clean.actions[0].goal, clean.actions[0].history[0].note, clean.cases[0].note, *clean.cases[0].lessons]
        assert {*said, clean.risks[0].assessments[0].note} == {"-"}
        # What somebody called it says nothing freely either: it is told apart by its id.
        titled: list[Any] = [
            clean.actions[0],
            clean.plans[0].tasks[0],
            clean.cases[0],
            clean.risks[0],
            clean.risks[0].responses[0],
        ]
        assert [noun.title for noun in titled] == [noun.id for noun in titled]
        # By its words a later review finds a case: they stay, as the names of competitors do, but for who is a customer.
        assert sorted(word.partition("-")[0] for word in clean.cases[0].tags) == ["mention", "price"]


# What is held


def test_all_that_is_held_of_a_rep_is_found() -> None:
    rows = subject_export(RECORDS, Subject("rep", "ada")).rows()
    held = {(row["kind"], row["record"], row["field"]): row["value"] for row in rows}
    assert held["reps", "ada", "name"] == "Ada Lovelace"
    assert held["reps", "ada", "absences[0]"] == "2026-02"
    assert held["moves", "moves[0]", "on"] == "2026-05-01"
    assert held["teams", "east", "manager"] == "ada"
    assert held["targets", "targets[1]", "amount"] == "300.00 USD"
    assert held["targets", "targets[1]", "metric"] == "revenue"
    assert held["targets", "targets[2]", "parent.owner"] == "ada"
    assert held["actuals", "actuals[0]", "ref"] == "order-1"
    assert held["opportunities", "o-1", "history[0].amount"] == "70.00 USD"
    assert held["leads", "l-1", "history[2].reason"] == "handed"
    assert held["customers", "k-1", "owner"] == "ada"
    assert held["findings", "findings[0]", "message"] == "{who} is late"
    # A target above theirs is told by what it is, not as Python would write it.
    above = {item.field: item.value for item in subject_export(RECORDS, Subject("rep", "bo")).items}
    assert (above["parent.metric"], above["parent.period"]) == ("revenue", "2026-Q3")
    # Others who stand in the same records are none of theirs.
    assert not any("Zhang" in str(value) and field != ("customers", "k-1", "name") for field, value in held.items())


def test_all_that_is_held_of_a_contact_a_customer_and_a_lead_is_found() -> None:
    contact = Counter(row["kind"] for row in subject_export(RECORDS, Subject("contact", "c-1")).rows())
    assert contact["customers"] == 6 + 1  # their fields, and a note that names them
    assert (contact["opportunities"], contact["leads"]) == (6, 6)
    only = subject_export(RECORDS, Subject("contact", "c-1", within="l-1")).items
    assert {item.kind for item in only if item.field.startswith("contacts.")} == {"leads"}
    lead = {item.field: item.value for item in subject_export(RECORDS, Subject("lead", "l-1")).items if item.kind == "leads"}
    assert lead["contact.phone"] == "138 0013 8000"
    assert lead["touches[0].ref"] == "t-1"
    assert lead["history[0].status"] == "new"
    assert lead["facts.city"] == "Shanghai"
    customer = {(item.kind, item.field) for item in subject_export(RECORDS, Subject("customer", "k-1")).items}
    assert ("customers", "facts.wechat") in customer
    assert ("customers", "parent") in customer
    assert ("opportunities", "customer") in customer
    assert not any("contacts" in field for _, field in customer)
    assert subject_export(RECORDS, Subject("lead", "nobody")).items == ()


def test_what_somebody_undertook_and_what_is_told_of_them_is_found() -> None:
    held = {(item.kind, item.field): item.value for item in subject_export(FOLLOWED, Subject("rep", "ada")).items}
    assert held["actions", "title"] == "Call Zhang Wei Trading"
    assert held["actions", "history[0].note"] == "Ada Lovelace called"
    assert held["plans", "tasks[0].due"] == "2026-09-30"
    assert held["risks", "responses[0].owner"] == held["cases", "owner"] == "ada"
    customer = {item.field for item in subject_export(FOLLOWED, Subject("customer", "k-1")).items if item.kind == "cases"}
    assert {"customer", "note", "lessons[1]", "tags[0]"} <= customer
    told = attrs.evolve(FOLLOWED, cases=[attrs.evolve(CASE, customer=None, opportunity=None)])
    fields = {item.field for item in subject_export(told, Subject("customer", "k-1")).items if item.kind == "cases"}
    assert fields == {"title", "note", "lessons[1]", "tags[0]"}


# Erasing


def test_a_rep_leaves_a_seat_under_a_pseudonym_and_the_sums_that_pay_rests_on() -> None:
    erasure = erase(RECORDS, Subject("rep", "ada"), key=KEY)
    left, stand_in = erasure.records, pseudonym("owner", "ada", KEY)
    assert erasure.pseudonym == stand_in
    seat = left.org.rep_by_id[stand_in]
    assert (seat.name, seat.level, seat.absences) == ("", None, ())
    assert left.org.teams[0].manager is None
    assert left.actuals[0].owner == left.opportunities[0].owner == stand_in
    assert left.targets[1].rationale == "-"
    assert [finding.rule for finding in left.findings] == ["two"]
    kinds = {each.kind: (each.kept, each.removed) for each in erasure.kinds}
    assert (kinds["actuals"], kinds["findings"], kinds["teams"]) == ((1, 0), (0, 1), (0, 1))
    rows = {row["kind"]: row["ground"] for row in erasure.rows()}
    assert rows["actuals"] == "kept for the accounts"
    assert rows["reps"] == "kept for the records that name it"


def test_a_rep_of_whom_nothing_is_kept_is_in_no_record() -> None:
    left = erase(RECORDS, Subject("rep", "ada"), key=KEY, keep={}).records
    assert left.actuals == ()
    assert [target.owner for target in left.targets] == ["east", "bo"]
    assert left.targets[1].parent is None
    assert [change.owner for change in left.opportunities[0].history] == [None, "bo"]
    assert [(change.owner, change.reason) for change in left.leads[0].history] == [(None, None), ("bo", None), (None, "handed")]
    assert left.customers[0].owner is None


def test_a_customer_leaves_a_shell_or_nothing() -> None:
    kept = erase(RECORDS, Subject("customer", "k-1"), key=KEY).records
    shell = kept.customers[0]
    assert (shell.name, dict(shell.facts), shell.contacts, shell.owner) == ("", {}, (), "ada")
    assert kept.opportunities[0].customer == kept.customers[1].parent == shell.id
    assert kept.opportunities[0].contacts == ()
    gone = erase(RECORDS, Subject("customer", "k-1"), key=KEY, keep={"opportunity": "by contract"}).records
    assert [(customer.id, customer.parent) for customer in gone.customers] == [("k-2", None)]
    assert (gone.opportunities[0].customer, len(gone.opportunities)) == (None, 2)
    nothing = erase(RECORDS, Subject("customer", "k-1"), key=KEY, keep={}).records
    assert [deal.id for deal in nothing.opportunities] == ["o-2"]


def test_a_lead_and_a_contact_leave_the_counts() -> None:
    kept = erase(RECORDS, Subject("lead", "l-1"), key=KEY).records
    assert (kept.leads[0].contact, dict(kept.leads[0].facts), kept.leads[0].channel) == (None, {}, "fair")
    assert kept.opportunities[0].lead == kept.leads[0].id == pseudonym("lead", "l-1", KEY)
    gone = erase(RECORDS, Subject("lead", "l-1"), key=KEY, keep={}).records
    assert ([lead.id for lead in gone.leads], gone.opportunities[0].lead) == (["l-2"], None)
    contact = erase(RECORDS, Subject("contact", "c-1"), key=KEY).records
    assert [each.id for each in contact.customers[0].contacts] == ["c-2"]
    assert contact.opportunities[0].contacts == ()
    assert contact.leads[0].contact is None
    assert "note" not in contact.customers[1].facts  # which named them


def test_of_a_rep_who_is_erased_what_was_undertaken_stays_in_pseudonym_and_names_nobody() -> None:
    erasure = erase(FOLLOWED, Subject("rep", "ada"), key=KEY)
    left = erasure.records
    assert {left.actions[0].owner, left.plans[0].tasks[0].owner, left.risks[0].owner, left.cases[0].owner} == {
        erasure.pseudonym
    }
    assert (left.actions[0].goal, left.actions[0].history[0].note, left.actions[0].title) == ("-", "-", CALL.title)
    assert (left.risks[0].title, left.cases[0].note, left.plans[0].tasks[0].title) == ("-", "-", "-")
    kinds = {each.kind: (each.kept, each.removed) for each in erasure.kinds}
    assert (kinds["actions"], kinds["plans"], kinds["cases"], kinds["risks"]) == ((1, 0), (1, 0), (1, 0), (1, 0))
    disowned = erase(FOLLOWED, Subject("rep", "ada"), key=KEY, keep={}).records
    assert disowned.cases[0].owner is None


def test_a_case_is_kept_with_its_deal_or_goes_with_it() -> None:
    shell = erase(FOLLOWED, Subject("customer", "k-1"), key=KEY).records
    assert [case.customer for case in shell.cases] == [shell.customers[0].id, None, None]
    assert (shell.cases[0].title, shell.cases[0].note, shell.cases[0].lessons) == ("-", "-", ("Ask early.", "-"))
    assert shell.cases[0].tags == ("price",)
    gone = erase(FOLLOWED, Subject("customer", "k-1"), key=KEY, keep={"opportunity": "by contract"}).records
    assert [(case.customer, case.opportunity) for case in gone.cases] == [(None, "o-1"), (None, "o-1"), (None, None)]
    nothing = erase(FOLLOWED, Subject("customer", "k-1"), key=KEY, keep={}).records
    assert [case.id for case in nothing.cases] == ["c-3"]


# Whoever is named in text


NAMED = Records(
    org=Org(reps=[Rep(id="ann", name="An"), Rep(id="li", name="李娜")]),
    customers=[
        Customer(
            id="k-1",
            name="Andere Banken",
            facts={"phone": 13800138000, "Zhang Wei": True, "size": 13800, "since": DAY},
            contacts=[Contact(id="c-2", name="Wang Fang", title="assistant of zhang wei", email="wf@example.com")],
        )
    ],
    leads=[
        Lead(
            id="l-1",
            channel="referral by Zhang Wei",
            campaign="an offer",
            history=[LeadChange(DAY, status="new", reason="Zhang Wei left, call 13800138000")],
            touches=[Touch(DAY, "call", outcome="Zhang Wei refused", ref="13800138000"), Touch(DAY, "call", ref="t-2")],
            contact=attrs.evolve(ZHANG, phone="+86 138 0013 8000"),
        ),
        Lead(id="l-2", channel="referral by Zhang Wei", history=[LeadChange(DAY, status="new")]),
    ],
    opportunities=[
        Opportunity(
            id="zhang-wei-2026",
            history=[Change(DAY, stage="lost", reason="李娜没有回电", evidence=["zhang.wei nodded", "offer"], owner="li")],
            competitors=["Andere Banken", "Zhang-Wei & Co"],
        )
    ],
    costs=[ChannelCost(on=DAY, amount=Amount.of(5, USD), channel="referral by Zhang Wei")],
    plans=[
        TaskPlan(
            id="p-1",
            tasks=[
                Task(id="ask zw@example.com", owner="li", created=DAY, due=AS_OF, resources={"Zhang Wei": 5}),
                Task(id="t-2", owner="li", created=DAY, due=AS_OF, depends_on=["ask zw@example.com"]),
            ],
        )
    ],
    processes=[STANDARD_PROCESSES["solution"]],
)


def test_whoever_is_erased_is_named_in_no_word_and_what_is_counted_by_words_stays_together() -> None:
    subject = Subject("contact", "c-1")
    held = {(item.record, item.field) for item in subject_export(NAMED, subject).items if "contacts.c-1" not in item.field}
    assert held == {
        ("k-1", "facts.phone"),
        ("k-1", "facts.Zhang Wei"),
        ("k-1", "contacts.c-2.title"),
        ("l-1", "channel"),
        ("l-1", "history[0].reason"),
        ("l-1", "touches[1].outcome"),
        ("l-1", "touches[1].ref"),
        ("l-2", "channel"),
        ("zhang-wei-2026", "id"),
        ("zhang-wei-2026", "history[0].evidence[0]"),
        ("zhang-wei-2026", "competitors[1]"),
        ("costs[0]", "channel"),
        ("p-1", "tasks[0].id"),
        ("p-1", "tasks[0].resources.Zhang Wei"),
        ("p-1", "tasks[1].depends_on[0]"),
    }
    left = erase(NAMED, subject, key=KEY).records
    channel = pseudonym("mention", "referral by Zhang Wei", KEY)
    assert left.leads[0].channel == left.leads[1].channel == left.costs[0].channel == channel
    assert left.leads[0].reason == pseudonym("mention", "Zhang Wei left, call 13800138000", KEY)
    assert [touch.ref for touch in left.leads[0].touches] == ["t-2", pseudonym("reference", "13800138000", KEY)]
    assert left.leads[0].campaign == "an offer"
    assert left.opportunities[0].history[0].evidence == (pseudonym("mention", "zhang.wei nodded", KEY), "offer")
    assert left.opportunities[0].competitors == ("Andere Banken",)
    assert left.opportunities[0].id == pseudonym("opportunity", "zhang-wei-2026", KEY)
    assert left.plans[0].tasks[1].depends_on == (left.plans[0].tasks[0].id,)
    assert dict(left.customers[0].facts) == {pseudonym("mention", "Zhang Wei", KEY): True, "since": DAY, "size": 13800}
    # Others keep what is their own, and lose what is said of somebody else.
    assert left.customers[0].contacts[0] == attrs.evolve(NAMED.customers[0].contacts[0], title="")
    again = subject_export(left, subject)
    assert again.items == ()


def test_a_review_prints_the_reason_of_a_lost_deal_without_the_rep_whom_it_named() -> None:
    lost = Change(DAY, stage="lost", reason="price, said Ada Lovelace", owner="bo")
    known = attrs.evolve(
        RECORDS,
        opportunities=[Opportunity(id="o-9", customer="k-2", history=[Change(date(2026, 8, 1), stage="proposal"), lost])],
        findings=[],
    )

    def printed(told: Records, lang: str) -> str:
        return report.markdown(review.build(told, owner=None, period=Period.quarter(2026, 3), as_of=AS_OF), lang=lang)

    left = erase(known, Subject("rep", "ada"), key=KEY).records
    for lang in ("en", "zh"):
        assert "said Ada Lovelace" in printed(known, lang)
        assert "Ada" not in printed(left, lang)
        assert pseudonym("mention", "price, said Ada Lovelace", KEY).partition("-")[0] in printed(left, lang)
        for clean in (redact(known), pseudonymize(known, KEY)):
            assert "Ada" not in printed(clean, lang)


def test_a_rep_with_a_short_name_takes_no_other_word_along() -> None:
    left = erase(NAMED, Subject("rep", "ann"), key=KEY).records
    assert left.customers == NAMED.customers
    assert left.leads == NAMED.leads
    assert left.opportunities == NAMED.opportunities
    chinese = erase(NAMED, Subject("rep", "li"), key=KEY).records
    assert chinese.opportunities[0].reason == pseudonym("mention", "李娜没有回电", KEY)


def test_with_a_customer_go_the_names_of_people_there_and_with_a_lead_that_of_its_contact() -> None:
    said = [LeadChange(DAY, status="new", reason="LI  NA asked")]
    known = attrs.evolve(RECORDS, leads=[*RECORDS.leads, Lead(id="l-3", history=said)])
    assert erase(known, Subject("customer", "k-1"), key=KEY).records.leads[2].reason != "LI  NA asked"
    assert erase(known, Subject("lead", "l-1"), key=KEY).records.leads[2].reason == "LI  NA asked"
    assert "note" not in erase(RECORDS, Subject("lead", "l-1"), key=KEY).records.customers[1].facts
    on_deal = attrs.evolve(RECORDS, opportunities=[attrs.evolve(RECORDS.opportunities[0], contacts=[LI])], cases=[])
    named = attrs.evolve(on_deal, customers=[attrs.evolve(RECORDS.customers[0], contacts=[])], leads=[*RECORDS.leads[:1]])
    told = attrs.evolve(named, costs=[ChannelCost(on=DAY, amount=Amount.of(5, USD), channel="Li Na")])
    assert erase(told, Subject("customer", "k-1"), key=KEY).records.costs[0].channel == pseudonym("mention", "Li Na", KEY)


def test_redaction_and_pseudonyms_leave_nobody_in_a_word_or_a_sentence() -> None:
    clean, hidden = redact(NAMED), pseudonymize(NAMED, KEY)
    for left in (clean, hidden):
        shown = str(attrs.asdict(left))
        assert found_in(shown) == []
        assert "zw@example.com" not in shown
        assert "李娜" not in shown
        assert left.leads[0].channel == left.leads[1].channel == left.costs[0].channel
        assert left.leads[0].campaign == "an offer"
        assert left.plans[0].tasks[1].depends_on == (left.plans[0].tasks[0].id,)
    assert clean.leads[0].channel is not None
    assert re.fullmatch("mention-[0-9]+", clean.leads[0].channel)
    assert hidden.leads[0].channel == pseudonym("mention", "referral by Zhang Wei", KEY)
    assert redact(clean) is clean
    # A sentence is left out whoever is named in it.
    raised = Override(owner="ann", amount=Amount.of(5, USD), reason="Zhao Min said so", author="li")
    assert (redact(raised).reason, pseudonymize(raised, KEY).reason) == ("-", "-")
    # What the caller wrote into a message of their own is searched too, as is what stands in lists and mappings there.
    told = Message.of("Zhang Wei is late", who=Personal("Zhang Wei"), where=(7, FrozenMap({"of": ("Zhang Wei", YEAR.key)})))
    late = redact(Finding(rule="late", message=told, record="zhang-wei.csv:4"))
    assert all(re.fullmatch("mention-[0-9]+", text) for text in (late.message.key, str(late.record)))
    number, where = late.message.arguments["where"]
    assert (number, where["of"][1]) == (7, YEAR.key)
    assert re.fullmatch("mention-[0-9]+", where["of"][0])


def test_a_finding_goes_with_whoever_is_named_anywhere_in_it() -> None:
    plain = Finding(rule="late", message=Message.of("{of}", of=FrozenMap({"call": 7})))
    named = [
        attrs.evolve(plain, record="zhang-wei.csv:4"),
        attrs.evolve(plain, message=Message("Zhang Wei is late")),
        attrs.evolve(plain, message=Message.of("{of}", of=FrozenMap({"call": (7, "138-0013-8000")}))),
        attrs.evolve(plain, message=Message.of("{of}", of=FrozenMap({"zhang.wei": 7}))),
        attrs.evolve(plain, checks=[Message("ask Zhang Wei")]),
    ]
    known = attrs.evolve(NAMED, findings=[plain, *named])
    assert erase(known, Subject("contact", "c-1"), key=KEY).records.findings == (plain,)


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("ZHANG WEI", True),
        ("zhang.wei@else.where", True),
        ("由Zhang Wei介绍", True),
        ("ｚｈａｎｇ　ｗｅｉ", True),
        ("by ZhangWei", True),
        ("Zhang Weiss", False),
        ("Wei Zhang", False),
        ("Zhang", False),
        ("ask An", True),
        ("ask AN", True),
        ("an offer", False),
        ("Andere Banken", False),
        ("客户张伟离开", True),
        ("张开伟大", False),
        ("wei", False),
        ("王", False),
        ("call 138-0013-8000 today", True),
        ("0086 (138) 0013.8000", True),
        ("order 20260901138001380001", False),
        ("no 00138000", False),
        ("ext. 4711", False),
        ("ext. 47112", True),
        ("ask zhang_77", True),
        ("zhang_777", False),
        ("x", False),
        ("k1", False),
        ("k-1", True),
        ("for k-1", False),
        ("period.quarter", False),
    ],
)
def test_names_numbers_and_ids_are_found_in_whatever_spelling_and_no_other_word_is(text: str, *, is_found: bool) -> None:
    mentions = Mentions(
        names=["Zhang Wei", "An", "An", "张伟", "王", "!", "period quarter"],
        phones=["+86 138 0013 8000", "4711", "47112"],
        ids=["zhang-77", "k-1", "x"],
    )
    assert mentions.in_text(text) is is_found
    assert Mentions().in_text(text) is False


def test_a_number_is_found_with_and_without_what_is_dialled_before_it() -> None:
    abroad, at_home = Mentions(phones=["0049 30 901820-0"]), Mentions(phones=["030 9018200 or none"])
    for text in ("+49 30 9018200", "0049309018200", "(030) 901 8200"):
        assert abroad.in_text(text)
        assert at_home.in_text(text)
    assert at_home.in_fact(49309018200)
    assert not at_home.in_fact(Decimal(9018200))


def test_ids_of_people_hold_their_own_names_but_not_the_number_of_another() -> None:
    mentions = Mentions(names=["Zhang Wei", "zw@example.com"], phones=["13800138000"])
    assert [mentions.in_id(kind, "zhang-wei") for kind in ("owner", "customer", "contact", "lead", "reference")] == [
        *(False, False, False),
        *(True, True),
    ]
    assert mentions.in_id("owner", "zw@example.com")
    assert mentions.in_id("customer", "13800138000")


# Keys and words that a company sets up, and on which all hangs: they are not searched, so each is here on purpose.
SET_UP = {
    *("Action.finding", "Change.grade", "Change.stage", "Estimate.unit", "Finding.field", "Finding.rule", "Message.key"),
    *("Opportunity.process", "Rating.item", "Rep.level", "SalesProcess.key", "Stage.key", "Unit.code"),
    *("Bonus.key", "Bonus.measure", "Bonus.score", "Coefficient.score", "CommissionPlan.key", "CommissionPlan.replaces"),
    *("Entry.measure", "PayGate.score", "Pool.key", "Pool.measure", "RatedPay.key", "RatedPay.measure", "RatedPay.price_fact"),
    *("Spiff.key", "Spiff.measure", "TieredPay.key", "TieredPay.measure"),
}


def test_of_every_text_that_a_noun_holds_somebody_decided_what_it_is() -> None:
    fields = [
        (kind, field, is_any) for kind, field, is_any in every_text_field(NOUNS) if not issubclass(kind, IMPERSONAL_NOUNS)
    ]
    assert len(fields) > 100
    assert [f"{kind.__name__}.{field.name}" for kind, field, _ in fields if not is_decided(kind, field)] == []
    decided: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    for kind, field, is_any in fields:
        noun: Any = object.__new__(kind)
        decided[is_any].add((f"{kind.__name__}.{field.name}", text_kind(noun, field)))
    assert {which for _, which in decided[False]} == {"fixed"}
    assert {name for name, which in decided[True] if which == "fixed"} == SET_UP
    assert every_mapping(NOUNS) == {"arguments", "facts", "resources", "scope", "weights", "when", "worth"}


def test_what_nobody_decided_on_is_searched() -> None:
    @attrs.frozen
    class Visit:
        host: str
        remarks: tuple[str, ...]
        guest: Contact

    visit = Visit("Zhang Wei", ("Zhang Wei was late", "fine"), ZHANG)
    assert not is_decided(Visit, attrs.fields(Visit).host)
    clean = redact(visit)
    assert (clean.host, clean.remarks) == ("mention-1", ("mention-2", "fine"))


# Retention


def test_what_is_kept_for_too_long_is_told_by_kind() -> None:
    known = attrs.evolve(
        RECORDS,
        org=attrs.evolve(RECORDS.org, reps=[*RECORDS.org.reps, Rep(id="gone", left=date(2020, 1, 1))]),
        leads=[*RECORDS.leads, Lead(id="l-3", history=[LeadChange(None, status="new")], contact=LI)],
        customers=[*RECORDS.customers, Customer(id="k-3", since=date(2021, 5, 1), contacts=[LI])],
        opportunities=[*RECORDS.opportunities, Opportunity(id="o-3", history=[Change(None, stage="lost")])],
    )
    report = check_retention(known, dict.fromkeys(RETAINED_KINDS, 20), as_of=AS_OF)
    assert [(each.kind, each.record, each.overdue_days) for each in report.expired] == [
        ("rep", "gone", (AS_OF - date(2020, 1, 1)).days - 20),
        ("customer", "k-3", (AS_OF - date(2021, 5, 1)).days - 20),
        ("contact", "k-3/c-2", (AS_OF - date(2021, 5, 1)).days - 20),
        ("opportunity", "o-2", (AS_OF - date(2024, 1, 1)).days - 20),
        ("lead", "l-1", 9),
        ("lead", "l-2", 9),
        ("contact", "l-1/c-1", 9),
        ("actual", "order-1", 9),
    ]
    # k-1 has an open deal; nobody knows since when k-2 is a customer, nor the day of l-3, of its contact and of o-3.
    assert dict(report.undated) == {"lead": 1, "opportunity": 1, "customer": 1, "contact": 1}
    assert report.text().splitlines()[1] == "Leads: 2, the longest by 9 days."
    assert report.text("zh").splitlines()[-1] == "联系人：1 条没有日期，无法判断。"
    assert report.rows()[0]["until"] == date(2020, 1, 21)
    assert check_retention(known, {"actual": 29}, as_of=AS_OF).expired == ()


def test_what_follows_from_a_review_may_be_kept_until_some_time_after_it_is_over() -> None:
    measured = attrs.evolve(
        CALL, id="a-3", measure="calls", baseline=1, goal_value=2, measurements=[Measurement(date(2026, 9, 9), 2)]
    )
    late = attrs.evolve(TASK, id="t-2", history=[StatusChange(DAY, "planned"), StatusChange(date(2026, 9, 5), "dropped")])
    closed = attrs.evolve(RISK, id="r-2", responses=[measured], closed=date(2026, 9, 3))
    known = attrs.evolve(
        FOLLOWED, plans=[TaskPlan(id="p-1", tasks=[TASK, late])], risks=[RISK, closed], actions=[CALL], cases=[CASE]
    )
    report = check_retention(known, {"action": 10, "task": 10, "case": 10, "risk": 10}, as_of=AS_OF)
    assert [(each.kind, each.record, each.overdue_days) for each in report.expired] == [
        ("action", "a-1", 19),
        ("case", "c-1", 19),
        ("risk", "r-2", 17),
        ("task", "p-1/t-2", 15),
        ("action", "a-3", 11),
    ]
    assert report.undated == {}
    assert report.text("zh").splitlines()[1] == "改进行动：2 条，最长超期 19 天。"


def test_objectives_costs_and_surveys_may_be_kept_for_a_time_too() -> None:
    spring, year = Period.quarter(2026, 1), Period.year(2026)
    calls = KeyResult(id="kr-1", start=0, target=9, check_ins=[CheckIn(date(2026, 9, 9), value=3)])
    known = attrs.evolve(
        FOLLOWED,
        objectives=[
            Objective(
                id="all",
                period=year,
                children=[
                    Objective(id="late", period=spring, key_results=[calls]),
                    Objective(id="early", period=spring, key_results=[attrs.evolve(calls, id="kr-2", check_ins=[])]),
                ],
            )
        ],
        costs=[ChannelCost(on=date(2026, 8, 1), amount=Amount.of(5, USD), channel="fair")],
    )
    report = check_retention(known, {"objective": 10, "cost": 10, "pulse": 10}, as_of=AS_OF)
    assert [(each.kind, each.record, each.overdue_days) for each in report.expired] == [
        ("objective", "early", (AS_OF - date(2026, 3, 31)).days - 10),
        ("cost", "costs[0]", 50),
        ("pulse", "pulses[0]", 19),
        ("objective", "late", 11),
    ]
    assert report.undated == {}


# Refusals


@pytest.mark.parametrize(
    ("call", "code", "path"),
    [
        (lambda: any_call(RECORDS, "secret"), "wrong_type", ("key",)),
        (lambda: any_call(RECORDS, b"hunter2"), "key_short", ("key",)),
        (lambda: any_call(RECORDS, bytes(64)), "key_weak", ("key",)),
        (lambda: any_call([RECORDS], KEY), "not_treatable", ("what",)),
        (lambda: any_call(Records, KEY), "not_treatable", ("what",)),
        (lambda: any_call(RECORDS, KEY, ids=7), "wrong_type", ("ids",)),
        (lambda: any_call(RECORDS, KEY, ids=["rep"]), "choice", ("ids", 0)),
        (lambda: any_call(RECORDS, KEY, facts="wechat"), "wrong_type", ("facts",)),
        (lambda: any_call(RECORDS, KEY, facts=7), "wrong_type", ("facts",)),
        (lambda: any_call(RECORDS, KEY, facts=["wechat", ""]), "empty", ("facts", 1)),
        (lambda: redact("Ada"), "not_treatable", ("what",)),
        (lambda: pseudonym("owner", 7, KEY), "wrong_type", ("value",)),  # type: ignore[arg-type] # the fault
        (lambda: pseudonym(7, "ada", KEY), "wrong_type", ("kind",)),  # type: ignore[arg-type] # the fault
        (lambda: pseudonym("owner", "\ud800", KEY), "not_encodable", ("value",)),
        (lambda: any_subject("person", "ada"), "choice", ("Subject", "kind")),
        (lambda: any_subject("rep", ""), "empty", ("Subject", "id")),
        (lambda: any_export([], Subject("rep", "ada")), "wrong_type", ("records",)),
        (lambda: any_export(RECORDS, "ada"), "wrong_type", ("subject",)),
        (lambda: any_erase(RECORDS, "ada", key=KEY), "wrong_type", ("subject",)),
        (lambda: any_erase(7, Subject("rep", "ada"), key=KEY), "wrong_type", ("records",)),
        (lambda: erase(RECORDS, Subject("rep", "eve"), key=KEY), "nothing_held", ("subject", "id")),
        (lambda: erase(RECORDS, Subject("rep", "ada"), key=b""), "key_short", ("key",)),
        (lambda: any_erase(RECORDS, Subject("rep", "ada"), key=KEY, keep=["actual"]), "wrong_type", ("keep",)),
        (lambda: erase(RECORDS, Subject("rep", "ada"), key=KEY, keep={"pay": "by law"}), "choice", ("keep",)),
        (lambda: erase(RECORDS, Subject("rep", "ada"), key=KEY, keep={"actual": ""}), "empty", ("keep", "actual")),
        (lambda: any_retention(7, {}, as_of=AS_OF), "wrong_type", ("records",)),
        (lambda: any_retention(RECORDS, [], as_of=AS_OF), "wrong_type", ("retention",)),
        (lambda: any_retention(RECORDS, {"deal": 9}, as_of=AS_OF), "choice", ("retention",)),
        (lambda: any_retention(RECORDS, {"lead": -1}, as_of=AS_OF), "out_of_range", ("retention", "lead")),
        (lambda: any_retention(RECORDS, {"lead": 9}, as_of="today"), "wrong_type", ("as_of",)),
    ],
)
def test_what_is_refused_says_why_and_where(call: Callable[[], object], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)
    assert describe_error(caught.value, lang="zh") != describe_error(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_subject_that_is_nobody_is_told_without_showing_a_name() -> None:
    with pytest.raises(SalesperfError) as caught:
        erase(RECORDS, Subject("rep", "Eve Adams"), key=KEY, keep=KEPT_IN_PSEUDONYM)
    assert "Eve" not in str(caught.value)


def test_what_somebody_wrote_about_work_is_left_out() -> None:
    call = "Call Zhang Wei at 138 0013 8000"
    action = Action(id="a-1", title=call, goal=call, owner="ada", created=date(2026, 9, 1), due=date(2026, 9, 30))
    assert call not in str(attrs.asdict(redact(action), recurse=False))
    case = Case(id="c-1", title=call, outcome="won", on=date(2026, 9, 1), lessons=[call])
    assert call not in str(attrs.asdict(redact(case), recurse=False))
    stage = Stage(key="call", title=call)
    assert redact(stage) == stage


def test_what_somebody_wrote_and_a_message_says_again_is_left_out_under_pseudonyms() -> None:
    late = Action(id="a-1", title="Call the buyer back", owner="ada", created=date(2026, 9, 2), due=date(2026, 9, 9))
    records = Records(org=Org(reps=[Rep(id="ada")]), actions=[late])
    again = Message.of("finding.no_entries_of", owner=late.title, metric=Message("metric.revenue"))
    hidden = pseudonymize(attrs.evolve(records, findings=[Finding(rule="late", message=again)]), KEY)
    assert (late.title in again.text(), [late.title in found.text() for found in hidden.findings]) == (True, [False])


def september(known: Records) -> review.Review:
    return review.build(known, owner=None, period=Period.month(2026, 9), as_of=date(2026, 9, 15))


def test_a_result_is_made_of_records_under_pseudonyms_and_gets_none_itself() -> None:
    late = Action(id="a-1", title="Call the buyer back", owner="ada", created=date(2026, 9, 2), due=date(2026, 9, 9))
    records = Records(org=Org(reps=[Rep(id="ada", name="Ada Lovelace")]), actions=[late])
    for lang in ("en", "zh"):
        with pytest.raises(InvalidValueError) as caught:
            pseudonymize(september(records), KEY)
        assert (caught.value.code, caught.value.path) == ("result_under_pseudonyms", ("what",))
        assert "Review" in describe_error(caught.value, lang=lang)
        page = report.markdown(september(pseudonymize(records, KEY)), lang=lang)
        assert pseudonym("name", "Ada Lovelace", KEY) in page
        assert pseudonym("owner", "ada", KEY) not in page
        assert "ada" not in page.lower()


def test_titles_are_told_by_id_where_one_bears_them_and_our_own_words_stay() -> None:
    call: dict[str, Any] = {"title": "Call Mr Zhang", "owner": "ada", "created": DAY, "due": DAY}
    thought = [RiskAssessment(on=DAY, likelihood=2, impact=5)]
    known = Records(
        org=Org(reps=[Rep(id="ada")]),
        actions=[Action(id="a-1", **call), Action(id="a-2", **{**call, "title": "Visit"}), Action(id="a-3", **call)],
        risks=[Risk(id="r-1", title="risk.automatic.one_rep", assessments=thought)],
        findings=[
            Finding(rule="late", message=Message.of("report.of", owner=title, metric="x"))
            for title in ("Call Mr Zhang", "Visit", "risk.automatic.one_rep")
        ],
    )
    for clean in (redact(known), pseudonymize(known, KEY)):
        assert [action.title for action in clean.actions] == ["a-1", "a-2", "a-3"]
        assert clean.risks[0].title == "risk.automatic.one_rep"
    # A title that two bear stands for neither in a sentence.
    told = [found.message.arguments["owner"] for found in pseudonymize(known, KEY).findings]
    assert told == ["-", "a-2", "risk.automatic.one_rep"]


def test_an_id_that_reads_like_a_title_of_two_stays_and_still_links() -> None:
    due: dict[str, Any] = {"title": "East", "owner": "ada", "created": DAY, "due": DAY}
    plan = TaskPlan(id="East", title="East", tasks=[Task(id="t-1", **due), Task(id="t-2", depends_on=["t-1"], **due)])
    clean = redact(plan)
    assert (clean.id, clean.title, [task.title for task in clean.tasks]) == ("East", "East", ["t-1", "t-2"])
    assert redact(clean) is clean


def test_whoever_has_no_name_any_more_is_called_by_id_in_tables_and_in_sentences() -> None:
    sample = read_sample()
    whole = review.build(sample, owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    names = {rep.name: rep.id for rep in sample.org.reps}
    for lang in ("en", "zh"):
        before, after = (report.markdown(known, lang=lang) for known in (whole, redact(whole)))
        for name, id_ in names.items():
            assert name not in after
            # Whoever is named by name before is named by id after, as often: in no sentence is there a gap.
            assert (name in before) == (id_ in after)
            assert after.count(id_) >= before.count(name)
