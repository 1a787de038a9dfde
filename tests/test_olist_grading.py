"""Chances learnt from the real leads of the Olist marketing funnel before a day, and judged by those that began after it."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

import pytest

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


def test_the_counts_are_those_of_the_files(leads: tuple[Lead, ...]) -> None:
    told = judged(leads, "origin", "landing_page")
    for day, following in zip(told.days, (*DAYS[1:], UNTIL), strict=True):
        fresh = [lead for lead in leads if lead.created is not None and day.learnt.as_of < lead.created <= following]
        assert (day.judged, day.immature) == (len(fresh), 0)
        known = [lead for lead in leads if lead.created is not None and (day.learnt.as_of - lead.created).days >= MATURITY]
        on_time = [lead for lead in known if lead.last_change is not None and lead.last_change <= day.learnt.as_of]
        assert day.learnt.table.cases == len(known)
        assert day.learnt.table.won == sum(lead.status == "converted" for lead in on_time)
    began_after = [lead for lead in leads if lead.created is not None and lead.created > DAYS[0]]
    won = [lead for lead in began_after if lead.status == "converted" and lead.last_change is not None]
    assert told.calibration.won == sum(lead.last_change is not None and lead.last_change <= UNTIL for lead in won)


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
    # Every lead of which the business segment is known was won: the field follows from the outcome
    learnt = learn(leads, ["business_segment"], as_of=LAST, maturity_days=MATURITY, undecided_as="lost")
    assert all(lost == 0 for _, lost in learnt.table.tables["business_segment"].values())
    told = judged(leads, "business_segment").calibration
    assert all(each.won_share.value == 1.0 for each in told.reliability if each.low >= 0.2 and each.n)
