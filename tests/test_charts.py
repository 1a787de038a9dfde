"""Charts: what they draw is what the results hold, in two languages, in grey, and without anything from elsewhere."""

import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from itertools import combinations, pairwise
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import numpy as np
import pytest

from salesperf import (
    CNY,
    COUNT,
    STANDARD_METRICS,
    STANDARD_PROCESSES,
    USD,
    Actual,
    Amount,
    Change,
    Curve,
    Estimate,
    Flag,
    Message,
    Opportunity,
    Period,
    Target,
    allocation,
    appraisal,
    forecast,
    funnel,
    grading,
    variance,
)
from salesperf.attainment import Attainment, attain, tally
from salesperf.charts import (
    INKS,
    SCHEMA,
    SHARES,
    Chart,
    attainment_chart,
    calibration_chart,
    forecast_chart,
    funnel_chart,
    plan_chart,
    ranking_chart,
    score_chart,
    survival_chart,
    variance_chart,
)
from salesperf.errors import InvalidValueError, MissingExtraError, SalesperfError, UnitMismatchError
from salesperf.scorecard import Criterion, Score, Scorecard

BASIC = STANDARD_PROCESSES["basic"]
REVENUE = STANDARD_METRICS["revenue"]
AS_OF = date(2026, 9, 30)
HOSTILE = "<script>alert(1)</script>"


def deal(number: int, *stages: str) -> Opportunity:
    history = [
        Change(date(2026, 1, 1) + timedelta(number * place), stage=stage, amount=Amount.of(100, CNY))
        for place, stage in enumerate(stages)
    ]
    return Opportunity(id=f"o-{number}", history=history)


@cache
def deals() -> tuple[Opportunity, ...]:
    won = [deal(number, "lead", "opportunity", "proposal", "closed") for number in range(1, 21)]
    return (*won, *(deal(number, "lead", "lost") for number in range(21, 41)), deal(41, "lead"))


def funnel_report() -> funnel.FunnelReport:
    return funnel.analyze(funnel.count(deals(), BASIC, as_of=AS_OF))


def reached(owner: str | None = "ada", amount: int = 44) -> Attainment:
    visits = STANDARD_METRICS["visits"]
    done = [Actual(owner="ada", metric=visits, amount=Amount.of(30, COUNT), on=date(2026, 9, 8))]
    goal = Target(owner=owner, metric=visits, amount=Amount.of(amount, COUNT), period=Period.month(2026, 9))
    return attain(goal, tally(done), as_of=date(2026, 9, 15))


def projected(day: date, amount: int = 200, *, quarter: int = 3, unit: str = "CNY") -> forecast.Forecast:
    value = Amount.of(amount, {"CNY": CNY, "USD": USD}[unit])
    opened = Change(date(2026, 7, 1), stage="proposal", amount=value, expected_close=Period.quarter(2026, quarter).last)
    return forecast.project([Opportunity(id="o-1", history=[opened])], BASIC, as_of=day, period=Period.quarter(2026, quarter))


def plan() -> allocation.PlanGrid:
    goal = Target(owner=None, metric=REVENUE, amount=Amount.of(1000, CNY), period=Period.year(2026))
    return allocation.grid(goal, {"ada": 2, "bo": 1}, "quarter")


def scored(title: str | None = None) -> Score:
    card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]), 3, title=title), Criterion("has_budget", Flag(100))])
    return card.score({"visits": 8, "has_budget": False})


def calibrated() -> grading.Calibration:
    generator = np.random.default_rng(1)
    predicted = generator.random(200)
    return grading.calibrate(predicted, generator.random(200) < predicted)


def won_times() -> funnel.TimeToWin:
    return funnel.time_to_win(funnel.outcomes(deals(), BASIC, as_of=AS_OF))


def changed() -> variance.Variance[float]:
    return variance.decompose({"leads": 100, "win_rate": 0.2}, {"leads": 120, "win_rate": 0.15})


def ranked() -> appraisal.Ranking:
    return appraisal.rank_rates([0, 30, 55, 12], [0, 100, 100, 40], names=["ada", "bo", "yue", "zoe"])


