"""Appraisals: schemes, calibration, forced distribution, promotion, recognition, training."""

import copy
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest

from salesperf import CNY, Amount, Curve, Estimate, Lead, LeadChange, Message, Org, Period, Records, Rep, Touch
from salesperf.appraisal import (
    RATING,
    STANDARD_SCHEMES,
    TIES,
    Appraisal,
    AppraisalScheme,
    PromotionRule,
    RecognitionRule,
    RewardRule,
    appraise,
    distribute,
    eligibility,
    missing_parts,
    recognize,
    training_effect,
    training_needs,
)
from salesperf.errors import InfeasibleError, InvalidInputError, InvalidValueError, SalesperfError, UnknownNameError
from salesperf.followup import STANDARD_FOLLOW_UP, punctuality
from salesperf.quality import DEFAULT_RULES, NotEntered, QualityRule, audit
from salesperf.scorecard import Bands, Criterion, Scorecard

POINTS = Curve([(0, 0), (100, 100)])
BANDS = Bands([("A", 80), ("B", 50), ("C", 0)])
CARD = Scorecard([Criterion("results", POINTS, 3), Criterion("attitude", RATING)])
SCHEME = AppraisalScheme(key="plain", card=CARD, bands=BANDS)
MEETING = date(2026, 10, 9)


def told(rep: str, results: float, attitude: float = 3, period: Period | None = None) -> Appraisal:
    return appraise(rep, {"results": results, "attitude": attitude}, SCHEME, period=period)


def quarters(*results: float, rep: str = "ada") -> list[Appraisal]:
    return [told(rep, result, 5, Period.quarter(2026, number)) for number, result in enumerate(results, 1)]


