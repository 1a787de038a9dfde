"""What a review is to tell, section by section, and which fields tell it."""

from pathlib import Path

import attrs
from explained import sample

from salesperf.review import Review

TOLD_BY = {
    "data": ("data", "quality"),
    "attainment": ("metrics", "unmet"),
    "strategy": ("objectives", "plans", "variance", "channels", "causes", "actions"),
    "team": ("team", "people"),
    "customers": ("customers", "surveys", "deals", "leads"),
    "channels": ("channels",),
    "cases": ("cases",),
    "market": ("market",),
    "findings": ("findings", "causes", "contradictions", "risks"),
    "actions": ("actions", "plans"),
    "outlook": ("outlook",),
    "agenda": ("agenda",),
}
"""The sections that a review is to have, as its design names them, and the fields of a review that tell each."""

BESIDE = {"owner", "period", "as_of", "org", "calendar", "recorded", "notes", "previous", "before", "version"}
"""What it is of, what goes beside its sections, and what it is compared with."""


def test_every_section_that_a_review_is_to_have_is_told_and_every_field_belongs_to_one() -> None:
    fields = {field.name for field in attrs.fields(Review)}
    told = {name for names in TOLD_BY.values() for name in names}
    assert told | BESIDE == fields
    assert not told & BESIDE
    # People are handed over, and this review has none; nobody was asked by a survey, nor need anything contradict.
    empty = {name for name in told if not getattr(sample(), name)}
    assert empty <= {"people", "surveys", "contradictions"}


def test_strategy_is_told_where_its_numbers_are() -> None:
    review, docs = sample(), Path(__file__).parents[1] / "docs"
    assert all(f"``{name}``" in (Review.__doc__ or "") for name in TOLD_BY["strategy"])
    assert "**Strategy has no section of its own.**" in (docs / "explanation/design.md").read_text(encoding="utf-8")
    assert "策略（定了什么、是否奏效）不单列" in (docs / "zh/glossary.md").read_text(encoding="utf-8")
    # What was decided, and whether it works.
    assert review.objectives is not None
    assert review.objectives.lines
    assert review.plans
    assert review.channels is not None
    assert review.variance is not None
    assert {"channel_conflict", "discounting"} & {cause.rule for cause in review.causes}
    assert review.actions is not None
    assert any(line.action.effect is not None for line in review.actions.follow_through.lines)
