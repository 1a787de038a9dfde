"""Findings and messages: what is said, and when it is read in which language."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import Finding, InvalidValueError, Message
from salesperf.model.finding import SEVERITIES
from salesperf.model.message import Personal
from salesperf.testing import assert_no_personal_data, findings, personal_data


@given(st.lists(findings(), max_size=5))
def test_findings_are_ranked_gravest_first_then_by_rule_record_and_field(several: list[Finding]) -> None:
    ranked = sorted(several, key=lambda finding: finding.rank)
    order = [SEVERITIES.index(finding.severity) for finding in ranked]
    assert order == sorted(order)
    for severity in SEVERITIES:
        alike = [(found.rule, found.record or "", found.field or "") for found in ranked if found.severity == severity]
        assert alike == sorted(alike)


@given(findings(), st.sampled_from(("en", "zh")))
def test_a_finding_says_its_message(finding: Finding, lang: str) -> None:
    assert finding.text(lang) == finding.message.text(lang)


def test_a_message_is_written_when_it_is_read() -> None:
    message = Message.of("period.quarter", year="2026", number=3)
    assert (message.text(), message.text("zh")) == ("Q3 2026", "2026年第3季度")
    assert message == Message("period.quarter", {"number": 3, "year": "2026"})
    assert Message("said plainly").text("zh") == "said plainly"


@given(personal_data())
def test_somebody_within_a_message_is_read_and_not_shown(name: str) -> None:
    message = Message.of("breakdown.part", owner=Personal(name), period="2026")
    assert message.text() == f"{name}, 2026"
    assert name in message.text("zh")
    assert_no_personal_data(repr(message), [name])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"rule": ""}, ("empty", "Finding", "rule")),
        ({"message": "text"}, ("wrong_type", "Finding", "message")),
        ({"severity": "grave"}, ("choice", "Finding", "severity")),
        ({"record": ""}, ("empty", "Finding", "record")),
        ({"field": 3}, ("wrong_type", "Finding", "field")),
        ({"on": datetime(2026, 9, 30, tzinfo=UTC)}, ("date_is_datetime", "Finding", "on")),
        ({"count": 0}, ("out_of_range", "Finding", "count")),
        ({"count": 1.0}, ("wrong_type", "Finding", "count")),
    ],
)
def test_a_malformed_finding_is_refused(changes: Mapping[str, Any], found: tuple[str, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Finding(**{"rule": "stale", "message": Message("note"), "on": date(2026, 9, 30), **changes})
    assert (caught.value.code, *caught.value.path) == found


@pytest.mark.parametrize(
    ("key", "arguments", "found"),
    [
        ("", {}, ("empty", "Message", "key")),
        (7, {}, ("wrong_type", "Message", "key")),
        ("note", 7, ("wrong_type", "Message", "arguments")),
        ("note", {"rows": [1]}, ("unhashable", "Message", "arguments", 0)),
        ("note", {7: 1}, ("wrong_type", "Message", "arguments", 0)),
        ("note", [("a", 1), ("a", 2)], ("not_unique", "Message", "arguments")),
    ],
)
def test_a_malformed_message_is_refused(key: str, arguments: Any, found: tuple[str | int, ...]) -> None:  # noqa: ANN401 - the fault
    with pytest.raises(InvalidValueError) as caught:
        Message(key, arguments)
    assert (caught.value.code, *caught.value.path) == found
