"""Six quarters of a real company's OKRs, rolled up: totals are those of the file, and coverage says how little has a score."""

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Final

import attrs
import pytest

from salesperf import Calendar, CheckIn, KeyResult, Objective, Period
from salesperf.messages import LANGUAGES
from salesperf.okr import ObjectiveScore, StatedPolicy, assess
from salesperf.testing import assert_breakdowns_hold

FISCAL: Final = Calendar(fiscal_year_start=2)
"""From its fiscal year 2020 on the company's begins in February."""
ALMOST: Final = 1e-12


def quarter_of(label: str) -> Period:
    """Return the days of ``2018-q2`` or of ``fy20-q1``."""
    year, _, number = label.partition("-q")
    if year.startswith("fy"):
        return Period.quarter(2000 + int(year[2:]), int(number), calendar=FISCAL)
    return Period.quarter(int(year), int(number))


@attrs.frozen(slots=False)
class Rows:
    """The file: by node, its parent, its quarter and the scores that somebody wrote down, in percent."""

    parents: Mapping[str, str | None]
    quarters: Mapping[str, str]
    scores: Mapping[str, Sequence[str]]

    @cached_property
    def below(self) -> Mapping[str | None, Sequence[str]]:
        found: dict[str | None, list[str]] = defaultdict(list)
        for node, parent in self.parents.items():
            found[parent].append(node)
        return found

    def objective(self, node: str) -> Objective:
        """Make an objective of a node: several scores are key results, one that stands above others is its own."""
        period = quarter_of(self.quarters[node])
        said = [CheckIn(period.last, score=Decimal(score) / 100) for score in self.scores[node]]
        if node in self.below:
            return Objective(id=node, period=period, check_ins=said)
        parts = [
            KeyResult(id=f"{node}#{number}", kind="scored", check_ins=[check_in]) for number, check_in in enumerate(said, 1)
        ]
        return Objective(id=node, period=period, key_results=parts)

    # The same by other means: straight down the file, in fractions

    def mean(self, node: str, highest: Fraction, stated: StatedPolicy) -> Fraction | None:
        """Return the score of a node."""
        own = [min(Fraction(score) / 100, highest) for score in self.scores[node]]
        parts = [mean for child in self.below.get(node, ()) if (mean := self.mean(child, highest, stated)) is not None]
        used = own if own and (stated == "instead" or not parts) else parts
        return sum(used, Fraction(0)) / len(used) if used else None

    def leaves(self, node: str) -> list[tuple[Fraction, bool]]:
        """Return the weight of each leaf below a node, and whether it has a score, where given scores go first."""
        if self.scores[node]:
            count = 1 if node in self.below else len(self.scores[node])
            return [(Fraction(1, count), True)] * count
        children = self.below.get(node, ())
        if not children:
            return [(Fraction(1), False)]
        return [(weight / len(children), scored) for child in children for weight, scored in self.leaves(child)]


@pytest.fixture(scope="module")
def rows(data_folder: Callable[[str], Path]) -> Rows:
    """Read the file."""
    with (data_folder("gitlab_okrs") / "gitlab_okrs.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    return Rows(
        parents={row["node_id"]: row["parent_id"] or None for row in read},
        quarters={row["node_id"]: row["quarter"] for row in read},
        scores={row["node_id"]: row["scores"].split(";") if row["scores"] else [] for row in read},
    )


@pytest.fixture(scope="module")
def trees(rows: Rows) -> tuple[Objective, ...]:
    """Put all nodes below one another."""
    return Objective.trees(map(rows.objective, rows.parents), rows.parents)


@pytest.fixture(scope="module")
def scores(trees: tuple[Objective, ...]) -> tuple[ObjectiveScore, ...]:
    """Assess each tree on the last day of its quarter."""
    return tuple(assess(tree, as_of=tree.period.last) for tree in trees)


def test_every_node_stands_in_a_tree_once(rows: Rows, trees: tuple[Objective, ...]) -> None:
    nodes = [objective.id for tree in trees for objective in tree.walk()]
    assert sorted(nodes) == sorted(rows.parents)
    assert (len(nodes), len(trees), max(tree.levels for tree in trees)) == (2130, 71, 7)
    for tree in trees:
        assert all(rows.parents[child.id] == each.id for each in tree.walk() for child in each.children)


