"""The report: what a reader sees of a review, in English, in Chinese, and in a language of the caller's own."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import salesperf.report
from salesperf import (
    CNY,
    COUNT,
    JPY,
    STANDARD_METRICS,
    Actual,
    Amount,
    Calendar,
    Finding,
    InvalidValueError,
    Message,
    Metric,
    Org,
    Period,
    Records,
    Rep,
    Target,
    Team,
    Unit,
    UnknownNameError,
)
from salesperf.io.folder import read_sample
from salesperf.kernels.numeric import INT64_MAX
from salesperf.messages import LANGUAGES, catalog
from salesperf.report import LEAST_DAYS, markdown
from salesperf.review import Review, build

VISITS, REVENUE, WIN_RATE, LEADS = (STANDARD_METRICS[key] for key in ("visits", "revenue", "win_rate", "leads"))
THIRD = Period.quarter(2026, 3)
JULY, AUGUST, SEPTEMBER = THIRD.split("month")
HALFWAY, AFTER = date(2026, 8, 14), date(2026, 10, 5)
ADA = Rep(id="ada", name="Ada Wong", team="east")


def goal(
    owner: str | None,
    number: int,
    period: Period = THIRD,
    metric: Metric = VISITS,
    unit: Unit = COUNT,
    **rest: Any,  # noqa: ANN401 - fields of Target
) -> Target:
    return Target(owner=owner, metric=metric, amount=Amount.of(number, unit), period=period, **rest)


def done(owner: str, number: int, on: date, metric: Metric = VISITS, unit: Unit = COUNT) -> Actual:
    return Actual(owner=owner, metric=metric, amount=Amount.of(number, unit), on=on)


def review_of(
    targets: Iterable[Target] = (),
    actuals: Iterable[Actual] = (),
    *,
    reps: Iterable[Rep] = (ADA,),
    teams: Iterable[Team] = (Team(id="east", name="East"),),
    owner: str | None = None,
    period: Period = THIRD,
    as_of: date = HALFWAY,
    **rest: Any,  # noqa: ANN401 - fields of Records
) -> Review:
    org = Org(teams=list(teams), reps=list(reps))
    records = Records(org=org, targets=list(targets), actuals=list(actuals), **rest)
    return build(records, owner=owner, period=period, as_of=as_of)


def lines_below(text: str, heading: str) -> list[str]:
    """Return the lines of a section that are not empty."""
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    (section,) = (each for each in sections if each.startswith(f"{heading}\n"))
    return [line for line in section.splitlines()[1:] if line]


def table(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the table of a section, its heads first."""
    rows = [line for line in lines_below(text, heading) if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    return [cells[0], *cells[2:]]


SALES = [done("ada", 30 + place % 7, day.start) for place, day in enumerate(JULY.split("day"))]


# What is written


def test_the_opening_says_whose_which_days_and_how_far_they_have_passed() -> None:
    assert markdown(review_of()).splitlines()[:3] == [
        "# Sales review: the company, Q3 2026",
        "",
        "As of 2026-08-14: 33 of 66 workdays have passed (50.0%). The period is not over; every figure is as of that day.",
    ]
    over = markdown(review_of(owner="east", as_of=AFTER)).splitlines()
    assert (over[0], over[2]) == ("# Sales review: East, Q3 2026", "As of 2026-10-05. The period is over (workdays: 66).")
    weekend = Period(date(2026, 8, 15), date(2026, 8, 17))
    assert "0 of 0 workdays have passed (–)" in markdown(review_of(period=weekend, as_of=weekend.start))
    assert "To note about ada: joined in the period, dealer." in markdown(
        review_of(reps=[Rep(id="ada", kind="dealer", hired=date(2026, 7, 6))], owner="ada")
    )


def test_a_fiscal_quarter_is_named_as_its_calendar_does() -> None:
    text = markdown(review_of([goal(None, 9)], calendar=Calendar(fiscal_year_start=4)))
    assert text.startswith("# Sales review: the company, Q2 FY2027\n")


def headings(text: str) -> list[str]:
    return [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]


def test_reports_of_a_day_and_a_week_leave_out_what_takes_longer_and_say_so() -> None:
    sample, day = read_sample(), date(2026, 9, 16)
    # Of the few days some have no deal that was decided, and then there is no market to tell of.
    titles = {name: catalog("en")[f"report.{name}.title"] for name in LEAST_DAYS if name != "market"}
    for days in (1, 7, 8):
        review = build(sample, owner=None, period=Period(day - timedelta(days=days - 1), day + timedelta(days=1)), as_of=day)
        text = markdown(review)
        said = [line for line in text.splitlines() if line.startswith("Left out")]
        written = {name for name, title in titles.items() if title in headings(text)}
        told = {name for name, title in titles.items() if any(title in line for line in said)}
        assert written == {name for name in titles if LEAST_DAYS[name] <= days}
        assert told == titles.keys() - written
        assert [line.endswith(". The review of a month, a quarter or a year has them.") for line in said] == [True] * bool(told)
        # The review itself leaves out nothing.
        assert review.customers is not None
    assert "期间太短、说明不了问题而略去：" in markdown(build(sample, owner=None, period=Period.day(day), as_of=day), lang="zh")


def test_the_page_on_reports_has_each_section_that_short_periods_leave_out() -> None:
    page = (Path(__file__).parents[1] / "docs" / "reference" / "report.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` .+ \| (\d+) \| (.+) \|$", page, flags=re.MULTILINE)
    assert {name: int(days) for name, days, _ in rows} == dict(LEAST_DAYS)
    assert {days: which for _, days, which in rows} == {"2": "a day", "8": "a day, a week"}


def test_where_nothing_was_due_what_was_done_is_told_without_a_verdict() -> None:
    bought, on = STANDARD_METRICS["new_customers"], date(2026, 8, 3)
    owed, once = [goal("ada", 0, Period.day(on), bought)], done("ada", 1, on, bought)
    for made in ([], [once]):
        review = review_of(owed, made, owner="ada", period=Period.day(on), as_of=on)
        assert lines_below(markdown(review), "In short")[-1] == f"- New customers: {len(made)}, nothing was due."
    assert "完成 1，本期没有应完成的" in markdown(review, lang="zh")


def test_nothing_owed_and_nothing_done_make_a_short_report() -> None:
    text = markdown(review_of())
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## In short",
        "## What to discuss first",
        "## Team",
        "## Targets that ended unmet",
        "## Data, and what is missing",
    ]
    assert lines_below(text, "In short") == ["There is no target to hold anything against."]
    assert lines_below(text, "Targets that ended unmet") == ["No target that ended within the period was missed."]
    assert (
        lines_below(text, "Data, and what is missing")[0] == "Entries: none; reps and other sellers: 1; teams: 1; targets: 0."
    )


