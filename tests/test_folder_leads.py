"""Leads and costs in folders of CSV files: what is written reads back, and every fault is told with file, line and column."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import pytest
from folders import Fault, Writer, places, words, writer
from hypothesis import given
from hypothesis import strategies as st

import salesperf as sp
from salesperf import testing
from salesperf.io import folder

REPS = "id\nada\nbo\n"
LEADS = "id,channel\nl-1,exhibition\nl-2,\n"
CHANGES = "lead,on,status,owner,released,reason\n"
FIRST = f"{CHANGES}l-1,2026-09-01,new,,,\nl-2,2026-09-01,new,,,\n"
EARLY, LATE = date(2026, 9, 1), date(2026, 9, 8)


@pytest.fixture
def write_files(tmp_path: Path) -> Writer:
    """Write files by name, beside two reps and two new leads unless the test has its own."""
    return writer(tmp_path, reps=REPS, leads=LEADS, lead_changes=FIRST)


# What is written reads back

free_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(('"', '""', '"a"', ' "a" '))


@st.composite
def wordings(draw: st.DrawFn) -> sp.Records:
    """Records of leads whose every text is as odd as text may be."""
    contact = st.builds(sp.Contact, id=words, name=free_text, title=free_text, email=free_text, phone=free_text)
    touches = st.builds(lambda **row: sp.Touch(EARLY, **row), kind=words, outcome=words, ref=words)
    lead = sp.Lead(
        id=draw(words),
        history=[
            sp.LeadChange(draw(st.none() | st.just(EARLY)), status="new", reason=draw(words), released=draw(st.booleans())),
            sp.LeadChange(LATE, status="working", owner="ada"),
        ],
        channel=draw(st.none() | words),
        campaign=draw(st.none() | words),
        facts=draw(st.dictionaries(words.filter(lambda name: "@" not in name), free_text | st.integers(), max_size=2)),
        touches=draw(st.lists(touches, max_size=2, unique_by=lambda touch: touch.ref)),
        contact=draw(st.none() | contact),
    )
    deal = sp.Opportunity(id="o-1", history=[sp.Change(LATE, stage="lead")], lead=lead.id)
    amount = sp.Amount(minor=draw(st.integers(0, 2**63 - 1)), unit=draw(testing.units("money")))
    cost = sp.ChannelCost(on=EARLY, amount=amount, channel=draw(words), campaign=draw(st.none() | words), owner="ada")
    people = sp.Org(reps=[sp.Rep(id="ada")])
    way = sp.STANDARD_PROCESSES["basic"]
    return sp.Records(org=people, leads=[lead], costs=[cost], opportunities=[deal], processes=[way])


@given(wordings())
def test_any_text_of_a_lead_reads_back(records: sp.Records) -> None:
    with TemporaryDirectory() as parent:
        folder.write(records, Path(parent, "company"))
        assert folder.read(Path(parent, "company")) == records


def test_touches_stand_in_any_order_and_changes_of_a_lead_in_theirs(write_files: Writer) -> None:
    place = write_files(
        lead_changes=f"{CHANGES}l-2,,new,,,\nl-1,2026-09-01,new,,,\nl-2,2026/9/1,,ada,,claimed\nl-1,2026-09-08,,,TRUE,\n",
        touches="lead,on,kind,outcome,ref\nl-1,2026-09-08,call,,t-2\nl-1,2026-09-01,visit,interested,t-1\nl-2,2026-09-01,call,,t-1\n",
        contacts="id,lead,phone\nc-1,l-2,13800138000\n",
    )
    assert folder.read(place).leads == (
        sp.Lead(
            id="l-1",
            channel="exhibition",
            history=[sp.LeadChange(EARLY, status="new"), sp.LeadChange(LATE, released=True)],
            touches=[sp.Touch(EARLY, "visit", outcome="interested", ref="t-1"), sp.Touch(LATE, "call", ref="t-2")],
        ),
        sp.Lead(
            id="l-2",
            history=[sp.LeadChange(None, status="new"), sp.LeadChange(EARLY, owner="ada", reason="claimed")],
            touches=[sp.Touch(EARLY, "call", ref="t-1")],
            contact=sp.Contact(id="c-1", phone="13800138000"),
        ),
    )


def test_a_folder_without_leads_has_none(tmp_path: Path) -> None:
    (tmp_path / "reps.csv").write_text(REPS, encoding="utf-8")
    assert (folder.read(tmp_path).leads, folder.read(tmp_path).costs) == ((), ())


def test_costs_stand_in_any_order_and_say_what_they_were_spent_on(write_files: Writer) -> None:
    place = write_files(costs="owner,on,unit,amount,campaign\n,2026/9/8,JPY,700,spring\nbo,2026-09-01,CNY,0,\n")
    assert folder.read(place).costs == (
        sp.ChannelCost(on=LATE, amount=sp.Amount.of(700, sp.JPY), campaign="spring"),
        sp.ChannelCost(on=EARLY, amount=sp.Amount.of(0, sp.CNY), owner="bo"),
    )


# What is refused

FAULTS: dict[str, tuple[dict[str, str], list[Fault]]] = {
    "leads that cannot be": (
        {"leads": "id,channel,fact.seats:int\nl-1,,many\nl-1,,\n,exhibition,\nl-2,,\nl-2,,\n"},
        [
            ("unreadable_integer", ("leads.csv", 2, "fact.seats:int")),
            ("empty", ("leads.csv", 4, "id")),
            ("not_unique", ("leads.csv", 6, "id")),
        ],
    ),
    "changes whose cells cannot be": (
        {
            "lead_changes": f"{FIRST}l-1,soon,working,,,\nl-9,2026-09-02,,ada,,\n,2026-09-02,,ada,,\n"
            "l-2,2026-09-02,won,,,\nl-2,2026-09-02,,cy,,\nl-2,2026-09-02,,,perhaps,\nl-2,2026-09-02,,,no,\n"
            "l-2,2026-09-02,,ada,yes,\n"
        },
        [
            ("unreadable_date", ("lead_changes.csv", 4, "on")),
            ("unknown_lead", ("lead_changes.csv", 5, "lead")),
            ("unknown_lead", ("lead_changes.csv", 6, "lead")),
            ("choice", ("lead_changes.csv", 7, "status")),
            ("unknown_owner", ("lead_changes.csv", 8, "owner")),
            ("choice", ("lead_changes.csv", 9, "released")),
            ("change_empty", ("lead_changes.csv", 10)),
            ("released_to_owner", ("lead_changes.csv", 11, "owner")),
        ],
    ),
    "histories that cannot be, each fault at its row": (
        {
            "leads": "id\nl-1\nl-2\nl-3\n",
            "lead_changes": f"{CHANGES}l-1,2026-09-03,new,,,\nl-2,,,ada,,\nl-1,,,ada,,\nl-1,2026-09-04,new,,,\n"
            "l-3,2026-09-09,new,,,\nl-3,2026-09-08,working,,,\n",
        },
        [
            ("lead_begins", ("lead_changes.csv", 3, "status")),
            ("history_undated", ("lead_changes.csv", 4, "on")),
            ("status_repeats", ("lead_changes.csv", 5, "status")),
            ("history_order", ("lead_changes.csv", 7, "on")),
        ],
    ),
    "leads without a change": (
        {"lead_changes": f"{CHANGES}l-2,2026-09-01,new,,,\n"},
        [("lead_changes_missing", ("leads.csv", 2, "id"))],
    ),
    "touches that cannot be": (
        {
            "touches": "lead,on,kind,outcome,ref\nl-1,,call,,\nl-1,2026-09-31,call,,\nl-9,2026-09-01,call,,\n"
            "l-1,2026-09-01,,,\nl-1,2026-09-01,call,,t-1\nl-1,2026-09-02,call,,t-1\n"
        },
        [
            ("unreadable_date", ("touches.csv", 2, "on")),
            ("unreadable_date", ("touches.csv", 3, "on")),
            ("unknown_lead", ("touches.csv", 4, "lead")),
            ("empty", ("touches.csv", 5, "kind")),
            ("not_unique", ("touches.csv", 7, "ref")),
        ],
    ),
    "costs that cannot be, whatever else is wrong": (
        {
            "costs": "on,amount,unit,channel,owner\n2026-09-31,500,CNY,fair,\n2026-09-02,-100,USD,web,\n2026-09-02,1,,web,\n"
            "2026-09-02,1.234,CNY,,cy\n2026-09-02,1.234,CNY,web,\n2026-09-02,3,orders,web,\n2026-09-02,3,CNY,,\n2026-09-02,,CNY,web,\n",
            "leads": "id,fact.seats:int\nl-1,many\nl-2,\n",
        },
        [
            ("unreadable_integer", ("leads.csv", 2, "fact.seats:int")),
            ("unreadable_date", ("costs.csv", 2, "on")),
            ("negative", ("costs.csv", 3, "amount")),
            ("unreadable_unit", ("costs.csv", 4, "unit")),
            ("unknown_owner", ("costs.csv", 5, "owner")),
            ("amount_digits", ("costs.csv", 6, "amount")),
            ("not_money", ("costs.csv", 7, "amount")),
            ("cost_of_nothing", ("costs.csv", 8)),
            ("unreadable_amount", ("costs.csv", 9, "amount")),
        ],
    ),
    "contacts of leads that cannot be": (
        {"contacts": "id,customer,lead\nc-1,,l-1\nc-2,,l-1\nc-3,,l-9\nc-4,,\n"},
        [
            ("not_unique", ("contacts.csv", 3, "lead")),
            ("unknown_lead", ("contacts.csv", 4, "lead")),
            ("contact_of_one", ("contacts.csv", 5, "customer")),
        ],
    ),
    "a contact of a lead and of a deal": (
        {
            "contacts": "id,opportunity,lead\nc-1,o-1,l-1\n",
            "opportunities": "id,process\no-1,basic\n",
            "changes": "opportunity,on,stage\no-1,,lead\n",
        },
        [("contact_of_one", ("contacts.csv", 2, "customer"))],
    ),
    "a deal of an unknown lead": (
        {"opportunities": "id,process,lead\no-1,basic,l-9\n", "changes": "opportunity,on,stage\no-1,,lead\n"},
        [("unknown_lead", ("opportunities.csv", 2, "lead"))],
    ),
    "a faulty lead is there for its deal, touches, contact and changes all the same": (
        {
            "leads": "id,fact.seats:int\nl-1,many\nl-2,\n",
            "opportunities": "id,process,lead\no-1,basic,l-1\n",
            "changes": "opportunity,on,stage\no-1,,lead\n",
            "touches": "lead,on,kind\nl-1,2026-09-01,call\n",
            "contacts": "id,lead\nc-1,l-1\n",
        },
        [("unreadable_integer", ("leads.csv", 2, "fact.seats:int"))],
    ),
    "a file of leads that cannot be read makes nothing else guilty": (
        {"leads": "id;channel\nl-1;\n", "touches": "lead,on,kind\nl-1,2026-09-01,call\n"},
        [("file_delimiter", ("leads.csv", 1))],
    ),
    "a file of changes that cannot be read makes no lead guilty": (
        {"lead_changes": "lead;on\nl-1;\n"},
        [("file_delimiter", ("lead_changes.csv", 1))],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_every_fault_of_a_lead_is_told_with_file_line_and_column(case: str, write_files: Writer) -> None:
    files, expected = FAULTS[case]
    assert places(write_files(**files)) == expected


def test_a_lead_that_lacks_a_row_of_nobody_s_is_not_called_without_one(write_files: Writer) -> None:
    rows = f"{CHANGES},2026-09-01,new,,,\nl-2,2026-09-02,,ada,,\n"
    assert places(write_files(lead_changes=rows)) == [("unknown_lead", ("lead_changes.csv", 2, "lead"))]


def test_what_is_made_of_the_sample_s_leads_is_what_was_written(tmp_path: Path) -> None:
    records = folder.read_sample()
    folder.write(records, tmp_path / "company")
    assert folder.read(tmp_path / "company") == attrs.evolve(records, findings=())
