"""Laws of explanations: every number of a review comes apart into the records behind it, and these make it up again."""

from collections.abc import Iterator

import attrs
import pytest
from examples import at_most
from hypothesis import given, settings
from questions import Question, questions_of_any, reviewed

from salesperf import Actual, Amount, Breakdown
from salesperf.review import NumberTrees, Review, explain

few = settings(max_examples=at_most(40))


def told(review: Review, numbers: NumberTrees) -> Iterator[tuple[object, Breakdown]]:
    """Yield numbers as the sections of a review tell them, each with its tree."""
    for section in review.deals:
        several = sum(each.process == section.process for each in review.deals) > 1
        unit = f"~{section.unit.code}" if several and section.unit is not None else ""
        address = f"deals/{section.process.key}{unit}"
        closed, pipeline = section.closed, section.pipeline
        values: dict[str, object] = {
            "won": closed.won,
            "lost": closed.lost,
            "cancelled": closed.cancelled,
            "won_value": closed.won_value,
            "average_won_value": closed.average_won_value,
            "win_rate": closed.win_rate.value,
            "median_cycle_days": closed.median_cycle_days,
            "open": pipeline.total.count,
            "open_value": pipeline.total.amount,
            "due": section.slips.total.due,
            "slipped": section.slips.total.slipped,
        }
        for stage in section.funnel.segments[0].stages if section.funnel.segments[0].deals else ():
            within = f"funnel/{stage.stage.key}"
            counts = ("entered", "moved_on", "lost", "cancelled", "open")
            values |= {f"{within}/{name}": getattr(stage, name) for name in counts}
            if stage.has_been_left:
                values[f"{within}/conversion_rate"] = stage.conversion_rate.value
        if len({member.owner for member in section.members}) == len(section.members):
            for member in section.members:
                values |= {
                    f"{member.owner}/won": member.won,
                    f"{member.owner}/open": member.open_deals,
                    f"{member.owner}/win_rate": member.win_rate.value,
                    f"{member.owner}/won_value": member.won_value,
                }
        yield from ((value, numbers.tree(f"{address}/{name}")) for name, value in values.items())
    if review.leads is not None:
        leads = review.leads
        for name, value in {"came": leads.came, "open": len(leads.open_leads), "pool": len(leads.pool)}.items():
            if value:
                yield value, numbers.tree(f"leads/{name}")


@few
@given(questions_of_any())
def test_every_number_of_a_review_has_a_tree_that_makes_it_up_again(question: Question) -> None:
    review = reviewed(question)
    if review is None:
        return
    numbers = explain(review, records=question[0])
    for address in numbers.addresses:
        tree = numbers.tree(address)
        assert tree.holds(), address
        assert numbers.tree(address) == tree, address  # who asks again gets the same
    for value, tree in told(review, numbers):
        if isinstance(value, float) and not isinstance(tree.value, Amount):
            assert tree.value is not None
            assert float(tree.value) == pytest.approx(value, rel=1e-12)
        else:
            assert tree.value == value


@few
@given(questions_of_any())
def test_what_was_done_is_the_sum_of_the_entries_behind_it(question: Question) -> None:
    review = reviewed(question)
    if review is None:
        return
    known = question[0].as_of(review.as_of)
    attained = [section.attainment for section in review.metrics]
    attained += [member.attainment for section in review.metrics for member in section.members]
    for each in attained:
        entries = each.entries_among(known.actuals)
        if each.is_flow and isinstance(each.actual, Amount):
            assert len(entries) == each.entries
            assert Amount.total([entry.amount for entry in entries], each.actual.unit) == each.actual
        # Whatever else was recorded changes nothing.
        assert each.entries_among([*known.actuals, *_of_others(known.actuals, each.target.metric.key)]) == entries


def _of_others(actuals: tuple[Actual, ...], metric: str) -> list[Actual]:
    return [attrs.evolve(actual, owner="nobody known") for actual in actuals if actual.metric.key == metric]