def test_one_sentence_tells_where_it_stands_and_where_it_goes() -> None:
    last_year = [done("ada", 500, date(2025, 7, 1))]
    (found,) = lines_below(markdown(review_of([goal(None, 2400)], [*SALES, *last_year], as_of=JULY.last)), "In short")
    assert found == (
        "- Visits: 1,017 of 2,400 (42.4%), ahead; 121.6% of what was planned by now; at this pace it ends at 2,918"
        " (90% range 2,426 to 3,411); 1,383 to go in 43 workdays; +103.4% on the same days of last year."
    )


def test_growth_that_cannot_be_told_says_why() -> None:
    sales = [done("ada", 9, day, REVENUE, unit) for day, unit in ((HALFWAY, CNY), (date(2025, 7, 2), JPY))]
    review = review_of([goal(None, 9, metric=REVENUE, unit=CNY)], sales)
    (english,) = lines_below(markdown(review), "In short")
    assert english.endswith("; growth on the same days of last year cannot be told: some of what was recorded then is in JPY.")
    (chinese,) = lines_below(markdown(review, lang="zh"), "概要")
    assert chinese.endswith("；与去年同日相比的增长无法得出：去年同日有以 JPY 计的记录。")


def test_too_few_days_give_a_projection_without_a_range() -> None:
    (sentence,) = lines_below(
        markdown(review_of([goal(None, 66)], [done("ada", 4, JULY.start)], as_of=date(2026, 7, 2))), "In short"
    )
    assert sentence == (
        "- Visits: 4 of 66 (6.1%), ahead; 200.0% of what was planned by now;"
        " at this pace it ends at 132 (no range: fewer than 5 workdays so far); 62 to go in 64 workdays."
    )


def test_what_is_missing_is_asked_of_the_workdays_on_which_something_counts() -> None:
    targets = [goal("ada", 10, JULY), goal("ada", 440, SEPTEMBER)]
    for owner in ("ada", "east", None):
        *_, sentence = lines_below(markdown(review_of(targets, [done("ada", 10, JULY.start)], owner=owner)), "In short")
        assert sentence.endswith("440 to go in 22 workdays.")


