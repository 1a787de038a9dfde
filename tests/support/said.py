"""What the sentences of a report say in numbers, and at which address of its explanation each of these must stand."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from string import Formatter
from typing import Final, NamedTuple, TypeAlias
from unittest.mock import patch

import pytest

from salesperf import Amount, Breakdown
from salesperf.messages import catalog
from salesperf.model.rule import BreakdownValue
from salesperf.report import markdown
from salesperf.report.words import TEXT, Words
from salesperf.review import Review, listed

__all__ = ["NOT_TOLD", "Said", "is_written", "list_at_most", "pattern_of", "unexplained", "written"]

Number: TypeAlias = int | float | Decimal | Fraction

_ADDRESSES: Final = """
as_of, as_of_partial: elapsed=time/elapsed_workdays total=time/workdays share=time/elapsed_share
rests_on, rests_on_nothing: entries=data/entries reps=data/reps teams=data/teams targets=data/targets
more_metrics: count=(attainment|previous/metrics)/more
more_unmet: count=unmet/more
more_recorded: count=recorded/more
more_findings: count=data/findings/more
reps_left_out, lines_left_out: count=(attainment/.+|deals/.+|leads)/members/more
sentence.pace: pace=attainment/.+/pace
sentence.required: workdays=attainment/.+/remaining_workdays
sentence.growth, sentence.growth_by_weekday: growth=attainment/.+/growth
best_teams, weakest_teams, best_reps, weakest_reps: pace=attainment/.+/pace entries=attainment/.+/entries
best_teams_range, weakest_teams_range: pace=attainment/.+/pace entries=attainment/.+/entries
best_teams_range, weakest_teams_range: workdays=attainment/.+/pace/workdays
best_reps_range, weakest_reps_range: pace=attainment/.+/pace entries=attainment/.+/entries
best_reps_range, weakest_reps_range: workdays=attainment/.+/pace/workdays
standing.clear, standing.not_clear, standing.cannot_tell: compared=attainment/.+/compared_(teams|reps)
standing.level: compared=attainment/.+/compared_(teams|reps) pace=attainment/.+/pace
standing.and_more: count=attainment/.+/compared_(teams|reps)/(few_entries|unlike)/more
deals.decided: won=deals/*/won lost=deals/*/lost cancelled=deals/*/cancelled
deals.decided_undated: count=deals/*/undated
deals.win_rate, deals.win_rate_range: rate=deals/*/win_rate count=deals/*/won_or_lost
deals.won_deal: known=deals/*/with_cycle
deals.open: count=deals/*/open without_amount=deals/*/without_amount
deals.of_nobody: count=deals/*/of_nobody
deals.weighted: without_probability=deals/*/without_probability
deals.flag: count=deals/*/flag/*
deals.slip_rate, deals.slip_rate_range: due=deals/*/due slipped=deals/*/slipped rate=deals/*/slip_rate
deals.slip_rate, deals.slip_rate_range: decided=deals/*/due_and_decided pending=deals/*/still_due
deals.slips_so_far: due=deals/*/due slipped=deals/*/slipped decided=deals/*/due_and_decided pending=deals/*/still_due
deals.slips_withheld: count=deals/*/slips_withheld
deals.hands: taken=deals/*/taken_over handed=deals/*/handed_over
deals.bridge_withheld: count=deals/*/bridge/withheld
deals.more: count=deals/*/actionable/more
deals.more_lost: count=deals/*/lost/more
deals.to_look_at_note: count=deals/*/actionable
deals.funnel_note: open=deals/*/funnel/open
causes.more: count=causes/found/more
causes.more_noticed: count=causes/noticed/more
team.headcount: closing=team/closing opening=team/opening
team.joined: count=team/joined
team.moved_in: count=team/moved_in
team.left: count=team/left
team.moved_out: count=team/moved_out
team.ramping: count=team/ramping
team.and_more: count=team/(joined|moved_in|left|moved_out|ramping|fairness/left_out)/more
team.others: count=team/(dealer|agent|house)s
team.absent: share=team/absent_share absent=team/absent_workdays served=team/served_workdays
team.attrition: value=team/attrition count=team/attrition/of
team.withheld: count=team/pulses/withheld
team.points: points=team/pulses/.+
team.more: count=team/(spread|pulses)/more
team.left_out: count=team/fairness/left_out
objectives.summary: objectives=objectives/count/objectives
objectives.summary: key_results=objectives/count/key_results scored=objectives/count/scored
objectives.each: count=objectives/count/*
objectives.of: value=objectives/.+/stands target=objectives/.+/target
objectives.within: value=objectives/.+/stands low=objectives/.+/target/low high=objectives/.+/target/high
objectives.more: count=objectives/lines/more
leads.came: came=leads/came converted=leads/converted disqualified=leads/disqualified
leads.open: open=leads/open
leads.each: count=leads/(grade/*|hot|warm|cold)
leads.grades: without=leads/ungraded
leads.follow_ups: overdue=leads/overdue untouched=leads/untouched
leads.pool: count=leads/pool
leads.moves: released=leads/released claimed=leads/claimed
leads.more: count=leads/overdue/more
channels.which: leads=channels/total/leads
channels.more: count=channels/more
quality.score: score=quality/score
quality.dimension: score=quality/score/*
quality.most: count=quality/*/most
quality.more: count=quality/faults/more
quality.found: found=.+/weakened/.+/found checked=.+/weakened/.+/checked share=.+/weakened/.+/share
quality.rest: count=.+/weakened/*/more
people.more: count=people/(pay|appraisals|feedback)/more
people.more_items: count=people/items/more
people.withheld_pay: count=people/withheld/pay
people.withheld_appraisal: count=people/withheld/appraisal
people.withheld_feedback: count=people/withheld/feedback
people.gap: gap=feedback/*/gap
people.shown: shown=feedback/.+/shown items=feedback/.+/items
people.too_few: minimum=feedback/*/minimum
customers.bought: count=customers/buyers new=customers/buyers/new
customers.unnamed: count=customers/unnamed
customers.without_amount: count=customers/without_amount
customers.undated: count=customers/undated
customers.other_unit: count=customers/other/*
customers.referral: rate=customers/referral count=customers/referral/of unknown=customers/referral/unknown
customers.retention: rate=customers/retention count=customers/retention/of
customers.repurchase: rate=customers/repurchase count=customers/repurchase/of
customers.concentration: count=customers/largest of=customers/net_buyers
customers.concentration: share=customers/largest_share equal=customers/effective_number
customers.each: count=customers/segment/*
customers.states_note: new=customers/policy/new_for at_risk=customers/policy/at_risk_after lost=customers/policy/lost_after
customers.none_quiet, customers.quiet_note: count=customers/key_accounts
customers.more_quiet: count=customers/quiet/more
customers.in_band: count=customers/health/*
customers.health_of_some: ungraded=customers/health/ungraded
customers.weak: score=customers/.+/health
customers.because_quiet_ratio: fact=customers/.+/quiet_ratio
customers.because_purchase_trend: fact=customers/.+/purchase_trend
customers.because_known_roles: fact=customers/.+/known_roles
customers.more_weakening: count=customers/health/more
customers.lost: count=customers/lost
customers.net_promoter_score: value=customers/surveys/[^/]+ count=customers/surveys/[^/]+/answers
customers.customer_satisfaction: value=customers/surveys/[^/]+ count=customers/surveys/[^/]+/answers
market.decided: count=market/decided named=market/named/decided
market.named: rate=market/named/win_rate count=market/named/decided
market.unnamed: rate=market/unnamed/win_rate count=market/unnamed/decided
market.clear, market.not_clear: difference=market/difference low=market/difference/low high=market/difference/high
market.share: share=market/(own_share|share/*|others_share)
market.more: count=market/more_competitors
market.more_reasons: count=market/more_reasons
agenda.more: count=agenda/later
previous.win_rate: now=previous/.+/win_rate/now then=previous/.+/win_rate/then difference=previous/.+/win_rate
previous.win_rate: now_n=previous/.+/win_rate/now/decided then_n=previous/.+/win_rate/then/decided
previous.win_rate: low=previous/.+/win_rate/low high=previous/.+/win_rate/high
previous.open: count=previous/.+/open/now then_count=previous/.+/open/then
previous.quality: now=previous/quality/now then=previous/quality/then
previous.unmet: now=previous/unmet/now then=previous/unmet/then
previous.actions: count=previous/actions
previous.each: count=previous/actions/*
previous.gone_more: count=previous/findings/gone/more
previous.new_more: count=previous/findings/new/more
previous.actions_more: count=previous/actions/more
previous.risks_more: count=previous/risks/more
previous.findings: gone=previous/findings/gone new=previous/findings/new still=previous/findings/still
plans.summary, plans.summary_of_whole: tasks=plans/*/tasks done=plans/*/done late=plans/*/late
plans.summary, plans.summary_of_whole: endangered=plans/*/endangered whole=plans/*/whole
plans.resource: amount=plans/.+/resource/.+
plans.more: count=plans/*/tasks/more
plans.more_plans: count=plans/more late=plans/more/late
cases.more: count=cases/(written|alike)/more
risks.summary: open=risks/open closed=risks/closed
risks.overdue: days=risks/.+/overdue/.+
risks.more: count=risks/open/more
actions.summary, actions.summary_of_all: agreed=actions/agreed done=actions/done dropped=actions/dropped
actions.summary, actions.summary_of_all: late=actions/became_late open=actions/open all_late=actions/late
actions.left_out: count=actions/left_out
actions.more: count=actions/more
actions.achieved: share=actions/*
variance.more: count=variance/*/effects/more
outlook.now, outlook.next: counted=outlook/.+/counted open=outlook/.+/open
outlook.target_otherwise: share=outlook/.+/deal_share
outlook.reached, outlook.reached_range: value=outlook/.+/reached count=outlook/.+/reached/least_known
"""
"""By messages of the report what they say, and where it stands; ``*`` is a name between two strokes, the rest is a pattern."""

_COLUMNS: Final = """
action: days_late=actions/.+/days_late baseline=actions/.+/baseline goal_value=actions/.+/goal measured=actions/.+/measured
channel: leads=channels/.+/leads qualified=channels/.+/qualified won=channels/.+/won still_open=channels/.+/open
competitor: decided=market/.+/decided won=market/.+/won lost=market/.+/lost
customer: bought=customers/.+/bought bought_before=customers/.+/bought_before
deal: amount=pay/.+/items/.+
factor: cases_before=variance/.+/cases/before cases_after=variance/.+/cases/after
factor: level_before=variance/.+/before level_after=variance/.+/after made=variance/.+/effect
factor: planned=variance/.+/before actual=variance/.+/after
fault: found=quality/*/found checked=quality/*/checked
lead: overdue_workdays=leads/lead/.+/overdue_workdays
metric: actual=(attainment|recorded)/.+/actual entries=recorded/.+/entries number_of_reps=team/spread/*/targets
metric: target=attainment/.+/target gap=attainment/.+/gap planned=attainment/.+/planned last_year=attainment/.+/last_year
metric: actual_now=previous/.+/actual/now actual_then=previous/.+/actual/then
movement: deals=deals/*/bridge/.+/deals without_amount=deals/*/bridge/.+/without_amount
objective: silent_days=objectives/.+/silent_days
owner: target=(attainment|unmet)/.+/target actual=(attainment|unmet)/.+/actual gap=(attainment|unmet)/.+/gap
owner: entries=attainment/.+/entries
owner: won=deals/.+/won lost=deals/.+/lost cancelled=deals/.+/cancelled open=(deals|leads)/.+/open
owner: stalled=deals/.+/flag/stalled overdue=(deals/.+/flag|leads/.+)/overdue
owner: came=leads/.+/came converted=leads/.+/converted disqualified=leads/.+/disqualified
owner: hot=leads/.+/hot warm=leads/.+/warm untouched=leads/.+/untouched
owner: answers=team/pulses/.+/answers statements=pay/.+/statements raters=feedback/.+/raters
period: target=attainment/.+/target actual=attainment/.+/actual gap=attainment/.+/gap
quarters_after: customers=customers/cohort/*/of
reason: lost=market/reason/.+/lost
risk: at_stake=risks/.+/at_stake
stage: entered=deals/*/funnel/*/entered moved_on=deals/*/funnel/*/moved_on lost=deals/*/funnel/*/lost
stage: cancelled=deals/*/funnel/*/cancelled still_open=deals/*/funnel/*/open median_days=deals/.+/median_days
stage: longest_days=deals/*/*/longest_days max_days=deals/*/*/limit over_limit=deals/*/*/over_limit undated=deals/*/*/undated
stage: deals=(deals|outlook)/.+/deals
state: before=customers/state/*/before now=customers/state/*
task: days_late=plans/.+/days_late
yardstick: compared=team/fairness/*/compared beyond=team/fairness/*/beyond
"""
"""By the first column of a table and another one the same. Without what reads like an amount, a share or a score."""

_AGREED: Final = frozenset(
    {
        *("level", "agenda.item number", "outlook.flat share", "outlook.range share", "team.withheld fewest"),
        "team.fairness_note tolerance",
    }
)
"""What was agreed, such as how sure a range is, and places in a list: numbers that nobody counted."""

_TABLE: Final = "| "
"""What the place of a number in a table begins with."""

_WHOLE: Final = re.compile(r"\d{1,3}(,\d{3})*")
"""A cell that holds a whole number, and nothing else; other numbers look like what they are, and another law has them."""

_UNITS: Final = {"team.points points": 100}
"""What is said in other terms than it is reckoned in: so many times as much."""


class Said(NamedTuple):
    """A number in a sentence."""

    place: str
    """The key of the message, without what all of them begin with, and the name of the number in it."""
    value: Number


def _read(table: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    for line in table.strip().splitlines():
        keys, _, numbers = line.partition(": ")
        for key in keys.split(", "):
            for number in numbers.split():
                name, _, address = number.partition("=")
                yield f"{key} {name}", re.compile(re.sub(r"(?<![.\])])\*", "[^/]+", address))


_PATTERNS: Final = {**dict(_read(_ADDRESSES)), **{f"{_TABLE}{place}": each for place, each in _read(_COLUMNS)}}

NOT_TOLD: Final = frozenset(place for place, pattern in _PATTERNS.items() if re.search(r"/more|agenda/later", pattern.pattern))
"""What says how many of a list are not told one by one."""


def list_at_most(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no list tell of more than so many: every limit has one place."""
    for name in vars(listed):
        if "MOST_" in name or name == "AGENDA_LENGTH":
            monkeypatch.setattr(listed, name, most)


def written(review: Review) -> tuple[str, list[Said]]:
    """Write a report, and return with it the numbers in its sentences, and the whole ones in its tables."""
    said: list[Said] = []
    say, table = Words.say, Words.table

    def listen(words: Words, key: str, /, **arguments: object) -> str:
        named = {name for _, name, *_ in Formatter().parse(catalog("en").get(key, "")) if name}
        for name in named & arguments.keys():
            value = arguments[name]
            if isinstance(value, Number) and not isinstance(value, bool):
                said.append(Said(f"{key.removeprefix('report.')} {name}", value))
        return say(words, key, **arguments)

    def look(words: Words, heads: Sequence[str], rows: Iterable[Sequence[str]], **arguments: object) -> Iterator[str]:
        lines = list(rows)
        columns = [(place, head) for place, head in enumerate(heads) if place and head not in TEXT]
        for line in lines:
            cells = ((head, line[place]) for place, head in columns if _WHOLE.fullmatch(line[place]))
            said.extend(Said(f"{_TABLE}{heads[0]} {head}", int(cell.replace(",", ""))) for head, cell in cells)
        return table(words, heads, lines, **arguments)

    with patch.object(Words, "say", listen), patch.object(Words, "table", look):
        text = markdown(review)
    return text, [each for each in said if _AGREED.isdisjoint((each.place, each.place.split()[-1]))]


def unexplained(said: Iterable[Said], trees: Mapping[str, Breakdown]) -> list[Said]:
    """Return those numbers that do not stand at an address at which they must."""
    addresses: dict[str, list[str]] = {}
    wrong = []
    for each in dict.fromkeys(said):
        pattern = _PATTERNS.get(each.place)
        if each.place not in addresses:
            addresses[each.place] = [address for address in trees if pattern is not None and pattern.fullmatch(address)]
        value = each.value / _UNITS.get(each.place, 1)
        there = (trees[address].value for address in addresses[each.place])
        is_told = is_written if each.place.startswith(_TABLE) else _is_same
        if not any(is_told(other, value) for other in there):
            wrong.append(each)
    return wrong


def _is_same(there: BreakdownValue, said: Number) -> bool:
    return isinstance(there, Number) and math.isclose(there, said, rel_tol=1e-9)


def is_written(there: BreakdownValue, said: Number) -> bool:
    """Tell whether a number is written so: in whole units, rounded as amounts are, or as numbers are."""
    number = None if there is None else abs(Fraction(there.decimal if isinstance(there, Amount) else there))
    return number is not None and said in (math.floor(number + Fraction(1, 2)), round(number))


def pattern_of(place: str) -> re.Pattern[str] | None:
    """Return the addresses at which a number of a place in a report must stand."""
    return _PATTERNS.get(place)
