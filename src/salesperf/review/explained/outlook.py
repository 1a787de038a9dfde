"""What is to be expected: each number of the outlook, down to the deals, and what is read off the distribution of outcomes."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Literal

from salesperf.forecast import ForecastDeal, WonDeal
from salesperf.forecast.noting import deals_noted
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Clip, Difference, Quotient, Sum
from salesperf.model.message import Message
from salesperf.model.records import Records
from salesperf.pipeline import ClosedDeal
from salesperf.review.explained.addresses import outlook_address
from salesperf.review.explained.chances import Chances
from salesperf.review.explained.elsewhere import Elsewhere, MaybeTree, computed, numbers_said, shown
from salesperf.review.explained.growing import Numbered, Tree, counted, grown, leaf, named, summed
from salesperf.review.explained.outcomes import chance_to_reach, least_known, outcome
from salesperf.review.grounds import Grounds
from salesperf.review.outlook import OUTCOME_SHARE, OutlookLine
from salesperf.review.whole import Review

__all__ = ["numbers_of_outlook"]


def numbers_of_outlook(review: Review, records: Records | None, elsewhere: Elsewhere) -> Numbered:
    """Yield the numbers of what is to come.

    Parameters
    ----------
    review
        The review.
    records
        What was known; ``None`` where no records are at hand.
    elsewhere
        Finds the trees of numbers that stand in other sections as well.
    """
    grounds = None
    if records is not None:
        grounds = Grounds(records=records, owner=review.owner, period=review.period, as_of=review.as_of)
    for line in review.outlook:
        address = outlook_address(line, review.outlook)
        yield address, partial(getattr, line, "breakdown")
        yield f"{address}/open", partial(_counted, named("open"), line.forecast.deals)
        yield f"{address}/counted", partial(_counted, named("in_forecast"), line.forecast.counted)
        yield f"{address}/low", partial(_outcome, line, "low")
        yield f"{address}/high", partial(_outcome, line, "high")
        yield from _stages(line, address)
        chances = Chances(line, None if grounds is None else grounds.deals_by_process.get(line.process.key))
        for deal in line.forecast.counted:
            yield f"{address}/deal/{deal.id}", partial(chances.weighted, deal)
        yield from _target(review, grounds, line, address, elsewhere)
        yield from _notes(line, address)


def _deals(deals: Iterable[ForecastDeal | WonDeal]) -> Iterator[Message]:
    return (named("deal", deal=deal.id) for deal in deals)


def _counted(label: Message, deals: Iterable[ForecastDeal | WonDeal]) -> Breakdown:
    return counted(label, _deals(deals))


def _worth(label: Message, line: OutlookLine, deals: Iterable[ForecastDeal | WonDeal | ClosedDeal]) -> Breakdown:
    known = [(named("deal", deal=deal.id), deal.amount) for deal in deals if deal.amount is not None]
    return summed(label, Amount.total([amount for _, amount in known], line.unit), known)


def _won(line: OutlookLine) -> Breakdown:
    return _worth(named("won_value"), line, line.forecast.won)


def _outcome(line: OutlookLine, end: Literal["low", "high"]) -> Breakdown:
    """Return an end of the range in which most outcomes lie."""
    label = named("outcomes_from" if end == "low" else "outcomes_to", share=OUTCOME_SHARE)
    return outcome(line.forecast, label, line.low if end == "low" else line.high, end, partial(_won, line))


def _stages(line: OutlookLine, address: str) -> Numbered:
    """Yield what was won, what each stage has and is to be expected to bring, and what is expected of deals yet to come."""
    won = line.forecast.won
    yield f"{address}/won/deals", partial(_counted, named("won"), won)
    yield f"{address}/won", partial(_worth, named("won_value"), line, won)
    by_stage = (
        (stage.key, [deal for deal in line.forecast.counted if deal.stage == stage.key]) for stage in line.process.open_stages
    )
    # In what is expected, stages with deals come in this order after what was won: two of them may be called alike.
    for place, (stage, deals) in enumerate(((stage, deals) for stage, deals in by_stage if deals), 1):
        within = f"{address}/{stage}"
        yield f"{within}/deals", partial(_counted, named("in_forecast"), deals)
        yield f"{within}/value", partial(_worth, named("open_value"), line, deals)
        yield f"{within}/expected", partial(_part, line, place)
    new = line.forecast.new_deals
    if new is not None and new.expected is not None:
        yield f"{address}/new_business", partial(_part, line, -1)


def _part(line: OutlookLine, place: int) -> Breakdown:
    """Return a part of what is expected."""
    return line.breakdown.parts[place]


# Against the target


def _target(review: Review, grounds: Grounds | None, line: OutlookLine, address: str, elsewhere: Elsewhere) -> Numbered:
    if line.target is None or line.metric is None:
        return
    metric = "" if line.is_next else f"attainment/{line.metric.key}"
    owed = partial(_owed, grounds, line, partial(elsewhere, f"{metric}/target"))
    yield f"{address}/target", owed
    if line.reached.value is None:
        share = partial(_share_of_deals, review, line, elsewhere)
        yield from numbers_said(f"{address}/reached", line.reached.reason, {"share": share})
    if line.otherwise is None or line.missing is None:
        return
    came = partial(_otherwise, review, line, f"{metric}/actual", elsewhere)
    yield f"{address}/otherwise", came
    yield f"{address}/missing", partial(_missing, line, owed, came)
    if line.deal_share is not None:
        yield f"{address}/deal_share", partial(_deal_share, line, came)
    reached = line.reached
    if reached.value is None:
        return
    needed, won = partial(_left, line, owed, came), partial(_won, line)
    chance = partial(chance_to_reach, line.forecast, needed=needed, won=won)
    yield f"{address}/reached", partial(chance, named("reached"), reached.value, "value")
    yield f"{address}/reached/least_known", partial(least_known, line.forecast)
    for end, value in (("low", reached.low), ("high", reached.high)):
        if value is not None:
            yield f"{address}/reached/{end}", partial(chance, named(f"reached_{end}", level=reached.level), value, end)


def _owed(grounds: Grounds | None, line: OutlookLine, elsewhere: MaybeTree) -> Breakdown:
    """Return what is owed; of the period after that of the review as the records had it on its last day."""
    period, tree = line.forecast.period, elsewhere()
    if line.is_next and line.metric is not None and grounds is not None:
        owed = grounds.book_then.owed(grounds.owner, line.metric, period)
        tree = None if owed is None else owed.breakdown
    return shown(named("owed", period=period), line.target, tree)


def _otherwise(review: Review, line: OutlookLine, actual: str, elsewhere: Elsewhere) -> Breakdown:
    """Return what was recorded beyond what the deals were won for; nothing of a period that has not begun."""
    zero, label = Amount.zero(line.unit), named("otherwise")
    section = next((each for each in review.metrics if each.metric == line.metric and each.owner == review.owner), None)
    done = None if section is None else section.attainment.actual
    if section is None or line.is_next or not isinstance(done, Amount):
        return leaf(label, line.otherwise)
    recorded = shown(Message("breakdown.actual"), done, elsewhere(actual), section.attainment.breakdown.parts[0])
    won = _worth(named("won_value"), line, line.forecast.won)
    beyond = grown(named("beyond_deals"), done - line.won, Difference(), (recorded, won))
    return shown(label, line.otherwise, grown(label, max(done - line.won, zero), Clip(low=zero), (beyond,)))


def _deal_share(line: OutlookLine, came: Tree) -> Breakdown:
    """Return what deals were won for over that and what came otherwise."""
    won = _won(line)
    share = computed(named("rate"), Quotient(), (won, computed(named("together"), Sum(), (won, came()))))
    return shown(named("rate"), line.deal_share, share)


def _share_of_deals(review: Review, line: OutlookLine, elsewhere: Elsewhere) -> Breakdown:
    """Return what deals were won for in the days of the review over what was recorded in them."""
    section = next(each for each in review.metrics if each.metric == line.metric and each.owner == review.owner)
    deals = next(each for each in review.deals if (each.process, each.unit) == (line.process, line.unit))
    won = _worth(named("won_value"), line, deals.closed.of("won"))
    done = shown(Message("breakdown.actual"), section.attainment.actual, elsewhere(f"attainment/{section.metric.key}/actual"))
    return computed(named("rate"), Quotient(), (won, done))


def _left(line: OutlookLine, owed: Tree, came: Tree) -> Breakdown:
    """Return what is left of the target to the deals, those won among them."""
    assert line.target is not None  # noqa: S101 - or nobody would ask
    assert line.otherwise is not None  # noqa: S101
    return grown(named("left_to_deals"), line.target - line.otherwise, Difference(), (owed(), came()))


def _missing(line: OutlookLine, owed: Tree, came: Tree) -> Breakdown:
    """Return what deals have yet to bring: nothing where the target is met."""
    rest = computed(named("still_missing"), Difference(), (_left(line, owed, came), _won(line)))
    return grown(named("missing"), line.missing, Clip(low=Amount.zero(line.unit)), (rest,))


# What to know


def _notes(line: OutlookLine, address: str) -> Numbered:
    """Yield the numbers that stand in notes, of deals down to these."""
    noted = {} if line.forecast.terms.is_over else deals_noted(line.forecast)
    for note in line.forecast.notes:
        key = note.key.removeprefix("forecast.note.")
        known = {}
        if key in noted:
            known = {
                "count": partial(_counted, named("in_note"), noted[key]),
                "amount": partial(_worth, named("in_note"), line, noted[key]),
            }
        yield from numbers_said(f"{address}/note/{key}", note, known)