def test_what_is_met_needs_nothing_more_and_what_is_over_goes_nowhere() -> None:
    met = markdown(review_of([goal(None, 10)], [done("ada", 40, JULY.start)]))
    assert "to go in" not in met
    over = lines_below(markdown(review_of([goal(None, 100)], SALES, as_of=AFTER)), "In short")
    assert over[1:] == ["- Visits: 1,017 of 100 (1017.0%), met."]


def test_money_is_shown_in_whole_units_and_rates_in_percent() -> None:
    order_value = STANDARD_METRICS["average_order_value"]
    targets = [
        Target(owner=None, metric=REVENUE, amount=Amount.of("1000.50", CNY), period=THIRD),
        Target(owner=None, metric=WIN_RATE, amount=Decimal("0.3"), period=THIRD),
        Target(owner=None, metric=order_value, amount=Decimal("333.335"), period=THIRD),
    ]
    won, closed = WIN_RATE.recorded
    actuals = [
        Actual(owner="ada", metric=REVENUE, amount=Amount.of("999.99", CNY), on=JULY.start),
        done("ada", 3, JULY.start, STANDARD_METRICS["orders"]),
        done("ada", 1, JULY.start, won),
        done("ada", 3, JULY.start, closed),
    ]
    rows = table(markdown(review_of(targets, actuals)), "Attainment")
    assert [row[:6] for row in rows] == [
        ["Metric", "Target", "Actual", "Attained", "Gap", "Planned by now"],
        ["Revenue", "CNY 1,001", "CNY 1,000", "99.9%", "CNY -1", "CNY 500"],
        ["Average order value", "CNY 333.34", "CNY 333.33", "100.0%", "CNY 0.00", "CNY 333.34"],
        ["Win rate", "30.0%", "33.3%", "111.1%", "3.3%", "30.0%"],
    ]


def test_a_ratio_of_money_too_large_for_an_amount_is_a_bare_number() -> None:
    huge = Target(owner=None, metric=STANDARD_METRICS["average_order_value"], amount=Decimal(10**16), period=THIRD)
    sold = Actual(owner="ada", metric=REVENUE, amount=Amount.of(9, CNY), on=JULY.start)
    rows = table(markdown(review_of([huge], [sold, done("ada", 2, JULY.start, STANDARD_METRICS["orders"])])), "Attainment")
    assert rows[1][1:5] == ["10,000,000,000,000,000.00", "CNY 4.50", "0.0%", "CNY -9,999,999,999,999,995.50"]


def test_members_stand_below_their_teams_with_what_to_know_of_them() -> None:
    reps = [ADA, Rep(id="bo", team="east", hired=date(2026, 7, 6), kind="agent")]
    text = markdown(
        review_of([goal("ada", 66), goal("bo", 66, Period.half(2026, 2))], [*SALES[:3], done("bo", 5, JULY.start)], reps=reps)
    )
    rows = table(text, "Visits: who contributed")
    assert rows[0] == ["Who", "Target", "Actual", "Attained", "Gap", "Pace", "90% range", "Entries", "Status", "Notes"]
    assert [(row[0], row[1], row[7], row[9]) for row in rows[1:]] == [
        ("East", "99", "3", "prorated"),
        ("· Ada Wong", "66", "3", ""),
        ("· bo", "33", "1", "joined in the period, agent, prorated"),
        ("in none of these lines", "0", "–", ""),
    ]
    # What bo entered before the first day of service is the company's, and in no line of a member.
    assert rows[-1][2] == "5"


def test_only_the_first_metric_lists_every_rep() -> None:
    targets = [goal("ada", 66, metric=metric) for metric in (VISITS, LEADS)]
    text = markdown(review_of(targets, SALES))
    assert [row[0] for row in table(text, "Visits: who contributed")] == ["Who", "East", "· Ada Wong"]
    assert [row[0] for row in table(text, "Leads: who contributed")] == ["Who", "East"]
    assert "Lines of reps, left out here: 1. A team's own review shows them." in lines_below(text, "Leads: who contributed")


