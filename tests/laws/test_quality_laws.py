"""Audits count the same by objects and by columns, merge, forget what is later, and name nobody."""

from collections import Counter
from datetime import date
from random import Random
from typing import Any

import attrs
import numpy as np
import pytest
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from salesperf import Contact, Customer, Lead, LeadChange, Opportunity, Org, Records
from salesperf.model.codes import Codes
from salesperf.quality import (
    DEFAULT_RULES,
    RECORD_KINDS,
    QualityReport,
    QualityRule,
    QualityTally,
    Repeated,
    audit,
    audit_columns,
    find_rows,
    repeating,
)
from salesperf.quality.repeating import repeated_rows
from salesperf.testing import (
    assert_breakdowns_hold,
    assert_monoid,
    days,
    ids,
    personal_data,
    records,
)

some = settings(max_examples=at_most(10), suppress_health_check=[HealthCheck.too_slow])

AS_OF = date(2026, 9, 30)
OF_DEALS = {
    key: rule
    for key, rule in DEFAULT_RULES.items()
    if rule.kind == "opportunity" and not {"skipped", "disallowed", "unmet", "is_owner_there"} & {*rule.needs}
}
"""The rules for which a table of deals has columns of its own, without asking the process or the organisation."""


def texts(values: list[Any]) -> np.ndarray[Any, Any]:
    return np.array([None, *values], dtype=object)[1:]


def columns_of(deals: tuple[Opportunity, ...], known: Records) -> dict[str, Any]:
    """Write deals as whoever exports a table does, without the library's reader."""
    kinds = [known.process_of(deal).stage_of(deal).kind for deal in deals]
    entered = [max((place for place, change in enumerate(deal.history) if change.stage), default=0) for deal in deals]
    closed = [None if kind == "open" else deal.history[at].on for deal, kind, at in zip(deals, kinds, entered, strict=True)]
    products = {"facts.product": texts([str(deal.facts["product"]) if "product" in deal.facts else None for deal in deals])}
    return {
        "owner": texts([deal.owner for deal in deals]),
        "customer": texts([deal.customer for deal in deals]),
        "reason": texts([deal.reason or "" for deal in deals]),
        "stage_kind": texts(kinds),
        "currency": texts([deal.amount and str(deal.amount.unit) for deal in deals]),
        "amount": np.array([deal.amount.minor if deal.amount else np.nan for deal in deals], dtype=np.float64),
        "created": np.array([deal.created for deal in deals], dtype="datetime64[D]"),
        "expected_close": np.array([deal.expected_close for deal in deals], dtype="datetime64[D]"),
        "last_change": np.array([deal.last_change for deal in deals], dtype="datetime64[D]"),
        "closed": np.array(closed, dtype="datetime64[D]"),
    } | (products if any("product" in deal.facts for deal in deals) else {})


@some
@given(records(), days())
def test_objects_and_columns_are_counted_alike(known: Records, as_of: date) -> None:
    plain = [attrs.evolve(deal, as_exported=(), exported=None) for deal in known.opportunities]
    known = attrs.evolve(known, opportunities=plain).as_of(as_of)
    by_columns = audit_columns(columns_of(known.opportunities, known), kind="opportunity", as_of=as_of, rules=OF_DEALS)
    assert audit(known, as_of=as_of, rules=OF_DEALS).tally == by_columns


@some
@given(records(), days(), days())
def test_an_audit_ignores_what_is_later(known: Records, as_of: date, later: date) -> None:
    as_of, later = sorted((as_of, later))
    assert audit(known, as_of=as_of) == audit(known.as_of(as_of), as_of=as_of) == audit(known.as_of(later), as_of=as_of)


@some
@given(records(), days())
def test_counts_of_an_audit_fit_each_other_and_its_score_its_breakdown(known: Records, as_of: date) -> None:
    report = audit(known, as_of=as_of)
    tally = report.tally
    of_kind = {kind: tally.records[place] for place, kind in enumerate(RECORD_KINDS)}
    for place, rule in enumerate(tally.rules):
        assert (tally.found[place] <= tally.checked[place]).all()
        assert (tally.checked[place] + tally.unasked[place] <= of_kind[rule.kind]).all()
    assert (tally.faulty <= tally.records).all()
    found = Counter(finding.rule for finding in report.findings)
    assert found == {count.rule.key: count.found for count in report.counts if count.found}
    if report.score is not None and report.score.value is not None:
        assert 0 <= report.score.value <= 100
    assert_breakdowns_hold(report)


@some
@given(records(), days())
def test_the_score_of_an_owner_is_that_of_their_records_to_the_bit(known: Records, as_of: date) -> None:
    report = audit(known, as_of=as_of)
    for owner, score in report.scores_by_owner.items():
        of_one = report.of([owner]).score
        assert of_one is not None
        assert of_one.value == score


