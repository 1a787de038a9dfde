"""The published reviews: whole reviews of public data, each in English and Chinese, as a page of the site and as HTML.

The records are those that a how-to makes, so that a reader can make the same review. ``rebuild.py`` writes the Markdown; a
build of the site (this module is a hook of MkDocs) writes the HTML, and links to it, where the public data are on the machine.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final
from unittest import SkipTest

import attrs
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from sybil import Document

from pages import ROOT, Block, close_page, open_page, parse_blocks
from salesperf import Period, Records, report, review
from salesperf.io.html import page as html_page
from salesperf.review import Review

__all__ = ["PUBLISHED", "Published", "built", "on_files", "on_page_markdown", "texts"]

_FOLDERS: Final[Mapping[str, str]] = MappingProxyType({"en": "reviews", "zh": "zh/reviews"})
_LINKS: Final[Mapping[str, str]] = MappingProxyType(
    {"en": "The same review as a page with pictures, to print or to send", "zh": "带图表的网页版，便于打印和转发"}
)


@attrs.frozen(kw_only=True)
class Published:
    """A review that is published: which records, whose, of which days."""

    name: str
    how_to: str
    owner: str | None
    period: Period
    as_of: date

    def markdown_path(self, lang: str) -> str:
        """Return where its Markdown stands below the folder of the documentation."""
        return f"{_FOLDERS[lang]}/{self.name}.md"

    def html_path(self, lang: str) -> str:
        """Return where its HTML stands; the site has a page of its own of the Markdown."""
        return f"{_FOLDERS[lang]}/{self.name}-illustrated.html"


def _of_quarter(name: str, owner: str | None) -> Published:
    quarter = Period.quarter(2017, 4)
    return Published(name=name, how_to="crm-sales-opportunities", owner=owner, period=quarter, as_of=quarter.last)


PUBLISHED: Final = (
    _of_quarter("crm-company", None),
    _of_quarter("crm-region", "Central"),
    _of_quarter("crm-rep", "rep-10"),
    Published(
        name="adventureworks-year", how_to="adventureworks", owner=None, period=Period.year(2013), as_of=date(2013, 12, 31)
    ),
)
"""Every published review."""


@cache
def _records(how_to: str) -> Records:
    """Run a how-to until it has made its records; where its data are not on this machine, it is skipped each time."""
    document = Document.parse(str(ROOT / "docs" / "how-to" / f"{how_to}.md"), parse_blocks)
    open_page(document.namespace)
    try:
        for example in document:
            block = example.region.evaluator
            if isinstance(block, Block):
                block.run(example)
            else:
                example.evaluate()
            if "records" in document.namespace:
                break
    finally:
        close_page(document.namespace)
    made = document.namespace["records"]
    if not isinstance(made, Records):
        raise TypeError(how_to)
    return made


@cache
def _built(published: Published) -> Review:
    records = _records(published.how_to)
    return review.build(records, owner=published.owner, period=published.period, as_of=published.as_of)


def built(published: Published) -> Review | None:
    """Build a review; ``None`` where its data are not on this machine."""
    try:
        return _built(published)
    except SkipTest:
        return None


def texts(asked: Collection[Path] | None = None) -> Iterator[tuple[Path, str]]:
    """Yield where each review stands as Markdown, and what it says now; of those asked for whose data are on this machine."""
    for published in PUBLISHED:
        paths = {lang: ROOT / "docs" / published.markdown_path(lang) for lang in _FOLDERS}
        wanted = {lang: path for lang, path in paths.items() if asked is None or path in asked}
        made = built(published) if wanted else None
        if made is not None:
            yield from ((path, report.markdown(made, lang=lang)) for lang, path in wanted.items())


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add each review as HTML to the site that is built."""
    for published in PUBLISHED:
        made = built(published)
        if made is not None:
            for lang in _FOLDERS:
                content = html_page(made, lang=lang)
                files.append(File.generated(config, published.html_path(lang), content=content))
    return files


def on_page_markdown(markdown: str, *, page: Page, files: Files, **_: object) -> str:
    """Link to the HTML below the title, where there is any."""
    for published in PUBLISHED:
        for lang, link in _LINKS.items():
            html = files.get_file_from_path(published.html_path(lang))
            if page.file.src_uri == published.markdown_path(lang) and html is not None:
                title, rest = markdown.split("\n", 1)
                return f"{title}\n\n[{link}]({published.name}-illustrated.html)\n{rest}"
    return markdown
