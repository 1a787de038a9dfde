"""Quality of data: real deals whose faults are known, each rule by a case of its own, columns, fuzzy names, refusals."""

import csv
import re
import sys
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    USD,
    Actual,
    Amount,
    Change,
    Contact,
    Customer,
    Finding,
    InvalidInputError,
    InvalidValueError,
    Lead,
    LeadChange,
    Message,
    MissingExtraError,
    Opportunity,
    Org,
    Records,
    Rep,
    SalesperfError,
    SalesProcess,
    Stage,
    Team,
    Touch,
)
from salesperf.messages import describe_error
from salesperf.model.codes import Codes
from salesperf.quality import (
    DEFAULT_RULES,
    DIMENSIONS,
    NUMBERS,
    RECORD_KINDS,
    Above,
    Check,
    Judged,
    Malformed,
    NotAmong,
    NotEntered,
    OlderThan,
    QualityReport,
    QualityRule,
    QualityTally,
    Repeated,
    Resembling,
    Table,
    Untrue,
    audit,
    audit_columns,
    find_rows,
    fuzzy,
    quality_card,
)
from salesperf.quality.normalising import normal_name, normal_phone
from salesperf.scorecard import explain

AS_OF = date(2026, 9, 30)
PROCESS = SalesProcess(
    stages=[
        Stage(key="lead"),
        Stage(key="offer", exit_criteria=["budget"]),
        Stage(key="contract"),
        Stage(key="won", kind="won"),
        Stage(key="lost", kind="lost"),
    ],
    may_skip=False,
    may_go_back=False,
)
any_audit: Any = audit
any_columns: Any = audit_columns
any_rule: Any = QualityRule
any_zeros: Any = np.zeros
any_findings: Any = ["a"]


def on(days_ago: int) -> date:
    return AS_OF - timedelta(days_ago)


def deal(*stages: str, **first: Any) -> Opportunity:  # noqa: ANN401 - fields of a change
    """Make a deal that entered stages day by day, the last one a week ago, with nothing wrong about it."""
    known: dict[str, Any] = {"amount": Amount.of(100, USD), "expected_close": on(-30), "owner": "ada"} | first
    days = [on(6 + len(stages) - place) for place in range(len(stages))]
    begun = Change(days[0], stage=stages[0], **known)
    return Opportunity(id="o-1", customer="k-1", history=[begun, *map(moved, days[1:], stages[1:])])


def moved(day: date, stage: str) -> Change:
    return Change(
        day, stage=stage, reason="price" if stage == "lost" else None, evidence=["budget"] if stage == "contract" else ()
    )


def records(*deals: Opportunity, **others: Any) -> Records:  # noqa: ANN401 - fields of the records
    known: dict[str, Any] = {
        "org": Org(reps=[Rep(id="ada")]),
        "customers": [Customer(id="k-1", name="Huaxing", owner="ada")],
        "processes": [PROCESS],
        "opportunities": [attrs.evolve(each, id=f"o-{place}") for place, each in enumerate(deals, 1)],
    }
    return Records(**(known | others))


def rules_found(known: Records) -> list[str]:
    return sorted({finding.rule for finding in audit(known, as_of=AS_OF).findings})


# Real deals


