"""The published reviews that are committed are those that the library writes now, in both languages."""

import pytest
from shown_numbers import strange_numbers

from pages import ROOT
from published import PUBLISHED, Published, built
from salesperf import report


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.name)
def test_a_committed_review_is_what_is_written_now(published: Published, lang: str) -> None:
    made = built(published)
    if made is None:
        pytest.skip(f"the data of {published.name} are not on this machine")
    committed = (ROOT / "docs" / published.markdown_path(lang)).read_text(encoding="utf-8")
    assert committed == report.markdown(made, lang=lang), "(hint: python docs/rebuild.py)"


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.name)
def test_a_published_review_holds_every_number_that_its_report_tells(published: Published) -> None:
    made = built(published)
    if made is None:
        pytest.skip(f"the data of {published.name} are not on this machine")
    assert strange_numbers(made) == []