def rates() -> dict[str, Estimate]:
    return {
        "bo": Estimate(value=0.25, low=0.1, high=0.5, n=12),
        "ada": Estimate(value=0.5, low=0.3, high=0.7, n=20),
        "yue": Estimate.undefined(Message("reason.no_target")),
        "zoe": Estimate(value=0.5, low=0.2, high=0.8, n=6),
    }


CHARTS: dict[str, Callable[[str], Chart]] = {
    "attainment": lambda lang: attainment_chart([reached(), reached(None)], lang=lang),
    "calibration": lambda lang: calibration_chart(calibrated(), lang=lang),
    "forecast": lambda lang: forecast_chart(
        [projected(AS_OF), projected(date(2026, 8, 31))], target=Amount.of(150, CNY), lang=lang
    ),
    "one forecast": lambda lang: forecast_chart([projected(date(2026, 8, 31))], target=Amount.of(150, CNY), lang=lang),
    "funnel": lambda lang: funnel_chart(funnel_report(), lang=lang),
    "plan": lambda lang: plan_chart(plan(), lang=lang),
    "ranking of means": lambda lang: ranking_chart(appraisal.rank_means([10.0, 12.0, 30.0], [1.0] * 3), lang=lang),
    "ranking of estimates": lambda lang: ranking_chart(rates(), lang=lang),
    "ranking of rates": lambda lang: ranking_chart(ranked(), lang=lang),
    "score": lambda lang: score_chart(scored(), lang=lang),
    "time in stage": lambda lang: survival_chart(
        funnel.time_in_stage(funnel.outcomes(deals(), BASIC, as_of=AS_OF), "lead"), lang=lang
    ),
    "time to win": lambda lang: survival_chart(won_times(), lang=lang),
    "variance": lambda lang: variance_chart(changed(), lang=lang),
    "variance of amounts": lambda lang: variance_chart(changed().as_amounts(Amount.of(20, CNY), Amount.of(18, CNY)), lang=lang),
}
EVERY = pytest.mark.parametrize("name", CHARTS)


@EVERY
def test_equal_results_give_equal_charts_to_the_byte(name: str) -> None:
    first, second = CHARTS[name]("en"), CHARTS[name]("en")
    assert first == second
    assert hash(first) == hash(second)
    first.spec["data"]["values"].clear()
    assert first == second


@EVERY
def test_a_chart_says_in_both_languages_what_it_shows(name: str) -> None:
    english, chinese = CHARTS[name]("en"), CHARTS[name]("zh")
    for chart in (english, chinese):
        assert chart.spec["description"] == chart.alt
        assert "charts." not in chart.document
    assert english.alt != chinese.alt
    assert english.title != chinese.title


@EVERY
def test_a_chart_is_drawn_without_a_browser(name: str) -> None:
    chart = CHARTS[name]("zh")
    drawn = chart.svg()
    assert drawn.startswith("<svg")
    assert "NaN" not in drawn
    assert chart.title in drawn


@EVERY
def test_a_chart_loads_nothing(name: str) -> None:
    document = CHARTS[name]("en").document.replace(SCHEMA, "")
    assert "http" not in document
    assert '"url"' not in document


@EVERY
def test_a_notebook_gets_what_draws_itself_and_words(name: str) -> None:
    chart = CHARTS[name]("en")
    bundle = chart._repr_mimebundle_()
    assert bundle == {"application/vnd.vegalite.v5+json": chart.spec, "text/plain": chart.alt}


LEAST_IN_GREY = 12
"""Of 100 from black to white: so far apart in lightness that each of two greys is told from the other side by side."""


def lightness_of(color: str) -> float:
    """Relative luminance of sRGB, as of WCAG 2.1, and from it the lightness L* of CIELAB."""
    if color.startswith("#"):
        channels = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    else:
        channels = [int(part) for part in re.findall(r"\d+", color)]
    parts = [channel / 255 for channel in channels]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 116 * (y ** (1 / 3)) - 16 if y > 0.008856 else 903.3 * y


