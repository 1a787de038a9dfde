"""A review as a page: the text of the report, the pictures that belong to it, and a style for screen and paper."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

import attrs
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from salesperf import report
from salesperf.attainment import Attainment
from salesperf.charts import Chart, attainment_chart, forecast_chart, funnel_chart, ranking_chart, variance_chart
from salesperf.messages import Catalogs, render
from salesperf.model.message import Message
from salesperf.model.process import SalesProcess
from salesperf.model.validators import require
from salesperf.review import OUTCOME_SHARE, DealSection, MetricSection, OutlookLine, Review, VarianceLine
from salesperf.review.listed import listed_effects, listed_lines

__all__ = ["page"]

_MOST_LINES: Final = 40
"""More lines than that are in the table alone."""


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
    9
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
    """The pictures of a review, by the heading below which they stand, asked for in the order of the report.

    Each shows numbers that the report tells, so that no picture says what nobody can look up.
    """

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        self.review, self.lang, self.catalogs = review, lang, catalogs
        self._funnels = (section for section in review.deals if section.funnel.segments[0].deals)
        self._deciders = (section for section in review.deals if section.members)
        lines = () if review.variance is None else review.variance.lines
        self._variances = (line for line in lines if line.moved)
        # Of what comes from no deal at all the report has no table.
        self._outlook = (line for line in review.outlook if any(row["count"] != 0 for row in line.forecast.rows()[:-1]))

    def below(self, heading: str) -> Iterator[Chart]:
        """Yield those below a heading."""
        review = self.review
        if heading == self._say("report.attainment"):
            yield from self._bullets([section.attainment for section in review.metrics])
        first = review.metrics[0] if review.metrics else None
        if first is not None and heading == self._of_metric("report.trend", first):
            yield from self._bullets([part.attainment for part in first.trend])
        if first is not None and heading == self._of_metric("report.members", first):
            yield from self._bullets([member.attainment for member in first.members if member.level == 0])
        if heading == self._say("report.deals.funnel"):
            section = next(self._funnels)
            chart = funnel_chart(section.funnel, lang=self.lang, catalogs=self.catalogs)
            yield self._of_process(chart, section.process, [each.process for each in review.deals])
        if heading == self._say("report.deals.members"):
            yield from self._win_rates(next(self._deciders))

    def below_table(self, heading: str) -> Iterator[Chart]:
        """Yield those below each table under a heading."""
        if heading == self._say("report.variance.title"):
            line = next(self._variances)
            if not listed_effects(line).rest:
                chart = variance_chart(line.variance, lang=self.lang, catalogs=self.catalogs)
                yield attrs.evolve(chart, title=self._say(f"html.variance.{line.kind}", title=self._changed(line)))
        if heading == self._say("report.outlook.title"):
            yield from self._fan(next(self._outlook))

    def _say(self, key: str, **arguments: object) -> str:
        return render(key, arguments, lang=self.lang, catalogs=self.catalogs)

    def _of_metric(self, key: str, section: MetricSection) -> str:
        return self._say(key, metric=section.title.text(self.lang, self.catalogs))

    def _changed(self, line: VarianceLine) -> str:
        """Name what changed, and whose it is where that is not the owner of the review."""
        title = line.title.text(self.lang, self.catalogs)
        if line.owner == self.review.owner:
            return title
        return self._say("report.of", owner=self.review.org.label(line.owner), metric=title)

    def _of_process(self, chart: Chart, process: SalesProcess, all_of_them: Iterable[SalesProcess]) -> Chart:
        """Name the sales process in the title of a picture, where there are several."""
        if len({each.key for each in all_of_them}) == 1:
            return chart
        label = Message(process.label).text(self.lang, self.catalogs)
        return attrs.evolve(chart, title=self._say("html.of_process", process=label, title=chart.title))

    def _names(self, owners: Iterable[str]) -> dict[str, str]:
        """Return what a reader calls each; two of one name by their ids too, since a picture has one line for a name."""
        labels = {owner: str(self.review.org.label(owner)) for owner in owners}
        times = Counter(labels.values())
        return {owner: label if times[label] == 1 else f"{label} ({owner})" for owner, label in labels.items()}

    def _bullets(self, attainments: list[Attainment]) -> Iterator[Chart]:
        if len(attainments) <= _MOST_LINES and any(each.ratio is not None for each in attainments):
            names = self._names({each.target.owner for each in attainments if each.target.owner is not None})
            yield attainment_chart(attainments, names=names, lang=self.lang, catalogs=self.catalogs)

    def _fan(self, line: OutlookLine) -> Iterator[Chart]:
        """Draw what deals may bring, and what the review before expected of them, where it was handed over."""
        if line.low == line.high:  # nothing is uncertain
            return
        before = () if self.review.before is None else self.review.before.outlook
        earlier = [each.forecast for each in before if _is_earlier(each, line)]
        needed = line.left_to_deals
        target = needed if needed is not None and needed.minor > 0 else None
        chart = forecast_chart(
            [*earlier, line.forecast], target=target, shares=(OUTCOME_SHARE,), lang=self.lang, catalogs=self.catalogs
        )
        yield self._of_process(chart, line.process, [each.process for each in self.review.outlook])

    def _win_rates(self, section: DealSection) -> Iterator[Chart]:
        """Draw the win rates of the reps who are listed, or of the lowest teams where only teams are, with their ranges."""
        listed = listed_lines(section.members).shown
        lowest = max(member.level for member in listed)
        reps = [member for member in listed if not member.is_team]
        alike = reps or [member for member in listed if member.level == lowest]
        shown = [member for member in alike if member.win_rate.value is not None]
        if 1 < len(shown) <= _MOST_LINES:
            names = self._names(member.owner for member in shown)
            rates = {names[member.owner]: member.win_rate for member in shown}
            chart = ranking_chart(rates, lang=self.lang, catalogs=self.catalogs)
            titled = attrs.evolve(chart, title=self._say("html.win_rates", level=section.closed.win_rate.level))
            yield self._of_process(titled, section.process, [each.process for each in self.review.deals])


def _is_earlier(before: OutlookLine, now: OutlookLine) -> bool:
    """Tell whether an outlook of a review before is one of the same."""
    same = [(each.process.key, each.unit, each.forecast.period, each.forecast.owner) for each in (before, now)]
    return same[0] == same[1] and before.forecast.as_of < now.forecast.as_of


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
    """Write a picture with its text alternative, and its title as text, which breaks into lines on a narrow screen."""
    untitled = {name: value for name, value in chart.spec.items() if name != "title"}
    svg = Markup(attrs.evolve(chart, document=json.dumps(untitled)).svg())  # noqa: S704 - of ours
    figure = Markup('<figure><figcaption>{}</figcaption><div role="img" aria-label="{}">{}</div></figure>')
    return _html(figure.format(chart.title, chart.alt, svg))