class TestSchemes:
    def test_the_text_begins_with_who_when_and_by_what(self) -> None:
        standard = appraise("ada", {"attainment": 1.0}, STANDARD_SCHEMES["rep"], period=Period.quarter(2026, 3))
        assert standard.text().splitlines()[0] == "Appraisal of ada for Q3 2026 by the scheme “Sales rep”."
        assert standard.text("zh").splitlines()[0] == "ada 2026年第3季度绩效考核，方案：销售代表。"
        assert told("ada", 90).text().splitlines()[0] == "Appraisal of ada by the scheme “plain”."

    def test_ready_made_schemes_refuse_what_cannot_be(self) -> None:
        parts = {"attainment": 105, "okr": 70, "initiative": 9, "reliability": 0, "cooperation": 5, "records_complete": -0.1}
        with pytest.raises(InvalidInputError) as caught:
            appraise("ada", parts, STANDARD_SCHEMES["rep"])
        faults = {fault.path[1]: fault for fault in caught.value.exceptions if isinstance(fault, SalesperfError)}
        assert {fault.code for fault in faults.values()} == {"fact_out_of_range"}
        assert sorted(map(str, faults)) == ["attainment", "initiative", "okr", "records_complete", "reliability"]
        assert str(faults["initiative"]).startswith("parts.initiative: expected a value from 1 to 5, got 9")
        assert "105% as 1.05" in str(faults["attainment"])
        for scheme in STANDARD_SCHEMES.values():
            assert sorted(scheme.ranges) == sorted(scheme.card.fact_keys())
        at_the_ends = {"attainment": -10, "okr": 0.1 + 0.2 + 0.7000000000000001, "initiative": 1, "reliability": Decimal(5)}
        assert appraise("ada", at_the_ends, STANDARD_SCHEMES["rep"]).band == "D"

    def test_the_mean_of_components_is_that_of_the_source(self, oracle: Callable[[str], Any]) -> None:
        (case,) = (case for case in oracle("appraisal_goals.json")["cases"] if case["id"] == "final-mean")
        marks = Curve([(0, 0), (5, 5)])
        keys = ("goals", "feedback", "self")
        scheme = AppraisalScheme(
            key="hrms", card=Scorecard([Criterion(key, marks) for key in keys]), bands=Bands([("A", 4), ("B", 0)])
        )
        found = appraise("ada", dict(zip(keys, case["inputs"]["components"], strict=True)), scheme)
        assert found.score.value == pytest.approx(case["expected"]["final"], abs=case["tolerance"])

    def test_what_is_pending_in_a_round_is_that_of_the_source(self, oracle: Callable[[str], Any]) -> None:
        (case,) = (case for case in oracle("appraisal_goals.json")["cases"] if case["id"] == "cycle-summary")
        keys = ("goals", "feedback", "self")
        parts = Scorecard([Criterion(key, RATING, missing="leave_out") for key in keys])
        card = Scorecard([Criterion("all", parts, missing="leave_out")])
        scheme = AppraisalScheme(key="round", card=card, bands=BANDS)
        # Of two people one has goals and feedback, and neither has assessed himself.
        told = [appraise("bo", {}, scheme), appraise("ada", {"goals": 4, "feedback": 3}, scheme)]
        found = missing_parts(told)
        assert dict(found) == {"goals": ("bo",), "feedback": ("bo",), "self": ("ada", "bo")}
        expected = case["expected"]
        assert len(told) == expected["appraisees"]
        assert len(found["self"]) == expected["self_appraisal_pending"]
        assert len(found["goals"]) == expected["goals_missing"]
        assert len(found["feedback"]) == expected["feedback_missing"]
        with pytest.raises(InvalidValueError) as caught:
            missing_parts([told[0], told[0]])
        assert (caught.value.code, caught.value.path) == ("not_unique", ("appraisals", 1, "rep"))

    def test_weighted_goals_are_those_of_the_source(self, oracle: Callable[[str], Any]) -> None:
        (case,) = (case for case in oracle("appraisal_goals.json")["cases"] if case["id"] == "kra-before-move")
        weights, roots = case["inputs"]["weights"], case["expected"]["roots"]
        card = Scorecard([Criterion(f"goal-{number}", POINTS, weight) for number, weight in enumerate(weights)])
        parts = {f"goal-{number}": root for number, root in enumerate(roots)}
        found = appraise("ada", parts, AppraisalScheme(key="kra", card=card, bands=BANDS))
        shares = [part.weight * (part.points or 0) for part in found.score.criteria]
        assert shares == pytest.approx(case["expected"]["contributions"], abs=1e-12)

    @pytest.mark.parametrize("scheme", STANDARD_SCHEMES.values(), ids=STANDARD_SCHEMES)
    def test_a_ready_made_scheme_gives_its_best_and_its_worst(self, scheme: AppraisalScheme) -> None:
        best = {"attainment": 1.25, "okr": 1, "follow_up_on_time": 1, "records_complete": 1}
        worst = dict.fromkeys(best, 0)
        asked = scheme.card.fact_keys()
        for facts, rating, score, band in ((best, 5, 100, "A"), (worst, 1, 0, "D")):
            parts = {key: facts.get(key, rating) for key in asked}
            found = appraise("ada", parts, scheme)
            assert (found.score.value, found.band, found.score.left_out) == (score, band, ())
            assert found.breakdown.holds()

    @pytest.mark.parametrize("scheme", STANDARD_SCHEMES.values(), ids=STANDARD_SCHEMES)
    @pytest.mark.parametrize("lang", ["en", "zh"])
    def test_every_title_of_a_ready_made_scheme_is_worded(self, scheme: AppraisalScheme, lang: str) -> None:
        titles = [scheme.title, *(rule.label.key for rule in scheme.rewards), *_titles(scheme.card)]
        assert [title for title in titles if Message(title).text(lang) == title] == []

    def test_the_four_dimensions_of_a_manager_are_named_in_chinese(self) -> None:
        dimensions = [criterion.label.text("zh") for criterion in STANDARD_SCHEMES["manager"].card.criteria]
        assert dimensions == ["业绩表现", "战略规划", "团队管理", "沟通协调"]

    def test_results_of_other_rooms_are_parts(self) -> None:
        share = Estimate(value=80.0, low=70, high=90, n=12)
        nested = CARD.score({"results": 50, "attitude": 3})
        card = Scorecard([Criterion("share", POINTS), Criterion("nested", POINTS, missing="leave_out")])
        scheme = AppraisalScheme(key="joined", card=card, bands=BANDS)
        assert appraise("ada", {"share": share, "nested": nested}, scheme).score.value == 65
        unknown = Estimate.undefined(Message("reason.no_target"))
        assert appraise("ada", {"share": share, "nested": unknown}, scheme).score.left_out == ("nested",)

    def test_behaviour_is_what_follow_up_and_records_tell(self) -> None:
        leads = [
            Lead(
                id=f"l-{number}",
                history=[LeadChange(date(2026, 9, 1), status="new", owner=owner)],
                touches=[Touch(date(2026, 9, 8), "call")] if number < 3 else [],
            )
            for number, owner in enumerate(("ada", "ada", "ada", "ada", "bo"))
        ]
        september = Period.month(2026, 9)
        # The first touch of a C is due on the 8th: three of four were. Every lead has an owner, none a channel.
        kept = punctuality(leads, STANDARD_FOLLOW_UP, period=september, as_of=date(2026, 9, 9))
        records = Records(org=Org(reps=[Rep(id="ada"), Rep(id="bo")]), leads=leads)
        rules = [
            DEFAULT_RULES["lead_without_channel"],
            QualityRule(key="id", kind="lead", dimension="completeness", check=NotEntered("owner")),
        ]
        audited = audit(records, as_of=september.last, rules=rules)
        behaviour = {
            "follow_up_on_time": kept.of("ada").rate,
            "records_complete": audited.of(["ada"]).dimension_share("completeness"),
        }
        made = appraise("ada", behaviour, STANDARD_SCHEMES["rep"])
        assert (made.score.value, made.breakdown.holds()) == ((75 + 50) / 2, True)
        # Of whom nothing is known, nothing is counted.
        unknown = {
            "follow_up_on_time": kept.of("chen").rate,
            "records_complete": audited.of(["chen"]).dimension_share("completeness"),
        }
        assert appraise("chen", unknown, STANDARD_SCHEMES["rep"]).score.value is None

    def test_a_margin_keeps_the_band(self) -> None:
        scheme = AppraisalScheme(key="steady", card=CARD, bands=Bands([("A", 80), ("B", 0)], margin=5))
        parts = {"results": 87, "attitude": 3}
        assert appraise("ada", parts, scheme, previous="A").band == "A"
        assert appraise("ada", parts, scheme, previous="B").band == "B"


