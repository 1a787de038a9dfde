"""Deals in folders of CSV files: what is written reads back, and every fault is told with file, line and column."""

import csv
import itertools
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from examples import at_most
from folders import Fault, Writer, faults_of, places, words, writer
from hypothesis import given, settings
from hypothesis import strategies as st

import salesperf as sp
from salesperf.errors import InvalidInputError, InvalidValueError, SalesperfError
from salesperf.io import folder
from salesperf.io.folder import histories
from salesperf.testing import opportunities
from salesperf.testing import records as any_records

REPS = "id,name\nada,Ada\nbo,Bo\n"
STAGES = "key,kind\nlead,open\noffer,open\nwon,won\nlost,lost\n"
DEALS = "id\no-1\no-2\n"
CHANGES = "opportunity,on,stage,amount,unit,expected_close,owner,category,grade,reason,evidence\n"
FIRST = f"{CHANGES}o-1,2026-09-01,lead,,,,,,,,\no-2,2026-09-01,lead,,,,,,,,\n"
PHONE = "13800138000"
NOBODY = st.none()
EARLY, LATE = date(2026, 9, 1), date(2026, 9, 8)


@pytest.fixture
def write_files(tmp_path: Path) -> Writer:
    """Write files by name, beside two reps, a process and two deals in its first stage unless the test has its own."""
    return writer(tmp_path, reps=REPS, stages=STAGES, opportunities=DEALS, changes=FIRST)


def written_and_read(records: sp.Records) -> sp.Records:
    """Return what a folder makes of records."""
    with TemporaryDirectory() as parent:
        folder.write(records, Path(parent, "company"))
        return folder.read(Path(parent, "company"))


# What is written reads back

free_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(('"', '""', '"a"', ' "a" ', '"a'))
fact_names = st.one_of(words, st.sampled_from(("a", "a:int", "a:INT", ":int", "a:", "a: date", "a:text", "text")))
fact_names = fact_names.filter(lambda name: "@" not in name)
facts = st.dictionaries(
    fact_names,
    st.one_of(free_text, st.integers(), st.booleans(), st.dates(), st.decimals(-9, 9), st.just(Decimal("1E+30"))),
    max_size=3,
)
titles = st.just("") | words
contacts = st.lists(
    st.builds(sp.Contact, id=words, name=free_text, title=free_text, email=free_text, phone=free_text),
    max_size=2,
    unique_by=lambda contact: contact.id,
)


@st.composite
def wordings(draw: st.DrawFn) -> sp.Records:
    """Records of deals whose every text is as odd as text may be."""
    open_keys = draw(st.lists(words, min_size=2, max_size=3, unique=True))
    kinds = {**dict.fromkeys(open_keys, "open"), "won!": "won", "lost!": "lost"}
    lists = st.lists(words, max_size=2)
    stages = [
        sp.Stage(key=key, title=draw(titles), kind=kind, tasks=draw(lists), exit_criteria=draw(lists))  # type: ignore[arg-type] # one of the words
        for key, kind in kinds.items()
    ]
    process = sp.SalesProcess(stages=stages, key=draw(words), title=draw(titles), may_skip=draw(st.booleans()))
    others = sp.SalesProcess(stages=stages, key=f"{process.key}2", may_reopen=False)
    customer = sp.Customer(id=draw(words), name=draw(free_text), facts=draw(facts), contacts=draw(contacts))
    history = [
        sp.Change(draw(st.none() | st.just(EARLY)), stage=open_keys[0], grade=draw(words), evidence=draw(lists)),
        sp.Change(LATE, stage=open_keys[1], reason=draw(words), amount=sp.Amount.of("-0.05", sp.CNY)),
    ]
    deal = sp.Opportunity(
        id=draw(words),
        history=history,
        facts=draw(facts),
        contacts=draw(contacts),
        competitors=draw(lists),
        customer=customer.id,
        process=process.key,
    )
    return sp.Records(org=sp.Org(), opportunities=[deal], customers=[customer], processes=[process, others])


@given(wordings())
def test_any_text_of_a_deal_reads_back(records: sp.Records) -> None:
    again = written_and_read(records)
    assert again == records
    # Equal facts may be of several kinds: 1, True and Decimal(1).
    for noun, noun_again in zip(records.customers + records.opportunities, again.customers + again.opportunities, strict=True):
        kinds = {name: type(fact) for name, fact in noun.facts.items()}
        assert {name: type(fact) for name, fact in noun_again.facts.items()} == kinds


