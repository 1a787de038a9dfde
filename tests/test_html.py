"""A review as a page: the words of the report, nothing more, nothing from elsewhere, and nothing that a name could do."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from html import unescape
from html.parser import HTMLParser
from importlib import import_module, reload
from itertools import cycle
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import pytest
import small_review
from markdown_it import MarkdownIt
from shown_numbers import numbers_but, values_in

from published import PUBLISHED, built
from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
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
    Unit,
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
        if not {"figure", "style", "nav", "title"} & set(self.open):
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


@attrs.frozen
class Picture:
    """A picture of a page: its title, the words for whoever cannot see it, and what it writes itself, axes apart."""

    caption: str
    words: str
    notes: list[str]
    axes: list[str]


def pictures_of(text: str) -> Iterator[Picture]:
    for figure in re.findall("<figure>.*?</figure>", text, re.DOTALL):
        # In an attribute XML takes the end of a line for a blank, HTML does not.
        tree = ET.fromstring(figure.replace("\n", "&#10;"))  # noqa: S314 - of ours
        (caption,), (picture,) = tree.findall("figcaption"), tree.findall("div")
        assert picture.get("role") == "img"
        notes: list[str] = []
        axes: list[str] = []
        for group in tree.iter("{http://www.w3.org/2000/svg}g"):
            kind = group.get("class") or ""
            if "mark-text" in kind:
                texts = ["".join(part.itertext()) for part in group.iter("{http://www.w3.org/2000/svg}text")]
                (notes if "role-mark" in kind else axes).extend(texts)
        yield Picture(caption=caption.text or "", words=picture.get("aria-label") or "", notes=notes, axes=axes)


ENDS = {
    "en": ["Attainment", "Attainment", "Attainment", *["What made the difference"] * 5, "Forecast", "Funnel", "Win rates"],
    "zh": ["目标达成", "目标达成", "目标达成", *["差异由何而来"] * 5, "2026年第3季度预测", "漏斗", "赢单率"],
}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pictures_have_their_titles_and_their_words(lang: str) -> None:
    pictures = list(pictures_of(written(lang)))
    assert len(pictures) == written(lang).count("<svg")
    assert [next(end for end in ENDS[lang] if picture.caption.startswith(end)) for picture in pictures] == ENDS[lang]
    assert all(picture.words and picture.caption not in picture.axes + picture.notes for picture in pictures)


YEAR = next(each for each in PUBLISHED if each.name == "adventureworks-year")


@pytest.mark.parametrize(("whose", "lang"), [("sample", "en"), ("sample", "zh"), ("published", "zh")])
def test_every_number_of_a_picture_is_one_of_the_report_or_of_its_review(whose: str, lang: str) -> None:
    review = sample() if whose == "sample" else built(YEAR)
    if review is None:
        pytest.skip(f"the data of {YEAR.name} are not on this machine")
    text = written(lang) if whose == "sample" else page(review, lang=lang)
    reported = report.markdown(review, lang=lang)
    told = "\n".join(part for each in pictures_of(text) for part in (each.caption, each.words, *each.notes))
    missing = set(NUMBER.findall(told)) - set(NUMBER.findall(reported))
    strange = numbers_but(told, values_in(review))
    assert len(NUMBER.findall(told)) > 40
    assert [number for number in strange if number.rstrip("%") in missing] == []
    if whose == "published":
        words = " ".join(read(text).words)
        assert NUMBER.findall(words) == NUMBER.findall(re.sub(r"^\d+\. ", "", reported, flags=re.MULTILINE))


@pytest.mark.parametrize("begin", ["Before", "Planned", "As of", "1. "])
def test_waterfalls_forecasts_and_win_rates_tell_what_the_report_tells(begin: str) -> None:
    reported = report.markdown(sample())
    told = [picture.words for picture in pictures_of(written()) if picture.words.startswith(begin)]
    assert len(told) == {"Before": 3, "Planned": 2, "As of": 1, "1. ": 1}[begin]
    if begin == "As of":  # what is left of the target to deals is in no line: it is owed less what came otherwise
        (line,) = sample().outlook
        assert line.target is not None
        assert line.otherwise is not None
        needed = line.target - line.otherwise
        assert line.left_to_deals == needed
        assert told[0].endswith(f"To be reached: {needed.rounded_text(0)}.")
        told = told[0].splitlines()[:1]
    known = set(NUMBER.findall(reported)) | {str(number) for number in range(20)}
    assert set(NUMBER.findall("\n".join(told))) <= known


def test_a_chinese_page_has_no_english_of_its_own_and_no_raw_number() -> None:
    latin = re.compile(r"[A-Za-z]{2,}")
    of_data = set(latin.findall(report.markdown(sample(), lang="zh")))
    for picture in pictures_of(written("zh")):
        parts = [picture.caption, picture.words, *picture.notes, *picture.axes]
        assert set(latin.findall(" ".join(parts))) <= of_data
        assert not re.search(r"\d\.\d{3}|\de[+-]?\d", " ".join(parts))


def style() -> tuple[str, str]:
    """Return the rules of a page for any screen and those for paper."""
    (rules,) = re.findall("<style>(.*?)</style>", written(), re.DOTALL)
    screen, _, paper = rules.partition("@media print {")
    return screen, paper


def test_a_page_fits_a_telephone() -> None:
    reader = read(written())
    viewports = [attributes["content"] for tag, attributes in reader.tags if attributes.get("name") == "viewport"]
    assert viewports == ["width=device-width, initial-scale=1"]
    # Whatever is wider than the screen scrolls by itself, so that the page does not.
    assert written().count('<div class="table"><table>') == written().count("<table>") > 20
    screen, _ = style()
    assert ".table { overflow-x: auto;" in screen
    # Pictures shrink to the screen, and on none do they stay as wide as they were drawn.
    assert "figure svg { max-width: 100%; height: auto; }" in screen
    assert "max-width: none" not in screen


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_letters_of_pictures_are_legible_on_a_telephone(lang: str) -> None:
    drawn = re.findall("<svg.*?</svg>", written(lang), re.DOTALL)
    assert len(drawn) == len(ENDS[lang])
    for svg in drawn:
        (width,) = re.findall(r'<svg[^>]*viewBox="0 0 ([\d.]+) [\d.]+"', svg)
        smallest = min(float(size) for size in re.findall(r'font-size="([\d.]+)px"', svg))
        assert smallest * min(1, 360 / float(width)) >= 9


def test_no_two_pictures_of_what_made_the_difference_have_one_title() -> None:
    captions = [picture.caption for picture in pictures_of(written())]
    assert captions[:3] == ["Attainment: Q3 2026", "Attainment: Company, Revenue", "Attainment: Revenue, Q3 2026"]
    assert len(set(captions)) == len(captions)
    bullets = next(pictures_of(written()))
    assert "深圳 Shenzhen, Revenue (product = software), Q3 2026: 82.5% of the target" in bullets.words
    assert any("Revenue (product = software)" in each for each in bullets.axes)


def test_no_picture_is_taller_than_a_sheet_of_paper() -> None:
    _, _, paper = written().partition("@media print {")
    tallest = re.search(r"figure svg \{ max-height: (\d+)mm; width: auto; \}", paper)
    (margin,) = re.findall(r"@page \{ margin: (\d+)mm; size: A4 landscape; \}", paper)
    assert tallest is not None
    # With two lines of headings above it on a sheet of 210 mm.
    assert int(tallest[1]) <= 210 - 2 * int(margin) - 20


def test_a_page_prints_without_cut_tables() -> None:
    _, paper = style()
    assert "@page { margin: 14mm; size: A4 landscape; }" in paper
    assert ".table { overflow: visible; }" in paper
    assert "th, td { padding: .15rem .35rem; white-space: normal; }" in paper
    assert re.search(r"tr, figure, li, \.table:not\([^{]*\{ break-inside: avoid; \}", paper)
    assert "thead { display: table-header-group; }" in paper
    assert "nav { display: none; }" in paper


def test_a_forecast_stands_beside_that_of_the_review_before() -> None:
    records, quarter = read_sample(), Period.quarter(2026, 3)
    before = build(records, owner="hangzhou", period=quarter, as_of=date(2026, 8, 31))
    review = build(records, owner="hangzhou", period=quarter, as_of=date(2026, 9, 16), previous=before)
    (fan,) = [picture.words for picture in pictures_of(page(review)) if picture.words.startswith("As of")]
    assert re.findall("As of ([0-9-]+)", fan) == ["2026-08-31", "2026-09-16"]


def open_deal(name: str, process: str, unit: Unit = CNY, *, due: date | None) -> Opportunity:
    began = Change(date(2026, 8, 1), stage="proposal", amount=Amount.of(100, unit), expected_close=due, owner="r-0")
    return Opportunity(id=name, history=[began], process=process)


def test_each_outlook_has_its_own_picture_and_one_without_a_chance_has_none() -> None:
    september = Period.month(2026, 9)
    basic, other = STANDARD_PROCESSES["basic"], attrs.evolve(STANDARD_PROCESSES["basic"], key="other")
    won = Change(date(2026, 9, 2), stage="closed", amount=Amount.of(7, CNY), expected_close=date(2026, 9, 2), owner="r-0")
    deals = [
        open_deal("o-1", "basic", due=None),  # no table
        open_deal("o-2", "basic", USD, due=date(2026, 9, 25)),  # a table, and a picture
        open_deal("o-3", "other", due=None),  # a table of what is won
        Opportunity(id="o-4", history=[won], process="other"),
    ]
    records = Records(
        org=Org(reps=[Rep(id="r-0")]),
        opportunities=deals,
        processes=[basic, other],
        targets=[Target(owner=None, metric=STANDARD_METRICS["revenue"], amount=Amount.of(5, USD), period=september)],
        actuals=[Actual(owner="r-0", metric=STANDARD_METRICS["revenue"], amount=Amount.of(9, USD), on=date(2026, 9, 3))],
    )
    review = build(records, owner=None, period=september, as_of=date(2026, 9, 15))
    assert [(line.process.key, line.low < line.high) for line in review.outlook] == [
        ("basic", False),
        ("basic", True),
        ("other", False),
    ]
    told = [picture.words for picture in pictures_of(page(review)) if picture.words.startswith("As of")]
    # More than the target came otherwise, so that nothing is left to deals.
    assert told == ["As of 2026-09-15: USD 50 expected; outcomes: 80% USD 0 to USD 100."]


def test_two_of_one_name_have_a_line_each() -> None:
    visits, september = STANDARD_METRICS["visits"], Period.month(2026, 9)
    reps = [Rep(id=f"r-{number}", name="Li Wei") for number in range(2)] + [Rep(id="r-2", name="Zhou Ning")]
    goals = [Target(owner=rep.id, metric=visits, amount=Amount.of(4, COUNT), period=september) for rep in reps]
    review = build(Records(org=Org(reps=reps), targets=goals), owner=None, period=september, as_of=date(2026, 9, 15))
    members = list(pictures_of(page(review)))[-1]
    assert [line.split(",")[0] for line in members.words.splitlines()] == ["Li Wei (r-0)", "Li Wei (r-1)", "Zhou Ning"]


def test_another_process_writes_the_same_bytes_whatever_the_seed_of_its_hashes() -> None:
    seed = "1" if os.environ.get("PYTHONHASHSEED") == "2" else "2"
    other = subprocess.Popen(  # noqa: S603 - this interpreter
        [sys.executable, small_review.__file__],
        env=os.environ | {"PYTHONHASHSEED": seed},
        stdout=subprocess.PIPE,
        text=True,
    )
    here = small_review.digests()
    there, _ = other.communicate(timeout=60)
    assert other.returncode == 0
    assert there.split() == here
    assert len(set(here)) == 3


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
        assert page(review).count("Planned: CNY") == figures


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
    # What all did together, as a whole and week by week.
    assert page(review).count("<figure") == 2
    fewer = Records(org=Org(reps=reps[:40]), targets=goals[:40])
    assert page(build(fewer, owner=None, period=september, as_of=date(2026, 9, 15))).count("<figure") == 3


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


def test_a_change_of_a_team_alone_is_called_the_team_s() -> None:
    reps = [*(Rep(id=name, team="north") for name in ("ada", "bo")), Rep(id="cy", team="south")]
    people = Org(teams=[Team(id="north"), Team(id="south")], reps=reps)
    third = Period.quarter(2026, 3)
    revenue = STANDARD_METRICS["revenue"]
    of_a = [
        Target(owner=owner, metric=revenue, amount=Amount.of(amount, CNY), period=third, scope={"product": "A"})
        for owner, amount in (("north", 300), ("ada", 200), ("bo", 100))
    ]
    done = [Actual(owner="ada", metric=revenue, amount=Amount.of(90, CNY), on=date(2026, 8, 3), scope={"product": "A"})]
    plain = Target(owner="cy", metric=revenue, amount=Amount.of(50, CNY), period=third)
    review = build(Records(org=people, targets=[*of_a, plain], actuals=done), owner=None, period=third, as_of=third.last)
    assert review.variance is not None
    assert [line.owner for line in review.variance.lines] == ["south", "north"]
    captions = [picture.caption for picture in pictures_of(page(review))]
    assert [caption for caption in captions if "difference" in caption] == [
        "What made the difference: south: Revenue, to the plan",
        "What made the difference: north: Revenue (product = A), to the plan",
    ]