@pytest.fixture(scope="module")
def lines(data_folder: Callable[[str], Path]) -> dict[str, list[dict[str, str]]]:
    """The CRM Sales Opportunities of the Maven Analytics data playground, as they stand in the files."""
    folder = data_folder("crm_sales_opportunities")
    read = {}
    for name in ("sales_pipeline", "products", "sales_teams"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            read[name] = list(csv.DictReader(file))
    return read


def days_of(texts: list[str]) -> np.ndarray[Any, Any]:
    return np.array([text or "NaT" for text in texts], dtype="datetime64[D]")


CRM_PROCESS = SalesProcess(
    stages=[Stage(key="prospecting"), Stage(key="engaging"), Stage(key="won", kind="won"), Stage(key="lost", kind="lost")]
)


def of_line(line: dict[str, str]) -> Opportunity:
    engaged, closed = (date.fromisoformat(line[name]) if line[name] else None for name in ("engage_date", "close_date"))
    history = [Change(engaged, stage="engaging" if engaged else "prospecting", owner=line["sales_agent"])]
    if closed is not None:
        amount = Amount.of(line["close_value"], USD) if line["deal_stage"] == "Won" else None
        history.append(Change(closed, stage=line["deal_stage"].lower(), amount=amount))
    facts = {"product": line["product"]}
    return Opportunity(id=line["opportunity_id"], customer=line["account"] or None, history=history, facts=facts)


def test_an_audit_finds_the_faults_that_real_deals_are_known_to_have(lines: dict[str, list[dict[str, str]]]) -> None:
    deals = lines["sales_pipeline"]
    products = NotAmong("facts.product", [line["product"] for line in lines["products"]])
    misspelt = QualityRule(key="misspelt", kind="opportunity", dimension="validity", check=products)
    rules = [*DEFAULT_RULES.values(), misspelt]
    as_of = date(2017, 12, 31)
    known = Records(
        org=Org(reps=[Rep(id=agent["sales_agent"]) for agent in lines["sales_teams"]]),
        customers=[Customer(id=name, name=name) for name in {line["account"] for line in deals} - {""}],
        opportunities=[of_line(line) for line in deals],
        processes=[CRM_PROCESS],
    )
    report = audit(known, as_of=as_of, rules=rules)
    found = {count.rule.key: (count.found, count.checked) for count in report.counts}
    # Each as tests/test_crm_sales_opportunities.py counts it in the files.
    assert found["misspelt"] == (1480, 8800)
    assert found["deal_without_customer"] == (1425, 8800)
    assert found["deal_undated"] == (500, 8800)
    assert found["rep_without_records"] == (5, 35)
    # Whatever is open has neither an amount nor an expected close in the files, and no deal that is lost has a reason. Of
    # amounts some are there; what no deal at all has is not asked, since the source does not keep it.
    stands = [line["deal_stage"] for line in deals]
    still_open = stands.count("Engaging") + stands.count("Prospecting")
    assert found["deal_without_amount"] == (still_open, still_open + stands.count("Won"))
    unasked = {count.rule.key: count.unasked for count in report.counts if not count.checked and count.unasked}
    assert unasked == {
        "deal_without_close": len(deals),
        "deal_without_reason": len(deals),
        "customer_without_owner": len(known.customers),
    }
    assert report.tally.records[0].sum() == len(deals)
    mine = [line for line in deals if line["sales_agent"] == "Darcel Schlecht"]
    of_one = {count.rule.key: count.found for count in report.of(["Darcel Schlecht"]).counts}
    assert of_one["deal_without_customer"] == sum(not line["account"] for line in mine)
    assert set(report.scores_by_owner) == {None, *(agent["sales_agent"] for agent in lines["sales_teams"])}
    assert len(report.finding_rows()) == len(report.findings) == report.tally.found.sum()
    # The same from columns, as they stand in the files.
    columns = {
        "owner": Codes.of(line["sales_agent"] for line in deals),
        "customer": Codes.of(line["account"] for line in deals),
        "facts.product": np.array([line["product"] for line in deals]),
        "created": days_of([line["engage_date"] for line in deals]),
    }
    tally = audit_columns(columns, kind="opportunity", as_of=as_of, rules=rules)
    by_columns = QualityReport.of_tally(tally)
    for count in by_columns.counts:
        if count.checked and count.rule.needs != ("owner",):
            assert (count.found, count.checked) == found[count.rule.key]
    rows = find_rows(columns, misspelt, as_of=as_of)
    assert {deals[row]["product"] for row in rows.tolist()} == {"GTXPro"}
    assert [finding.count for finding in by_columns.weakening("cycle_days")] == [500]
    assert "1,425 of 8,800" in by_columns.text()


# Each rule


def test_a_deal_with_nothing_wrong_gives_nothing_to_find() -> None:
    report = audit(records(deal("lead", "offer", "contract")), as_of=AS_OF)
    assert report.findings == ()
    assert report.score is not None
    assert report.score.value == 100
    assert report.text().splitlines()[0] == "Data quality as of 2026-09-30: 100.00 of 100."


def without(noun: Opportunity, *names: str) -> Opportunity:
    nothing: dict[str, Any] = dict.fromkeys(names)
    first = attrs.evolve(noun.history[0], **nothing)
    return attrs.evolve(noun, history=[first, *noun.history[1:]])


OPEN = deal("lead", "offer")
CASES: dict[str, tuple[str, Records]] = {
    "deal_without_owner": ("owner", records(without(OPEN, "owner"))),
    "deal_without_amount": ("amount", records(without(OPEN, "amount"))),
    "deal_without_close": ("expected_close", records(without(OPEN, "expected_close"))),
    "deal_without_customer": ("customer", records(attrs.evolve(OPEN, customer=None))),
    "deal_without_reason": (
        "reason",
        records(attrs.evolve(OPEN, history=[*OPEN.history, Change(on(3), stage="lost")])),
    ),
    "deal_decided_undated": (
        "closed",
        records(attrs.evolve(OPEN, history=[attrs.evolve(OPEN.history[0], on=None, stage="won")])),
    ),
    "deal_amount_not_positive": ("amount", records(deal("lead", amount=Amount.zero(USD)))),
    "deal_repeated": ("customer", records(OPEN, OPEN)),
    "deal_closes_before_it_began": ("expected_close", records(deal("lead", expected_close=on(8)))),
    "deal_of_departed": ("owner", records(OPEN, org=Org(reps=[Rep(id="ada", left=on(1))]))),
    "deal_overdue": ("expected_close", records(deal("lead", expected_close=on(1)))),
    "deal_stale": ("last_change", records(without(attrs.evolve(OPEN, history=[attrs.evolve(OPEN.history[0], on=on(91))])))),
    "deal_undated": ("created", records(without(OPEN, "on"))),
    "deal_skips_stages": ("stage", records(deal("lead", "contract"))),
    "deal_against_process": ("stage", records(deal("lead", "offer", "lead"))),
    "deal_criteria_unmet": (
        "evidence",
        records(attrs.evolve(OPEN, history=[*OPEN.history, Change(on(3), stage="contract")])),
    ),
    "lead_without_channel": ("channel", records(leads=[Lead(id="l-1", history=[LeadChange(on(3), status="new")])])),
    "lead_without_reason": (
        "reason",
        records(leads=[Lead(id="l-1", channel="fair", history=[LeadChange(on(3), status="disqualified")])]),
    ),
    "lead_touched_before": (
        "first_touch",
        records(
            leads=[Lead(id="l-1", channel="fair", history=[LeadChange(on(3), status="new")], touches=[Touch(on(4), "call")])]
        ),
    ),
    "lead_without_deal": (
        "status",
        records(leads=[Lead(id="l-1", channel="fair", history=[LeadChange(on(3), status="converted")])]),
    ),
    "lead_untouched": ("touches", records(leads=[Lead(id="l-1", channel="fair", history=[LeadChange(on(31), status="new")])])),
    "lead_undated": ("created", records(leads=[Lead(id="l-1", channel="fair", history=[LeadChange(None, status="new")])])),
    "customer_without_name": ("name", records(customers=[Customer(id="k-1", owner="ada")])),
    "customer_without_owner": ("owner", records(customers=[Customer(id="k-1", name="Huaxing")])),
    "customer_repeated": (
        "name",
        records(customers=[Customer(id=f"k-{name}", name=name, owner="ada") for name in ("HUAXING", "Huaxing-Co.,Ltd.")]),
    ),
    **{
        rule: (field, records(customers=[Customer(id="k-1", name="Huaxing", owner="ada", contacts=contacts)]))
        for rule, field, contacts in [
            ("contact_unreachable", "email", [Contact(id="c-1", name="Zhang")]),
            ("contact_email_malformed", "email", [Contact(id="c-1", email="zhang@example")]),
            ("contact_phone_malformed", "phone", [Contact(id="c-1", phone="call reception")]),
            ("contact_email_repeated", "email", [Contact(id=f"c-{n}", email="z@example.com") for n in (1, 2)]),
            (
                "contact_phone_repeated",
                "phone",
                [Contact(id="c-1", phone="+86 138 0013 8000"), Contact(id="c-2", phone="13800138000")],
            ),
        ]
    },
    "actual_without_ref": (
        "ref",
        records(
            actuals=[
                Actual(owner="ada", metric=STANDARD_METRICS["revenue"], amount=Amount.of(1, CNY), on=on(3)),
                # A visit has no number.
                Actual(owner="ada", metric=STANDARD_METRICS["visits"], amount=Amount.of(1, COUNT), on=on(3)),
            ]
        ),
    ),
    "actual_outside_service": (
        "on",
        records(
            org=Org(reps=[Rep(id="ada", hired=on(2))]),
            actuals=[Actual(owner="ada", metric=STANDARD_METRICS["visits"], amount=Amount.of(1, COUNT), on=on(3), ref="a-1")],
        ),
    ),
    "actual_repeated": (
        "owner",
        records(actuals=[Actual(owner="ada", metric=STANDARD_METRICS["visits"], amount=Amount.of(1, COUNT), on=on(3))] * 2),
    ),
    "rep_without_records": ("id", records(org=Org(reps=[Rep(id="ada"), Rep(id="bo"), Rep(id="eve", kind="dealer")]))),
}
FOUND_TOO = {
    "deal_decided_undated": {"deal_undated"},
    "deal_closes_before_it_began": {"deal_overdue"},
    "deal_undated": set(),
    "deal_skips_stages": {"deal_against_process"},
}
"""What a case cannot be without."""


@pytest.mark.parametrize("rule", DEFAULT_RULES)
def test_each_rule_finds_a_case_of_its_own_and_says_where(rule: str) -> None:
    field, known = CASES[rule]
    report = audit(known, as_of=AS_OF)
    others = {"rep_without_records", *FOUND_TOO.get(rule, ())} - {rule}
    assert {finding.rule for finding in report.findings} - others == {rule}
    finding = next(finding for finding in report.findings if finding.rule == rule)
    assert (finding.field, finding.severity) == (field, DEFAULT_RULES[rule].severity)
    assert finding.record is not None
    # Worded in both languages, with the fault and what to do about it.
    (row, *_) = [row for row in report.finding_rows("zh") if row["rule"] == rule]
    assert str(row["fault"]).endswith("。")
    assert str(row["mend"]).endswith("。")
    for number in DEFAULT_RULES[rule].weakens:
        assert rule in {weak.rule for weak in report.weakening(number)}


def test_every_rule_belongs_to_a_dimension_and_every_number_is_weakened_by_some() -> None:
    assert {rule.dimension for rule in DEFAULT_RULES.values()} == set(DIMENSIONS)
    assert {number for rule in DEFAULT_RULES.values() for number in rule.weakens} == set(NUMBERS)
    assert DEFAULT_RULES.keys() == CASES.keys()


def test_a_manager_and_whoever_is_not_there_need_no_records() -> None:
    org = Org(
        reps=[Rep(id="ada"), Rep(id="boss"), Rep(id="gone", left=on(9))],
        teams=[Team(id="east", manager="boss")],
    )
    assert rules_found(records(OPEN, org=org)) == []


def test_a_value_that_the_day_could_not_know_is_no_fault() -> None:
    exported = attrs.evolve(OPEN, as_exported=["amount", "expected_close"], exported=on(-9))
    report = audit(records(exported), as_of=AS_OF)
    assert report.findings == ()
    counts = {count.rule.key: count for count in report.counts}
    assert (counts["deal_without_amount"].checked, counts["deal_without_amount"].unasked) == (0, 1)


def test_who_takes_part_in_a_deal_is_read_once() -> None:
    zhang = Contact(id="c-1", phone="138 0013 8000")
    customer = Customer(id="k-1", name="Huaxing", owner="ada", contacts=[zhang])
    known = records(attrs.evolve(OPEN, contacts=[zhang]), customers=[customer])
    assert audit(known, as_of=AS_OF).tally.records[3].sum() == 1


def test_moves_are_judged_by_the_process() -> None:
    won = deal("lead", "offer", "contract", "won")
    reopened = attrs.evolve(won, history=[*won.history, Change(on(1), stage="contract")])
    assert "deal_against_process" not in rules_found(records(reopened))
    strict = attrs.evolve(PROCESS, may_reopen=False)
    assert "deal_against_process" in rules_found(records(reopened, processes=[strict]))


def test_facts_are_columns_of_their_kind() -> None:
    facts: list[dict[str, Any]] = [
        {"size": 3, "vip": True, "met": on(3), "note": "a", "mixed": 1},
        {"size": Decimal("4.5"), "mixed": "b"},
        {},
    ]
    customers = [Customer(id=f"k-{n}", name=f"n{n}", owner="ada", facts=each) for n, each in enumerate(facts)]
    rules = [
        QualityRule(key="small", kind="customer", dimension="validity", check=Above("facts.size", 4)),
        QualityRule(key="not_vip", kind="customer", dimension="validity", check=Untrue("facts.vip")),
        QualityRule(key="old", kind="customer", dimension="timeliness", check=OlderThan("facts.met", 2)),
        QualityRule(key="no_note", kind="customer", dimension="completeness", check=NotEntered("facts.note")),
        QualityRule(key="no_mixed", kind="customer", dimension="completeness", check=NotEntered(["facts.mixed", "facts.size"])),
    ]
    counts = {
        count.rule.key: (count.found, count.checked)
        for count in audit(records(customers=customers), as_of=AS_OF, rules=rules).counts
    }
    assert counts == {"small": (1, 2), "not_vip": (0, 1), "old": (1, 1), "no_note": (2, 3), "no_mixed": (1, 3)}


def test_of_a_field_that_no_record_has_of_twenty_that_should_nothing_is_asked() -> None:
    def customers(number: int, *owners: str) -> list[Customer]:
        return [
            Customer(id=f"k-{n}", name=f"n{n}", owner=owners[n - 1] if n <= len(owners) else None) for n in range(1, number + 1)
        ]

    def asked(*customers: Customer) -> tuple[int, int, int, int]:
        report = audit(records(customers=customers), as_of=AS_OF)
        (count,) = (each for each in report.counts if each.rule.key == "customer_without_owner")
        assert len([finding for finding in report.findings if finding.rule == count.rule.key]) == count.found
        return count.checked, count.found, count.unasked, int(report.tally.faulty[RECORD_KINDS.index("customer")].sum())

    # One that nobody looks after is a fault of that one; of nineteen it may be, of twenty the source does not keep it.
    assert asked(*customers(19)) == (19, 19, 0, 19)
    assert asked(*customers(20)) == (0, 0, 20, 0)
    assert asked(*customers(20, "ada")) == (20, 19, 0, 19)
    # Of those that should: nobody has a reason for what is not lost.
    lost = attrs.evolve(OPEN, history=[*OPEN.history, Change(on(3), stage="lost")])
    for number, found in ((19, 19), (20, 0)):
        report = audit(records(*[lost] * number, *[OPEN] * 20), as_of=AS_OF)
        assert {count.rule.key: count.found for count in report.counts}["deal_without_reason"] == found
    # A column that a caller gives is asked.
    columns = {"name": np.array(["Huaxing"] * 20), "owner": np.array([""] * 20)}
    tally = audit_columns(columns, kind="customer", as_of=AS_OF, rules=[DEFAULT_RULES["customer_without_owner"]])
    assert tally.totals == ((20, 20, 0),)


# The report


def test_a_report_says_what_cannot_be_told_and_what_a_rule_without_words_found() -> None:
    plain = QualityRule(
        key="no_region", kind="lead", dimension="completeness", check=NotEntered("region"), title="Leads without a region"
    )
    lead_rules = [plain, DEFAULT_RULES["lead_undated"]]
    tally = audit_columns({"region": np.array(["", "east"])}, kind="lead", as_of=AS_OF, rules=lead_rules)
    report = QualityReport.of_tally(tally)
    assert report.text() == (
        "Data quality as of 2026-09-30: 50.00 of 100.\n"
        "Leads: 2, of which 1 with at least one fault (50.0%).\n"
        "Warning – Leads without a region: 1 of 2 (50.0%). Enter it, or say why it cannot be known.\n"
        "Cannot be told, since fields are not there, or nowhere entered: Leads without a beginning."
    )
    assert report.counts[1].message.text() == "Leads without a beginning: cannot be told without created."
    assert report.score is not None
    assert report.score.left_out == ("conformity", "lead_undated")
    assert explain(report.score).text().endswith("left out: conformity to the process, Leads without a beginning.")
    assert report.text("zh").startswith("截至2026年9月30日，数据质量得分 50.00（满分 100）。")
    empty = QualityReport.of_tally(QualityTally.empty(as_of=AS_OF, rules=DEFAULT_RULES))
    assert empty.text() == "Data quality as of 2026-09-30: nothing to judge."
    assert (empty.breakdown.value, dict(empty.scores_by_owner)) == (None, {})
    assert QualityReport.of_tally(QualityTally.empty(as_of=AS_OF, rules=[])).breakdown.value is None
    assert quality_card([]) is None
    shares = {dimension: report.dimension_share(dimension) for dimension in DIMENSIONS}
    assert (shares["completeness"].value, shares["completeness"].n, shares["completeness"].interval) == (0.5, 2, None)
    for dimension, share in shares.items():
        assert dimension == "completeness" or (share.value, share.n) == (None, 0)
    assert shares["conformity"].reason is not None
    assert shares["conformity"].reason.text("zh") == "该维度没有一条规则能够检查：流程符合性"
    assert QualityReport.of_tally(QualityTally.empty(as_of=AS_OF, rules=[])).dimension_share("validity").value is None
    with pytest.raises(InvalidValueError) as caught:
        report.dimension_share("beauty")  # type: ignore[arg-type] # the point
    assert (caught.value.code, caught.value.path) == ("choice", ("dimension",))
    told = QualityReport.of_tally(tally, findings=[Finding(rule="told", message=Message("Somebody told us"))])
    assert [(row["fault"], row["mend"]) for row in told.finding_rows()] == [("Somebody told us", "")]
    assert report != 1
    assert tally != 1


def test_a_card_and_weights_of_ones_own_are_used() -> None:
    heavy = attrs.evolve(DEFAULT_RULES["deal_without_customer"], weight=98)
    known = records(attrs.evolve(OPEN, customer=None))
    light, weighed = (
        audit(known, as_of=AS_OF, rules=[rule, DEFAULT_RULES["deal_without_owner"]])
        for rule in (DEFAULT_RULES["deal_without_customer"], heavy)
    )
    assert light.score is not None
    assert weighed.score is not None
    assert light.score.value == pytest.approx(400 / 6, abs=1e-9)
    assert weighed.score.value == pytest.approx(400 / 102, abs=1e-9)
    card = quality_card([DEFAULT_RULES["deal_without_owner"]])
    scored = audit(known, as_of=AS_OF, card=card).score
    assert scored is not None
    assert scored.value == 100


# Columns


def test_columns_are_taken_as_they_come() -> None:
    from_pandas = np.array(["k-1", None, float("nan"), "  "], dtype=object)
    columns = {
        "customer": from_pandas,
        "owner": np.array(["ada", "", "ada", "bo"]),
        "created": np.array(["2026-09-01", "NaT", "2026-09-02", "2026-09-03"], dtype="datetime64[s]"),
        "is_there": np.array([1, 0, 1, 1]),
    }
    rules = [
        DEFAULT_RULES["deal_without_customer"],
        DEFAULT_RULES["deal_undated"],
        QualityRule(key="there", kind="opportunity", dimension="consistency", check=Untrue("is_there")),
        QualityRule(key="never", kind="opportunity", dimension="completeness", check=NotEntered("is_there")),
    ]
    tally = audit_columns(columns, kind="opportunity", as_of=AS_OF, rules={rule.key: rule for rule in rules})
    assert tally.owners == (None, "ada", "bo")
    assert tally.totals == ((4, 1, 0), (4, 3, 0), (4, 0, 0), (4, 1, 0))
    numpys = [np.str_("k-1"), None, np.str_(""), np.str_("k-2")]
    assert find_rows({"customer": np.array(numpys, dtype=object)}, rules[0], as_of=AS_OF).tolist() == [1, 2]
    alone = audit_columns({"customer": from_pandas}, kind="opportunity", as_of=AS_OF, rules=rules)
    assert (alone.owners, alone.totals[0]) == ((None,), (0, 0, 4))


# Names that resemble each other


def test_names_that_resemble_each_other_are_found_within_a_region() -> None:
    names = ["Huaxing Machinery Ltd", "Machinery Huaxin", "Baolong", "Huaxing Machinry", "", "-"]
    region = ["east", "east", "east", "west", "east", "east"]
    columns: dict[str, Any] = {"name": np.array(names), "region": np.array(region)}

    def found(**terms: Any) -> Any:  # noqa: ANN401 - terms of the check, and a list of rows
        rule = QualityRule(key="alike", kind="customer", dimension="uniqueness", check=Resembling("name", **terms))
        return find_rows(columns, rule, as_of=AS_OF).tolist()

    assert found() == [0, 1, 3]
    columns["name"] = Codes.of(names)
    assert found() == [0, 1, 3]
    assert found(within="region") == [0, 1]
    assert found(least=100) == []
    alike = QualityRule(key="alike", kind="customer", dimension="uniqueness", check=Resembling("name"))
    assert QualityTally.empty(as_of=AS_OF, rules=[alike]).partition_key == {"alike": ("name",)}


def test_without_its_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    rule = QualityRule(key="alike", kind="customer", dimension="uniqueness", check=Resembling("name"))
    with pytest.raises(MissingExtraError, match=r"pip install 'salesperf\[fuzzy\]'"):
        find_rows({"name": np.array(["a", "b"])}, rule, as_of=AS_OF)


def test_too_many_names_are_not_compared_each_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzzy, "MOST_COMPARED", 2)
    rule = QualityRule(key="alike", kind="customer", dimension="uniqueness", check=Resembling("name"))
    with pytest.raises(InvalidValueError) as caught:
        audit_columns({"name": np.array(["a", "b", "c"])}, kind="customer", as_of=AS_OF, rules=[rule])
    assert (caught.value.code, caught.value.path) == ("too_many_compared", ("rules", "alike", "name"))


