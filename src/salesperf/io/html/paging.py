"""A review as a page: the text of the report, the pictures that belong to it, and a style for screen and paper."""

from collections.abc import Iterator
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from salesperf import report
from salesperf.attainment import Attainment
from salesperf.charts import Chart, attainment_chart, funnel_chart, variance_chart
from salesperf.messages import Catalogs, render
from salesperf.model.validators import require
from salesperf.review import MetricSection, Review
from salesperf.review.listed import listed_effects

__all__ = ["page"]

_MOST_BULLETS: Final = 40
"""More members than that are in the table alone."""


def page(review: Review, *, lang: str = "en", catalogs: Catalogs | None = None) -> str:
    """Write a review as one HTML page: the whole report, with pictures, and nothing that is loaded from elsewhere.

    Parameters
    ----------
    review
        Made by :func:`salesperf.review.build`.
    lang, catalogs
        As of :func:`salesperf.report.markdown`.

    Returns
    -------
    str
        A document in UTF-8 without scripts. What comes from the data is text in it, whatever it looks like.

    Raises
    ------
    UnknownNameError
        If there is no catalog for the language.
    MissingExtraError
        Without the extra ``html``.

    Notes
    -----
    The words are those of the Markdown report, read by markdown-it-py with HTML switched off, so that a number stands in one
    place alone. The pictures are SVG, each with its text alternative.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Period, review
    >>> from salesperf.io.folder import read_sample
    >>> built = review.build(read_sample(), owner="hangzhou", period=Period.month(2026, 8), as_of=date(2026, 8, 31))
    >>> page(built, lang="zh").count("<figure")
    6
    """
    require(review, Review, path=("review",))
    text = report.markdown(review, lang=lang, catalogs=catalogs)
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    # The report begins with its title: a heading's beginning, its words, and its end.
    _, title, _, *parts = reader.parse(text)
    headings = _Headings()
    body = list(_with_pictures(parts, _Pictures(review, lang, catalogs), headings))
    return _template().render(
        lang=lang.replace("_", "-"),
        title="".join(part.content for part in title.children or ()),
        contents=headings.contents,
        contents_title=render("html.contents", lang=lang, catalogs=catalogs),
        body=Markup(reader.renderer.render(body, reader.options, {})),  # noqa: S704 - HTML is switched off in what it was read from
    )


@cache
def _template() -> Template:
    loader = PackageLoader("salesperf.io.html", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template("page.html")


class _Headings:
    """The sections, for the table of contents."""

    def __init__(self) -> None:
        self.contents: list[tuple[str, str]] = []

    def add_section(self, opening: Token, text: str) -> None:
        """Note the heading of a section, and give it a name to go to."""
        name = f"section-{len(self.contents) + 1}"
        opening.attrSet("id", name)
        self.contents.append((name, text))


class _Pictures:
    """The pictures of a review, by the heading below which they stand, asked for in the order of the report."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        self.review, self.lang, self.catalogs = review, lang, catalogs
        self._funnels = (section.funnel for section in review.deals if section.funnel.segments[0].deals)
        lines = () if review.variance is None else review.variance.lines
        self._variances = (line for line in lines if line.moved)

    def below(self, heading: str) -> Iterator[Chart]:
        """Yield those below a heading."""
        review = self.review
        if heading == render("report.attainment", lang=self.lang, catalogs=self.catalogs):
            yield from self._bullets([section.attainment for section in review.metrics])
        first = review.metrics[0] if review.metrics else None
        if first is not None and heading == self._members_of(first):
            yield from self._bullets([member.attainment for member in first.members if member.level == 0])
        if heading == render("report.deals.funnel", lang=self.lang, catalogs=self.catalogs):
            yield funnel_chart(next(self._funnels), lang=self.lang, catalogs=self.catalogs)

    def below_table(self, heading: str) -> Iterator[Chart]:
        """Yield those below each table under a heading."""
        if heading == render("report.variance.title", lang=self.lang, catalogs=self.catalogs):
            line = next(self._variances)
            if not listed_effects(line).rest:
                yield variance_chart(line.variance, lang=self.lang, catalogs=self.catalogs)

    def _members_of(self, section: MetricSection) -> str:
        title = section.title.text(self.lang, self.catalogs)
        return render("report.members", {"metric": title}, lang=self.lang, catalogs=self.catalogs)

    def _bullets(self, attainments: list[Attainment]) -> Iterator[Chart]:
        if 0 < len(attainments) <= _MOST_BULLETS:
            owners = {each.target.owner for each in attainments if each.target.owner is not None}
            names = {owner: str(self.review.org.label(owner)) for owner in owners}
            yield attainment_chart(attainments, names=names, lang=self.lang, catalogs=self.catalogs)


def _with_pictures(tokens: list[Token], pictures: _Pictures, headings: _Headings) -> Iterator[Token]:
    """Yield the parts of a text, each table in a frame of its own, and pictures below their headings."""
    heading = ""
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = "".join(part.content for part in tokens[position + 1].children or ())
            if token.tag == "h2":
                headings.add_section(token, heading)
        if token.type == "table_open":
            yield _html('<div class="table">')
        yield token
        if token.type == "table_close":
            yield _html("</div>")
            yield from map(_figure, pictures.below_table(heading))
        elif token.type == "heading_close":
            yield from map(_figure, pictures.below(heading))


def _html(text: str) -> Token:
    return Token("html_block", "", 0, content=text, block=True)


def _figure(chart: Chart) -> Token:
    """Write a picture with its text alternative."""
    svg = Markup(chart.svg())  # noqa: S704 - of ours
    return _html(Markup('<figure role="img" aria-label="{}">{}</figure>').format(chart.alt, svg))