def _titles(card: Scorecard) -> list[str]:
    found = []
    for criterion in card.criteria:
        found.append(criterion.label.key)
        if isinstance(criterion.scale, Scorecard):
            found += _titles(criterion.scale)
    return found


class TestCalibration:
    def test_every_step_is_told(self) -> None:
        found = told("ada", 90).calibrated("B", reason="windfall of one order", on=MEETING)
        found = found.calibrated("B", reason="heard again", on=MEETING)
        assert found.text().splitlines()[2:] == [
            "Calibrated on 2026-10-09 from A to B: windfall of one order",
            "Confirmed as B on 2026-10-09: heard again",
        ]
        assert found.text("zh").splitlines()[2] == "2026年10月9日校准会议将等级由 A 调整为 B：windfall of one order"
        assert found.rows()[0]["calibrated"] == 2

    def test_a_band_may_be_given_where_there_is_no_score(self) -> None:
        card = Scorecard([Criterion("results", POINTS, missing="leave_out")])
        found = appraise("ada", {}, AppraisalScheme(key="plain", card=card, bands=BANDS))
        assert found.band is None
        found = found.calibrated("C", reason="on leave", on=MEETING)
        assert found.text().splitlines()[2] == "Calibrated on 2026-10-09 from none to C: on leave"

    def test_the_reason_is_in_no_repr(self) -> None:
        assert "sick" not in repr(told("ada", 90).calibrated("B", reason="was sick", on=MEETING))


