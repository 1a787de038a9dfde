"""Feedback and rankings: beside pingouin, krippendorff, scipy's sparse least squares, and bare numpy."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from salesperf import Rating
from salesperf.appraisal import rank_rates
from salesperf.feedback import summarize
from salesperf.kernels.agreement import ICC_KINDS, intraclass_correlation, krippendorff_alpha
from salesperf.kernels.top_k import top_k_of_normals
from salesperf.kernels.two_way import fit_two_way

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (10_000, 100_000, 1_000_000)
RATERS = 100


def generator_of(size: int) -> np.random.Generator:
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    return np.random.default_rng(size)


def rival(name: str) -> Any:  # noqa: ANN401 - a package without types
    return pytest.importorskip(name, reason=f"the rival {name} is not installed (pip install 'salesperf[bench]')")


def table(size: int) -> NDArray[np.float64]:
    """Draw ratings of people by a hundred raters each, of unlike leniency."""
    generator = generator_of(size)
    people = size // RATERS
    level, lenient = generator.normal(size=(people, 1)), generator.normal(size=RATERS)
    return np.asarray(np.rint(np.clip(3 + level + lenient + generator.normal(size=(people, RATERS)), 1, 5)))


@pytest.mark.benchmark(group="intraclass correlation, six forms with intervals")
@pytest.mark.parametrize("size", SIZES)
def test_six_forms_beside_pingouin(ratio_in_turn: RatioInTurn, size: int) -> None:
    ratings = table(size)
    people, raters = np.indices(ratings.shape)
    columns = {"person": people.ravel(), "rater": raters.ravel(), "points": ratings.ravel()}
    pingouin, frame = rival("pingouin"), rival("pandas").DataFrame(columns)

    def theirs() -> Any:  # noqa: ANN401 - a table
        return pingouin.intraclass_corr(frame, targets="person", raters="rater", ratings="points")

    found = {row.Type: row.ICC for row in theirs().itertuples()}
    assert intraclass_correlation(ratings, "icc2k").value == pytest.approx(found["ICC(A,k)"], rel=1e-9)
    ours = lambda: [intraclass_correlation(ratings, kind) for kind in ICC_KINDS]  # noqa: E731 - a call to be timed
    ratio_in_turn("ours / pingouin", ours, theirs, 3)


@pytest.mark.benchmark(group="Krippendorff's alpha, ordinal")
@pytest.mark.parametrize("size", SIZES)
def test_alpha_beside_krippendorff(ratio_in_turn: RatioInTurn, size: int) -> None:
    ratings = table(size)
    theirs = rival("krippendorff").alpha
    expected = theirs(ratings.T, level_of_measurement="ordinal")
    assert krippendorff_alpha(ratings, "ordinal") == pytest.approx(expected, rel=1e-9)
    ratio_in_turn(
        "ours / krippendorff",
        lambda: krippendorff_alpha(ratings, "ordinal"),
        lambda: theirs(ratings.T, level_of_measurement="ordinal"),
        3,
    )


@pytest.mark.benchmark(group="leniency, as many raters as people")
@pytest.mark.parametrize("size", SIZES)
def test_leniency_beside_sparse_least_squares(ratio_in_turn: RatioInTurn, size: int) -> None:
    generator = generator_of(size)
    people = size // RATERS
    rows = np.concatenate([np.arange(people), generator.integers(0, people, size - people)])
    columns = np.concatenate([np.arange(people), generator.integers(0, people, size - people)])
    values = generator.normal(size=people)[rows] + generator.normal(size=people)[columns] + generator.normal(size=size)
    sparse = rival("scipy.sparse")
    solve = rival("scipy.sparse.linalg").lsqr
    ends = np.arange(size)
    cells = (np.ones(2 * size), (np.concatenate([ends, ends]), np.concatenate([rows, people + columns])))
    design = sparse.csr_matrix(cells, shape=(size, 2 * people))

    def theirs() -> NDArray[np.float64]:
        return np.asarray(solve(design, values, atol=1e-12, btol=1e-12, iter_lim=10_000)[0])

    fit = fit_two_way(rows, columns, values)
    apart = fit.levels - theirs()[:people]
    assert np.ptp(apart[fit.row_components == 0]) < 1e-6
    ratio_in_turn("ours / scipy lsqr", lambda: fit_two_way(rows, columns, values), theirs, 5)


@pytest.mark.benchmark(group="chances to be among the best tenth")
@pytest.mark.parametrize("reps", [100, 1_000, 10_000])
def test_top_k_beside_the_floor_of_one_table(ratio_in_turn: RatioInTurn, reps: int) -> None:
    generator = generator_of(reps)
    mean, deviation = generator.normal(size=reps), generator.uniform(0.1, 1, reps)
    points, scratch = np.linspace(-3, 3, 97), np.empty((97, reps))

    def floor() -> None:
        # What no quadrature of this kind can do without: a score and a density of each at each point.
        np.subtract(points[:, np.newaxis], mean, out=scratch)
        np.divide(scratch, deviation, out=scratch)
        np.multiply(scratch, scratch, out=scratch)
        np.exp(scratch, out=scratch, where=scratch < 99)

    ratio_in_turn("ours / one table of densities", lambda: top_k_of_normals(mean, deviation, reps // 10), floor, 9)


@pytest.mark.benchmark(group="ranking of rates with chances of the best tenth")
@pytest.mark.parametrize("reps", [100, 1_000, 10_000])
def test_ranking_beside_draws(ratio_in_turn: RatioInTurn, reps: int) -> None:
    generator = generator_of(reps)
    trials = generator.integers(0, 60, reps)
    successes = generator.binomial(trials, generator.beta(6, 14, reps))
    ratio_in_turn(
        "quadrature / 2,000 draws",
        lambda: rank_rates(successes, trials, top=reps // 10),
        lambda: rank_rates(successes, trials, top=reps // 10, rng=np.random.default_rng(1)),
        5,
    )


@pytest.mark.benchmark(group="feedback of a company, eight raters each on five items")
@pytest.mark.parametrize("reps", [10, 100, 1_000])
def test_summaries_beside_one_pass(ratio_in_turn: RatioInTurn, reps: int) -> None:
    generator = generator_of(reps)
    relations = ("manager", "peer", "peer", "peer", "peer", "report", "report", "report")
    ratings = [
        Rating(
            subject=f"r{rep}",
            rater=f"{rep}-{number}",
            relation=relation,  # type: ignore[arg-type] # one of the words
            item=f"i{item}",
            points=int(generator.integers(1, 6)),
        )
        for rep in range(reps)
        for number, relation in enumerate(relations)
        for item in range(5)
    ]
    weights: Any = {"manager": 2, "peer": 1, "report": 1}

    def one_pass() -> None:
        sums: dict[tuple[str, str, str], list[float]] = {}
        for rating in ratings:
            sums.setdefault((rating.subject, rating.item, rating.relation), []).append(float(rating.points or 0))

    ratio_in_turn("ours / grouping alone", lambda: summarize(ratings, weights=weights, scale=(1, 5)), one_pass, 5)