def test_best_and_weakest_come_with_their_ranges_or_with_the_reason_for_none() -> None:
    reps = [ADA, Rep(id="bo", team="east")]
    other = [done("bo", 1 + place % 3, day.start) for place, day in enumerate(JULY.split("day"))]
    text = markdown(review_of([goal("ada", 660), goal("bo", 660)], [*SALES, *other], reps=reps, as_of=JULY.last))
    best, weakest, verdict = (line for line in lines_below(text, "Visits: who contributed") if line.startswith("- "))
    assert re.fullmatch(
        r"- Best of all reps below, by pace: Ada Wong, \d+\.\d% of plan to date \(90% range .+; 23 workdays, 31 entries\)\.",
        best,
    )
    assert re.fullmatch(
        r"- Weakest of all reps below, by pace: bo, \d+\.\d% of plan to date \(90% range .+; 23 workdays, 31 entries\)\.",
        weakest,
    )
    assert verdict == "- Even among 2 compared, the difference is more than the variation from day to day would make."
    thrice = [done(rep, number, JULY.start) for rep, number in (("ada", 3), ("bo", 2)) for _ in range(3)]
    early = markdown(review_of([goal("ada", 660), goal("bo", 660)], thrice, reps=reps, as_of=date(2026, 7, 2)))
    found = [line for line in lines_below(early, "Visits: who contributed") if line.startswith("- ")]
    why = "3 entries; no range: fewer than 5 workdays so far"
    assert found[0] == f"- Best of all reps below, by pace: Ada Wong, 45.0% of plan to date ({why})."
    assert found[2].startswith("- There is too little data to tell")


def test_of_teams_only_those_directly_below_are_called_best_or_weakest() -> None:
    teams = [Team(id="north"), Team(id="south"), Team(id="city", parent="south")]
    reps = [Rep(id="ada", team="north"), Rep(id="bo", team="city")]
    for numbers, told in (
        (
            (3, 2),
            [
                "Best of the teams directly below, by pace: north, 45.0%",
                "Weakest of the teams directly below, by pace: south, 30.0%",
            ],
        ),
        ((2, 2), ["By pace none of the teams directly below is ahead: all 2 compared stand at 30.0%"]),
    ):
        done_by = [done(rep, number, JULY.start) for rep, number in zip(("ada", "bo"), numbers, strict=True) for _ in range(3)]
        asked = [goal("ada", 660), goal("bo", 660)]
        text = markdown(review_of(asked, done_by, reps=reps, teams=teams, as_of=date(2026, 7, 2)))
        found = [line for line in lines_below(text, "Visits: who contributed") if line.startswith("- ")]
        assert [line.removeprefix("- ").split(" of plan")[0] for line in found[: len(told)]] == told


def test_where_all_are_level_nobody_is_called_best_or_weakest() -> None:
    level = [done(rep, 2, JULY.start) for rep in ("ada", "bo") for _ in range(3)]
    review = review_of(
        [goal("ada", 660), goal("bo", 660)], level, reps=[ADA, Rep(id="bo", team="east")], as_of=date(2026, 7, 2)
    )
    lines = lines_below(markdown(review), "Visits: who contributed")
    # 6 of 660 in 2 of 66 workdays.
    assert [line for line in lines if line.startswith("- ")] == [
        "- By pace none of the reps below is ahead: all 2 compared stand at 30.0% of plan to date."
    ]
    assert "- 全部下属销售按进度不分先后：参与比较的 2 个对象均为截至目前计划的 30.0%。" in markdown(review, lang="zh")


def test_unmet_targets_are_listed_up_to_a_limit() -> None:
    targets = [goal("ada", 1000 + day.start.day, day, scope={"product": "A"}) for day in JULY.split("day")[:22]]
    text = markdown(review_of(targets, as_of=AFTER))
    rows = table(text, "Targets that ended unmet")
    assert (len(rows), rows[1][:4]) == (21, ["Ada Wong", "Visits (product = A)", "2026-07-22", "1,022"])
    assert lines_below(text, "Targets that ended unmet")[-1] == "And 2 more, with smaller gaps."
    assert "more, with smaller gaps" not in markdown(review_of(targets[:20], as_of=AFTER))


def test_findings_of_one_kind_are_told_up_to_a_limit() -> None:
    noticed = [Finding(rule="row", message=Message(f"row {number}"), severity="info") for number in range(14)]
    found = lines_below(
        markdown(review_of([goal(None, 9)], SALES, findings=noticed, as_of=JULY.last)), "Data, and what is missing"
    )
    assert len([line for line in found if line.startswith("- Note: row ")]) == 12
    assert found[-1] == "- And 2 more of the same kinds."