rows_of_deals = st.lists(
    st.tuples(st.none() | ids(), st.none() | ids("k"), st.none() | st.integers(-1, 2), st.none() | days()), max_size=12
)


def counted(rows: list[tuple[Any, ...]]) -> QualityTally:
    columns = {
        "owner": texts([row[0] for row in rows]),
        "customer": texts([row[1] for row in rows]),
        "amount": np.array([np.nan if row[2] is None else row[2] for row in rows], dtype=np.float64),
        "created": np.array([row[3] for row in rows], dtype="datetime64[D]"),
        "stage_kind": texts(["open"] * len(rows)),
    }
    return audit_columns(columns, kind="opportunity", as_of=AS_OF)


@some
@given(rows_of_deals, st.randoms(use_true_random=False))
def test_tallies_of_audits_merge_and_the_order_of_rows_is_nothing(rows: list[tuple[Any, ...]], random: Random) -> None:
    whole = counted(rows)
    # By customer: whoever could be entered twice stays together, which is the partition key.
    assert "customer" in whole.partition_key["deal_repeated"]
    parts = [counted([row for row in rows if ord((row[1] or "a")[-1]) % 3 == which]) for which in range(3)]
    empty = QualityTally.empty(as_of=AS_OF, rules=DEFAULT_RULES)
    assert sum(parts, empty) == whole
    assert_monoid(parts[0], parts[1], parts[2], empty)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert counted(shuffled) == whole


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0.0, -0.0, 1.5, 2.0**60])), max_size=40))
def test_rows_are_repeated_if_another_has_the_same_values(rows: list[tuple[int, float]]) -> None:
    counts = Counter(rows)
    found = repeated_rows([np.array([row[0] for row in rows], dtype=np.int64), np.array([row[1] for row in rows], dtype=float)])
    assert found.tolist() == [counts[row] > 1 for row in rows]


def test_rows_that_share_a_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "_MULTIPLIER", np.uint64(0))  # all have one
    assert repeated_rows([np.array([3, 1, 3, 2, 1, 4])]).tolist() == [True, True, True, False, True, False]


@given(st.lists(st.sampled_from(["Huaxing", " HUAXING.", "huaxing ltd", "Baolong", "-", "", None]), max_size=9))
def test_text_is_compared_alike_as_codes_and_row_by_row(names: list[str | None]) -> None:
    twice = QualityRule(key="twice", kind="customer", dimension="uniqueness", check=Repeated("name", "name"))
    rows, codes = ({"name": column} for column in (texts(names), Codes.of(names)))
    found = find_rows(rows, twice, as_of=AS_OF).tolist()
    assert found == find_rows(codes, twice, as_of=AS_OF).tolist()
    huaxing = [place for place, name in enumerate(names) if name and "huaxing" in name.lower()]
    baolong = [place for place, name in enumerate(names) if name == "Baolong"]
    assert found == sorted(place for group in (huaxing, baolong) if len(group) > 1 for place in group)


@some
@given(records(), days(), st.data())
def test_a_fault_less_never_lowers_the_score(known: Records, as_of: date, data: DataObject) -> None:
    report = audit(known, as_of=as_of)
    faults = list(zip(*np.nonzero(report.tally.found), strict=True))
    if not faults or report.score is None or report.score.value is None:
        return
    row, column = data.draw(st.sampled_from(faults))
    found = report.tally.found.copy()
    found[row, column] -= 1
    better = QualityReport.of_tally(attrs.evolve(report.tally, found=found)).score
    assert better is not None
    assert better.value is not None
    assert better.value >= report.score.value - 1e-12


@some
@given(personal_data())
def test_an_audit_shows_nothing_personal(secret: str) -> None:
    someone = Contact(id="c1", name=secret, title=secret, email=secret, phone=secret)
    twin = attrs.evolve(someone, id="c2")
    customers = [Customer(id=f"k{n}", name=secret, facts={"note": secret}, contacts=[someone, twin]) for n in (1, 2)]
    lead = Lead(id="l1", history=[LeadChange(None, status="new")], contact=someone, facts={"note": secret})
    report = audit(Records(org=Org(), customers=customers, leads=[lead]), as_of=AS_OF)
    assert {"customer_repeated", "contact_email_repeated"} <= {finding.rule for finding in report.findings}
    for lang in ("en", "zh"):
        shown = [report, report.findings, report.finding_rows(lang), report.text(lang), report.rows(), report._repr_html_()]
        shown += [report.tally, report.breakdown, [finding.text(lang) for finding in report.findings]]
        # Beside columns of zeros any number of zeros is found, so the text is searched as it stands.
        assert [each for each in shown if secret in repr(each) or secret in str(each)] == []
