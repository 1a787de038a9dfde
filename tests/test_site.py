"""The built site of the documentation: it asks no other host for anything, and shows what the pages hold.

The published reviews with pictures are made by that build alone. Their words are those of the Markdown, whose every figure
``test_published_*.py`` trace to the raw files; the numbers of their pictures are traced here.
"""

import html
import os
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from crm_reviewed import FIRST, LAST
from crm_rows import read_crm
from page_lines import percent, wilson

from pages import ROOT
from published import PUBLISHED, Published, built

CRM: Final = ("crm-company", "crm-region")
"""The pages with a picture of the win rates of agents."""
NUMBER: Final = re.compile(r"\d[\d,.]*\d|\d")


@pytest.fixture(scope="module")
def site() -> Path:
    """The built site, which is not built anew for its tests: that takes as long as a thousand of them."""
    folder = os.environ.get("SALESPERF_SITE")
    if folder is None:
        pytest.skip("SALESPERF_SITE names no built site: mkdocs build --strict --site-dir SITE, then SALESPERF_SITE=SITE")
    return Path(folder)


class Loads(HTMLParser):
    """Collects whatever a browser loads by itself when it shows a page; a link waits for a click."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"src", "srcset", "data", "poster"} or (tag == "link" and name == "href"):
                self.addresses.append(value or "")
            elif name == "style":
                self.addresses.extend(style_addresses(value or ""))


def style_addresses(style: str) -> Iterator[str]:
    """Yield the addresses that a style sheet loads."""
    for match in re.finditer(r"""(?:url\(|@import)\s*["']?([^"')\s;]+)""", style):
        yield match[1]


def loaded_by(page: str) -> list[str]:
    """Return the addresses that a page loads."""
    parser = Loads()
    parser.feed(page)
    return parser.addresses + list(style_addresses(page))


def external(addresses: list[str]) -> list[str]:
    """Return the addresses that name a host."""
    return [address for address in addresses if urlsplit(address).netloc]


def test_a_page_loads_nothing_from_another_host(site: Path) -> None:
    loaded = [address for page in site.rglob("*.html") for address in loaded_by(page.read_text(encoding="utf-8"))]
    assert any(address.endswith(".js") for address in loaded)
    assert external(loaded) == []


def test_a_style_sheet_loads_nothing_from_another_host(site: Path) -> None:
    sheets = list(site.rglob("*.css"))
    assert sheets
    assert external([address for sheet in sheets for address in style_addresses(sheet.read_text("utf-8"))]) == []


def test_a_foreign_script_or_font_or_style_would_be_found() -> None:
    page = """
    <script src="https://one.example/a.js"></script> <link rel="stylesheet" href="//two.example/a.css">
    <style>@import "https://three.example/a.css"; body { background: url('https://four.example/a.png') }</style>
    <p style="background: url(https://five.example/b.png)"> <a href="https://fine.example">a link</a> <img src="own.png">
    """
    hosts = {urlsplit(address).netloc for address in external(loaded_by(page))}
    assert hosts == {f"{number}.example" for number in ("one", "two", "three", "four", "five")}


def test_the_reference_shows_the_constructor_that_attrs_writes(site: Path) -> None:
    page = (site / "reference" / "index.html").read_text(encoding="utf-8")
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split()).replace("( ", "(")
    assert "Unit(code: str, digits: int, dimension: UnitDimension" in text
    assert ":class:" not in text


def test_the_scripts_of_the_pages_stay_out_of_the_site(site: Path) -> None:
    assert list(site.rglob("*.py")) == []


def illustrated(site: Path, published: Published, lang: str) -> str:
    """Return a published review as the site has it, with pictures."""
    if built(published) is None:
        pytest.skip(f"the data of {published.name} are not on this machine")
    return (site / published.html_path(lang)).read_text(encoding="utf-8")


def pictures(page: str) -> list[str]:
    """Return what the pictures of a page say in words."""
    figures = re.findall("<figure>.*?</figure>", page, re.DOTALL)
    return [html.unescape(words) for figure in figures for words in re.findall('role="img" aria-label="([^"]*)"', figure)]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.name)
def test_a_published_review_with_pictures_has_the_figures_of_its_markdown(site: Path, published: Published, lang: str) -> None:
    page = illustrated(site, published, lang)
    beside = (site / published.markdown_path(lang)).with_suffix(".html").read_text(encoding="utf-8")
    assert f'href="{published.name}-illustrated.html"' in beside
    body = re.sub("<(style|figure|nav|title)[ >].*?</\\1>", "", page, flags=re.DOTALL)
    words = " ".join(html.unescape(re.sub("<[^>]+>", " ", body)).split())
    markdown = (ROOT / "docs" / published.markdown_path(lang)).read_text(encoding="utf-8")
    assert NUMBER.findall(words) == NUMBER.findall(re.sub(r"^\d+\. ", "", markdown, flags=re.MULTILINE))
    # Nor has a picture a number that the Markdown has not, but for the rates of everybody, which are traced below.
    told = [words for words in pictures(page) if not words.startswith("1. ")]
    assert told
    assert set(NUMBER.findall("\n".join(told))) <= set(NUMBER.findall(markdown))


@pytest.mark.parametrize("published", [each for each in PUBLISHED if each.name in CRM], ids=lambda published: published.name)
def test_the_win_rates_of_a_picture_are_those_of_the_rows(
    site: Path, published: Published, data_folder: Callable[[str], Path]
) -> None:
    (words,) = (words for words in pictures(illustrated(site, published, "en")) if words.startswith("1. "))
    rows = read_crm(data_folder("crm_sales_opportunities")).rows
    decided = [deal for deal in rows if deal.closed is not None and FIRST <= deal.closed <= LAST]
    rates = []
    for line in words.splitlines():
        match = re.fullmatch(r"\d+\. (.+): (\S+) \((\S+) to (\S+)\), of (\d+)\.", line)
        assert match, line
        name, *told = match.groups()
        own = [deal.is_won for deal in decided if deal.agent == name]
        assert told == [percent(sum(own), len(own)), *map(percent, wilson(sum(own), len(own))), str(len(own))]
        rates.append(sum(own) / len(own))
    assert all(higher >= lower for higher, lower in pairwise(rates))
    agents = {deal.agent for deal in decided if published.owner in (None, deal.office)}
    assert len(rates) == len(agents)