def test_a_finding_is_told_with_what_it_is_about_unless_its_text_says_so() -> None:
    def noticed(text: str, record: str | None) -> Finding:
        return Finding(rule="noticed", message=Message(text), record=record)

    findings = [
        noticed("Expected a known column.", None),
        noticed("Expected a known column.", "actuals.csv"),
        noticed("Expected a known column.", "reps.csv"),
        noticed("In teams.csv there is none.", "teams.csv"),
        noticed("Ada Wong was absent.", "ada"),
    ]
    review = review_of([goal("ada", 9, AUGUST)], SALES, findings=findings)
    assert set(lines_below(markdown(review), "Data, and what is missing")) >= {
        "- Warning: Expected a known column.",
        "- Warning: actuals.csv: Expected a known column.",
        "- Warning: reps.csv: Expected a known column.",
        "- Warning: In teams.csv there is none.",
        "- Warning: Ada Wong was absent.",
    }
    assert "- 注意：reps.csv：Expected a known column." in markdown(review, lang="zh").splitlines()


def test_where_nothing_is_missing_the_report_says_so() -> None:
    found = lines_below(markdown(review_of([goal(None, 999)], SALES, as_of=JULY.last)), "Data, and what is missing")
    assert found == [
        "Entries: 31, from 2026-07-01 to 2026-07-31; reps and other sellers: 1; teams: 1; targets: 1.",
        "Nothing is missing that these checks would see.",
    ]


def test_what_is_recorded_and_not_owed_is_listed() -> None:
    text = markdown(review_of([goal(None, 9)], [done("ada", 1234, JULY.start, LEADS)]))
    assert table(text, "Also recorded, with no target") == [["Metric", "Actual", "Entries"], ["Leads", "1,234", "1"]]


def test_a_section_that_is_not_the_owner_s_names_whose_it_is() -> None:
    reps = [ADA, Rep(id="bo")]
    text = markdown(review_of([goal("ada", 9, scope={"product": "A"})], SALES, reps=reps, as_of=JULY.last))
    assert lines_below(text, "In short")[0].startswith("- East: Visits (product = A): 0 of 9 (0.0%), behind; ")


# Layout


def test_columns_line_up_and_numbers_are_set_to_the_right() -> None:
    reps = [Rep(id="ada", name="林安", team="east"), Rep(id="bo", name="Bo", team="east")]
    text = markdown(review_of([goal("ada", 66), goal("bo", 6600)], SALES, reps=reps))
    rows = [line for line in lines_below(text, "Visits: who contributed") if line.startswith("|")]
    assert rows[1].split(" | ")[:2] == [f"| :{'-' * (len(rows[0].split(' | ')[0]) - 3)}", f"{'-' * 5}:"]
    # A Chinese character is as wide as two letters.
    wide = [len(row) + sum(character > "\u2fff" for character in row) for row in rows]
    assert len(set(wide)) == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("A|B", r"A\|B"),
        ("<b>", r"\<b\>"),
        ("*bold* and _slanted_", r"\*bold\* and \_slanted\_"),
        ("rep_17", "rep_17"),
        ("[link](x)", r"\[link\](x)"),
        ("`code` \\", r"\`code\` \\"),
        ("&copy; ~~gone~~", r"\&copy; \~\~gone\~\~"),
        ("two\nlines", "two lines"),
        ("carriage\r\nreturn", "carriage  return"),
        ("\x1b[31mred", r" \[31mred"),
        ("line\u2028separator\x85next", "line separator next"),
        ("\u202e%6.99", " %6.99"),
        ("see http://x.cn/a or FTP://b", r"see http\://x.cn/a or FTP\://b"),
        ("www.x.cn, WWW.Y.CN", r"www\.x.cn, WWW\.Y.CN"),
        ("a: b, 3:4 // c", "a: b, 3:4 // c"),
        ("{owner}", "{owner}"),
        ("metric.revenue", "metric.revenue"),
    ],
)
def test_names_are_shown_as_they_are_and_mean_nothing_to_markdown(name: str, shown: str) -> None:
    reps = [Rep(id="ada", name=name, team="east")]
    text = markdown(review_of([goal("ada", 66)], [done("ada", 1, JULY.start)], reps=reps))
    assert table(text, "Visits: who contributed")[2][0] == f"· {shown}".strip()
    assert markdown(review_of(reps=reps, owner="ada")).splitlines()[0].split() == f"# Sales review: {shown}, Q3 2026".split()


def test_one_long_name_does_not_blow_up_every_line() -> None:
    reps = [Rep(id="ada", name="a" * 10_000, team="east"), Rep(id="bo", name="Bo", team="east")]
    text = markdown(review_of([goal("ada", 66), goal("bo", 66)], SALES, reps=reps))
    lengths = [len(line) for line in lines_below(text, "Visits: who contributed") if line.startswith("|") and "aaa" not in line]
    assert 120 < max(lengths) < 300


