"""Following up: what is due, beside numpy's own count of workdays over columns; a worklist beside one sort."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from operator import itemgetter

import numpy as np
import pytest

from salesperf import CNY, Amount, Lead, LeadChange, Touch
from salesperf.followup import STANDARD_FOLLOW_UP, FollowUp, schedule, worklist

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (1_000, 10_000, 100_000)
OWNERS = tuple(f"rep-{number}" for number in range(50))
FIRST, AS_OF = date(2026, 1, 1), date(2026, 9, 30)


def drawn(size: int) -> tuple[list[Lead], dict[str, str]]:
    """Draw leads with up to four touches, and a grade for each."""
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    generator = np.random.default_rng(size)
    began, count = generator.integers(0, 200, size).tolist(), generator.integers(0, 5, size).tolist()
    leads = [
        Lead(
            id=f"l-{place}",
            history=[LeadChange(FIRST + timedelta(day), status="new", owner=OWNERS[place % len(OWNERS)])],
            touches=[Touch(FIRST + timedelta(day + 7 * number), "call") for number in range(touches)],
        )
        for place, (day, touches) in enumerate(zip(began, count, strict=True))
    ]
    grades = generator.choice(["A", "B", "C"], size).tolist()
    return leads, {lead.id: grade for lead, grade in zip(leads, grades, strict=True)}


def scheduled(leads: list[Lead], grades: dict[str, str]) -> tuple[FollowUp, ...]:
    """Tell what is due with ours."""
    return schedule(leads, STANDARD_FOLLOW_UP, as_of=AS_OF, grades=grades)


@pytest.mark.benchmark(group="what is due of each lead")
@pytest.mark.parametrize("size", SIZES)
def test_schedule_beside_numpy_over_columns_pulled_out(ratio_in_turn: RatioInTurn, size: int) -> None:
    leads, grades = drawn(size)
    cadences = {grade: [step.workdays for step in steps] for grade, steps in STANDARD_FOLLOW_UP.cadences.items()}

    def by_numpy() -> list[date]:
        since = [max([lead.history[0].on or FIRST, *(touch.on for touch in lead.touches)]) for lead in leads]
        steps = [cadences[grades[lead.id]] for lead in leads]
        workdays = [each[min(len(lead.touches), len(each) - 1)] for each, lead in zip(steps, leads, strict=True)]
        due = np.busday_offset(np.array(since, dtype="datetime64[D]"), workdays, roll="backward")
        return sorted(due.tolist())

    assert [each.due for each in scheduled(leads, grades)] == by_numpy()
    ratio_in_turn("ours / columns pulled out, numpy.busday_offset", lambda: scheduled(leads, grades), by_numpy, 5)


@pytest.mark.benchmark(group="a day's worklist")
@pytest.mark.parametrize("size", SIZES)
def test_worklist_beside_one_sort(ratio_in_turn: RatioInTurn, size: int) -> None:
    leads, grades = drawn(size)
    due = scheduled(leads, grades)
    values = {lead.id: Amount(minor=place * 7919 % 100_003, unit=CNY) for place, lead in enumerate(leads)}
    rows = [(each.owner, -values[each.subject].minor, each.due, each.subject) for each in due]
    chosen = worklist(due, on=AS_OF, capacity=20, expected_values=values)
    assert len(chosen.taken) == min(20, size // len(OWNERS)) * len(OWNERS)

    def ours() -> object:
        return worklist(due, on=AS_OF, capacity=20, expected_values=values)

    ratio_in_turn("ours / sorted rows", ours, lambda: sorted(rows, key=itemgetter(0, 1, 2, 3)), 5)