class TestRewards:
    def test_they_follow_from_the_band_that_holds(self) -> None:
        scheme = STANDARD_SCHEMES["rep"]
        found = appraise("ada", {"attainment": 0.5}, scheme, decided=MEETING)
        (penalty,) = found.rewards
        assert penalty.text() == "Penalty: Improvement plan, since the band is D; due by 2026-10-23."
        assert penalty.text("zh") == "惩罚（绩效改进计划）：等级为 D；应于2026年10月23日前执行。"
        assert [reward.rule.key for reward in found.calibrated("A", reason="new", on=MEETING).rewards] == ["recognition"]
        assert appraise("ada", {"attainment": 1.0}, scheme).rewards == ()

    def test_they_follow_from_points_within_limits(self) -> None:
        rules = [
            RewardRule(key="bonus", kind="reward", criterion="results", least=80, due_days=0),
            RewardRule(key="coach", kind="penalty", criterion="attitude", most=25, due_days=7),
            RewardRule(key="both", kind="reward", bands=["A"], criterion="attitude", least=100, due_days=1),
        ]
        scheme = AppraisalScheme(key="plain", card=CARD, bands=BANDS, rewards=rules)

        def keys(results: float, attitude: float) -> list[str]:
            parts = {"results": results, "attitude": attitude}
            return [reward.rule.key for reward in appraise("ada", parts, scheme).rewards]

        assert keys(80, 5) == ["bonus", "both"]
        assert keys(79, 2) == ["coach"]
        assert keys(79, 3) == []
        found = appraise("ada", {"results": 80, "attitude": 3}, scheme)
        assert found.rewards[0].text() == "Reward: bonus, since results has 80.00 points."

    @pytest.mark.parametrize("criterion", ["top", "middle", "results"])
    def test_they_follow_from_a_criterion_of_any_level(self, criterion: str) -> None:
        card = Scorecard([Criterion("top", Scorecard([Criterion("middle", CARD)]))])
        rule = RewardRule(**REWARD, criterion=criterion, least=80)
        scheme = AppraisalScheme(key="deep", card=card, bands=BANDS, rewards=[rule])
        assert appraise("ada", {"results": 90, "attitude": 5}, scheme).rewards
        assert not appraise("ada", {"results": 30, "attitude": 1}, scheme).rewards

    def test_what_is_not_known_has_no_consequence(self) -> None:
        card = Scorecard([Criterion("results", POINTS), Criterion("attitude", RATING, missing="leave_out")])
        rule = RewardRule(key="coach", kind="penalty", criterion="attitude", most=25, due_days=7)
        scheme = AppraisalScheme(key="plain", card=card, bands=BANDS, rewards=[rule])
        assert appraise("ada", {"results": 10}, scheme).rewards == ()


class TestDistribution:
    # By hand: 10 people at 20 : 70 : 10.
    PEOPLE = tuple(told(f"r-{number:02}", result) for number, result in enumerate((95, 90, 90, 90, 70, 70, 60, 50, 40, 10)))

    def test_ties_go_up_down_or_are_parted(self) -> None:
        shares: list[tuple[str, int]] = [("A", 20), ("B", 70), ("C", 10)]
        heads = {ties: dict(distribute(self.PEOPLE, shares, ties=ties).heads) for ties in TIES}
        assert heads == {"up": {"A": 4, "B": 5, "C": 1}, "down": {"A": 1, "B": 8, "C": 1}, "split": {"A": 2, "B": 7, "C": 1}}
        cut = distribute(self.PEOPLE, shares).cuts[0]
        assert (cut.planned, cut.heads, cut.tied) == (2, 4, ("r-01", "r-02", "r-03"))

    def test_a_cut_through_people_who_cannot_be_told_apart_is_marked(self) -> None:
        found = distribute(self.PEOPLE, [("A", 20), ("B", 70), ("C", 10)], alike=[["r-08", "r-09", "nobody"], ["r-00"]])
        assert [cut.alike for cut in found.cuts] == [(), ("r-08", "r-09")]
        expected = "The cut between B and C parts people who cannot be told apart by what was measured: r-08, r-09."
        assert found.text().splitlines()[-1] == expected

    def test_who_has_no_score_is_named_and_not_counted(self) -> None:
        card = Scorecard([Criterion("results", POINTS, missing="leave_out")])
        nobody = appraise("zoe", {}, AppraisalScheme(key="other", card=card, bands=BANDS))
        found = distribute([*self.PEOPLE, nobody], {"A": 1, "B": 1})
        assert (sum(found.heads.values()), found.without_score) == (10, ("zoe",))
        assert found.text("zh").splitlines()[-1] == "没有得分，因而没有名次：zoe。"

    def test_a_share_may_be_nothing(self) -> None:
        assert dict(distribute(self.PEOPLE, [("A", 0), ("B", Fraction(1, 3)), ("C", 0)]).heads) == {"A": 0, "B": 10, "C": 0}

    def test_it_can_be_kept_and_compared(self) -> None:
        found = distribute([told("ada", 90), told("bo", 40)], {"good": 1, "bad": 1}, minimum=2)
        again = copy.deepcopy(found)
        assert (again, hash(again), list(again.heads)) == (found, hash(found), ["good", "bad"])

    def test_lines_tell_who_moved(self) -> None:
        found = distribute(self.PEOPLE, {"A": 1, "B": 0, "C": 1})
        assert sum(line.moved for line in found.lines) == sum(row["before"] != row["band"] for row in found.rows()) > 0