def test_titles_and_scopes_of_one_s_own_are_escaped_too() -> None:
    metric = Metric("demos", "count", "flow", "higher", "Demos | <i>")
    text = markdown(review_of([goal(None, 9, metric=metric, scope={"a|b": "*"})]))
    assert table(text, "Attainment")[1][0] == r"Demos \| \<i\> (a\|b = \*)"


# Languages


def test_a_report_in_chinese() -> None:
    reps = [Rep(id="ada", name="林安", team="east")]
    lines = markdown(
        review_of([goal("ada", 66)], [done("ada", 4, JULY.start)], reps=reps, as_of=date(2026, 7, 2)), lang="zh-CN"
    ).splitlines()
    assert lines[0] == "# 销售述职：公司，2026年第3季度"
    assert "## 目标达成" in lines
    assert any(line.startswith("- 拜访量：4，目标 66（达成 6.1%），超前；") for line in lines)
    # The name of the team is the one word that is not Chinese.
    assert set(re.findall(r"[A-Za-z]+", "\n".join(lines))) == {"East"}


OWN = {
    "de": {
        "report.title": "Vertriebsbericht: {owner}, {period}",
        "review.company": "das Unternehmen",
        "metric.visits": "Besuche",
        "period.dates": "{first} bis {last}",
        "unit.any_money": "{number} {code}",
        "format.date": "{day}.{month}.{year}",
    }
}


def test_a_third_language_is_the_caller_s_own_with_english_where_it_is_silent() -> None:
    odd = Period(date(2026, 7, 6), date(2026, 8, 20))
    review = review_of([goal(None, 66), goal("ada", 9, metric=REVENUE, unit=CNY)], SALES, period=odd)
    lines = markdown(review, lang="de", catalogs=OWN).splitlines()
    assert lines[0] == "# Vertriebsbericht: das Unternehmen, 6.7.2026 bis 19.8.2026"
    assert "## In short" in lines
    assert any(line.startswith("- Besuche: 857 of 33 (2597.0%), met; ") for line in lines)
    assert any(line.startswith("- Revenue: 0 CNY of 5 CNY (0.0%), behind; ") for line in lines)


def test_a_caller_s_own_words_stand_before_ours() -> None:
    own = {"en": {"metric.visits": "Calls | paid"}}
    assert table(markdown(review_of([goal(None, 66)]), catalogs=own), "Attainment")[1][0] == r"Calls \| paid"


def test_a_language_without_any_catalog_is_refused() -> None:
    with pytest.raises(UnknownNameError) as caught:
        markdown(review_of(), lang="tlh")
    assert (caught.value.code, caught.value.path) == ("unknown_language", ("lang",))


def test_what_is_no_review_is_refused() -> None:
    nothing: Any = None
    with pytest.raises(InvalidValueError) as caught:
        markdown(nothing)
    assert (caught.value.code, caught.value.path) == ("wrong_type", ("review",))


def test_every_word_of_a_report_is_in_the_catalogs() -> None:
    sources = Path(salesperf.report.__file__).parent.glob("*.py")
    keys = {key for path in sources for key in re.findall(r'"(report\.[a-z_.]+[a-z])"', path.read_text(encoding="utf-8"))}
    assert keys
    for lang in LANGUAGES:
        assert keys <= set(catalog(lang))


# Extremes


@pytest.mark.parametrize(
    ("unit", "projected"),
    [
        (CNY, "at this pace it ends at CNY 380,464,096,520,259,456 (90% range"),
        (JPY, "412.5% of what was planned by now; JPY"),  # in whole yen it would be beyond 64 bits, and is left out
        (Unit("XBT", 18, "money"), "at this pace it ends at XBT 38 (90% range"),
    ],
    ids=["CNY", "JPY", "18 digits"],
)
def test_the_largest_amounts_there_are_can_be_reported(unit: Unit, projected: str) -> None:
    target = Target(owner=None, metric=REVENUE, amount=Amount(minor=INT64_MAX, unit=unit), period=THIRD)
    sold = [
        Actual(owner="ada", metric=REVENUE, amount=Amount(minor=INT64_MAX // 20, unit=unit), on=date(2026, 7, day))
        for day in range(1, 11)
    ]
    # Half is done in 8 of 66 workdays.
    assert projected in markdown(review_of([target], sold, as_of=date(2026, 7, 10)))