def test_every_score_of_the_file_is_held_as_it_was_written(rows: Rows, trees: tuple[Objective, ...]) -> None:
    held: dict[str, list[Fraction]] = {}
    for objective in (objective for tree in trees for objective in tree.walk()):
        said = [part.check_ins[0].score for part in objective.key_results] + [each.score for each in objective.check_ins]
        held[objective.id] = [Fraction(score or 0) * 100 for score in said]
    assert held == {node: list(map(Fraction, scores)) for node, scores in rows.scores.items()}
    assert sum(map(bool, held.values())) == 167
    assert sum(map(len, held.values())) == 180
    assert sum(score > 100 for scores in held.values() for score in scores) == 4


def assert_scores_are_means(rows: Rows, scores: Sequence[ObjectiveScore], highest: Fraction, stated: StatedPolicy) -> None:
    for tree in scores:
        for score in tree.walk():
            expected = rows.mean(score.objective.id, highest, stated)
            assert score.value == (None if expected is None else pytest.approx(float(expected), abs=ALMOST))


def test_scores_are_the_means_of_what_stands_below(rows: Rows, scores: tuple[ObjectiveScore, ...]) -> None:
    assert_scores_are_means(rows, scores, Fraction(1), "instead")


def test_scores_with_stretch_are_too_where_given_ones_only_fill_gaps(rows: Rows, trees: tuple[Objective, ...]) -> None:
    wide = [assess(tree, as_of=tree.period.last, stated="where_missing", stretch=15) for tree in trees]
    assert_scores_are_means(rows, wide, Fraction(15), "where_missing")
    assert max(score.value or 0 for tree in wide for score in tree.walk()) > 1


def test_coverage_says_how_much_of_each_tree_has_a_score(rows: Rows, scores: tuple[ObjectiveScore, ...]) -> None:
    for score in scores:
        found, coverage = rows.leaves(score.objective.id), score.coverage
        assert (coverage.leaves, coverage.scored) == (len(found), sum(is_scored for _, is_scored in found))
        share = sum((weight for weight, is_scored in found if is_scored), Fraction(0))
        assert coverage.weight_share == pytest.approx(float(share), abs=ALMOST)
    assert sum(score.coverage.scored for score in scores) < sum(score.coverage.leaves for score in scores) / 10


def test_nodes_that_were_graded_beside_their_parts_are_found(rows: Rows, scores: tuple[ObjectiveScore, ...]) -> None:
    found = {score.objective.id: score.computed for tree in scores for score in tree.disagreeing}
    expected = {}
    for node, children in rows.below.items():
        parts = [mean for child in children if (mean := rows.mean(child, Fraction(1), "instead")) is not None]
        if node is not None and rows.scores[node] and parts:
            expected[node] = (min(Fraction(rows.scores[node][0]) / 100, Fraction(1)), sum(parts, Fraction(0)) / len(parts))
    assert len(expected) == 14
    assert found == {node: pytest.approx(float(mean), abs=ALMOST) for node, (own, mean) in expected.items() if own != mean}


def test_a_tree_of_nobody_who_scored_has_no_score(rows: Rows, scores: tuple[ObjectiveScore, ...]) -> None:
    silent = {score.objective.id for score in scores if score.value is None}
    assert silent == {score.objective.id for score in scores if rows.mean(score.objective.id, Fraction(1), "instead") is None}
    assert {score.coverage.scored for score in scores if score.objective.id in silent} == {0}


def test_each_tree_is_explained_and_told(scores: tuple[ObjectiveScore, ...]) -> None:
    for score in scores:
        assert_breakdowns_hold(score)
        assert len(score.rows()) == sum(1 + len(each.key_results) for each in score.objective.walk())
        for lang in LANGUAGES:
            assert len(score.text(lang).splitlines()) == 1 + len(score.parts)


def test_nothing_was_scored_before_its_quarter_ended(trees: tuple[Objective, ...]) -> None:
    assert all(assess(tree, as_of=tree.period.start).value is None for tree in trees[:3])