class TestPromotion:
    RULE = PromotionRule(key="senior", bands=["A"], times=2, within=3, never=["C"], service_days=300)

    def test_every_condition_is_told(self) -> None:
        found = eligibility(quarters(95, 60, 95), self.RULE, as_of=date(2026, 10, 1), service_since=date(2026, 1, 1))
        assert found.is_eligible is False
        assert found.text().splitlines() == [
            "ada may not be promoted yet (senior).",
            "Met: 2 of the last 3 appraisals are A; 2 are needed.",
            "Met: none of the last 3 appraisals is C.",
            "Not met: 274 days of service, 300 are needed.",
        ]
        assert [row["is_met"] for row in found.rows()] == [True, True, False]

    def test_what_nobody_knows_decides_nothing(self) -> None:
        rule = PromotionRule(key="senior", bands=["A"], times=2, within=3)
        assert eligibility(quarters(95), rule, as_of=date(2026, 12, 31)).is_eligible is None
        found = eligibility(quarters(95, 95), self.RULE, as_of=date(2026, 12, 31))
        assert found.is_eligible is None
        assert found.text().splitlines()[-1] == "Cannot be told: the first day of service is not known, 300 days are needed."

    def test_a_bad_appraisal_is_named(self) -> None:
        found = eligibility(quarters(95, 10, 95), self.RULE, as_of=date(2026, 12, 31), service_since=date(2020, 1, 1))
        assert found.text("zh").splitlines()[2] == "不符合：2026年第2季度为 C。"

    def test_it_stands_before_anything_is_over(self) -> None:
        assert eligibility(quarters(95), self.RULE, as_of=date(2026, 3, 30)).conditions[0].message.arguments["count"] == 0


class TestRecognition:
    def test_bands_in_a_row_and_a_score_that_rose(self) -> None:
        rules = [
            RecognitionRule(key="steady", kind="steady", bands=["A"], times=2, title="Steady hand"),
            RecognitionRule(key="riser", kind="improved", least=20),
        ]
        histories = [quarters(95, 96), quarters(40, 90, rep="bo"), quarters(95, rep="chen")]
        found = recognize(histories, rules, as_of=date(2026, 12, 31))
        assert [each.text() for each in found] == [
            "Steady hand: the last 2 appraisals are all A.",
            "riser: from 55.00 to 92.50 points.",
        ]
        assert [each.rep for each in found] == ["ada", "bo"]

    def test_ten_points_are_ten_points_however_floats_are_added(self) -> None:
        thirds = Scorecard([Criterion(key, Curve([(0, 0), (3, 100)])) for key in "abc"])
        scheme = AppraisalScheme(key="thirds", card=thirds, bands=BANDS)
        for low in (0.06, 0.45, 1.2, 2.1):
            past = [
                appraise("ada", dict.fromkeys("abc", value), scheme, period=Period.quarter(2026, number))
                for number, value in ((1, low), (2, low + 0.3))
            ]
            assert recognize([past], [RecognitionRule(key="riser", kind="improved", least=10)], as_of=date(2026, 12, 31))


