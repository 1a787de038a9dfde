"""A review as a page: the words of the report, nothing more, nothing from elsewhere, and nothing that a name could do."""

import re
import sys
from collections.abc import Sequence
from datetime import date
from functools import cache
from html import unescape
from html.parser import HTMLParser
from importlib import import_module, reload
from itertools import cycle
from typing import Any

import attrs
import pytest
from markdown_it import MarkdownIt

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    Actual,
    Amount,
    Change,
    Opportunity,
    Org,
    Period,
    Records,
    Rep,
    Target,
    Team,
    report,
)
from salesperf.charts import SCHEMA
from salesperf.errors import InvalidValueError, MissingExtraError, UnknownNameError
from salesperf.io.folder import read_sample
from salesperf.io.html import page
from salesperf.review import Review, build

NUMBER = re.compile(r"\d[\d,.]*\d|\d")
HOSTILE = "<script>alert('x')</script>"
VOID = {"meta", "link", "br", "img", "hr", "path", "line", "rect", "circle"}


@cache
def sample(owner: str | None = None) -> Review:
    return build(read_sample(), owner=owner, period=Period.quarter(2026, 3), as_of=date(2026, 9, 16))


@cache
def written(lang: str = "en", owner: str | None = None) -> str:
    return page(sample(owner), lang=lang)


