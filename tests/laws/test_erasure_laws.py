"""Nobody is found in what was redacted or erased, and pseudonyms change no number and break no link."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from examples import at_most
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from planting import SOMEBODY, SPELLED, found_in, planted

from salesperf import (
    Contact,
    Customer,
    Finding,
    Lead,
    LeadChange,
    Message,
    Org,
    Period,
    Records,
    Rep,
    SalesperfError,
    attainment,
    followup,
    funnel,
    grading,
    pipeline,
    quality,
    report,
    review,
)
from salesperf.followup import STANDARD_FOLLOW_UP
from salesperf.io import folder, html
from salesperf.io.serialize import dumps
from salesperf.messages import catalog
from salesperf.model.message import Personal
from salesperf.privacy import (
    KEPT_IN_PSEUDONYM,
    KEPT_KINDS,
    SUBJECT_KINDS,
    Subject,
    SubjectKind,
    erase,
    pseudonym,
    pseudonymize,
    redact,
    subject_export,
)
from salesperf.privacy.mentions import Mentions
from salesperf.testing import NOUNS, assert_no_personal_data, days, personal_data, records

some = settings(max_examples=at_most(10), suppress_health_check=[HealthCheck.too_slow])
few = settings(max_examples=at_most(4), suppress_health_check=[HealthCheck.too_slow])
keys = st.binary(min_size=16, max_size=64).filter(lambda key: len(set(key)) >= 8)
KEY = bytes(range(32))


def personal_values(noun: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a noun holds
    """Yield every value that is marked as personal, wherever in a noun it is."""
    if isinstance(noun, Message):
        noun = tuple(noun.arguments.values())
    if isinstance(noun, tuple):
        for item in noun:
            yield from personal_values(item)
    elif attrs.has(type(noun)):
        for field in attrs.fields(type(noun)):
            value = getattr(noun, field.name)
            if not field.metadata.get("personal"):
                yield from personal_values(value)
            elif value:
                yield value


# Redaction


@pytest.mark.parametrize("kind", [kind for kind in NOUNS if attrs.has(kind)], ids=lambda kind: kind.__name__)
@settings(max_examples=at_most(4))
@given(data=st.data())
def test_a_redacted_noun_holds_nothing_personal_and_is_redacted_again_to_itself(kind: type, data: st.DataObject) -> None:
    noun = data.draw(NOUNS[kind])
    clean = redact(noun)
    # An id that is personal, such as whose rating it is, is numbered, since what it tells apart stays apart; that of somebody
    # who rates themselves stands beside it in the open.
    left = [value for value in personal_values(clean) if not re.fullmatch(r"owner-[0-9]+", value)]
    assert [value for value in left if f"subject={value!r}" not in repr(clean)] == []
    assert type(clean) is kind
    assert redact(clean) is clean


def shown_of(known: Records, day: date) -> dict[str, str]:
    """Write all that can be written of records: reports, tables, documents, files, errors."""
    result = review.build(known, owner=None, period=Period.quarter(2026, 3), as_of=day)
    audit = quality.audit(known, as_of=day)
    texts = {"json": dumps(known), "repr": repr(known)}
    for lang in ("en", "zh"):
        texts[f"report {lang}"] = report.markdown(result, lang=lang)
        texts[f"audit {lang}"] = audit.text(lang) + str(audit.finding_rows(lang))
        texts[f"findings {lang}"] = str([finding.text(lang) for finding in (*known.findings, *result.findings)])
    texts["page"] = html.page(result, lang="zh")
    with TemporaryDirectory() as place:
        folder.write(known, place)
        texts |= {file.name: file.read_text(encoding="utf-8") for file in Path(place).iterdir()}
    texts["rows"] = str(result.rows()) + str(audit) + str(audit.tally) + audit._repr_html_() + repr(audit)
    try:
        attrs.evolve(known, customers=[*known.customers, *known.customers], org=Org())
    except SalesperfError as error:
        texts["error"] = str(error) + repr(error)
    return texts


def test_redaction_leaves_no_personal_value_in_any_text_that_can_be_produced() -> None:
    """The sample has names of reps and customers, and people with addresses and numbers; all of them are looked for."""
    sample = folder.read_sample()
    told = Finding(rule="told", message=Message.of("told {who}", who=Personal(sample.org.reps[0].name)))
    known = attrs.evolve(sample, findings=[*sample.findings, told])
    secrets = set(personal_values(known))
    assert len(secrets) > 50
    day = date(2026, 9, 15)
    after = shown_of(redact(known), day)
    # The search finds them where they are.
    document = dumps(known)
    assert all(secret in document for secret in secrets)
    assert found_among(secrets | parts_of(secrets), after.values()) == set()


def parts_of(names: Iterable[str]) -> set[str]:
    """Return each name that is told in two scripts in each of them, but for what is a word of ours."""
    told = [re.fullmatch(r"([\u4e00-\u9fff]{2,}) (\w+ \w+)", name) for name in names]
    ours = "\n".join(catalog("zh").values())
    return {part for match in told if match is not None for part in match.groups() if part not in ours}


def found_among(secrets: set[str], texts: Iterable[str]) -> set[str]:
    whole = "\n".join(texts)
    return {secret for secret in secrets if secret in whole}


def test_a_review_that_is_redacted_shows_nobody_and_nothing_that_somebody_wrote() -> None:
    sample = folder.read_sample()
    told = review.build(sample, owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    names = set(personal_values(sample))
    secrets = names | parts_of(names)
    assert {"方舟", "Fang Zhou"} < secrets
    written = {action.title for action in sample.actions} | {risk.title for risk in sample.risks}
    assert found_among(secrets | written, [report.markdown(told)]) > {"方舟", "Fang Zhou", *written - {sample.actions[3].title}}
    clean = redact(told)
    texts = [report.markdown(clean), report.markdown(clean, lang="zh"), html.page(clean), str(clean.rows()), repr(clean)]
    texts.append(review.explain(clean).text("zh"))
    # What an item of the agenda is about is not compared, and yet nobody is in it.
    texts.append(str([(item.message.text(), *item.about) for item in clean.agenda]))
    assert found_among(secrets | written, texts) == set()
    assert redact(clean) is clean
    assert "华东 East China" in report.markdown(clean)  # a team is nobody


def test_whoever_is_erased_is_not_found_by_either_part_of_a_name_in_two_scripts() -> None:
    sample = folder.read_sample()
    left = erase(sample, Subject("rep", "r-12"), key=KEY).records
    told = review.build(left, owner=None, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))
    texts = [dumps(left), report.markdown(told), report.markdown(told, lang="zh"), html.page(told)]
    assert found_among({"方舟", "Fang Zhou"}, [dumps(sample)]) == {"方舟", "Fang Zhou"}
    assert found_among({"方舟", "Fang Zhou", "fang.zhou"}, texts) == set()


@pytest.mark.parametrize(
    ("name", "text", "is_found"),
    [
        ("方舟 Fang Zhou", "与方舟谈", True),
        ("方舟 Fang Zhou", "seen by FANG ZHOU", True),
        ("Fang Zhou 方舟", "方舟", True),
        ("方舟 Fang Zhou", "Mr Fang", False),
        ("方 Fang Zhou", "方法", False),
        ("客户 12", "客户", False),
        ("客户 A", "客户", False),
        ("客户 Shop 12", "客户", False),
        ("李安娜 Anna", "李安娜", True),
        ("李安娜 Anna", "Anna", False),
        ("Zhang Wei", "Zhang", False),
        ("方舟 fang@example.com", "方舟", False),
    ],
)
def test_a_name_in_two_scripts_is_found_in_each(name: str, text: str, is_found: bool) -> None:  # noqa: FBT001
    assert Mentions(names=[name]).in_text(text) is is_found


def apart(known: Records) -> Records:
    """Give people and customers names that stand nowhere else, unlike the short and common ones that are drawn."""

    def renamed(contacts: tuple[Contact, ...], where: str) -> tuple[Contact, ...]:
        return tuple(
            attrs.evolve(each, name=f"Somebody {where} {place}", email="", phone="") for place, each in enumerate(contacts)
        )

    org = attrs.evolve(
        known.org, reps=[attrs.evolve(rep, name=f"Somebody r{place}") for place, rep in enumerate(known.org.reps)]
    )
    customers = [
        attrs.evolve(each, name=f"Something {place}", contacts=renamed(each.contacts, f"k{place}"))
        for place, each in enumerate(known.customers)
    ]
    deals = [attrs.evolve(each, contacts=renamed(each.contacts, f"o{place}")) for place, each in enumerate(known.opportunities)]
    leads = [
        each if each.contact is None else attrs.evolve(each, contact=renamed((each.contact,), f"l{place}")[0])
        for place, each in enumerate(known.leads)
    ]
    return attrs.evolve(known, org=org, customers=customers, opportunities=deals, leads=leads)


def with_somebody(known: Records, kind: SubjectKind) -> tuple[Records, Subject]:
    """Make somebody a rep, a customer, a contact or a lead of records, and plant their data in every text of these."""
    known = apart(known)
    if kind == "rep":
        first, *others = known.org.reps
        org = attrs.evolve(known.org, reps=[attrs.evolve(first, name=SOMEBODY.name), *others])
        return planted(attrs.evolve(known, org=org), "by ZHANG  WEI"), Subject("rep", first.id)
    known = planted(known, SPELLED)
    if kind == "lead":
        begun = [LeadChange(None, status="new", reason=SPELLED)]
        return attrs.evolve(known, leads=[*known.leads, Lead(id="lead-18", history=begun, contact=SOMEBODY)]), Subject(
            kind, "lead-18"
        )
    bought = Customer(id="k-18", name=SOMEBODY.name if kind == "customer" else "Elsewhere", contacts=[SOMEBODY])
    subject = Subject(kind, "k-18") if kind == "customer" else Subject(kind, SOMEBODY.id)
    return attrs.evolve(known, customers=[*known.customers, bought]), subject


def read_of(known: Records, day: date) -> Iterator[str]:
    """Write what people read of records, and what machines do: the document, the review, the list of follow-ups, grades."""
    yield from (dumps(known), repr(known))
    result = review.build(known, owner=None, period=Period.quarter(2026, 3), as_of=day)
    due = followup.schedule(known.leads, STANDARD_FOLLOW_UP, as_of=day)
    graded = [grading.grade(lead, as_of=day) for lead in known.leads if lead.as_of(day) is not None]
    for lang in ("en", "zh"):
        yield report.markdown(result, lang=lang)
        yield from (one.text(lang) for one in due)
        yield from (one.text(lang) for one in graded)
        yield from (finding.full_text(lang) for finding in (*known.findings, *result.findings))
    yield from (str(shown.rows()) for shown in (result, *due, *graded))


@few
@given(known=records(), kind=st.sampled_from(("contact", "customer", "lead")))
def test_what_is_planted_in_every_text_is_nowhere_after_redaction_and_pseudonyms(known: Records, kind: SubjectKind) -> None:
    known, _ = with_somebody(known, kind)
    assert len(found_in(dumps(known))) == len(("name", "email", "phone"))
    clean, hidden = redact(known), pseudonymize(known, KEY)
    for left in (clean, hidden):
        assert [found_in(text) for text in read_of(left, date(2026, 9, 15)) if found_in(text)] == []
    assert redact(clean) is clean
    assert numbers_of(clean, date(2026, 9, 15)) == numbers_of(known, date(2026, 9, 15))


# Pseudonyms


@given(keys, st.lists(st.text(max_size=9), unique=True, max_size=20))
def test_pseudonyms_differ_where_values_do_and_are_the_same_under_a_key(key: bytes, values: list[str]) -> None:
    made = [pseudonym("customer", value, key) for value in values]
    assert len(set(made)) == len(values)
    assert made == [pseudonym("customer", value, key) for value in values]
    other = bytes([key[0] ^ 1]) + key[1:]
    assume(len(set(other)) >= 8)
    assert set(made).isdisjoint(pseudonym("customer", value, other) for value in values)
    assert not any(character.isdigit() for each in made for character in each)


def numbers_of(known: Records, day: date) -> list[object]:
    """Compute what a review is made of, in which no name and no id is."""
    tally = attainment.tally(known.actuals)
    sums = sorted((str(row["metric"]), str(row["unit"]), row["amount"], row["entries"]) for row in tally.rows())
    targets = sorted(str((target.metric.key, target.amount, target.period)) for target in known.targets)
    found: list[object] = [sums, targets]
    for process in known.processes:
        deals = [deal for deal in known.opportunities if known.process_of(deal) == process]
        open_now = pipeline.snapshot(deals, process, as_of=day)
        found += [open_now.total.count, open_now.total.amount, open_now.total.weighted]
        found.append([(group.key, group.count, group.amount) for group in open_now.by_stage])
        found.append(funnel.analyze(funnel.count(deals, process, as_of=day)).rows())
    audit = quality.audit(known, as_of=day)
    found.append([(count.rule.key, count.checked, count.found) for count in audit.counts if count.rule.kind == "opportunity"])
    return found


@some
@given(records(), keys, days())
def test_pseudonyms_break_no_link_and_change_no_number(known: Records, key: bytes, day: date) -> None:
    hidden = pseudonymize(known, key)  # records of which a link is broken could not be made
    assert numbers_of(hidden, day) == numbers_of(known, day)
    assert pseudonymize(known, key) == hidden
    before, after = ([deal.owner for deal in each.opportunities] for each in (known, hidden))
    assert [before.index(owner) for owner in before] == [after.index(owner) for owner in after]


@some
@given(records(), keys)
def test_nouns_alone_get_the_pseudonyms_that_they_have_among_records(known: Records, key: bytes) -> None:
    known = apart(known)  # whether a word is the name of somebody else, a noun alone cannot know
    hidden = pseudonymize(known, key)
    for name in ("targets", "actuals", "opportunities", "leads", "customers"):
        assert tuple(pseudonymize(noun, key) for noun in getattr(known, name)) == getattr(hidden, name)


@given(personal_data(), keys)
def test_a_pseudonym_shows_nothing_of_what_it_stands_for(secret: str, key: bytes) -> None:
    somebody = Contact(id=secret, name=secret, title=secret, email=secret, phone=secret)
    customer = Customer(id=secret, name=secret, owner=secret, contacts=[somebody], facts={"wechat": secret, "size": 3})
    hidden = pseudonymize(customer, key, facts=["wechat"])
    assert_no_personal_data(dumps(hidden), [secret])
    assert hidden.facts["size"] == 3


# Erasing


def subjects_of(known: Records) -> list[Subject]:
    found = [Subject("rep", rep.id) for rep in known.org.reps]
    found += [Subject("customer", customer.id) for customer in known.customers]
    found += [
        Subject("contact", contact.id, within=customer.id) for customer in known.customers for contact in customer.contacts
    ]
    found += [Subject("lead", lead.id) for lead in known.leads]
    return found + [Subject("contact", lead.contact.id) for lead in known.leads if lead.contact is not None]


@some
@given(records(), st.data(), st.sets(st.sampled_from(KEPT_KINDS)))
def test_whatever_kind_of_records_named_somebody_is_counted_when_they_are_erased(
    known: Records, data: st.DataObject, kept: set[str]
) -> None:
    subject = data.draw(st.sampled_from(subjects_of(known)))
    held = subject_export(known, subject)
    assert held.items
    erasure = erase(known, subject, key=KEY, keep=dict.fromkeys(kept, "by law"))
    assert subject_export(erasure.records, subject).items == ()
    assert sum(each.kept + each.removed for each in erasure.kinds) > 0
    whole = {each.kind for each in erasure.kinds}
    assert whole == {item.kind for item in held.items}


@pytest.mark.parametrize("kind", SUBJECT_KINDS)
@few
@given(known=records(), kept=st.sets(st.sampled_from(KEPT_KINDS)))
def test_of_whoever_is_erased_nothing_is_held(kind: SubjectKind, known: Records, kept: set[str]) -> None:
    """The name, the address and the number are those that were planted, in whatever spelling, not what is held afterwards."""
    known, subject = with_somebody(known, kind)
    assert found_in(dumps(known))[0] == SOMEBODY.name.casefold()
    held = subject_export(known, subject)
    for name in ("actuals", "costs", "leads", "opportunities", "customers", "targets", "cases", "actions", "risks", "findings"):
        named = [place for place, noun in enumerate(getattr(known, name)) if found_in(dumps(noun))]
        assert len({item.record for item in held.items if item.kind == name}) >= len(named)
    erasure = erase(known, subject, key=KEY, keep=dict.fromkeys(kept, "by law"))
    assert [found_in(text) for text in read_of(erasure.records, date(2026, 9, 15)) if found_in(text)] == []
    assert [found_in(text) for text in (repr(erasure), str(erasure)) if found_in(text)] == []


@some
@given(records(), st.data())
def test_erasing_somebody_whose_records_are_kept_changes_no_sum(known: Records, data: st.DataObject) -> None:
    subject = data.draw(st.sampled_from(subjects_of(known)))
    left = erase(known, subject, key=KEY, keep=KEPT_IN_PSEUDONYM).records
    for name in ("actuals", "targets"):
        assert [noun.amount for noun in getattr(left, name)] == [noun.amount for noun in getattr(known, name)]
    assert [deal.amount for deal in left.opportunities] == [deal.amount for deal in known.opportunities]
    assert [lead.status for lead in left.leads] == [lead.status for lead in known.leads]


@given(personal_data())
def test_neither_an_export_nor_an_erasure_shows_anybody_but_in_its_rows(secret: str) -> None:
    customer = Customer(id="k1", name=secret, contacts=[Contact(id="c1", name=secret, phone=secret)])
    known = Records(org=Org(reps=[Rep(id="r1", name=secret)]), customers=[customer])
    for subject in (Subject("customer", "k1"), Subject("contact", "c1"), Subject("rep", "r1")):
        export = subject_export(known, subject)
        assert secret in str(export)
        assert secret not in repr(export)
        erasure = erase(known, subject, key=KEY)
        for shown in (repr(erasure), str(erasure), repr(erasure.records)):
            assert secret not in shown