class TestTraining:
    def test_courses_are_named(self) -> None:
        needs = training_needs([told("ada", 30, 2), told("bo", 90, 1)], courses={"attitude": "a day out"}, most=1)
        assert [need.text() for need in needs] == ["attitude: ada, bo, 11.88 points to gain on average; a day out."]
        both = training_needs([told("ada", 30, 2), told("bo", 90, 1)], courses={"attitude": "a day out"})
        assert both[1].text("zh") == "results：ada，平均可提升 22.50 分。"
        assert training_needs([told("ada", 30)], mark=Decimal("60.5")) == training_needs([told("ada", 30)], mark=60.5)  # type: ignore[arg-type] # as exact

    def test_the_hours_of_sleep_of_student(self) -> None:
        # Student (1908), the additional hours of sleep of ten patients under two soporifics; R's `sleep` and t.test(paired)
        # give a mean difference of 1.58 with a 95 % interval from 0.7001142 to 2.4598858.
        first = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
        second = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
        before, after = ({f"p-{number}": value for number, value in enumerate(column)} for column in (first, second))
        change = training_effect(before, after).change
        assert (change.value, change.low, change.high) == pytest.approx((1.58, 0.7001142, 2.4598858), abs=1e-7)
        assert training_effect(before, after).text().startswith("Mean change +1.58 points (+0.70 to +2.46, 10 took both")

    def test_who_took_one_is_named(self) -> None:
        found = training_effect({"ada": 1.0, "bo": 2.0}, {"bo": 3.0})
        assert found.text("zh").splitlines() == [
            "平均变化：参加了前后两次测评的有 1 人，至少需要 2 人。",
            "只参加了一次测评，无法说明变化：ada。",
        ]
        assert found.rows() == [{"rep": "ada", "before": None, "after": None}, {"rep": "bo", "before": 2.0, "after": 3.0}]


RANGED = AppraisalScheme(key="ranged", card=CARD, bands=BANDS, ranges={"attitude": [1, 5]})  # type: ignore[dict-item] # any pair
OTHERWISE = appraise(
    "ada", {"results": 1, "attitude": 1}, attrs.evolve(SCHEME, bands=Bands([("A", 0)])), period=Period.year(2026)
)
REWARD: dict[str, Any] = {"key": "trip", "kind": "reward", "due_days": 0}
PROMOTION: dict[str, Any] = {"key": "senior", "bands": ["A"], "times": 1, "within": 1}