# Refusals


@attrs.frozen
class Wrong:
    """A check that answers with something else."""

    answer: str = "rows"
    needs: Any = ("name",)

    def __call__(self, table: Table, as_of: date) -> Any:  # noqa: ANN401 - the fault
        del as_of
        answers: dict[str, Any] = {
            "rows": Judged(None, np.zeros(table.size + 1, dtype=np.bool_)),
            "asked": Judged(any_zeros(table.size), np.zeros(table.size, dtype=np.bool_)),
            "numbers": np.zeros(table.size),
        }
        return answers[self.answer]


NAMES = {"name": np.array(["a", "b"])}
ONE: dict[str, Any] = {"key": "one", "kind": "customer", "dimension": "completeness", "check": NotEntered("name")}


def rule_of(check: Check) -> QualityRule:
    return QualityRule(key="one", kind="customer", dimension="validity", check=check)


@pytest.mark.parametrize(
    ("call", "code", "path"),
    [
        (lambda: any_audit([], as_of=AS_OF), "wrong_type", ("records",)),
        (lambda: any_audit(records(), as_of="2026-09-30"), "wrong_type", ("as_of",)),
        (lambda: any_audit(records(), as_of=AS_OF, rules=7), "wrong_type", ("rules",)),
        (lambda: any_audit(records(), as_of=AS_OF, rules=["no"]), "wrong_type", ("rules", 0)),
        (lambda: audit(records(), as_of=AS_OF, rules=[QualityRule(**ONE)] * 2), "not_unique", ("rules", 1, "key")),
        (lambda: any_audit(records(), as_of=AS_OF, card="A"), "wrong_type", ("card",)),
        (lambda: any_columns(NAMES, kind="deal", as_of=AS_OF), "choice", ("kind",)),
        (lambda: any_columns([1], kind="lead", as_of=AS_OF), "wrong_type", ("columns",)),
        (lambda: any_columns({}, kind="lead", as_of=AS_OF), "no_columns", ("columns",)),
        (lambda: find_rows(NAMES, rule_of(Above("name", 0)), as_of=AS_OF), "column_kind", ("rules", "one", "columns", "name")),
        (
            lambda: find_rows({"name": np.array([1, 2])}, rule_of(Malformed("name", "a")), as_of=AS_OF),
            "column_kind",
            ("rules", "one", "columns", "name"),
        ),
        (
            lambda: find_rows({"name": Codes.of([1, 2])}, rule_of(Malformed("name", "a")), as_of=AS_OF),
            "wrong_type",
            ("rules", "one", "columns", "name", 0),
        ),
        (
            lambda: find_rows({"name": Codes.of(["a"])}, rule_of(OlderThan("name", 2)), as_of=AS_OF),
            "column_kind",
            ("rules", "one", "columns", "name"),
        ),
        (
            lambda: find_rows({"other": np.array(["a"])}, rule_of(NotEntered("name")), as_of=AS_OF),
            "columns_lacking",
            ("columns",),
        ),
        (lambda: find_rows(NAMES, rule_of(Wrong("rows")), as_of=AS_OF), "check_answer", ("rules", "one")),
        (lambda: find_rows(NAMES, rule_of(Wrong("asked")), as_of=AS_OF), "check_answer", ("rules", "one")),
        (lambda: find_rows(NAMES, rule_of(Wrong("numbers")), as_of=AS_OF), "check_answer", ("rules", "one")),
        (lambda: any_rule(**ONE | {"kind": "deal"}), "choice", ("QualityRule", "kind")),
        (lambda: any_rule(**ONE | {"check": "name"}), "wrong_type", ("QualityRule", "check")),
        (lambda: any_rule(**ONE | {"check": NotEntered}), "wrong_type", ("QualityRule", "check")),
        (lambda: any_rule(**ONE | {"check": Wrong(needs=["name"])}), "unhashable", ("QualityRule", "check")),
        (lambda: any_rule(**ONE | {"where": ["name"]}), "wrong_type", ("QualityRule", "where", 0)),
        (lambda: any_rule(**ONE | {"weakens": "sales"}), "choice", ("QualityRule", "weakens", 0)),
        (lambda: any_rule(**ONE | {"weakens": 7}), "wrong_type", ("QualityRule", "weakens")),
        (lambda: any_rule(**ONE | {"weight": 0}), "not_positive", ("QualityRule", "weight")),
        (lambda: NotEntered([]), "no_fields", ("NotEntered", "fields")),
        (lambda: Malformed("name", "("), "pattern", ("Malformed", "pattern")),
        (lambda: Above("name", float("nan")), "not_finite", ("Above", "limit")),
        (lambda: OlderThan("name", -1), "out_of_range", ("OlderThan", "days")),
        (lambda: Repeated("name", "soundex"), "choice", ("Repeated", "form")),  # type: ignore[arg-type] # the fault
        (lambda: Resembling("name", 0), "out_of_range", ("Resembling", "least")),
        (lambda: audit(records(), as_of=AS_OF).weakening("sales"), "choice", ("number",)),  # type: ignore[arg-type] # the fault
        (
            lambda: QualityReport.of_tally(QualityTally.empty(as_of=AS_OF, rules=[]), findings=any_findings),
            "wrong_type",
            ("findings", 0),
        ),
        (
            lambda: QualityTally.empty(as_of=AS_OF, rules=[]) + QualityTally.empty(as_of=on(1), rules=[]),
            "tally_mismatch",
            ("QualityTally", "as_of"),
        ),
        (
            lambda: QualityTally.empty(as_of=AS_OF, rules=[]) + QualityTally.empty(as_of=AS_OF, rules=[QualityRule(**ONE)]),
            "tally_mismatch",
            ("QualityTally", "rules"),
        ),
    ],
)
def test_what_is_refused_says_why_and_where(call: Callable[[], object], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(SalesperfError) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)
    assert describe_error(caught.value, lang="zh") != describe_error(caught.value)


