"""The review of a large company: no part of it grows faster than the company does, and it stays short."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import cycle, islice

import attrs
import pytest
from calls import calls_by_place, calls_of
from large_company import QUARTER, REVIEWED_ON, LargeCompany

import salesperf as sp
from salesperf.io.folder import read_sample
from salesperf.quality.process_steps import steps_of, steps_of_all
from salesperf.report import markdown
from salesperf.review import building
from salesperf.review.deals import DealSection, deal_sections
from salesperf.review.grounds import Grounds
from salesperf.review.leads import LeadSection, lead_section
from salesperf.review.listed import MOST_LINES
from salesperf.review.outlook import OutlookLine, outlook_lines
from salesperf.review.variance import VarianceSection, variance_section

VISITS = sp.STANDARD_METRICS["visits"]
SEPTEMBER = sp.Period.month(2026, 9)


def reviewed(records: sp.Records, owner: str | None = None) -> sp.review.Review:
    return sp.review.build(records, owner=owner, period=QUARTER, as_of=REVIEWED_ON)


def each_apart(records: sp.Records) -> sp.Records:
    """Let one of each team owe nothing of a product, so that no sum over a team stands for it."""
    targets = (target for target in records.targets if target.owner is not None and not target.owner.endswith("4"))
    narrow = [attrs.evolve(target, scope={"product": "software"}) for target in targets]
    return attrs.evolve(records, targets=narrow)


def table_below(text: str, heading: str) -> list[str]:
    """Return the rows of the first table below a heading."""
    lines = iter(text[text.index(heading) :].splitlines())
    rows: list[str] = []
    for line in lines:
        if line.startswith("|"):
            rows.append(line)
        elif rows:
            break
    return rows[2:]


def flat(reps: int, teams: Sequence[str | None] = (None,)) -> sp.Records:
    """Make a company in which nobody is below a team that is below another."""
    ids = [f"r-{number:03d}" for number in range(reps)]
    return sp.Records(
        org=sp.Org(
            teams=[sp.Team(id=team) for team in teams if team is not None],
            reps=[sp.Rep(id=rep, team=teams[number % len(teams)]) for number, rep in enumerate(ids)],
        ),
        targets=[sp.Target(owner=rep, metric=VISITS, amount=sp.Amount.of(9, sp.COUNT), period=SEPTEMBER) for rep in ids],
        actuals=[
            sp.Actual(owner=rep, metric=VISITS, amount=sp.Amount.of(1, sp.COUNT), on=date(2026, 9, 1 + number % 7))
            for number, rep in enumerate(ids)
        ],
    )


# How it grows: what each doubling adds is twice what the one before added, where it would be four times as much for every pair


def growth(calls: Sequence[int]) -> float:
    """Tell how many times what the first doubling added the second one added: what is done but once drops out."""
    first, second, third = calls
    return (third - second) / (second - first)


def test_a_review_in_which_everybody_stands_apart_grows_as_the_company_does(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is told once for each age and stage of deals grows by leaps, and is looked at by itself, below.
    monkeypatch.setattr(building, "outlook_lines", lambda *_: ())
    monkeypatch.setattr(building, "variance_section", lambda *_: None)
    companies = [each_apart(LargeCompany(deals, people=deals // 4).records()) for deals in (60, 120, 240)]
    assert len(reviewed(companies[0]).metrics) == 13
    assert growth([calls_of(partial(reviewed, records)) for records in companies]) < 2.5


@attrs.frozen
class Behind:
    """What a part of a review is made of."""

    grounds: Grounds
    deals: tuple[DealSection, ...]
    leads: LeadSection | None

    @classmethod
    def of(cls, deals: int) -> "Behind":
        grounds = Grounds(
            records=LargeCompany(deals, people=20).records().as_of(REVIEWED_ON), owner=None, period=QUARTER, as_of=REVIEWED_ON
        )
        sections = tuple(deal_sections(grounds.then, owner=None, period=QUARTER, as_of=REVIEWED_ON))
        return cls(grounds, sections, lead_section(grounds.then, owner=None, passed=QUARTER))

    def outlook(self) -> tuple[OutlookLine, ...]:
        return tuple(outlook_lines(self.grounds, (), self.deals))

    def variance(self) -> VarianceSection | None:
        return variance_section(self.grounds, (), self.deals, self.leads)


@pytest.fixture(scope="module")
def behind() -> tuple[Behind, Behind]:
    """Look at what a forecast and a variance need of a company, and of one with four times as many deals."""
    return Behind.of(200), Behind.of(800)


@pytest.mark.parametrize("part", [Behind.outlook, Behind.variance])
def test_no_function_behind_a_forecast_or_a_variance_is_called_more_often_than_there_are_more_deals(
    part: Callable[[Behind], object], behind: tuple[Behind, Behind]
) -> None:
    small, large = (calls_by_place(partial(part, each)) for each in behind)
    # Four times as many deals, of which by chance 4.2 times as many are open; of all pairs there are sixteen times as many.
    assert {place: (small[place], count) for place, count in large.items() if count > 5 * small[place] + 50} == {}
    assert part(behind[1])


def test_the_leads_of_all_members_are_counted_in_one_pass() -> None:
    companies = [LargeCompany(deals, people=deals // 2).records().as_of(REVIEWED_ON) for deals in (100, 200, 400)]
    calls = [calls_of(partial(lead_section, records, owner=None, passed=QUARTER)) for records in companies]
    assert growth(calls) < 2.5


def test_deals_that_went_the_same_way_are_looked_at_once_and_told_as_each_alone() -> None:
    records = read_sample()
    deals, processes = records.opportunities, [records.process_of(deal) for deal in records.opportunities]
    assert steps_of_all(deals, processes) == [steps_of(*each) for each in zip(deals, processes, strict=True)]


# How long it is


@pytest.fixture(scope="module")
def large() -> sp.review.Review:
    """Review a company of 260 people."""
    return reviewed(LargeCompany(60, people=260).records())


def test_the_review_of_hundreds_of_people_shows_teams_and_says_how_many_lines_are_left_out(large: sp.review.Review) -> None:
    text = markdown(large)
    assert len(large.metrics[0].members) > 260
    rows = table_below(text, "## Revenue: who contributed")
    assert [row.split()[1] for row in rows[:1]] == ["division-0"]
    # One division, three regions, twenty-six teams; of so many people there is no room.
    assert len(rows) == 30
    assert f"Lines of reps, left out here: {len(large.metrics[0].members) - 30:,}." in text


def test_of_many_who_have_deals_or_leads_the_first_are_listed(large: sp.review.Review) -> None:
    (deals,) = large.deals
    assert large.leads is not None
    many = attrs.evolve(
        large,
        deals=(attrs.evolve(deals, members=tuple(islice(cycle(deals.members[:1]), MOST_LINES + 3))),),
        leads=attrs.evolve(large.leads, members=tuple(islice(cycle(large.leads.members[:1]), MOST_LINES + 4))),
    )
    text = markdown(many)
    for heading, left_out in (("### Who decided, and who has deals open", 3), ("### Who has leads", 4)):
        assert len(table_below(text, heading)) == MOST_LINES
        assert f"Lines left out here: {left_out}. The reviews of the teams and of the reps show them." in text


def test_it_is_as_short_in_chinese_and_says_so(large: sp.review.Review) -> None:
    assert f"此处略去 {len(large.metrics[0].members) - 30:,} 行个人数据，见各团队自己的述职。" in markdown(large, lang="zh")
    assert len(markdown(large, lang="zh").encode()) < 100_000


def test_its_page_is_far_below_two_megabytes(large: sp.review.Review) -> None:
    html = pytest.importorskip("salesperf.io.html", reason="HTML needs the extra html")
    text = html.page(large)
    assert len(text.encode()) < 400_000
    # Of so many people there is no room: the lowest teams that are listed are held side by side.
    (told,) = re.findall('Win rates.*?aria-label="(.*?)"', text, re.DOTALL)
    decided = [member for member in large.deals[0].members if member.is_team and member.win_rate.n]
    lowest = max(member.level for member in decided)
    assert len(told.splitlines()) == sum(member.level == lowest for member in decided) > 1


def test_of_many_plans_those_with_the_most_late_tasks_are_told(large: sp.review.Review) -> None:
    told = [line for line in markdown(large).splitlines() if line.startswith("## Plan ")]
    assert len(told) == 5
    late = sorted((len(progress.late) for progress in large.plans), reverse=True)
    assert f"Plans that are not told here: {len(large.plans) - 5}. Late tasks of theirs: {sum(late[5:])}." in markdown(large)


def test_of_many_who_are_in_no_team_the_first_are_listed() -> None:
    review = sp.review.build(flat(64), owner=None, period=SEPTEMBER, as_of=date(2026, 9, 30))
    text = markdown(review)
    rows = table_below(text, "## Visits: who contributed")
    assert len(rows) == MOST_LINES
    assert "r-000" in rows[0]
    assert "Lines of reps, left out here: 4. A team's own review shows them." in text


def test_of_many_teams_the_first_are_listed_without_their_people() -> None:
    teams = [f"t-{number:02d}" for number in range(63)]
    text = markdown(sp.review.build(flat(63, teams), owner=None, period=SEPTEMBER, as_of=date(2026, 9, 30)))
    assert len(table_below(text, "## Visits: who contributed")) == MOST_LINES
    assert "Lines left out here: 66. The reviews of the teams and of the reps show them." in text


def test_of_many_who_are_not_compared_a_few_are_named() -> None:
    review = sp.review.build(flat(14), owner=None, period=SEPTEMBER, as_of=date(2026, 9, 30))
    standing = attrs.evolve(review.metrics[0], best_reps=_standing(review))
    text = markdown(attrs.evolve(review, metrics=(standing,)))
    assert "with fewer than 3 entries: r-000, r-001, r-002, r-003, r-004, r-005, r-006, r-007, r-008, r-009 and 2 more." in text


def _standing(review: sp.review.Review) -> sp.review.Standing:
    first, second, *others = (member.attainment for member in review.metrics[0].members)
    few = tuple(sorted(str(each.target.owner) for each in (first, second, *others))[:12])
    return sp.review.Standing(best=first, weakest=second, is_clear=None, ranked=("first", "second"), few_entries=few, unlike=())


def test_of_many_targets_that_stand_apart_the_first_are_told() -> None:
    review = reviewed(each_apart(LargeCompany(60, people=40).records()))
    text = markdown(review)
    assert len(review.metrics) == 36
    assert len(table_below(text, "## Attainment")) == 20
    assert "Targets that are not told here: 16. The reviews of those who owe them tell of each." in text


def test_of_many_channels_those_with_the_most_leads_are_listed() -> None:
    text = markdown(reviewed(attrs.evolve(LargeCompany(100).records(), leads=list(_of_many_channels()), opportunities=[])))
    rows = table_below(text, "## Channels")
    assert len(rows) == MOST_LINES + 1  # and all of them together
    assert "c-69" in rows[0]
    assert "Not listed, with fewer leads: 15." in text


def _of_many_channels() -> Iterator[sp.Lead]:
    began = [sp.LeadChange(date(2026, 8, 3), status="new", owner="r-0")]
    for channel in range(70):
        copies = 2 if channel == 69 else 1
        yield from (sp.Lead(id=f"l-{channel}-{copy}", history=began, channel=f"c-{channel:02d}") for copy in range(copies))


def test_of_what_was_recorded_without_a_target_a_few_lines_are_listed() -> None:
    records = flat(2)
    metrics = [sp.Metric(f"m-{number:02d}", "count", "flow", "higher", f"m-{number:02d}") for number in range(MOST_LINES + 3)]
    more = [sp.Actual(owner="r-000", metric=each, amount=sp.Amount.of(1, sp.COUNT), on=date(2026, 9, 1)) for each in metrics]
    records = attrs.evolve(records, actuals=[*records.actuals, *more])
    text = markdown(sp.review.build(records, owner=None, period=SEPTEMBER, as_of=date(2026, 9, 30)))
    assert len(table_below(text, "## Also recorded")) == MOST_LINES
    assert "And 3 more." in text


def test_of_many_metrics_held_against_the_review_before_the_first_are_listed() -> None:
    then, now = date(2026, 9, 15), date(2026, 9, 30)
    before = sp.review.build(flat(2), owner=None, period=SEPTEMBER, as_of=then)
    review = sp.review.build(flat(2), owner=None, period=SEPTEMBER, as_of=now, previous=before)
    assert review.previous is not None
    compared = attrs.evolve(review.previous, metrics=review.previous.metrics * (MOST_LINES + 2))
    text = markdown(attrs.evolve(review, previous=compared))
    assert "Targets that are not told here: 2. The reviews of those who owe them tell of each." in text