class Reader(HTMLParser):
    """Reads the words of a page, those of pictures and styles apart, and looks whether all that opens is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"svg", "style", "nav", "title"} & set(self.open):
            self.words.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize(("lang", "owner"), [("en", None), ("zh", "east")])
def test_every_number_of_a_page_is_one_of_the_report(lang: str, owner: str | None) -> None:
    words = " ".join(read(written(lang, owner)).words)
    # A browser counts the lines of the agenda itself.
    reported = re.sub(r"^\d+\. ", "", report.markdown(sample(owner), lang=lang), flags=re.MULTILINE)
    assert NUMBER.findall(words) == NUMBER.findall(reported)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pictures_have_their_words(lang: str) -> None:
    figures = [attributes for tag, attributes in read(written(lang)).tags if tag == "figure"]
    assert len(figures) == 7
    assert all(figure["role"] == "img" and figure["aria-label"] for figure in figures)


def test_every_number_of_the_waterfalls_is_one_of_the_report() -> None:
    reported = set(NUMBER.findall(report.markdown(sample())))
    told = [attributes["aria-label"] or "" for tag, attributes in read(written()).tags if tag == "figure"]
    waterfalls = [words for words in told if words.startswith("Before")]
    assert len(waterfalls) == 4
    assert set(NUMBER.findall(" ".join(waterfalls))) <= reported


def test_a_change_of_many_parts_is_in_the_table_alone() -> None:
    revenue, september = STANDARD_METRICS["revenue"], Period.month(2026, 9)
    for reps, figures in ((8, 1), (9, 0)):
        records = Records(
            org=Org(reps=[Rep(id=f"r-{number}") for number in range(reps)]),
            targets=[
                Target(owner=f"r-{number}", metric=revenue, amount=Amount.of(100, CNY), period=september)
                for number in range(reps)
            ],
        )
        review = build(records, owner=None, period=september, as_of=september.last)
        assert page(review).count("Before: CNY") == figures


def test_every_section_is_in_the_contents() -> None:
    text = written()
    named = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', text)
    linked = re.findall(r'<li><a href="#([^"]+)">(.*?)</a></li>', text)
    assert named == linked
    assert len(named) == len(re.findall(r"^## ", report.markdown(sample()), flags=re.MULTILINE))


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    for lang in ("en", "zh"):
        reader = read(written(lang))
        assert {"script", "link", "iframe", "img", "object", "embed"}.isdisjoint(tag for tag, _ in reader.tags)
        links = {value for _, attributes in reader.tags for name, value in attributes.items() if name in {"href", "src"}}
        assert all(link is not None and link.startswith("#") for link in links)
        assert SCHEMA not in written(lang)
        assert "@import" not in written(lang)
        assert "url(" not in re.sub(r"url\(#|url\(&quot;#", "", written(lang))


def test_the_language_is_stated() -> None:
    assert '<html lang="zh">' in written("zh")
    assert '<html lang="zh-CN">' in page(hostile(), lang="zh_CN")  # as browsers write it
    assert "<strong>目录</strong>" in written("zh")


def test_a_page_is_the_same_each_time_and_small() -> None:
    assert page(sample("east"), lang="zh") == written("zh", "east")
    assert len(written().encode()) < 2_000_000


def hostile_records() -> Records:
    visits, september = STANDARD_METRICS["visits"], Period.month(2026, 9)
    return Records(
        org=Org(reps=[Rep(id="ada", name=HOSTILE, team="t")], teams=[Team(id="t", name=f"{HOSTILE}[x](javascript:1)")]),
        targets=[Target(owner="ada", metric=visits, amount=Amount.of(40, COUNT), period=september)],
        actuals=[Actual(owner="ada", metric=visits, amount=Amount.of(24, COUNT), on=date(2026, 9, 8))],
    )


def hostile(records: Records | None = None) -> Review:
    known = hostile_records() if records is None else records
    return build(known, owner="t", period=Period.month(2026, 9), as_of=date(2026, 9, 15))


def test_hostile_names_stay_text() -> None:
    text = page(hostile())
    reader = read(text)
    assert "script" not in {tag for tag, _ in reader.tags}
    assert HOSTILE in unescape(" ".join(reader.words))
    assert "javascript:" not in {value for _, attributes in reader.tags for value in attributes.values()}


def test_no_sign_in_a_name_turns_round_what_stands_behind_it_nor_does_a_picture_speak_for_itself() -> None:
    turned = attrs.evolve(hostile_records(), org=Org(reps=[Rep(id="ada", name="\u202eada", team="t")], teams=[Team(id="t")]))
    pages = [page(hostile(turned), lang=lang) for lang in ("en", "zh")]
    for text in pages:
        assert "<svg" in text
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", unescape(text))
        # What Vega would say of an axis or a mark is in English, and tells raw floats.
        assert "axis titled" not in text
    assert "Pace" not in pages[1]


def structure(review: Review) -> list[tuple[str, str, int]]:
    """Return the blocks of a report as Markdown is read: headings, lists, tables."""
    blocks = MarkdownIt().enable("table").parse(report.markdown(review))
    return [(block.type, block.tag, block.level) for block in blocks]


def titled(records: Records, signs: Sequence[str]) -> Records:
    """Put signs before every title and name that is shown: they take turns."""
    each = cycle(signs)

    def renamed(item: Any, field: str = "title") -> Any:  # noqa: ANN401 - any noun with a title
        return attrs.evolve(item, **{field: f"{next(each)}{getattr(item, field)}"})

    metrics = {metric: renamed(metric) for metric in {actual.metric: None for actual in records.actuals}}
    org = attrs.evolve(
        records.org,
        reps=[renamed(rep, "name") for rep in records.org.reps],
        teams=[renamed(team, "name") for team in records.org.teams],
    )
    processes = [
        renamed(attrs.evolve(process, stages=[renamed(stage) for stage in process.stages])) for process in records.processes
    ]
    return attrs.evolve(
        records,
        org=org,
        processes=processes,
        targets=[attrs.evolve(each, metric=metrics.get(each.metric, each.metric)) for each in records.targets],
        actuals=[attrs.evolve(each, metric=metrics[each.metric]) for each in records.actuals],
        customers=[renamed(customer, "name") for customer in records.customers],
        objectives=[renamed(objective) for objective in records.objectives],
        actions=[renamed(action) for action in records.actions],
        cases=[renamed(case) for case in records.cases],
        risks=[renamed(risk) for risk in records.risks],
    )


def test_titles_that_read_like_markdown_begin_no_list_and_no_heading() -> None:
    signs = ("1. ", "2) ", "# ", "- ", "+ ", "* ", "---", "    ", "```", "> ", "{", "!!! ", "===", "| ", "[x]: ")
    records, (owner, period, as_of) = read_sample(), ("hangzhou", Period.quarter(2026, 3), date(2026, 9, 16))
    plain, odd = (build(titled(records, each), owner=owner, period=period, as_of=as_of) for each in (["Q "], signs))
    assert structure(odd) == structure(plain)


def test_more_members_than_a_picture_holds_are_in_the_table_alone() -> None:
    visits, september = STANDARD_METRICS["visits"], Period.month(2026, 9)
    reps = [Rep(id=f"r-{number}") for number in range(41)]
    goals = [Target(owner=rep.id, metric=visits, amount=Amount.of(4, COUNT), period=september) for rep in reps]
    review = build(Records(org=Org(reps=reps), targets=goals), owner=None, period=september, as_of=date(2026, 9, 15))
    assert page(review).count("<figure") == 1
    fewer = Records(org=Org(reps=reps[:40]), targets=goals[:40])
    assert page(build(fewer, owner=None, period=september, as_of=date(2026, 9, 15))).count("<figure") == 2


def test_a_review_of_nothing_is_a_page_without_pictures() -> None:
    empty = build(Records(org=Org()), owner=None, period=Period.month(2026, 9), as_of=date(2026, 9, 15))
    assert "<figure" not in page(empty)
    assert read(page(empty)).words


def test_a_funnel_that_nothing_entered_has_no_picture() -> None:
    never_open = Opportunity(id="o-1", history=[Change(date(2026, 8, 1), stage="lost")])
    records = Records(org=Org(), opportunities=[never_open], processes=[STANDARD_PROCESSES["basic"]])
    review = build(records, owner=None, period=Period.month(2026, 9), as_of=date(2026, 9, 15))
    assert len(review.deals) == 1
    assert "<figure" not in page(review)


def test_words_of_the_callers_own_are_used() -> None:
    catalogs = {"en": {"html.contents": "What <is> in it"}}
    assert "<strong>What &lt;is&gt; in it</strong>" in page(hostile(), catalogs=catalogs)


def test_what_is_no_review_or_no_language_is_refused() -> None:
    with pytest.raises(InvalidValueError) as caught:
        page(attrs.asdict(sample(), recurse=False))  # type: ignore[arg-type] # a mistake on purpose
    assert caught.value.path == ("review",)
    with pytest.raises(UnknownNameError):
        page(sample(), lang="tlh")


def test_without_the_extra_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("salesperf.io.html")
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtraError, match=r"salesperf\[html\]"):
        reload(module)
    monkeypatch.undo()
    reload(module)
