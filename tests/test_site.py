"""The built site of the documentation: it asks no other host for anything, and shows what the pages hold."""

import html
import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest


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
