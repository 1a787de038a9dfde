"""The figures of the how-to on the Olist funnel, recomputed from the rows of its files by other means."""

import csv
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import attrs
import pytest

from salesperf import Change, Lead, LeadChange, Opportunity, Period, SalesProcess, Stage
from salesperf.funnel import Bottleneck, OutcomeTally, bottlenecks, joined, outcomes, time_to_win

FIRST_SIGNED: Final = date(2017, 12, 5)
TODAY: Final = date(2018, 5, 31)
WHOLE: Final = Period(FIRST_SIGNED, TODAY + timedelta(days=1))
PROCESS: Final = SalesProcess(
    key="seller",
    stages=[Stage(key="offer"), Stage(key="signed", kind="won"), Stage(key="lost", kind="lost")],
)


@attrs.frozen
class Rows:
    """What the two files say: by lead, the day of the first contact, the channel, and the day on which it signed."""

    contacted: Mapping[str, date]
    channel: Mapping[str, str]
    signed: Mapping[str, date]

    @property
    def whole(self) -> list[str]:
        """Leads of the days on which signatures were recorded."""
        return [lead for lead, day in self.contacted.items() if day in WHOLE]

    def durations(self, leads: Sequence[str]) -> list[tuple[int, bool]]:
        """Days until each signed, or has not by the end of the day; without the one that signed before its first contact."""
        found = []
        for lead in leads:
            begun, signed = self.contacted[lead], self.signed.get(lead, date.max)
            if signed >= begun:
                found.append(((min(signed, TODAY) - begun).days, signed <= TODAY))
        return found

    def tally(self, by: str) -> OutcomeTally:
        """Follow all leads as the page does."""
        leads = [
            Lead(id=lead, channel=self.channel[lead], history=[LeadChange(day, status="new")])
            for lead, day in self.contacted.items()
        ]
        deals = [
            Opportunity(id=f"o-{lead}", lead=lead, history=[Change(day, stage="signed")]) for lead, day in self.signed.items()
        ]
        both = joined(leads, deals, PROCESS)
        return outcomes(both.opportunities, both.process, as_of=TODAY, period=WHOLE, by=[by])


@pytest.fixture(scope="module")
def rows(data_folder: Callable[[str], Path]) -> Rows:
    """Read the files."""
    folder = data_folder("olist_funnel")

    def read(name: str) -> list[dict[str, str]]:
        with (folder / f"olist_{name}_dataset.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    leads = read("marketing_qualified_leads")
    return Rows(
        contacted={row["mql_id"]: date.fromisoformat(row["first_contact_date"]) for row in leads},
        channel={row["mql_id"]: row["origin"] or "unknown" for row in leads},
        signed={row["mql_id"]: date.fromisoformat(row["won_date"][:10]) for row in read("closed_deals")},
    )


def product_limit(durations: Sequence[tuple[int, bool]], horizon: int) -> tuple[float, float]:
    """Share that signs within a horizon, by multiplying day by day who does not, with Greenwood's standard error."""
    ended, signed = Counter(days for days, _ in durations), Counter(days for days, is_signed in durations if is_signed)
    at_risk, stays, variance = len(durations), 1.0, 0.0
    for day in range(horizon + 1):
        if signed[day]:
            variance += signed[day] / (at_risk * (at_risk - signed[day]))
            stays *= 1 - signed[day] / at_risk
        at_risk -= ended[day]
    return 1 - stays, stays * math.sqrt(variance)


def of_leads(tally: OutcomeTally, horizon: int) -> dict[str | None, Bottleneck]:
    """Hold the first stage of each segment against the rest."""
    return {each.labels[0]: each for each in bottlenecks(tally, "rest", horizon=horizon) if each.stage.key == "lead.new"}


def test_nothing_signed_before_signatures_were_recorded(rows: Rows) -> None:
    assert (len(rows.contacted), len(rows.signed), min(rows.signed.values())) == (8000, 842, FIRST_SIGNED)
    assert sum(rows.signed[lead] < rows.contacted[lead] for lead in rows.signed) == 1
    tally = rows.tally("channel")
    assert (int(tally.deals.sum()), int(tally.never_open.sum())) == (len(rows.whole) - 1, 1)


def test_the_share_within_60_days_is_the_product_limit_of_each_channel(rows: Rows) -> None:
    tally = rows.tally("channel")
    for segment, (channel,) in enumerate(tally.segments):
        durations = rows.durations([lead for lead in rows.whole if rows.channel[lead] == channel])
        share, error = product_limit(durations, 60)
        told = time_to_win(tally, segment=segment).won_within(60)
        assert told.n == len(durations)
        assert told.value == pytest.approx(share, rel=1e-12)
        # The interval is on the scale of log(-log).
        spread = math.exp(1.959963984540054 * error / (share * -math.log(share)))
        assert (told.low, told.high) == pytest.approx((share**spread, share ** (1 / spread)), rel=1e-9)


def test_social_media_and_email_are_bottlenecks_and_nothing_else_is(rows: Rows) -> None:
    found = of_leads(rows.tally("channel"), 30)
    by_verdict = {name for name, each in found.items() if each.verdict == "bottleneck"}
    assert by_verdict == {"social", "email"}
    for channel in by_verdict:
        groups = (
            [lead for lead in rows.whole if rows.channel[lead] == channel],
            [lead for lead in rows.whole if rows.channel[lead] != channel],
        )
        (rate, _), (rest, _) = (product_limit(rows.durations(group), 30) for group in groups)
        assert found[channel].rate.value == pytest.approx(rate, rel=1e-9)
        assert found[channel].baseline.value == pytest.approx(rest, rel=1e-9)


def test_may_looks_weak_by_the_plain_share_and_is_not_shown_to_be(rows: Rows) -> None:
    may = [lead for lead in rows.whole if rows.contacted[lead] >= date(2018, 5, 1)]
    signed = sum(rows.signed.get(lead, date.max) <= TODAY for lead in may)
    assert (len(may), signed) == (1303, 70)
    found = of_leads(rows.tally("month"), 21)
    assert found["2018-05"].rate.value == pytest.approx(product_limit(rows.durations(may), 21)[0], rel=1e-9)
    assert (found["2018-05"].verdict, found["2017-12"].verdict) == ("looks_like_one", "bottleneck")
