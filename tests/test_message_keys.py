"""Every message key that the source names, or puts together of parts, is in both catalogs, and every key there is named."""

import gc
import re
from collections.abc import Iterable, Mapping
from typing import Final

import pytest
from message_keys import Part, Template, is_written, literals, prose, templates

from salesperf.attainment import STATUSES
from salesperf.customers import KEY_ACCOUNT_BANDS, SEGMENTS, STATES
from salesperf.diagnosis import CAUSES
from salesperf.feasibility import EVIDENCE, VERDICTS
from salesperf.forecast import FORECAST_MOVEMENTS
from salesperf.grading import STANDARD_TEMPERATURE
from salesperf.messages import LANGUAGES, catalog
from salesperf.model.change import FORECAST_CATEGORIES
from salesperf.model.customer import CONTACT_ROLES
from salesperf.model.finding import SEVERITIES
from salesperf.model.lead import LEAD_STATUSES
from salesperf.model.people import REP_KINDS
from salesperf.model.progress import PROGRESS_STATUSES
from salesperf.model.rating import RELATIONS
from salesperf.model.risk_entry import RISK_KINDS
from salesperf.okr import BANDS as OKR_BANDS
from salesperf.okr import STATUSES as OKR_STATUSES
from salesperf.pipeline import FLAGS, MOVEMENTS
from salesperf.privacy import RETAINED_KINDS
from salesperf.quality import DIMENSIONS, NUMBERS, RECORD_KINDS
from salesperf.risk import RISK_BANDS

VOCABULARIES: Final[Mapping[str, Iterable[str]]] = {
    "action.status": PROGRESS_STATUSES,
    "category": FORECAST_CATEGORIES,
    "customers.health_band": KEY_ACCOUNT_BANDS.labels,
    "customers.segment": SEGMENTS,
    "customers.state": STATES,
    "diagnosis.cause": CAUSES,
    "feasibility.evidence": EVIDENCE,
    "feasibility.verdict": VERDICTS,
    "feedback.relation": RELATIONS,
    "forecast.movement": FORECAST_MOVEMENTS,
    "grading.temperature": map(str.lower, STANDARD_TEMPERATURE.bands.labels),
    "lead_status": LEAD_STATUSES,
    "okr.band": OKR_BANDS.labels,
    "okr.status": OKR_STATUSES,
    "owner_kind": (*REP_KINDS, "team"),
    "pipeline.flag": FLAGS,
    "pipeline.movement": MOVEMENTS,
    "privacy.kind": RETAINED_KINDS,
    "quality.dimension": DIMENSIONS,
    "quality.kind": RECORD_KINDS,
    "quality.number": NUMBERS,
    "risk.band": RISK_BANDS.labels,
    "risk.kind": RISK_KINDS,
    "role": CONTACT_ROLES,
    "severity": SEVERITIES,
    "status": STATUSES,
}
"""Closed sets of words that are public: a program may show any of them, whether or not a report of ours does."""

NEVER: Final = {
    "action.status.gone",
    "channels.verdict.not_compared",
    "explain.actual",
    "explain.by_potential",
    "followup.reason.round_robin_without_limit",
    "followup.reason.weight_without_limit",
    "season.half",
}
"""What the reading of the source takes for possible, since it does not look at conditions; each has a branch of its own."""

NO_KEYS: Final = frozenset({"customers.csv", "scope.Region"})
"""A file and a column."""

OPEN: Final = frozenset({"channel", "follow_up_action", "touch", "touch_outcome"})
"""Sections with words for what anybody may name as they like: :func:`salesperf.model.message.word_of`."""

SECTIONS: Final = frozenset(key.partition(".")[0] for key in catalog("en"))
ELSEWHERE: Final = ("error.", "shown.")
"""Of the codes of errors ``test_public_api.py`` tells."""


@pytest.fixture(scope="module")
def put_together() -> list[Template]:
    """Return what the source puts together that begins like a key."""
    gc.disable()  # syntax trees hold no cycles to look for, and there are hundreds of thousands of nodes
    try:
        return [template for template in templates() if begins_like_a_key(template.parts[0])]
    finally:
        gc.enable()


def begins_like_a_key(first: Part) -> bool:
    return not first.is_open and all(word.partition(".")[0] in SECTIONS for word in first.words)


def missing(keys: Iterable[str]) -> set[str]:
    """Return the keys that a catalog lacks."""
    return {key for key in keys if any(key not in catalog(lang) for lang in LANGUAGES)}


def names_a_key(module: str, text: str) -> bool:
    """Tell whether a text in the source is a key: of charts less the section that all of theirs are in."""
    return not missing([text]) or (module.startswith("salesperf.charts.") and not missing([f"charts.{text}"]))


def test_every_key_that_stands_in_the_source_is_in_both_catalogs() -> None:
    named = [(module, text) for module, text in literals() if text.partition(".")[0] in SECTIONS and text not in NO_KEYS]
    assert len(named) > 1_000
    assert [each for each in named if not names_a_key(*each)] == []


def test_every_key_that_is_put_together_is_in_both_catalogs_whatever_is_put_into_it(put_together: list[Template]) -> None:
    assert sum(not template.is_open for template in put_together) > 190
    lacking = {template.place: lacks for template in put_together if (lacks := missing(template.keys))}
    assert set().union(*lacking.values()) == NEVER, lacking


def test_what_is_put_together_of_any_words_is_like_a_key_in_both_catalogs(put_together: list[Template]) -> None:
    for template in put_together:
        found = [{key for key in catalog(lang) if template.pattern.fullmatch(key)} for lang in LANGUAGES]
        assert all(found), (template.place, template.pattern.pattern)


@pytest.mark.parametrize("section", VOCABULARIES)
def test_every_word_of_a_closed_set_has_a_key_and_no_other_key_stands_beside_it(section: str) -> None:
    words = {f"{section}.{word}" for word in VOCABULARIES[section]}
    for lang in LANGUAGES:
        assert {key for key in catalog(lang) if re.fullmatch(rf"{section}\.\w+", key)} == words


def test_every_key_of_the_catalogs_is_named_in_the_source(put_together: list[Template]) -> None:
    named = {text for _, text in literals()}.union(*(template.keys for template in put_together))
    of_any_words = [template for template in put_together if template.is_open]

    def is_used(key: str) -> bool:
        section, _, _ = key.rpartition(".")
        if key in named or section in VOCABULARIES or section in OPEN:
            return True
        # Where any word may be put in, it is one that stands somewhere.
        return any(all(map(is_written, words)) for template in of_any_words if (words := template.words_in(key)))

    keys = [key for key in catalog("en") if not key.startswith(ELSEWHERE)]
    assert [key for key in keys if not is_used(key)] == []


def test_what_writes_for_readers_holds_no_words_of_its_own() -> None:
    told = [text for _, text in prose("salesperf.report", "salesperf.charts", "salesperf.io.html")]
    assert [text for text in told if not text.startswith(("<", "Noto Sans"))] == []
    assert len(told) > 2