def test_every_column_that_is_wrong_is_told_at_once() -> None:
    wrong: dict[str, Any] = {
        "name": np.array(["a", "b"]),
        "owner": ["ada", "bo"],
        "phone": np.array(["1"]),
        "table": np.zeros((2, 2)),
        "complex": np.zeros(2, dtype=complex),
        "size": np.ma.array([1.0, 2.0], mask=[False, True]),
    }
    with pytest.raises(InvalidInputError) as caught:
        audit_columns(wrong, kind="customer", as_of=AS_OF)
    codes = {fault.path[-1]: fault.code for fault in caught.value.exceptions if isinstance(fault, SalesperfError)}
    assert codes == {
        "owner": "not_an_array",
        "phone": "length",
        "table": "dimensions",
        "complex": "column_kind",
        "size": "masked",
    }
    with pytest.raises(InvalidValueError) as moment:
        audit_columns({"created": np.array(["2026-09-01T10:00"], dtype="datetime64[m]")}, kind="lead", as_of=AS_OF)
    assert (moment.value.code, moment.value.path) == ("date_is_datetime", ("columns", "created", 0))
    with pytest.raises(InvalidValueError) as kindless:
        audit_columns({"name": np.array(["a"])}, kind=np.array([]), as_of=AS_OF)  # type: ignore[arg-type] # the fault
    assert (kindless.value.code, kindless.value.path) == ("choice", ("kind",))