def test_inks_differ_in_grey() -> None:
    lightness = [lightness_of(ink) for ink in INKS]
    assert lightness == sorted(lightness)
    assert min(later - earlier for earlier, later in pairwise(lightness)) >= LEAST_IN_GREY


SVG = "{http://www.w3.org/2000/svg}"


def marks_of(drawn: str) -> Iterator[ET.Element]:
    """Yield what a picture draws of the data, its words apart."""
    for group in ET.fromstring(drawn).iter(f"{SVG}g"):  # noqa: S314 - of ours
        kind = group.get("class") or ""
        if "role-mark" in kind and "mark-text" not in kind:
            yield from group.iter()


def inks_of(drawn: str) -> set[str]:
    found = {mark.get(side) for mark in marks_of(drawn) for side in ("fill", "stroke")}
    return {ink for ink in found if ink and re.match(r"#|rgb", ink)}


@EVERY
def test_every_two_inks_of_a_picture_can_be_told_apart_in_grey(name: str) -> None:
    inks = inks_of(CHARTS[name]("en").svg())
    assert len(inks) >= 2
    apart = {(one, other): abs(lightness_of(one) - lightness_of(other)) for one, other in combinations(sorted(inks), 2)}
    assert {pair: far for pair, far in apart.items() if far < LEAST_IN_GREY} == {}


def test_a_cell_of_a_plan_is_the_darker_the_more_is_owed() -> None:
    year = Target(owner=None, metric=REVENUE, amount=Amount.of(1000, CNY), period=Period.year(2026))
    chart = plan_chart(allocation.grid(year, {"ada": 1, "bo": 2, "yue": 3, "zoe": 4}, "year"))
    owed = [float(str(row["amount"])) for row in chart.rows()]
    shades = [lightness_of(mark.get("fill") or "") for mark in marks_of(chart.svg()) if mark.get("fill")]
    assert owed == [100, 200, 300, 400]
    assert shades == sorted(shades, reverse=True)
    assert min(earlier - later for earlier, later in pairwise(shades)) >= LEAST_IN_GREY