@pytest.mark.parametrize(
    ("call", "kind", "code", "path"),
    [
        (lambda: RewardRule(**REWARD), InvalidValueError, "reward_without_condition", ("RewardRule", "trip")),
        (
            lambda: RewardRule(**REWARD, bands=["A"], least=3),
            InvalidValueError,
            "limit_without_criterion",
            ("RewardRule", "trip"),
        ),
        (
            lambda: RewardRule(**REWARD, criterion="results", least=3, most=2),
            InvalidValueError,
            "interval_reversed",
            ("RewardRule", "trip"),
        ),
        (
            lambda: AppraisalScheme(key="x", card=CARD, bands=BANDS, rewards=[RewardRule(**REWARD, bands=["Z"])]),
            UnknownNameError,
            "unknown_band",
            ("AppraisalScheme", "rewards", 0, "bands"),
        ),
        (
            lambda: AppraisalScheme(
                key="x", card=CARD, bands=BANDS, rewards=[RewardRule(**REWARD, criterion="looks", least=3)]
            ),
            UnknownNameError,
            "choice",
            ("AppraisalScheme", "rewards", 0, "criterion"),
        ),
        (
            lambda: AppraisalScheme(key="x", card=CARD, bands=BANDS, rewards=[RewardRule(**REWARD, bands=["A"])] * 2),
            InvalidValueError,
            "not_unique",
            ("AppraisalScheme", "rewards", 1, "key"),
        ),
        (
            lambda: attrs.evolve(RANGED, ranges=3),  # type: ignore[arg-type]
            InvalidValueError,
            "wrong_type",
            ("AppraisalScheme", "ranges"),
        ),
        (lambda: attrs.evolve(RANGED, ranges={"x": (1, 2)}), UnknownNameError, "choice", ("AppraisalScheme", "ranges", "x")),
        (
            lambda: attrs.evolve(RANGED, ranges={"results": (1,)}),  # type: ignore[dict-item]
            InvalidValueError,
            "length",
            ("AppraisalScheme", "ranges", "results"),
        ),
        (
            lambda: attrs.evolve(RANGED, ranges={"results": (2, 1)}),
            InvalidValueError,
            "interval_reversed",
            ("AppraisalScheme", "ranges", "results"),
        ),
        (lambda: appraise("", {}, SCHEME), InvalidValueError, "empty", ("rep",)),
        (
            lambda: appraise("ada", {"results": 1, "attitude": 1}, STANDARD_SCHEMES["rep"].card),  # type: ignore[arg-type]
            InvalidValueError,
            "wrong_type",
            ("scheme",),
        ),
        (
            lambda: appraise("ada", {"attainment": 0}, STANDARD_SCHEMES["rep"], decided=date.max).rewards,
            InvalidValueError,
            "date_too_late",
            ("decided",),
        ),
        (lambda: told("ada", 90).calibrated("Z", reason="x", on=MEETING), UnknownNameError, "unknown_band", ("band",)),
        (
            lambda: told("ada", 90).calibrated("A", reason=" ", on=MEETING),
            InvalidValueError,
            "calibration_without_reason",
            ("reason",),
        ),
        (
            lambda: told("ada", 90).calibrated("A", reason="x", on=MEETING).calibrated("A", reason="y", on=date(2026, 10, 8)),
            InvalidValueError,
            "calibration_order",
            ("on",),
        ),
        (lambda: distribute([told("ada", 1)], {"A": 1}), InfeasibleError, "group_too_small", ("appraisals",)),
        (lambda: distribute([told("ada", 1)], {}), InvalidValueError, "shares_of_bands", ("shares",)),
        (lambda: distribute([told("ada", 1)], [("A",)]), InvalidValueError, "shares_of_bands", ("shares", 0)),  # type: ignore[list-item]
        (lambda: distribute([told("ada", 1)], [("A", 1), ("A", 2)]), InvalidValueError, "not_unique", ("shares", 1)),
        (
            lambda: PromotionRule(**{**PROMOTION, "times": 2}),
            InvalidValueError,
            "out_of_range",
            ("PromotionRule", "senior", "times"),
        ),
        (lambda: PromotionRule(**{**PROMOTION, "bands": []}), InvalidValueError, "no_bands", ("PromotionRule", "bands")),
        (
            lambda: eligibility([], PromotionRule(**PROMOTION), as_of=MEETING),
            InvalidValueError,
            "no_appraisals",
            ("history",),
        ),
        (
            lambda: eligibility(quarters(1), PromotionRule(**{**PROMOTION, "never": ["Z"]}), as_of=MEETING),
            UnknownNameError,
            "unknown_band",
            ("rule", "senior", "never"),
        ),
        (
            lambda: recognize([quarters(1)], [RecognitionRule(key="x", kind="steady", bands=["a"], times=1)], as_of=MEETING),
            UnknownNameError,
            "unknown_band",
            ("rules", 0, "x", "bands"),
        ),
        (
            lambda: RecognitionRule(key="x", kind="steady"),
            InvalidValueError,
            "no_bands",
            ("RecognitionRule", "x", "bands"),
        ),
        (
            lambda: RecognitionRule(key="x", kind="improved", least=0),
            InvalidValueError,
            "not_positive",
            ("RecognitionRule", "x", "least"),
        ),
        (lambda: training_effect({}, {}, level=1), InvalidValueError, "between", ("level",)),
        (lambda: training_needs([told("ada", 1)] * 2), InvalidValueError, "not_unique", ("appraisals", 1, "rep")),
        (
            lambda: training_needs([told("ada", 1)], courses={"results": 5}),  # type: ignore[dict-item]
            InvalidValueError,
            "empty",
            ("courses", "results"),
        ),
        (
            lambda: recognize(None, [], as_of=MEETING),  # type: ignore[arg-type]
            InvalidValueError,
            "wrong_type",
            ("histories",),
        ),
        (lambda: recognize([quarters(1), []], [], as_of=MEETING), InvalidValueError, "no_appraisals", ("histories", 1)),
        (lambda: recognize([quarters(1)] * 2, [], as_of=MEETING), InvalidValueError, "not_unique", ("histories", 1)),
        (
            lambda: distribute([told("ada", 1)], {"A": -1}, minimum=1),
            InvalidValueError,
            "weights_invalid",
            ("shares", 0),
        ),
        (
            lambda: distribute([told("ada", 1)], {"A": 1}, alike=None),  # type: ignore[arg-type]
            InvalidValueError,
            "wrong_type",
            ("alike",),
        ),
        (lambda: distribute([told("ada", 1)], {"A": 1}, alike=["ada"]), InvalidValueError, "wrong_type", ("alike", 0)),
        (
            lambda: distribute([told("ada", 1)], {"A": 1}, alike=[[1]]),  # type: ignore[list-item]
            InvalidValueError,
            "empty",
            ("alike", 0),
        ),
        (
            lambda: AppraisalScheme(
                key="x",
                card=Scorecard([Criterion("results", CARD)]),
                bands=BANDS,
                rewards=[RewardRule(**REWARD, criterion="results", least=3)],
            ),
            InvalidValueError,
            "not_unique",
            ("AppraisalScheme", "rewards", 0, "criterion"),
        ),
        (lambda: training_needs([told("ada", 1)], most=0), InvalidValueError, "out_of_range", ("most",)),
    ],
)
def test_one_fault_is_one_line(
    call: Callable[[], object], kind: type[SalesperfError], code: str, path: tuple[str | int, ...]
) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    ("call", "faults"),
    [
        (
            lambda: appraise("ada", {"results": "high", "attitude": 1, "attitud": 2}, SCHEME),
            {("parts", "attitud"): "choice", ("parts", "results"): "not_a_number"},
        ),
        (
            lambda: appraise("ada", {"results": 1, "attitude": 1, "attitud": 2, "x": 3}, SCHEME),
            {("parts", "attitud"): "choice", ("parts", "x"): "choice"},
        ),
        (
            lambda: appraise("ada", {"results": "high"}, SCHEME),
            {("parts", "results"): "not_a_number"},
        ),
        (
            lambda: appraise("ada", {"results": Amount.of(1, CNY), "attitude": 1}, SCHEME),
            {("parts", "results"): "not_a_number"},
        ),
        (lambda: distribute([told("ada", 1)] * 2, {"A": 1}, minimum=1), {("appraisals", 1, "rep"): "not_unique"}),
        (
            lambda: eligibility(
                [*quarters(1), *quarters(2, rep="bo"), told("ada", 3), told("ada", 4)],
                PromotionRule(**PROMOTION),
                as_of=MEETING,
            ),
            {
                ("history", 1): "appraisal_of_another",
                ("history", 2): "appraisal_without_period",
                ("history", 3): "appraisal_without_period",
                ("history", 1, "period"): "not_unique",
            },
        ),
        (
            lambda: recognize([[*quarters(1, 2), OTHERWISE]], [], as_of=MEETING),
            {("histories", 0, 2): "appraisal_of_another_scheme"},
        ),
        (
            lambda: appraise("ada", {"results": "high", "attitude": 9}, RANGED),
            {("parts", "results"): "not_a_number", ("parts", "attitude"): "fact_out_of_range"},
        ),
        (
            lambda: training_effect({"ada": "good", "bo": 1e10}, {"": 3}),  # type: ignore[dict-item]
            {("before", "ada"): "wrong_type", ("before", "bo"): "out_of_range", ("after",): "empty"},
        ),
    ],
)
def test_many_faults_are_told_together(call: Callable[[], object], faults: Mapping[tuple[str | int, ...], str]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        call()
    told_faults = {fault.path: fault.code for fault in caught.value.exceptions if isinstance(fault, SalesperfError)}
    assert told_faults == faults