@settings(max_examples=at_most(25))
@given(any_records(), st.randoms(use_true_random=False))
def test_changes_of_different_deals_may_stand_in_any_order(records: sp.Records, dice: random.Random) -> None:
    with TemporaryDirectory() as parent:
        place = Path(parent, "company")
        folder.write(records, place)
        path = place / "changes.csv"
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                heading, *rows = csv.reader(file, strict=True)
            deals = {deal: list(own) for deal, own in itertools.groupby(rows, key=lambda row: row[0])}
            order = [row[0] for row in rows]
            dice.shuffle(order)
            mixed = [deals[deal].pop(0) for deal in order]
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, quoting=csv.QUOTE_ALL).writerows([heading, *mixed])
        assert folder.read(place).opportunities == records.opportunities


@settings(max_examples=at_most(50))
@given(opportunities(process=sp.STANDARD_PROCESSES["basic"], owner=NOBODY, customer=NOBODY, lead=NOBODY), st.randoms())
def test_a_stage_named_again_is_no_change_of_stage(deal: sp.Opportunity, dice: random.Random) -> None:
    with TemporaryDirectory() as parent:
        place = Path(parent, "company")
        records = sp.Records(org=sp.Org(), opportunities=[deal], processes=[sp.STANDARD_PROCESSES["basic"]])
        folder.write(records, place)
        with (place / "changes.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        repeating, repeated, stage = [], 0, ""
        for row in rows:
            if not row["stage"] and dice.random() < 0.5:
                row["stage"], repeated = stage, repeated + 1
            stage = row["stage"] or stage
            edits = dice.choice((0, 0, 1, 2))
            repeating += [row, *({"opportunity": deal.id, "on": row["on"], "stage": stage} for _ in range(edits))]
            repeated += edits
        with (place / "changes.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), restval="", quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(repeating)
        again = folder.read(place, repeats="collapse")
        assert again == attrs.evolve(records, findings=again.findings)
        assert sum(finding.count for finding in again.findings) == repeated


def test_collapsed_rows_are_a_finding_and_the_deal_is_as_the_noun_makes_it(write_files: Writer) -> None:
    rows = ["01,lead,,,ada,", "02,lead,,,,", "03,lead,90.50,CNY,,", "04,offer,,,,", "05,offer,,,,", "06,lead,,,,budget"]
    lines = (f"o-1,2026-09-{row}\n" for row in rows)
    place = write_files(opportunities="id\no-1\n", changes=f"opportunity,on,stage,amount,unit,owner,evidence\n{''.join(lines)}")
    assert [path for _, path in places(place)] == [("changes.csv", line, "stage") for line in (3, 4, 6)]
    records = folder.read(place, repeats="collapse")
    history = [
        sp.Change(date(2026, 9, 1), stage="lead", owner="ada"),
        sp.Change(date(2026, 9, 2), stage="lead"),
        sp.Change(date(2026, 9, 3), stage="lead", amount=sp.Amount.of("90.50", sp.CNY)),
        sp.Change(date(2026, 9, 4), stage="offer"),
        sp.Change(date(2026, 9, 5), stage="offer"),
        sp.Change(date(2026, 9, 6), stage="lead", evidence=["budget"]),
    ]
    assert records.opportunities == (sp.Opportunity.of(id="o-1", history=history, repeats="collapse"),)
    (finding,) = records.findings
    assert (finding.rule, finding.severity, finding.record, finding.field, finding.count) == (
        *("repeated_stage", "info", "changes.csv", "stage"),
        3,
    )
    assert finding.text() == "Rows that name the stage in which their deal was already, read as no change of stage: 3."
    assert finding.text("zh") == "有 3 行重复写明商机当时所处的阶段，读作阶段没有变化。"


def test_stages_that_nobody_gave_are_told_as_the_ready_made_ones(write_files: Writer) -> None:
    changes = "opportunity,on,stage\no-1,2026-09-01,lead\n"
    ours = {"opportunities": "id,process\no-1,basic\n", "changes": changes}
    (finding,) = folder.read(write_files(**ours)).findings
    assert (finding.rule, finding.severity, finding.record, finding.field) == (
        *("ready_made_stages", "info", "stages.csv"),
        "process",
    )
    assert "so its stages are the ready-made ones, with their chances and limits" in finding.text()
    assert finding.text("zh").endswith("因此采用现成流程的阶段及其赢单概率和停留期限。")
    own = {"stages": "process,key,kind\nbasic,lead,\nbasic,won,won\nbasic,lost,lost\n"}
    assert folder.read(write_files(**ours, **own)).findings == ()


# What cells mean


def test_an_empty_cell_means_what_the_nouns_do_without_it(write_files: Writer) -> None:
    place = write_files(
        processes="key,title,may_skip,may_go_back,may_reenter,may_reopen\nproject,,,,,\n",
        stages="key,process,title,kind,probability,max_days,tasks,exit_criteria\nlead,,,,,,,\nwon,,,won,,,,\nlost,,,lost,,,,\n",
        customers="id,name,owner,parent,since,fact.x\nk-1,,,,,\n",
        contacts="id,customer,opportunity,role,name,title,email,phone\nc-1,k-1,,,,,,\n",
        opportunities="id,customer,lead,process,competitors,as_exported,exported,fact.x\no-1,,,,,,,\n",
        changes="opportunity,on,stage\no-1,,lead\n",
    )
    records = folder.read(place)
    stages = [sp.Stage(key="lead"), sp.Stage(key="won", kind="won"), sp.Stage(key="lost", kind="lost")]
    assert records.processes == (sp.SalesProcess(stages=stages, key="project"),)
    assert records.customers == (sp.Customer(id="k-1", contacts=[sp.Contact(id="c-1")]),)
    assert records.opportunities == (sp.Opportunity(id="o-1", history=[sp.Change(None, stage="lead")]),)


def test_facts_are_text_unless_their_column_says_otherwise(write_files: Writer) -> None:
    heading = "id,fact.size,fact.Seats:INT,fact. share : decimal,fact.vip:bool,fact.due:date,fact.a:b,fact.:int,fact.seats:text"
    cells = 'k-1, 40 ,40,0.50,TRUE,2026/9/1,c,7,""" 5 """'
    (customer,) = folder.read(write_files(customers=f"{heading}\n{cells}\n")).customers
    expected = {
        "size": "40",
        "Seats": 40,
        "share": Decimal("0.50"),
        "vip": True,
        "due": EARLY,
        "a:b": "c",
        ":int": "7",
        "seats": " 5 ",
    }
    assert dict(customer.facts) == expected
    assert {name: type(fact) for name, fact in customer.facts.items()} == {name: type(fact) for name, fact in expected.items()}


def test_a_list_in_a_cell_has_semicolons_between_its_words(write_files: Writer) -> None:
    place = write_files(opportunities='id,competitors\no-1,"Acme ; Umbrella Ltd;;""A;B"";"\no-2,Acme\n')
    assert [deal.competitors for deal in folder.read(place).opportunities] == [("A;B", "Acme", "Umbrella Ltd"), ("Acme",)]


def test_a_process_without_rules_has_those_of_the_noun_and_its_stages_stand_in_order(write_files: Writer) -> None:
    place = write_files(
        processes="key,title,may_skip,may_reopen\nbasic,,no,\ndealer,Dealer sale,,FALSE\n",
        stages="process,key,title,kind,probability,max_days,tasks,exit_criteria\n"
        "dealer,lead,Lead,,0.1,14,call;visit,budget_known\nown,lead,,open,,,,\ndealer,won,,won,,,,\nown,won,,won,,,,\n"
        "own,lost,,lost,,,,\ndealer,lost,,lost,,,,\n",
        opportunities="id,process\no-1,solution\no-2,own\n",
        changes="opportunity,on,stage\no-1,,prospecting\no-2,,lead\n",
    )
    basic, dealer, own, solution = folder.read(place).processes
    assert basic == attrs.evolve(sp.STANDARD_PROCESSES["basic"], may_skip=False)
    ends = [sp.Stage(key="won", kind="won"), sp.Stage(key="lost", kind="lost")]
    lead = sp.Stage(
        key="lead",
        title="Lead",
        probability=Decimal("0.1"),
        max_days=14,
        tasks=["call", "visit"],
        exit_criteria=["budget_known"],
    )
    assert dealer == sp.SalesProcess(stages=[lead, *ends], key="dealer", title="Dealer sale", may_reopen=False)
    assert own == sp.SalesProcess(stages=[sp.Stage(key="lead"), *ends], key="own")
    assert solution == sp.STANDARD_PROCESSES["solution"]


def test_stages_alone_are_one_process(write_files: Writer) -> None:
    records = folder.read(write_files())
    assert [process.key for process in records.processes] == ["sales"]
    assert [records.process_of(deal).key for deal in records.opportunities] == ["sales", "sales"]


def test_a_company_may_have_its_own_process_of_a_ready_made_name(write_files: Writer) -> None:
    stages = "".join(f"{row},{'process' if number == 0 else 'basic'}\n" for number, row in enumerate(STAGES.splitlines()))
    (process,) = folder.read(write_files(stages=stages, opportunities="id,process\no-1,basic\no-2,\n")).processes
    assert [stage.key for stage in process.stages] == ["lead", "offer", "won", "lost"]


# What is refused

FAULTS: dict[str, tuple[dict[str, str | bytes], list[Fault]]] = {
    "processes that cannot be": (
        {
            "processes": "key,may_skip,may_reopen\na,perhaps,1\na,,\na,,\n,no,\nmade_up,,\nb,,\nc,,\nd,,\n",
            "stages": "process,key,kind\na,lead,\nb,lead,\nb,lead,open\nb,lost,lost\nc,won,won\nc,lead,open\nc,lost,lost\n"
            "d,lead,open\nd,won,won\nd,lost,lost\nd,gone,cancelled\nd,again,cancelled\n",
            "opportunities": "id\n",
            "changes": CHANGES,
        },
        [
            ("choice", ("processes.csv", 2, "may_skip")),
            ("choice", ("processes.csv", 2, "may_reopen")),
            ("not_unique", ("processes.csv", 4, "key")),
            ("empty", ("processes.csv", 5, "key")),
            ("process_without_stages", ("processes.csv", 6, "key")),
            ("process_kind", ("stages.csv", 3, "kind")),
            ("not_unique", ("stages.csv", 4, "key")),
            ("process_order", ("stages.csv", 7, "kind")),
            ("process_kind", ("stages.csv", 9, "kind")),
        ],
    ),
    "stages that cannot be": (
        {
            "stages": "process,key,kind,probability,max_days,tasks,exit_criteria\n,lead,begun,,,,\n,,,,,,\n,lead,,half,1.5,,\n"
            f',lead,,1.5,-1,,\n,lead,,,{"9" * 5000},,\n,won,won,0.9,,,\n,x,,,,"""a","""a""b"\n,x,,,40000,,\n',
        },
        [
            ("choice", ("stages.csv", 2, "kind")),
            ("unreadable_number", ("stages.csv", 4, "probability")),
            ("unreadable_integer", ("stages.csv", 4, "max_days")),
            ("out_of_range", ("stages.csv", 5, "probability")),
            ("decimal_scale", ("stages.csv", 6, "max_days")),
            ("out_of_range", ("stages.csv", 7, "probability")),
            ("unreadable_list", ("stages.csv", 8, "tasks")),
            ("unreadable_list", ("stages.csv", 8, "exit_criteria")),
            ("out_of_range", ("stages.csv", 9, "max_days")),
        ],
    ),
    "a stage of no process where there are several": (
        {
            "processes": "key\nbasic\nsolution\n",
            "stages": "process,key\n,lead\n",
            "opportunities": "id\n",
            "changes": CHANGES,
        },
        [("empty", ("stages.csv", 2, "process"))],
    ),
    "customers that cannot be": (
        {
            "customers": "id,owner,parent,since,fact.a,fact.a:int,fact.b:decimal,fact.c:bool,fact.d:date\n"
            f"k-1,r-9,k-9,soon,,,,,\nk-2,ada,,,x,5,,,\nk-3,,,,,x,y,z,w\nk-2,,,,,,,,\n"
            f"k-4,,k-5,,,,1{'0' * 200},,\nk-5,,k-6,,,,,,\n"
            "k-6,,k-5,,,,,,\n,,,,,,,,\n,,,,,,1,,\n",
        },
        [
            ("unknown_owner", ("customers.csv", 2, "owner")),
            ("unknown_customer", ("customers.csv", 2, "parent")),
            ("unreadable_date", ("customers.csv", 2, "since")),
            ("not_unique", ("customers.csv", 3, "fact.a:int")),
            ("unreadable_integer", ("customers.csv", 4, "fact.a:int")),
            ("unreadable_number", ("customers.csv", 4, "fact.b:decimal")),
            ("choice", ("customers.csv", 4, "fact.c:bool")),
            ("unreadable_date", ("customers.csv", 4, "fact.d:date")),
            ("decimal_scale", ("customers.csv", 6, "fact.b:decimal")),
            ("customer_cycle", ("customers.csv", 7, "parent")),
            ("customer_cycle", ("customers.csv", 8, "parent")),
            ("empty", ("customers.csv", 10, "id")),
        ],
    ),
    "a customer twice": ({"customers": "id\nk-1\nk-1\n"}, [("not_unique", ("customers.csv", 3, "id"))]),
    "contacts that cannot be": (
        {
            "customers": "id\nk-1\n",
            "contacts": "id,customer,opportunity,role\nc-1,k-1,,boss\nc-2,,,\nc-2,k-1,o-1,\nc-3,k-9,,\nc-3,,o-9,\n"
            "c-4,k-1,,\nc-4,,o-1,\nc-4,,o-2,coach\nc-4,,o-1,\n,k-1,,\n",
        },
        [
            ("choice", ("contacts.csv", 2, "role")),
            ("contact_of_one", ("contacts.csv", 3, "customer")),
            ("contact_of_one", ("contacts.csv", 4, "customer")),
            ("unknown_customer", ("contacts.csv", 5, "customer")),
            ("unknown_opportunity", ("contacts.csv", 6, "opportunity")),
            ("not_unique", ("contacts.csv", 10, "id")),
            ("empty", ("contacts.csv", 11, "id")),
        ],
    ),
    "deals that cannot be": (
        {
            "opportunities": "id,customer,process,competitors,as_exported,exported,fact.a:int\no-1,k-9,,,,,\no-2,,made_up,,,,\n"
            'o-3,,,"""a",amount;stage,1 May,many\no-4,,,,amount,,\no-5,,sales,,,,\no-5,,,,,,\n,,sales,,,,\n',
            "customers": "id\n",
            "changes": f"{CHANGES}{''.join(f'o-{number},,lead,,,,,,,,' + chr(10) for number in range(1, 6))}",
        },
        [
            ("unknown_customer", ("opportunities.csv", 2, "customer")),
            ("unknown_process", ("opportunities.csv", 3, "process")),
            ("unreadable_list", ("opportunities.csv", 4, "competitors")),
            ("choice", ("opportunities.csv", 4, "as_exported")),
            ("unreadable_date", ("opportunities.csv", 4, "exported")),
            ("unreadable_integer", ("opportunities.csv", 4, "fact.a:int")),
            ("exported_missing", ("opportunities.csv", 5, "exported")),
            ("not_unique", ("opportunities.csv", 7, "id")),
            ("empty", ("opportunities.csv", 8, "id")),
        ],
    ),
    "deals without a change": (
        {"opportunities": "id\no-1\no-2\no-3\n", "changes": f"{CHANGES}o-2,,lead,,,,,,,,\n"},
        [("changes_missing", ("opportunities.csv", line, "id")) for line in (2, 4)],
    ),
    "deals without a process, told once": (
        {"stages": "key,kind\n", "opportunities": "id,process\no-1,\no-2,\n"},
        [("process_missing", ("opportunities.csv", 2, "process"))],
    ),
    "deals that name none of several processes": (
        {"opportunities": "id,process\no-1,\no-2,\no-3,basic\n", "changes": f"{FIRST}o-3,,lead,,,,,,,,\n"},
        [("process_missing", ("opportunities.csv", line, "process")) for line in (2, 3)],
    ),
    "changes whose cells cannot be": (
        {
            "changes": f"{FIRST}o-1,2026-09-31,,,,,,,,,\no-9,2026-09-02,offer,,,,,,,,\n,2026-09-02,offer,,,,,,,,\n"
            'o-1,2026-09-02,,"1,5",CNY:x,soon,r-9,sure,,,"""a"\no-1,2026-09-02,,5,,,,,,,\no-1,2026-09-02,,5.001,CNY,,,,,,\n'
            "o-1,2026-09-02,,,CNY,,,,,,\no-1,2026-09-02,,,,,,sure,,,\n"
        },
        [
            ("unreadable_date", ("changes.csv", 4, "on")),
            ("unknown_opportunity", ("changes.csv", 5, "opportunity")),
            ("unknown_opportunity", ("changes.csv", 6, "opportunity")),
            ("unreadable_amount", ("changes.csv", 7, "amount")),
            ("unreadable_unit", ("changes.csv", 7, "unit")),
            ("unreadable_date", ("changes.csv", 7, "expected_close")),
            ("unknown_owner", ("changes.csv", 7, "owner")),
            ("unreadable_list", ("changes.csv", 7, "evidence")),
            ("unreadable_unit", ("changes.csv", 8, "unit")),
            ("amount_digits", ("changes.csv", 9, "amount")),
            ("change_empty", ("changes.csv", 10)),
            ("choice", ("changes.csv", 11, "category")),
        ],
    ),
    "histories that cannot be, each fault at its row": (
        {
            "opportunities": "id\no-1\no-2\no-3\no-4\n",
            "changes": "opportunity,on,stage,amount,unit\no-1,2026-09-03,lead,5,CNY\no-2,,offer,,\no-1,,,6,CNY\n"
            "o-1,2026-09-04,lead,,\n"
            "o-1,2026-09-04,,7,USD\no-2,2026-09-09,lead,,\no-1,2026-09-04,,8,JPY\no-3,2026-09-01,,8,JPY\no-1,2026-09-01,offer,,\n"
            "o-2,2026-09-08,offer,,\no-2,2026-09-07,lead,,\no-4,2026-09-07,proposal,,\no-4,2026-09-08,,1,CNY\no-4,2026-09-08,gone,,\n",
        },
        [
            ("history_undated", ("changes.csv", 4, "on")),
            ("history_repeats", ("changes.csv", 5, "stage")),
            ("unit_mismatch", ("changes.csv", 6, "unit")),
            ("unit_mismatch", ("changes.csv", 8, "unit")),
            ("history_begins", ("changes.csv", 9, "stage")),
            ("history_order", ("changes.csv", 10, "on")),
            ("history_order", ("changes.csv", 11, "on")),
            ("unknown_stage", ("changes.csv", 13, "stage")),
            ("unknown_stage", ("changes.csv", 15, "stage")),
        ],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_every_fault_of_a_deal_is_told_with_file_line_and_column(case: str, write_files: Writer) -> None:
    files, expected = FAULTS[case]
    assert places(write_files(**files)) == expected


CONSEQUENCES: dict[str, tuple[dict[str, str | bytes], list[Fault]]] = {
    "a deal with a faulty row has a history, contacts and changes all the same": (
        {
            "opportunities": "id,exported\no-1,soon\no-2,\n",
            "contacts": "id,opportunity\nc-1,o-1\n",
        },
        [("unreadable_date", ("opportunities.csv", 2, "exported"))],
    ),
    "a history that lacks a faulty row is not judged": (
        {
            "changes": "opportunity,on,stage\no-1,soon,lead\no-1,2026-09-02,lead\no-1,2026-09-01,\no-2,,lead\n",
            "opportunities": DEALS,
        },
        [("unreadable_date", ("changes.csv", 2, "on")), ("change_empty", ("changes.csv", 4))],
    ),
    "a row whose deal is mistyped is not missed": (
        {"changes": "opportunity,on,stage,owner\no-l,,lead,\no-1,2026-09-02,,ada\n"},
        [("unknown_opportunity", ("changes.csv", 2, "opportunity"))],
    ),
    "a customer with a faulty row is still there": (
        {
            "customers": "id,since\nk-1,soon\n",
            "contacts": "id,customer\nc-1,k-1\n",
            "opportunities": "id,customer\no-1,k-1\no-2,\n",
        },
        [("unreadable_date", ("customers.csv", 2, "since"))],
    ),
    "a process with a faulty stage is still there, and has any stage": (
        {"stages": f"{STAGES}offer,best\n", "changes": f"{FIRST}o-1,2026-09-02,anything,,,,,,,,\n"},
        [("choice", ("stages.csv", 6, "kind"))],
    ),
    "a process with faulty rules is still there, and has any stage": (
        {
            "processes": "key,may_skip\nown,perhaps\n",
            "stages": "key\nlead\n",
            "opportunities": "id,process\no-1,own\no-2,\n",
        },
        [("choice", ("processes.csv", 2, "may_skip"))],
    ),
    "nothing is unknown that may stand in a file that cannot be read": (
        {
            **dict.fromkeys(("stages", "processes", "customers"), b"\xff"),
            "opportunities": "id,process,customer\no-1,own,k-1\no-2,,k-2\n",
        },
        [("file_decoding", (f"{name}.csv", 1)) for name in ("processes", "stages", "customers")],
    ),
    "changes and contacts are of no unknown deal where there are none to know": (
        {"opportunities": "", "contacts": "id,opportunity\nc-1,o-1\n"},
        [("file_empty", ("opportunities.csv",))],
    ),
    "no deal lacks changes where there are none to know": ({"changes": ""}, [("file_empty", ("changes.csv",))]),
    "no deal lacks what may stand below a quote that does not close": (
        {"changes": 'opportunity,on,stage\n"\no-1,,lead\n', "contacts": 'id,opportunity\n"\n'},
        [("row_unreadable", ("contacts.csv", 2)), ("row_unreadable", ("changes.csv", 2))],
    ),
    "nor does a process": ({"stages": 'key,kind\nlead,\n"\nwon,won\n'}, [("row_unreadable", ("stages.csv", 3))]),
}


@pytest.mark.parametrize("case", CONSEQUENCES)
def test_what_only_follows_from_a_fault_of_a_deal_is_no_other_fault(case: str, write_files: Writer) -> None:
    files, expected = CONSEQUENCES[case]
    assert places(write_files(**files)) == expected


def test_a_history_of_another_kind_is_not_looked_at_to_its_end(write_files: Writer) -> None:
    rows = "".join(f"o-1,2026-09-01,,{number},{'CNY' if number == 0 else 'USD'},,,,,,\n" for number in range(50))
    faults = places(write_files(changes=f"{FIRST}{rows}"))
    assert faults == [("unit_mismatch", ("changes.csv", line, "unit")) for line in range(5, 25)]
    rows = "".join(f"o-1,2026-09-01,s-{number},,,,,,,,\n" for number in range(50))
    faults = places(write_files(changes=f"{FIRST}{rows}"))
    assert faults == [("unknown_stage", ("changes.csv", line, "stage")) for line in range(4, 24)]


def test_deals_of_another_kind_are_not_looked_at_to_their_end(write_files: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "MOST_FAULTS", 3)
    place = write_files(opportunities="id\n" + "".join(f"o-{number}\n" for number in range(3, 9)), changes=CHANGES)
    assert places(place) == [
        *(("changes_missing", ("opportunities.csv", line, "id")) for line in (2, 3, 4)),
        ("too_many_faults", ("opportunities.csv", 5)),
    ]


def test_a_policy_that_is_none_is_refused(write_files: Writer) -> None:
    with pytest.raises(InvalidValueError) as caught:
        folder.read(write_files(), repeats="drop")  # type: ignore[arg-type] # the fault that is refused
    assert (caught.value.code, caught.value.path) == ("choice", ("repeats",))


def test_the_message_says_how_to_read_on(write_files: Writer) -> None:
    fault, *_ = faults_of(write_files(changes=f"{FIRST}o-1,2026-09-02,lead,,,,,,,,\n"))
    assert str(fault) == (
        "changes.csv:4:stage: expected another stage than the one in which the deal is, got 'lead' again"
        " (hint: repeats='collapse', of Opportunity.of and io.folder.read, drops such rows)"
    )


PERSONAL = {
    "processes": "key,title,may_skip,may_go_back,may_reenter,may_reopen\n{},{},{},{},{},{}\n",
    "stages": "key,process,title,kind,probability,max_days,tasks,exit_criteria\n{},{},{},{},{},{},{},{}\n",
    "customers": "id,name,owner,parent,since,fact.a,fact.b:int\n{},{},{},{},{},{},{}\n",
    "contacts": "id,customer,opportunity,role,name,title,email,phone\n{},{},{},{},{},{},{},{}\n",
    "opportunities": "id,customer,lead,process,competitors,as_exported,exported,fact.a:date\n{},{},{},{},{},{},{},{}\n",
    "changes": CHANGES + "{},{},{},{},{},{},{},{},{},{},{}\n",
}


@pytest.mark.parametrize("secret", [PHONE, "ada@lovelace.example", "王小明", "Ada King"])
def test_no_message_about_deals_shows_what_may_be_personal(secret: str, write_files: Writer) -> None:
    full = {name: template.replace("{}", secret) for name, template in PERSONAL.items()}
    columns = {name: f"{secret},fact.{secret}:int,{template.replace('{}', secret)}" for name, template in PERSONAL.items()}
    rows = {name: f"{text}\n{',' * text.count(',')}\n" for name, text in full.items()}
    for files in (full, columns, rows, dict.fromkeys(PERSONAL, secret)):
        for fault in faults_of(write_files(**files)):
            assert secret not in str(fault), fault.code
            assert secret not in sp.messages.describe_error(fault, lang="zh")


def test_no_message_about_a_history_shows_what_may_be_personal(write_files: Writer) -> None:
    secret = "王小明"  # noqa: S105 - a name
    stages = STAGES.replace("lead", secret)
    place = write_files(
        stages=stages,
        opportunities=f"id\n{secret}\n",
        changes="opportunity,on,stage,amount,unit\n"
        f"{secret},2026-09-02,{secret},1,{secret}\n{secret},2026-09-02,{secret},,\n{secret},2026-09-02,won,1,{secret}{secret}\n"
        f"{secret},2026-09-03,{secret}x,,\n{secret},2026-09-01,,1,CNY\n",
    )
    faults = faults_of(place)
    assert [fault.code for fault in faults] == ["history_repeats", "unit_mismatch", "unknown_stage", "history_order"]
    for fault in faults:
        assert secret not in f"{fault}{sp.messages.describe_error(fault, lang='zh')}"


@pytest.mark.parametrize("name", ["zhangwei", "Wang-Xiaoming"])
def test_the_name_of_a_customer_in_the_place_of_the_id_is_not_shown(name: str, write_files: Writer) -> None:
    place = write_files(
        customers=f"id,parent\nk-1,{name}\n",
        contacts=f"id,customer\nc-1,{name}\n",
        opportunities=f"id,customer\no-1,{name}\no-2,k-2\n",
    )
    texts = [str(fault) for fault in faults_of(place)]
    assert [text.endswith(f"got text of {len(name)} characters") for text in texts] == [True, True, True, False]
    assert texts[-1] == "opportunities.csv:3:customer: expected the id of a customer, got 'k-2'"


# What cannot be written


def records_with(facts: dict[str, Any]) -> sp.Records:
    """Return records of one customer of whom something is known."""
    return sp.Records(org=sp.Org(), customers=[sp.Customer(id="k-1", facts=facts)])


@pytest.mark.parametrize(
    ("facts", "code", "path"),
    [
        ({"ada@example.com": "x"}, "unknown_column", ("customers.csv",)),
        ({"seats": 10**101}, "decimal_scale", ("fact.seats:int",)),
        ({"note": "x" * 131_073}, "cell_too_long", ("customers.csv", "fact.note")),
    ],
)
def test_a_fact_that_could_not_be_read_back_is_not_written(
    facts: dict[str, Any], code: str, path: tuple[str, ...], tmp_path: Path
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        folder.write(records_with(facts), tmp_path / "company")
    assert (caught.value.code, caught.value.path) == (code, path)
    assert list(tmp_path.iterdir()) == []


def test_the_longest_whole_number_reads_back() -> None:
    records = records_with({"seats": -(10**101) + 1, "share": Decimal("1E-100")})
    assert written_and_read(records) == records


def test_a_day_of_a_class_of_its_own_is_a_day() -> None:
    class Day(date):
        """A day of somebody else's calendar."""

    assert written_and_read(records_with({"due": Day(2026, 9, 1)})).customers[0].facts["due"] == EARLY


def test_progress_is_told_of_changes_and_deals(write_files: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder.table, "_PROGRESS_ROWS", 2)
    told: list[tuple[int, str]] = []
    folder.read(write_files(), progress=lambda *done: told.append(done))
    assert told == [(2, "changes.csv"), (2, "opportunities.csv")]


# Whatever stands there

CELLS = (
    *("", "", "k-1", "o-1", "o-2", "lead", "offer", "won", "lost", "open", "sales", "basic", "ada", "2026-09-01", "2026-09-02"),
    *("5", "1.5", "-1", "1e5", "CNY", "USD", "yes", "champion", "commit", "amount", "a;b", '"a', "王", "9" * 200, "\x00"),
)


@st.composite
def scribbled(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    """Draw rows for some of the files, with any cell in any place."""
    layouts = [layout for layout in folder.LAYOUTS if layout.file.removesuffix(".csv") in {*PERSONAL}]
    files = {}
    for layout in draw(st.lists(st.sampled_from(layouts), min_size=1, unique=True)):
        columns = [*layout.columns, *(f"{family}a:int" for family in layout.families)]
        row = st.lists(st.sampled_from(CELLS), min_size=len(columns), max_size=len(columns))
        files[layout.file] = [columns, *draw(st.lists(row, max_size=4))]
    return files


@given(scribbled())
def test_whatever_stands_in_the_cells_is_read_or_told_at_a_file_and_line(files: dict[str, list[list[str]]]) -> None:
    with TemporaryDirectory() as parent:
        place = Path(parent)
        for name, text in {"reps": REPS, "stages": STAGES, "opportunities": DEALS, "changes": FIRST}.items():
            (place / f"{name}.csv").write_text(text, encoding="utf-8")
        for name, rows in files.items():
            with (place / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(rows)
        try:
            folder.read(place)
        except InvalidInputError as error:
            for fault in error.exceptions:
                assert isinstance(fault, SalesperfError)
                file_name, line, *_ = fault.path
                assert (place / str(file_name)).is_file()
                assert isinstance(line, int)


def test_a_name_in_a_column_of_contacts_is_told_by_its_length(write_files: Writer) -> None:
    contacts = "id,customer,role\nJane,k-1,champion\nJane,k-1,coach\nc-3,k-1,Jane\nc-4,k-1,boss7\n"
    faults = faults_of(write_files(customers="id\nk-1\n", contacts=contacts))
    assert [(fault.path, fault.params["value"]) for fault in faults] == [
        (("contacts.csv", 3, "id"), "text of 4 characters"),
        (("contacts.csv", 4, "role"), "text of 4 characters"),
        (("contacts.csv", 5, "role"), "'boss7'"),
    ]
