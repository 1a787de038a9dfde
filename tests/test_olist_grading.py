"""Chances learnt from the real leads of the Olist marketing funnel before a day, and judged by those that began after it."""

import csv
import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import attrs
import pytest

from pages import ROOT
from salesperf import Lead, LeadChange
from salesperf.grading import LeadBacktest, backtest_leads, learn

WATCHED_SINCE: Final = date(2017, 12, 5)
"""The first signature on record: of earlier leads nobody knows what became of them before."""
DAYS: Final = (date(2018, 3, 31), date(2018, 4, 30))
UNTIL: Final = date(2018, 10, 31)
LAST: Final = date(2018, 11, 14)
"""That of the last signature."""
MATURITY: Final = 60


@pytest.fixture(scope="module")
def leads(data_folder: Callable[[str], Path]) -> tuple[Lead, ...]:
    """Read both files; the field of the closed deals stands for all that are filled in at the signature."""
    folder = data_folder("olist_funnel")

    def rows(name: str) -> list[dict[str, str]]:
        with (folder / f"olist_{name}_dataset.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    signed = {row["mql_id"]: row for row in rows("closed_deals")}
    found = []
    for row in rows("marketing_qualified_leads"):
        began = date.fromisoformat(row["first_contact_date"])
        history = [LeadChange(began, status="qualified")]
        facts = {"landing_page": row["landing_page_id"], "origin": row["origin"]}
        if row["mql_id"] in signed:
            closed = signed[row["mql_id"]]
            # One signed before its first contact: the day of the contact stands.
            on = max(began, date.fromisoformat(closed["won_date"][:10]))
            history.append(LeadChange(on, status="converted"))
            facts["business_segment"] = closed["business_segment"]
        if began >= WATCHED_SINCE:
            found.append(Lead(id=row["mql_id"], history=history, facts=facts))
    return tuple(found)


def judged(leads: tuple[Lead, ...], *by: str) -> LeadBacktest:
    return backtest_leads(leads, by, DAYS, until=UNTIL, maturity_days=MATURITY, undecided_as="lost")


def has_signed_in_time(lead: Lead) -> bool:
    """Tell whether a lead signed within the days that count."""
    assert lead.created is not None
    assert lead.last_change is not None
    return lead.status == "converted" and (lead.last_change - lead.created).days <= MATURITY


def test_the_counts_are_those_of_the_files(leads: tuple[Lead, ...]) -> None:
    told = judged(leads, "origin", "landing_page")
    for day, following in zip(told.days, (*DAYS[1:], UNTIL), strict=True):
        fresh = [lead for lead in leads if lead.created is not None and day.learnt.as_of < lead.created <= following]
        assert (day.judged, day.immature) == (len(fresh), 0)
        known = [lead for lead in leads if lead.created is not None and (day.learnt.as_of - lead.created).days >= MATURITY]
        assert day.learnt.table.cases == len(known)
        assert day.learnt.table.won == sum(map(has_signed_in_time, known))
        assert (len(fresh) - day.undecided, len(known) - day.learnt.undecided) == (
            sum(map(has_signed_in_time, fresh)),
            day.learnt.table.won,
        )
    began_after = [lead for lead in leads if lead.created is not None and lead.created > DAYS[0]]
    assert told.calibration.won == sum(map(has_signed_in_time, began_after))


def test_leads_learnt_from_and_judged_had_the_same_time_to_sign(leads: tuple[Lead, ...]) -> None:
    # Of those learnt from 9.6% sign within 60 days, and 9.9% of those judged: counted from the files by the marks below too
    told = backtest_leads(leads, ["origin"], DAYS[:1], until=UNTIL, maturity_days=MATURITY, undecided_as="lost")
    table = told.days[0].learnt.table
    assert (table.won, table.cases, told.calibration.won, told.calibration.n) == (121, 1267, 263, 2655)
    # A signature after the last day that counts changes nothing, whoever looks when.
    later = backtest_leads(leads, ["origin"], DAYS[:1], until=LAST, maturity_days=MATURITY, undecided_as="lost")
    assert later.calibration == told.calibration


def test_origin_and_landing_page_tell_a_little_and_not_more(leads: tuple[Lead, ...]) -> None:
    # Honestly: better than chance, far from sharp, and where many chances were told they came true or nearly
    told = judged(leads, "origin", "landing_page").calibration
    assert told.auc.low is not None
    assert told.auc.high is not None
    assert 0.55 < told.auc.low < told.auc.high < 0.70
    large = [each for each in told.reliability if each.n > 1000]
    assert len(large) == 2
    for each in large:
        assert each.mean_probability is not None
        assert each.won_share.value is not None
        assert abs(each.mean_probability - each.won_share.value) < 0.03


def test_a_field_that_is_filled_in_at_the_signature_gives_itself_away(leads: tuple[Lead, ...]) -> None:
    # Every lead of which the business segment is known was won, if not in time: the field follows from the outcome
    last = learn(leads, ["business_segment"], as_of=LAST, maturity_days=0, undecided_as="lost")
    table = last.table.tables["business_segment"]
    known = [lead for lead in leads if "business_segment" in lead.facts]
    assert sum(map(sum, table.values())) == len(known) == sum(lead.status == "converted" for lead in leads)
    told = judged(leads, "business_segment").calibration
    shares = [each.won_share.value for each in told.reliability if each.low >= 0.2 and each.n]
    assert shares
    assert all(share is not None and share > 0.8 for share in shares)


# The page docs/how-to/grade-leads.md, recomputed from the rows of the files without the library


@attrs.frozen
class Mark:
    """A lead as the page has it: its first contact, what was known then, when it signed, and what is known of it since."""

    began: date
    origin: str
    landing_page: str
    signed: date | None
    known_since: frozenset[str]

    @property
    def has_signed(self) -> bool:
        """Whether it signed within the days that count."""
        return self.signed is not None and (self.signed - self.began).days <= MATURITY


@pytest.fixture(scope="module")
def marks(data_folder: Callable[[str], Path]) -> list[Mark]:
    """Read the rows of leads whose signatures were kept."""
    folder = data_folder("olist_funnel")
    with (folder / "olist_closed_deals_dataset.csv").open(encoding="utf-8", newline="") as file:
        deals = {row["mql_id"]: row for row in csv.DictReader(file)}
    with (folder / "olist_marketing_qualified_leads_dataset.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["first_contact_date"] >= WATCHED_SINCE.isoformat()]
    found = []
    for row in rows:
        began, deal = date.fromisoformat(row["first_contact_date"]), deals.get(row["mql_id"], {})
        signed = max(began, date.fromisoformat(deal["won_date"][:10])) if deal else None
        known = frozenset(name for name, value in deal.items() if value)
        found.append(Mark(began, row["origin"] or "unknown", row["landing_page_id"][:6], signed, known))
    return found


@pytest.fixture(scope="module")
def page() -> str:
    """The page as it is printed."""
    return (ROOT / "docs" / "how-to" / "grade-leads.md").read_text(encoding="utf-8")


def chances_of(marks: Sequence[Mark]) -> tuple[list[Mark], list[float]]:
    """Return the leads that are judged, and the chance of each by counting those that were old enough on the day."""
    day = DAYS[0]
    old = [mark for mark in marks if (day - mark.began).days >= MATURITY]
    won = [mark for mark in old if mark.has_signed]
    facts = [tuple((name, getattr(mark, name)) for name in ("origin", "landing_page")) for mark in (*old, *won)]
    of_all, of_won = (Counter(fact for pair in some for fact in pair) for some in (facts[: len(old)], facts[len(old) :]))
    values = Counter(name for name, _ in of_all)
    judged = [mark for mark in marks if mark.began > day and (UNTIL - mark.began).days >= MATURITY]
    chances = []
    for mark in judged:
        odds = len(won) / (len(old) - len(won))
        for fact in (("origin", mark.origin), ("landing_page", mark.landing_page)):
            if fact in of_all:
                lost = of_all[fact] - of_won[fact]
                odds *= (of_won[fact] + 1) / (len(won) + values[fact[0]])
                odds /= (lost + 1) / (len(old) - len(won) + values[fact[0]])
        chances.append(odds / (1 + odds))
    return judged, chances


def test_the_page_tells_of_how_many_leads_each_field_is_known(marks: list[Mark], page: str) -> None:
    signed = [mark for mark in marks if mark.signed is not None]
    assert f"{len(marks):,} leads, of which {len(signed)} signed by now" in page
    for name in ("business_segment", "lead_type", "lead_behaviour_profile", "has_company", "average_stock"):
        share = sum(name in mark.known_since for mark in signed) / len(signed)
        assert f"{name:22}  known of those that signed {share:6.1%}, of all others   0.0%" in page
    assert not any(mark.known_since for mark in marks if mark.signed is None)


def test_the_page_tells_what_was_learnt_and_how_the_chances_came_true(marks: list[Mark], page: str) -> None:
    old = [mark for mark in marks if (DAYS[0] - mark.began).days >= MATURITY]
    for origin, count in Counter(mark.origin for mark in old).items():
        won = sum(mark.has_signed for mark in old if mark.origin == origin)
        assert f"{origin:18} {won:3} of {count:3}" in page
    judged, chances = chances_of(marks)
    came = [mark.has_signed for mark in judged]
    base = sum(mark.has_signed for mark in old) / len(old)
    usual = sum(came) / len(came)
    assert f"{len(judged):,} leads, {sum(came)} signed ({usual:.1%}); in the table it was {base:.1%}" in page
    by_the_end = sum(mark.signed is not None and mark.signed <= UNTIL for mark in judged) / len(judged)
    by_march = sum(mark.signed is not None and mark.signed <= DAYS[0] for mark in old) / len(old)
    assert f"{100 * by_the_end:.1f} percent would have\nsigned against {100 * by_march:.1f} in the table" in page
    followed = [[(last - mark.began).days for mark in some] for last, some in ((UNTIL, judged), (DAYS[0], old))]
    (least, most), (own_least, own_most) = ((min(each), max(each)) for each in followed)
    assert f"followed for {least} to {most} days, the ones\nlearnt from for {own_least} to {own_most}." in page
    brier = math.fsum((chance - outcome) ** 2 for chance, outcome in zip(chances, came, strict=True)) / len(came)
    flat = math.fsum((base - outcome) ** 2 for outcome in came) / len(came)
    assert f"Brier score {brier:.4f}; one and the same chance for all has {flat:.4f}" in page
    # Of each chance the leads that signed and those that did not: a tie counts half.
    winners, losers = (
        Counter(chance for chance, so in zip(chances, came, strict=True) if so is each) for each in (True, False)
    )
    below = pairs = 0.0
    for chance in sorted({*winners, *losers}):
        pairs += winners[chance] * (below + losers[chance] / 2)
        below += losers[chance]
    assert f"area under the curve {pairs / winners.total() / losers.total():.3f}" in page
    for low in range(3):
        inside = [place for place, chance in enumerate(chances) if low / 10 <= chance < (low + 1) / 10]
        mean = math.fsum(chances[place] for place in inside) / len(inside)
        share = sum(came[place] for place in inside) / len(inside)
        assert f"{len(inside):5,} leads: told {mean:5.1%}, signed {share:5.1%}" in page


def test_the_page_tells_that_the_worst_grade_is_worse_and_the_best_no_better(marks: list[Mark], page: str) -> None:
    judged, chances = chances_of(marks)
    counts: dict[str, tuple[int, int]] = {}
    for grade, low, high in (("A", 0.15, 1.0), ("B", 0.08, 0.15), ("C", 0.0, 0.08)):
        inside = [mark for mark, chance in zip(judged, chances, strict=True) if low <= chance < high]
        counts[grade] = sum(mark.has_signed for mark in inside), len(inside)
        won, n = counts[grade]
        assert f"{grade}: {n:5,} leads, signed {won / n:5.1%}" in page

    def normal_difference(left: str, right: str) -> float:
        """Return by how many standard errors the shares of two grades differ."""
        (won, n), (other_won, m) = counts[left], counts[right]
        pooled = (won + other_won) / (n + m)
        return (won / n - other_won / m) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))

    assert abs(normal_difference("A", "B")) < 1.96
    assert normal_difference("B", "C") > 6
    above = sum(counts[grade][0] for grade in "AB") / sum(counts[grade][1] for grade in "AB")
    assert 0.33 < counts["C"][0] / counts["C"][1] / above < 0.4


def test_the_chances_of_the_library_are_those_by_hand(marks: list[Mark], leads: tuple[Lead, ...]) -> None:
    judged, chances = chances_of(marks)
    told = backtest_leads(
        [attrs.evolve(lead, facts={**lead.facts, "origin": lead.facts["origin"] or "unknown"}) for lead in leads],
        ["origin", "landing_page"],
        DAYS[:1],
        until=UNTIL,
        maturity_days=MATURITY,
        undecided_as="lost",
    ).calibration
    came = [mark.has_signed for mark in judged]
    brier = math.fsum((chance - outcome) ** 2 for chance, outcome in zip(chances, came, strict=True)) / len(came)
    assert (told.n, told.won) == (len(judged), sum(came))
    assert told.brier.value == pytest.approx(brier, rel=1e-12)