@EVERY
def test_a_png_is_as_large_as_the_svg_and_has_ink_on_it(name: str) -> None:
    chart = CHARTS[name]("en")
    found = re.search(r'<svg[^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"', chart.svg())
    assert found is not None
    header, *_, last = chunks = list(chunks_of(chart.png(scale=1)))
    assert (header[0], last[0]) == (b"IHDR", b"IEND")
    drawn = [int.from_bytes(header[1][start : start + 4], "big") for start in (0, 4)]
    assert drawn == [pytest.approx(float(size), abs=1) for size in found.groups()]
    # A blank page would be of one byte for its ink, and one for the filter of its rows.
    assert len(set(zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT")))) > 10


def chunks_of(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the parts of a PNG, each the kind and what it holds: ISO/IEC 15948, 5.3."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    start = 8
    while start < len(png):
        length = int.from_bytes(png[start : start + 4], "big")
        yield png[start + 4 : start + 8], png[start + 8 : start + 8 + length]
        start += length + 12


def has_chinese_font() -> bool:
    """Tell whether the machine draws Chinese; without the lister of fonts nobody can tell."""
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    listed = subprocess.run([lister, ":lang=zh"], capture_output=True, check=True)  # noqa: S603 - a program of the machine
    return bool(listed.stdout.strip())


@pytest.mark.skipif(not has_chinese_font(), reason="no Chinese font is on this machine, or no fc-list to tell")
def test_a_png_draws_chinese_labels_as_letters() -> None:
    chart = score_chart(scored("拜访"), lang="zh")
    assert chart.document.count("拜访") == 2  # in the data, and in the words, which are not drawn
    others = (attrs.evolve(chart, document=chart.document.replace("拜访", label)) for label in ("签约", "  "))
    # Boxes in the place of letters that no font has would be the same boxes for each two letters.
    assert len({each.png(scale=1) for each in (chart, *others)}) == 3


@pytest.mark.parametrize(
    ("lang", "unit", "labels"),
    [("en", "CNY", {"0", "500K", "1M", "1.5M"}), ("zh", "元", {"0", "50万", "100万", "150万"})],
)
def test_amounts_on_an_axis_are_written_as_the_reader_counts(lang: str, unit: str, labels: set[str]) -> None:
    grown = variance.decompose({"leads": 100, "deal": 15_000}, {"leads": 120, "deal": 15_000})
    drawn = variance_chart(grown.as_amounts(Amount.of(1_500_000, CNY), Amount.of(1_800_000, CNY)), lang=lang).svg()
    texts = {element.text for element in ET.fromstring(drawn).iter(f"{SVG}text")}  # noqa: S314 - of ours
    assert labels | {unit} <= texts
    assert ("CNY" in drawn) == (lang == "en")


def test_days_on_an_axis_are_written_as_the_reader_writes_them() -> None:
    for lang, day in (("en", r"2026-09-\d\d"), ("zh", r"2026年9月\d+日")):
        assert re.search(f">{day}<", CHARTS["forecast"](lang).svg())
        assert re.search(">2026-08-31<" if lang == "en" else ">2026年8月31日<", CHARTS["one forecast"](lang).svg())


class TestNumbers:
    def test_bars_of_a_funnel_are_its_counts(self) -> None:
        stages = funnel_report().segments[0].stages
        rows = funnel_chart(funnel_report()).rows()
        assert [row["deals"] for row in rows] == [*(stage.entered for stage in stages), 20]

    def test_bullets_are_the_ratios(self) -> None:
        # By hand: 30 of 44 visits; 11 of 22 workdays.
        assert [(row["ratio"], row["planned"]) for row in attainment_chart([reached()]).rows()] == [(30 / 44, 0.5)]

    def test_a_narrowed_metric_is_told_from_the_whole_one(self) -> None:
        done = tally([Actual(owner="ada", metric=REVENUE, amount=Amount.of(5, CNY), on=AS_OF)])
        goals = [
            Target(owner="ada", metric=REVENUE, amount=Amount.of(9, CNY), period=Period.month(2026, 9), scope=scope)
            for scope in ({}, {"product": "A"})
        ]
        english, chinese = (
            attainment_chart([attain(goal, done, as_of=AS_OF) for goal in goals], lang=each) for each in ("en", "zh")
        )
        assert [row["target"] for row in english.rows()] == ["ada, Revenue, 2026-09", "ada, Revenue (product = A), 2026-09"]
        assert english.title == "Attainment: ada, 2026-09"
        assert [row["target"] for row in chinese.rows()] == ["ada，销售额，2026年9月", "ada，销售额（产品 = A），2026年9月"]
        assert plan_chart(plan()).title == "Plan of 2026: Revenue"

    def test_beside_others_a_target_of_nothing_is_told_in_words(self) -> None:
        chart = attainment_chart([reached(), reached(amount=0)])
        assert [row["ratio"] for row in chart.rows()] == [30 / 44, None]
        assert chart.alt.splitlines()[1] == "ada, Visits, 2026-09: –."

    def test_what_was_not_planned_is_not_told(self) -> None:
        metric = STANDARD_METRICS["headcount"]
        goal = Target(owner="ada", metric=metric, amount=Amount.of(3, COUNT), period=Period.month(2026, 9))
        held = tally([Actual(owner="ada", metric=metric, amount=Amount.of(2, COUNT), on=date(2026, 9, 8))])
        chart = attainment_chart([attain(goal, held, as_of=date(2026, 9, 15))])
        assert "66.7% of the target" in chart.alt

    def test_a_waterfall_ends_where_it_should(self) -> None:
        rows = variance_chart(changed()).rows()
        assert rows[0]["end"] == rows[1]["start"] == 20
        assert rows[-2]["end"] == pytest.approx(rows[-1]["end"], abs=1e-12)
        assert [row["kind"] for row in rows] == ["level", "rise", "fall", "level"]

    def test_a_fan_is_what_the_forecasts_say(self) -> None:
        chart = forecast_chart([projected(AS_OF), projected(date(2026, 8, 31))])
        assert [row["as_of"] for row in chart.rows()] == ["2026-08-31", "2026-09-30"]
        for share in SHARES:
            low, high = projected(AS_OF).outcomes(share)
            assert chart.rows()[1][f"low_{share:.0%}"] == float(low.decimal)
            assert chart.rows()[1][f"high_{share:.0%}"] == float(high.decimal)

    def test_a_fan_has_the_bands_that_are_asked_for(self) -> None:
        made = projected(date(2026, 8, 31))
        chart = forecast_chart([made], target=Amount.of(150, CNY), shares=(0.975,))
        low, high = made.outcomes(0.975)
        assert chart.rows() == [
            {
                "as_of": "2026-08-31",
                "day": "2026-08-31",
                "expected": 100,
                "low_97_5%": float(low.decimal),
                "high_97_5%": float(high.decimal),
            }
        ]
        assert chart.title == (
            "Forecast of Q3 2026: 97.5% of the outcomes, what is expected (dark), and what is to be reached (dashed)"
        )
        assert chart.alt.splitlines() == [
            "As of 2026-08-31: CNY 100 expected; outcomes: 97.5% CNY 0 to CNY 200.",
            "To be reached: CNY 150.",
        ]

    def test_a_forecast_of_one_day_lies_across(self) -> None:
        one, two = (CHARTS[name]("en").spec["layer"][0]["encoding"] for name in ("one forecast", "forecast"))
        assert (one["y"]["field"], one["x"]["field"], one["x2"]["field"]) == ("day", "low_95%", "high_95%")
        assert (two["x"]["field"], two["y"]["field"], two["y2"]["field"]) == ("as_of", "low_95%", "high_95%")

    def test_cells_of_a_plan_are_its_targets(self) -> None:
        assert sum(float(str(row["amount"])) for row in plan_chart(plan()).rows()) == pytest.approx(1000, abs=1e-9)

    def test_what_criteria_bring_sums_to_the_score(self) -> None:
        points = [float(str(row["points"])) for row in score_chart(scored()).rows()]
        assert sum(points) == scored().value

    def test_dots_of_a_ranking_are_its_estimates_best_first_with_their_groups(self) -> None:
        chart, ranking = ranking_chart(ranked()), ranked()
        assert [row["name"] for row in chart.rows()] == [row["name"] for row in ranking.rows()] == ["yue", "ada", "zoe", "bo"]
        for name in ("value", "low", "high", "observed"):
            assert [row[name] for row in chart.rows()] == [row[name] for row in ranking.rows()]
        assert chart.rows()[1]["observed"] is None  # nobody has seen anything of ada
        assert [row["group"] for row in chart.rows()] == ["group 1", "group 1", "group 2", "group 2"]
        assert chart.alt.splitlines()[-2:] == [
            "Group 1 cannot be told apart: yue, ada.",
            "Group 2 cannot be told apart: zoe, bo.",
        ]

    def test_estimates_are_ranked_as_they_are_without_those_that_have_no_interval(self) -> None:
        chart = ranking_chart(rates() | {"lin": Estimate(value=0.9, n=1, reason=Message("reason.no_target"))})
        assert [tuple(row[name] for name in ("name", "value", "low", "high")) for row in chart.rows()] == [
            ("ada", 0.5, 0.3, 0.7),
            ("zoe", 0.5, 0.2, 0.8),
            ("bo", 0.25, 0.1, 0.5),
        ]
        assert chart.title == "Rates with 95.0% intervals, the highest first"
        assert chart.alt.splitlines() == [
            "1. ada: 50.0% (30.0% to 70.0%), of 20.",
            "1. zoe: 50.0% (20.0% to 80.0%), of 6.",
            "3. bo: 25.0% (10.0% to 50.0%), of 12.",
        ]

    def test_groups_side_by_side_have_unlike_inks(self) -> None:
        (inks,) = {
            tuple(layer["encoding"]["color"]["scale"]["range"])
            for layer in ranking_chart(ranked()).spec["layer"]
            if "color" in layer["encoding"]
        }
        assert all(one != other for one, other in pairwise(inks))

    def test_points_of_a_calibration_are_its_bins(self) -> None:
        bins = [each for each in calibrated().reliability if each.n]
        assert [row["n"] for row in calibration_chart(calibrated()).rows()] == [each.n for each in bins]

    def test_a_curve_is_that_of_the_timing(self) -> None:
        assert [row["share"] for row in survival_chart(won_times()).rows()] == [row["won"] for row in won_times().rows()]


def test_hostile_names_stay_text() -> None:
    chart = score_chart(scored(HOSTILE))
    assert HOSTILE in chart.alt
    assert HOSTILE not in chart.svg()


def test_a_picture_in_points_has_the_size_asked_for() -> None:
    small, large = (score_chart(scored()).png(scale=scale) for scale in (1, 2))
    widths = [int.from_bytes(picture[16:20], "big") for picture in (small, large)]
    assert widths[1] == pytest.approx(2 * widths[0], abs=1)


def test_without_the_extra_a_chart_is_made_and_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    chart = score_chart(scored())
    with pytest.raises(MissingExtraError, match=r"salesperf\[charts\]"):
        chart.svg()


NOTHING = funnel.outcomes([], BASIC, as_of=AS_OF)
QUARTER = Period.quarter(2026, 3)


def of_nothing(*stages: str) -> forecast.Forecast:
    """Look ahead where no deal has a chance: without deals, with a won one, with one due on a day that nobody knows."""
    history = [Change(date(2026, 7, 1), stage=stage, amount=Amount.of(5, CNY)) for stage in stages]
    deals = [Opportunity(id="o-1", history=history)] if history else []
    return forecast.project(deals, BASIC, as_of=date(2026, 8, 31), period=QUARTER, measure="amount" if history else "count")


def owed_nothing() -> allocation.PlanGrid:
    goal = Target(owner=None, metric=REVENUE, amount=Amount.of(0, CNY), period=Period.year(2026))
    return allocation.grid(goal, {"ada": 2, "bo": 1}, "quarter")


def nothing_changed() -> variance.Variance[float]:
    return variance.decompose({"leads": 100, "win_rate": 0.2}, {"leads": 100, "win_rate": 0.2})


def nobody_ranked() -> appraisal.Ranking:
    one = ranked()
    arrays = {field.name: getattr(one, field.name) for field in attrs.fields(appraisal.Ranking) if field.init}
    none: dict[str, Any] = {name.lstrip("_"): value[:0] for name, value in arrays.items() if isinstance(value, np.ndarray)}
    return attrs.evolve(one, names=(), **none)


def empty_funnel(*by: str) -> funnel.FunnelReport:
    return funnel.analyze(funnel.count([], BASIC, as_of=AS_OF, by=list(by)))


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        pytest.param(lambda: attainment_chart([]), "attainments", id="no attainment"),
        pytest.param(lambda: attainment_chart([reached(amount=0)]), "attainments", id="no ratio"),
        pytest.param(
            lambda: calibration_chart(grading.calibrate(np.array([]), np.array([], dtype=np.bool_))),
            "calibration",
            id="calibration of nothing",
        ),
        pytest.param(lambda: forecast_chart([]), "forecasts", id="no forecast"),
        pytest.param(lambda: forecast_chart([of_nothing()]), "forecasts", id="forecast without a deal"),
        pytest.param(lambda: forecast_chart([of_nothing("closed")]), "forecasts", id="forecast of what is won"),
        pytest.param(lambda: forecast_chart([of_nothing("proposal")]), "forecasts", id="forecast without a chance"),
        pytest.param(lambda: funnel_chart(empty_funnel()), "report", id="funnel that nothing entered"),
        pytest.param(lambda: funnel_chart(empty_funnel("owner")), "report", id="funnel without a segment"),
        pytest.param(lambda: plan_chart(owed_nothing()), "plan", id="plan of nothing"),
        pytest.param(lambda: plan_chart(attrs.evolve(plan(), targets=())), "plan", id="plan without a target"),
        pytest.param(lambda: ranking_chart({}), "ranking", id="no estimate"),
        pytest.param(
            lambda: ranking_chart({"ada": Estimate.undefined(Message("reason.no_target"))}), "ranking", id="no interval"
        ),
        pytest.param(lambda: ranking_chart(nobody_ranked()), "ranking", id="ranking of nobody"),
        pytest.param(
            lambda: score_chart(Scorecard([Criterion("x", Flag(1), missing="leave_out")]).score({})), "score", id="no score"
        ),
        pytest.param(lambda: survival_chart(funnel.time_to_win(NOTHING)), "timing", id="time to win of no deal"),
        pytest.param(lambda: survival_chart(funnel.time_in_stage(NOTHING, "lead")), "timing", id="time in stage of no deal"),
        pytest.param(lambda: variance_chart(nothing_changed()), "variance", id="variance without an effect"),
        pytest.param(
            lambda: variance_chart(nothing_changed().as_amounts(Amount.of(20, CNY), Amount.of(20, CNY))),
            "variance",
            id="variance of amounts without an effect",
        ),
    ],
)
def test_a_chart_of_nothing_is_refused(call: Callable[[], object], argument: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        call()
    assert (caught.value.code, caught.value.path) == ("chart_of_nothing", (argument,))
    assert str(caught.value) == f"{argument}: expected something that a chart could show, got nothing"


@pytest.mark.parametrize(
    ("call", "kind", "code", "path"),
    [
        (lambda: attainment_chart([1]), InvalidValueError, "wrong_type", ("attainments", 0)),  # type: ignore[list-item]
        (lambda: forecast_chart([projected(AS_OF)] * 2), InvalidValueError, "not_unique", ("forecasts",)),
        (
            lambda: forecast_chart([projected(AS_OF), projected(date(2026, 8, 31), quarter=4)]),
            InvalidValueError,
            "forecast_of_another",
            ("forecasts", 1),
        ),
        (
            lambda: forecast_chart([projected(AS_OF), projected(date(2026, 8, 31), unit="USD")]),
            UnitMismatchError,
            "unit_mismatch",
            ("forecasts", 1),
        ),
        (
            lambda: forecast_chart([projected(date(2026, 8, 31))], target=Amount.of(1, USD)),
            UnitMismatchError,
            "unit_mismatch",
            ("target",),
        ),
        (
            lambda: forecast_chart([forecast.project([], BASIC, as_of=AS_OF, period=QUARTER)]),
            InvalidValueError,
            "chart_of_nothing",
            ("forecasts", 0),
        ),
        *(
            (
                lambda shares=shares: forecast_chart([projected(date(2026, 8, 31))], shares=shares),
                InvalidValueError,
                code,
                ("shares", *place),
            )
            for shares, code, place in [
                ((), "out_of_range", ()),
                ((0.9, 0.8, 0.7, 0.6), "out_of_range", ()),
                ((0.5, 0.8), "between", (1,)),
                ((1.0,), "between", (0,)),
                ((0.8, 0.0), "between", (1,)),
                (("0.8",), "wrong_type", (0,)),
                (0.8, "wrong_type", ()),
            ]
        ),
        (lambda: funnel_chart(funnel_report(), segment=1), InvalidValueError, "out_of_range", ("segment",)),
        (lambda: score_chart(scored()).png(scale=0), InvalidValueError, "out_of_range", ("scale",)),
        (lambda: ranking_chart(scored()), InvalidValueError, "wrong_type", ("ranking",)),  # type: ignore[arg-type]
        (lambda: ranking_chart({"ada": 0.5}), InvalidValueError, "wrong_type", ("ranking", "ada")),  # type: ignore[dict-item]
        (lambda: plan_chart(scored()), InvalidValueError, "wrong_type", ("plan",)),  # type: ignore[arg-type]
    ],
)
def test_what_no_chart_can_be_made_of_is_refused(
    call: Callable[[], object], kind: type[SalesperfError], code: str, path: tuple[str | int, ...]
) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)
