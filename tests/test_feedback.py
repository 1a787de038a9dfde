"""360-degree feedback: what is shown, what is hidden and why, and what a wrong input is told."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest

from salesperf import InvalidInputError, InvalidValueError, Rating, SalesperfError, UnknownNameError
from salesperf.errors import TEMPLATES
from salesperf.feedback import GROUP_STATUSES, FeedbackReport, icc, krippendorff, leniency, summarize, tabulate
from salesperf.feedback.summarizing import EXEMPT
from salesperf.messages import catalog
from salesperf.model.rating import RELATIONS, Relation

WEIGHTS: dict[Relation, int] = {"manager": 1, "self": 1, "peer": 1, "report": 1, "customer": 1}
any_rating: Any = Rating
any_summarize: Any = summarize
any_icc: Any = icc


def said(relation: Relation, *points: float, item: str = "calm", first: int = 0, **others: Any) -> list[Rating]:  # noqa: ANN401 - fields
    """Let so many raters of a relation rate ada."""
    return [
        Rating(
            subject="ada",
            rater="ada" if relation == "self" else f"{relation}-{number}",
            relation=relation,
            item=item,
            points=given,
            **others,
        )
        for number, given in enumerate(points, start=first)
    ]


def statuses(report: FeedbackReport) -> dict[tuple[str, ...], str]:
    return {group.relations: group.status for group in report.of("ada").groups}


def means(report: FeedbackReport) -> dict[tuple[str, ...], float]:
    return {group.relations: group.mean for group in report.of("ada").groups if group.mean is not None}


# What others found


def test_a_group_below_the_threshold_is_left_out_of_every_total(oracle: Any) -> None:  # noqa: ANN401 - a fixture
    (case,) = (case for case in oracle("feedback_360.json")["cases"] if case["id"] == "gl-suppress")
    ratings = [rating for relation, points in case["inputs"]["groups"].items() for rating in said(relation, *points)]
    report = summarize(ratings, weights=WEIGHTS, minimum=case["inputs"]["threshold"])
    expected = case["expected"]
    assert means(report) == pytest.approx({(name,): mean for name, mean in expected["shown"].items()}, abs=1e-4)
    assert [name for (name,), status in statuses(report).items() if status != "shown"] == expected["suppressed"]
    # "All but self" is there the mean over raters: weights by the count of raters who are shown.
    by_raters = {**WEIGHTS, "self": 0, "peer": 3}
    score = summarize(ratings, weights=by_raters).of("ada").score
    assert score is not None
    assert score.value == pytest.approx(expected["all_but_self"], abs=1e-12)


def test_two_managers_are_averaged(oracle: Any) -> None:  # noqa: ANN401 - a fixture
    (case,) = (case for case in oracle("feedback_360.json")["cases"] if case["id"] == "hr-two-reviewers")
    score = summarize(said("manager", *case["inputs"]["scores"]), weights={"manager": 1}).of("ada").score
    assert score is not None
    assert score.value == pytest.approx(case["expected"]["mean"], abs=1e-9)


# What is shown


def test_weights_count_over_those_shown_and_items_count_alike() -> None:
    ratings = said("manager", 4) + said("peer", 1, 2, 3) + said("manager", 2, item="fair")
    ada = summarize(ratings, weights={"manager": Decimal(3), "peer": Fraction(1, 1), "customer": 1}).of("ada")
    assert [score.value for item in ada.items if (score := ada.item_score(item)) is not None] == [3.5, 2.0]
    assert ada.score is not None
    assert ada.score.value == 2.75
    assert [node.weight for node in ada.breakdown.parts[0].parts] == [0.75, 0.25]
    assert ada.notes[0].text() == (
        "Weights are renormalized over the groups that are shown. Shown on some items alone, or on none: Customers, Peers."
    )


def test_a_weight_of_zero_is_shown_and_counts_in_no_score() -> None:
    ada = summarize(said("self", 5), weights={"self": 0, "peer": 1}).of("ada")
    assert ada.score is None
    assert ada.breakdown.value is None
    assert ada.item_score("calm") is None
    assert ada.text() == "ada: no score, since nothing may be shown that counts.\ncalm: no score (Self 5.00 (n = 1))."
    assert ada.gap.reason is not None
    assert ada.gap.reason.text() == "nothing is shown of others on the same items that counts"


def test_groups_that_are_too_small_are_shown_as_one_where_together_they_are_enough() -> None:
    report = summarize(said("report", 1, 2) + said("customer", 5), weights={"report": 3, "customer": 1})
    assert statuses(report) == {("report",): "pooled", ("customer",): "pooled", ("report", "customer"): "shown"}
    assert means(report) == {("report", "customer"): pytest.approx(8 / 3)}
    assert report.of("ada").breakdown.holds()
    assert report.text() == (
        "ada: 2.67.\ncalm: 2.67 ((Direct reports, Customers) together 2.67 (n = 3)).\n"
        "Shown together with others alone, since fewer than 3 rate or beside earlier releases it would tell what so few say:"
        " Direct reports, Customers (calm)."
    )
    assert "（下级、客户）合并 2.67（3 人）" in report.text("zh")


def test_comments_are_shown_with_their_group_alone_and_never_below_the_threshold() -> None:
    ratings = said("peer", 3, 4, 5, comment="listens") + said("report", 1, 2, comment="shouts")
    silent = [attrs.evolve(rating, points=None, comment="gave no points") for rating in said("peer", 1, first=7)]
    report = summarize(ratings + silent, weights=WEIGHTS)
    assert report.text().count("listens") == 3
    assert "shouts" not in report.text() + repr(report) + str(report.rows())
    assert "gave no points" not in report.text()
    assert "listens" not in repr(report) + repr(ratings)
    assert summarize(said("peer", 3, 4, comment="x"), weights=WEIGHTS).of("ada").groups[0].comments == ()


def test_the_gap_is_between_self_and_the_others_shown_with_an_interval_of_the_scale_alone() -> None:
    ratings = said("self", 5) + said("manager", 4) + said("peer", 1, 2, 3)
    ada = summarize(ratings, weights={"self": 9, "manager": 1, "peer": 1}, scale=(1, 5)).of("ada")
    assert ada.gap.value == 2.0
    # Hoeffding: 4 sqrt(ln(40) / 2) sqrt(1/4 (1/1 + 1/3)) = 3.14, cut off where the others would be beyond the scale.
    assert (ada.gap.low, ada.gap.high, ada.gap.n) == (0.0, 4.0, 4)
    many = summarize(said("self", 5) + said("peer", *[3] * 50), weights=WEIGHTS, scale=(1, 5), level=0.9).of("ada").gap
    assert many.low == pytest.approx(2 - 4 * (np.log(20) / 100) ** 0.5)
    unscaled = summarize(ratings, weights=WEIGHTS).of("ada")
    assert unscaled.gap.low is None
    assert "above what others say" in unscaled.text()
    assert "自评比他评低 3.00" in summarize(said("self", 1) + said("manager", 4), weights=WEIGHTS).text("zh")
    assert "is what others say" in summarize(said("self", 4) + said("manager", 4), weights=WEIGHTS).text()
    assert "leave a difference of +0.00 to +4.00 possible (95.0%)" in ada.text()
    assert summarize(said("peer", 1, 2, 3), weights=WEIGHTS).of("ada").gap.reason is not None


def test_rows_hold_what_is_shown_and_one_for_each_score() -> None:
    report = summarize(said("manager", 4) + said("peer", 1, 2), weights=WEIGHTS, scale=(1, 5))
    rows = report.rows()
    assert [(row["item"], row["group"], row["status"], row["mean"]) for row in rows] == [
        ("calm", "manager", "shown", 4.0),
        ("calm", "peer", "too_few", None),
        ("calm", "score", None, 4.0),
        (None, "score", None, 4.0),
    ]
    assert len({tuple(row) for row in rows}) == 1
    assert "<table>" in report._repr_html_()


def test_nobody_rated_is_an_empty_report() -> None:
    report = summarize([], weights={"peer": 1})
    assert (report.subjects, report.rows(), report.text()) == ((), [], "")


# Earlier releases


def test_one_more_rater_is_not_shown_and_three_more_are() -> None:
    first = summarize(said("peer", 3, 4, 5), weights=WEIGHTS)
    fourth = summarize(said("peer", 3, 4, 5, 1), weights=WEIGHTS, previous=[first])
    assert statuses(fourth) == {("peer",): "withheld"}
    sixth = summarize(said("peer", 3, 4, 5, 1, 2, 2), weights=WEIGHTS, previous=[first, fourth])
    assert statuses(sixth) == {("peer",): "shown"}
    # Of six, one that leaves would be told by the difference; so would a report without the first three, were they fewer.
    assert statuses(summarize(said("peer", 3, 4, 5, 1, 2), weights=WEIGHTS, previous=[sixth])) == {("peer",): "withheld"}
    assert statuses(summarize(said("peer", 1, 2, 2, first=3), weights=WEIGHTS, previous=[sixth])) == {("peer",): "shown"}


def test_a_report_remembers_those_before_it_whatever_their_order() -> None:
    first = summarize(said("peer", 3, 4, 5), weights=WEIGHTS)
    second = summarize(said("peer", 3, 4, 5, 1, 2, 2), weights=WEIGHTS, previous=[first])
    now = said("peer", 3, 4, 5, 1)
    reports = [summarize(now, weights=WEIGHTS, previous=earlier) for earlier in ([second], [first, second], [second, first])]
    assert reports[0] == reports[1] == reports[2]
    assert statuses(reports[0]) == {("peer",): "withheld"}


def test_the_same_ratings_are_released_again_and_a_change_without_a_day_is_not() -> None:
    first = summarize(said("peer", 3, 4, 5), weights=WEIGHTS)
    assert statuses(summarize(said("peer", 3, 4, 5), weights=WEIGHTS, previous=[first])) == {("peer",): "shown"}
    changed = said("peer", 3, 4, 1)
    assert statuses(summarize(changed, weights=WEIGHTS, previous=[first])) == {("peer",): "withheld"}
    # All rate anew: the difference is of all of them.
    anew = said("peer", 3, 4, 1, on=date(2026, 9, 30))
    assert statuses(summarize(anew, weights=WEIGHTS, previous=[first])) == {("peer",): "shown"}
    one_anew = said("peer", 3, 4) + said("peer", 1, first=2, on=date(2026, 9, 30))
    assert statuses(summarize(one_anew, weights=WEIGHTS, previous=[first])) == {("peer",): "withheld"}


def test_a_sum_of_earlier_groups_that_does_not_add_up_is_not_released() -> None:
    first = summarize(said("peer", 3, 4, 5), weights=WEIGHTS)
    second = summarize(said("peer", 1, 2, 2, first=3), weights=WEIGHTS, previous=[first])
    together = said("peer", 3, 4, 5, 1, 2, 2)
    assert statuses(summarize(together, weights=WEIGHTS, previous=[second])) == {("peer",): "shown"}
    changed = said("peer", 3, 4, 5, 1, 2, 5)
    assert statuses(summarize(changed, weights=WEIGHTS, previous=[second])) == {("peer",): "withheld"}


def test_overlapping_groups_from_which_nothing_follows_are_released() -> None:
    first = summarize(said("peer", 1, 2, 3, 4, 5, 1), weights=WEIGHTS)
    second = summarize(said("peer", 4, 5, 1, 2, 2, 3, first=3), weights=WEIGHTS, previous=[first])
    assert statuses(second) == {("peer",): "shown"}
    third = said("peer", 1, 2, 3) + said("peer", 2, 2, 3, first=6)
    assert statuses(summarize(third, weights=WEIGHTS, previous=[second])) == {("peer",): "shown"}


def test_a_group_withheld_may_be_shown_with_another_where_that_tells_of_enough() -> None:
    first = summarize(said("peer", 3, 4, 5), weights=WEIGHTS)
    second = summarize(said("peer", 3, 4, 5, 1) + said("report", 2, 2), weights=WEIGHTS, previous=[first])
    assert statuses(second)["peer", "report"] == "shown"
    alone = summarize(said("peer", 3, 4, 5, 1) + said("report", 2), weights=WEIGHTS, previous=[first])
    assert alone.of("ada").score is None


def test_whoever_speaks_for_himself_may_come_and_go() -> None:
    two = summarize(said("manager", 4, 2), weights=WEIGHTS)
    assert means(summarize(said("manager", 4), weights=WEIGHTS, previous=[two])) == {("manager",): 4.0}
    # One who was a peer and is now the manager: his rating was promised to be hidden among the peers.
    peers = summarize(said("peer", 3, 4, 5), weights=WEIGHTS)
    now = [attrs.evolve(said("peer", 3)[0], relation="manager")]
    assert statuses(summarize(now, weights=WEIGHTS, previous=[peers])) == {("manager",): "withheld"}
    # One who was the manager, and is known, counts for no member of a group that is to hide the others.
    manager = summarize(now, weights=WEIGHTS)
    assert statuses(summarize(said("peer", 3, 4, 5), weights=WEIGHTS, previous=[manager])) == {("peer",): "withheld"}


# Double ratings


def test_a_second_rating_counts_by_the_rule_named() -> None:
    day, later = date(2026, 9, 1), date(2026, 9, 30)
    twice = [
        *said("manager", 2, on=day),
        *said("manager", 4, on=later),
        *said("manager", 4, on=later, comment="again"),
        *said("manager", 1),
    ]
    with pytest.raises(InvalidInputError) as caught:
        summarize(twice, weights=WEIGHTS)
    assert [(fault.code, fault.path) for fault in caught.value.exceptions if isinstance(fault, SalesperfError)] == [
        ("rated_twice", ("ratings", 1))
    ]
    assert means(summarize(twice, weights=WEIGHTS, repeats="latest")) == {("manager",): 4.0}
    left = summarize([*twice, *said("self", 3)], weights=WEIGHTS, repeats="leave_out")
    assert (means(left), left.left_out) == ({("self",): 3.0}, 4)
    assert left.text().endswith("Ratings that count nowhere, since the same rater contradicts himself: 4.")
    agree = [*said("manager", 2), *said("manager", 2, on=day)]
    assert means(summarize(agree, weights=WEIGHTS, repeats="leave_out")) == {("manager",): 2.0}
    with pytest.raises(InvalidInputError) as caught:
        summarize([*said("manager", 2, on=day), *said("manager", 3, on=day)], weights=WEIGHTS, repeats="latest")
    assert [fault.code for fault in caught.value.exceptions if isinstance(fault, SalesperfError)] == ["rated_twice_at_once"]


# What a wrong input is told


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"points": float("nan")}, "not_finite"),
        ({"points": "4"}, "wrong_type"),
        ({"points": True}, "wrong_type"),
        ({"relation": "friend"}, "choice"),
        ({"relation": "self"}, "relation_self"),
        ({"rater": "ada"}, "relation_self"),
        ({"item": ""}, "empty"),
        ({"on": "2026-09-30"}, "wrong_type"),
    ],
)
def test_a_malformed_rating_is_refused(fields: dict[str, Any], code: str) -> None:
    good = {"subject": "ada", "rater": "r-1", "relation": "peer", "item": "calm", "points": 4}
    with pytest.raises(InvalidValueError) as caught:
        any_rating(**good | fields)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("arguments", "code", "path"),
    [
        ({"ratings": 5}, "wrong_type", ("ratings",)),
        ({"ratings": ["x"]}, "wrong_type", ("ratings", 0)),
        ({"weights": 5}, "wrong_type", ("weights",)),
        ({"weights": {"peer": 1}}, "relation_weight_missing", ("weights",)),
        ({"weights": {"manager": -1}}, "out_of_range", ("weights", "manager")),
        ({"weights": {"manager": "1"}}, "wrong_type", ("weights", "manager")),
        ({"weights": {"manager": 1, "boss": 1}}, "choice", ("weights",)),
        ({"weights": {"manager": 0}}, "weights_all_zero", ("weights",)),
        ({"minimum": 0}, "out_of_range", ("minimum",)),
        ({"minimum": 2.5}, "wrong_type", ("minimum",)),
        ({"previous": [5]}, "wrong_type", ("previous", 0)),
        ({"previous": 5}, "wrong_type", ("previous",)),
        ({"scale": 5}, "wrong_type", ("scale",)),
        ({"scale": (5, 1)}, "interval_reversed", ("scale",)),
        ({"scale": (1, 2, 3)}, "length", ("scale",)),
        ({"scale": (1, "5")}, "wrong_type", ("scale", 1)),
        ({"repeats": "first"}, "choice", ("repeats",)),
        ({"level": 1}, "between", ("level",)),
    ],
)
def test_a_malformed_argument_is_refused(arguments: dict[str, Any], code: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        any_summarize(**{"ratings": said("manager", 4), "weights": {"manager": 1}} | arguments)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_all_that_is_wrong_with_ratings_and_weights_is_told_at_once() -> None:
    two = [*said("peer", 4), attrs.evolve(said("peer", 4, item="fair")[0], relation="customer")]
    with pytest.raises(InvalidInputError) as caught:
        summarize([*said("manager", 0, 9), *two], weights=WEIGHTS, scale=(1, 5))
    assert str(caught.value) == (
        "faults in the input: 3\n"
        "- ratings:0:points: expected a number from 1 to 5, got 0\n"
        "- ratings:1:points: expected a number from 1 to 5, got 9\n"
        "- ratings:3:relation: expected one relation of a rater to a subject, got 'peer' and 'customer'"
    )
    with pytest.raises(InvalidInputError) as caught:
        summarize(said("manager", 4), weights={"peer": -1, "self": -1})
    assert len(caught.value.exceptions) == 3


def test_what_nobody_rated_is_not_found() -> None:
    report = summarize(said("peer", 1, 2, 3), weights=WEIGHTS)
    with pytest.raises(UnknownNameError, match="somebody who was rated"):
        report.of("bo")
    for ask in (report.of("ada").item_score, report.of("ada").item_gap):
        with pytest.raises(UnknownNameError, match="expected one of 'calm', got 'fair'"):
            ask("fair")
    with pytest.raises(UnknownNameError, match="an item that was rated"):
        tabulate(said("peer", 1), item="fair")
    with pytest.raises(InvalidValueError, match="expected one of 'manager'"):
        tabulate(said("peer", 1), item="calm", relations=["boss"])  # type: ignore[list-item] # on purpose


# Tables, leniency, reliability


def test_a_table_has_a_row_for_each_subject_and_nothing_where_nobody_answered() -> None:
    bo = [attrs.evolve(said("peer", 2)[0], subject="bo"), attrs.evolve(said("manager", 3)[0], subject="bo")]
    table = tabulate([*said("peer", 4, 5), *said("peer", 1, item="fair"), *bo], item="calm", relations=["peer"])
    assert (table.subjects, table.raters) == (("ada", "bo"), ("peer-0", "peer-1"))
    assert table.rows() == [
        {"subject": "ada", "peer-0": 4.0, "peer-1": 5.0},
        {"subject": "bo", "peer-0": 2.0, "peer-1": None},
    ]
    with pytest.raises(ValueError, match="read-only"):
        table.points[0, 0] = 1


def test_levels_without_leniency_compare_within_a_component_alone() -> None:
    bo = [attrs.evolve(rating, subject="bo") for rating in said("peer", 2, 4)]
    yue = [attrs.evolve(rating, subject="yue") for rating in said("customer", 5)]
    found = leniency([*said("peer", 3), *bo, *yue])
    assert found.components == 2
    assert found.difference("ada", "bo", item="calm").value == pytest.approx(1.0)
    assert found.difference("ada", "yue", item="calm").value is None
    assert found.effects["peer-1"] - found.effects["peer-0"] == pytest.approx(2.0)
    assert "peer-1" not in repr(found)
    assert found.text("zh").endswith("被评人分成 2 组，组与组之间没有共同的评价人，不同组的水平不可比较。")
    assert [row["level"] for row in found.rows()] == pytest.approx([3 + 2 / 3, 2 + 2 / 3, 5.0])
    assert leniency([]).rows() == []
    for arguments in (("eve", "bo"), ("bo", "eve")):
        with pytest.raises(UnknownNameError, match="somebody who was rated"):
            found.difference(*arguments, item="calm")


def test_six_forms_are_those_of_pingouin(oracle: Any) -> None:  # noqa: ANN401 - a fixture
    names = {"icc1": "(1,1)", "icc2": "(A,1)", "icc3": "(C,1)", "icc1k": "(1,k)", "icc2k": "(A,k)", "icc3k": "(C,k)"}
    for case in oracle("interrater.json")["matrices"]:
        for kind, name in names.items():
            found, theirs = any_icc(case["ratings_rows_targets_cols_raters"], kind), case["icc_pingouin"][f"ICC{name}"]
            assert found.value == pytest.approx(theirs["ICC"], rel=1e-12)
            assert [found.low, found.high] == pytest.approx(theirs["CI95"], rel=1e-10)


def test_alpha_is_that_of_the_peer_package_with_and_without_gaps(oracle: Any) -> None:  # noqa: ANN401 - a fixture
    oracles = oracle("interrater.json")
    for case in oracles["matrices"]:
        for measurement, expected in case["krippendorff"].items():
            found = krippendorff(case["ratings_rows_targets_cols_raters"], measurement=measurement)
            assert found == pytest.approx(expected, rel=1e-12)
    gaps = [list(row) for row in zip(*oracles["krippendorff_missing"]["data_raters_x_units"], strict=True)]
    for measurement in ("nominal", "ordinal", "interval", "ratio"):
        found = krippendorff(gaps, measurement=measurement)  # type: ignore[arg-type] # one of the words
        assert found == pytest.approx(oracles["krippendorff_missing"][measurement], rel=1e-12)


@pytest.mark.parametrize(
    ("ratings", "code", "path"),
    [
        ("ab", "wrong_type", ("ratings",)),
        ([["a", "b"], [1, 2]], "wrong_type", ("ratings", 0, 0)),
        ([1, 2], "wrong_type", ("ratings", 0)),
        ([[1, 2], [1]], "length", ("ratings", 1)),
        ([[1], [2]], "too_few", ("ratings", "raters")),
        ([[1, 2]], "too_few", ("ratings", "subjects")),
        ([[1, None], [2, 3]], "rating_missing", ("ratings", 0, 1)),
        ([[1, float("inf")], [2, 3]], "not_finite", ("ratings", 0, 1)),
        (np.array(["a", "b"]), "not_numeric", ("ratings",)),
        (np.array([1.0, 2.0]), "not_a_matrix", ("ratings",)),
    ],
)
def test_what_is_no_table_of_two_subjects_and_raters_is_refused(
    ratings: object, code: str, path: tuple[str | int, ...]
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        any_icc(ratings)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_reliability_of_what_does_not_vary_is_undefined() -> None:
    assert icc([[3, 3], [3, 3]]).value is None
    assert icc([[None, None], [None, None]], "icc1").value is None
    assert np.isnan(krippendorff([[None, None], [None, 3]]))
    assert np.isnan(krippendorff([[3, 3], [3, 3]]))
    reason = icc([[3, 3], [3, 3]]).reason
    assert reason is not None
    assert reason.text("zh") == "被评人之间或全部评分没有差异"


def test_every_status_relation_and_code_of_ours_has_its_words() -> None:
    assert {f"feedback.note.{status}" for status in GROUP_STATUSES} - set(catalog("en")) == {"feedback.note.shown"}
    assert all(f"feedback.relation.{relation}" in catalog("zh") for relation in RELATIONS)
    assert set(EXEMPT) < set(RELATIONS)
    assert "unknown_item" in TEMPLATES