def test_a_tally_merges_with_nothing_else() -> None:
    with pytest.raises(TypeError):
        _ = QualityTally.empty(as_of=AS_OF, rules=[]) + 1


@pytest.mark.parametrize(
    "name",
    ["Acme", "Acme S.A.", "ACME, Inc", "acme s/a", "Acme S. A.", "Acme L.L.C.", "Acme, G.m.b.H. & Co. KG", "Acme S.à.r.l."],
)
def test_a_name_is_the_same_whatever_its_legal_form_and_however_that_is_written(name: str) -> None:
    assert normal_name(name) == "acme"


def test_initials_are_one_word_and_no_name_is_nothing_but_a_legal_form() -> None:
    assert {normal_name(name) for name in ("J.P. Morgan", "J. P. Morgan", "JP Morgan & Co.", "j p morgan")} == {"jp morgan"}
    assert [normal_name(name) for name in ("U.S.A.", "A.B.C. S.A.", "S.A.", "S A")] == ["usa", "abc", "sa", "sa"]
    assert [normal_name(name) for name in ("Plan B", "node.js", "甲.乙", "3 M")] == ["plan b", "node js", "甲 乙", "3 m"]


@pytest.mark.parametrize(
    ("phone", "is_malformed", "normal"),
    [
        ("138 0013 8000 ext 5", False, "3800138000x5"),
        ("+86 138-0013-8000 Ext. 5", False, "3800138000x5"),
        ("(010) 8888-1234 转 801", False, "1088881234x801"),
        ("8888-1234, extension: 12", False, "88881234x12"),
        ("555 1234 #9", False, "5551234x9"),
        ("138 0013 8000", False, "3800138000"),
        ("12345 ext 67", True, "12345x67"),
        ("8888-1234 ext", True, "88881234"),
        ("8888-1234 ext 1234567", True, "2341234567"),
        ("1" * 16, True, "1" * 10),
    ],
)
def test_an_extension_is_part_of_a_telephone_number_and_tells_people_behind_one_apart(
    phone: str,
    is_malformed: bool,  # noqa: FBT001 - a parameter of the test
    normal: str,
) -> None:
    check = DEFAULT_RULES["contact_phone_malformed"].check
    assert isinstance(check, Malformed)
    assert (re.fullmatch(check.pattern, phone) is None) == is_malformed
    assert normal_phone(phone) == normal
