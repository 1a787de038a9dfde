"""Whatever takes arguments, with arguments that it accepts: for laws about wrong ones."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeAlias

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from salesperf import (
    CNY,
    STANDARD_PROCESSES,
    USD,
    Amount,
    Calendar,
    Change,
    CheckIn,
    Clip,
    Estimate,
    ExchangeRate,
    ExchangeRates,
    FrozenMap,
    KeyResult,
    Lead,
    LeadChange,
    Message,
    Move,
    Objective,
    Opportunity,
    Org,
    Period,
    Product,
    Records,
    Rep,
    Rounded,
    Team,
    Unit,
)
from salesperf.kernels.numeric import round_fraction
from salesperf.messages import catalog, render
from salesperf.testing import NOUNS

Call: TypeAlias = tuple[Callable[..., object], SearchStrategy[dict[str, object]]]

DAY: Final = date(2026, 9, 30)
PERIOD: Final = Period.quarter(2026, 3)
PRICE: Final = Amount.of("19.99", USD)
APRIL: Final = Calendar(fiscal_year_start=4)
RETAIL: Final = Calendar(fiscal_year_start=2, week_start=6, week_pattern="4-5-4")
RATES: Final = ExchangeRates(
    rates=[
        ExchangeRate(base="EUR", quote="USD", on=DAY, rate=Decimal("1.1")),
        ExchangeRate(base="USD", quote="CNY", on=DAY, rate=7),
    ]
)
PROCESS: Final = STANDARD_PROCESSES["solution"]
DEAL: Final = Opportunity(id="o1", history=[Change(DAY, stage="proposal")])
LEAD: Final = Lead(id="l1", history=[LeadChange(DAY, status="new")])
KEY_RESULT: Final = KeyResult(id="k1", kind="yes_no", check_ins=[CheckIn(DAY, is_done=True)])
OBJECTIVE: Final = Objective(id="o1", period=PERIOD, key_results=[KEY_RESULT])
ABOVE: Final = Objective(id="o2", period=PERIOD)
LOST: Final = PROCESS.lose(DEAL, on=DAY, reason="price")
ORG: Final = Org(reps=[Rep(id="r1", team="t1"), Rep(id="r2")], teams=[Team(id="t1")], moves=[Move(rep="r1", on=DAY)])

CALLS: Final[tuple[tuple[str, Callable[..., object], Mapping[str, object]], ...]] = (
    ("Clip", Clip, {"low": 0, "high": PRICE.decimal}),
    ("Product", Product, {"rounding": "floor"}),
    ("Rounded", Rounded, {"rounding": "floor"}),
    ("FrozenMap", lambda items: FrozenMap(items), {"items": {"r1": 1}}),  # noqa: PLW0108 - it takes no name for its argument
    ("Unit.parse", Unit.parse, {"text": "USD:4"}),
    ("Amount.of", Amount.of, {"value": "12.34", "unit": CNY}),
    ("Amount.zero", Amount.zero, {"unit": CNY}),
    ("Amount.total", Amount.total, {"amounts": [PRICE], "unit": USD}),
    ("Amount.times", PRICE.times, {"rate": Decimal("0.5"), "rounding": "floor"}),
    ("Amount.rescale", PRICE.rescale, {"unit": Unit("USD", 4, "money"), "rounding": "floor"}),
    ("Amount.text", PRICE.text, {"lang": "zh"}),
    ("Amount.rounded_text", PRICE.rounded_text, {"digits": 0, "lang": "zh"}),
    ("Amount + ", PRICE.__add__, {"other": PRICE}),
    ("Amount - ", PRICE.__sub__, {"other": PRICE}),
    ("Amount < ", PRICE.__lt__, {"other": PRICE}),
    ("Amount >= ", PRICE.__ge__, {"other": PRICE}),
    ("round_fraction", round_fraction, {"value": Fraction(1, 2), "rounding": "floor"}),
    ("Period.parse", Period.parse, {"label": "FY2026-Q4", "calendar": APRIL}),
    ("Period.year", Period.year, {"year": 2026, "calendar": APRIL}),
    ("Period.half", Period.half, {"year": 2026, "half": 2, "calendar": APRIL}),
    ("Period.quarter", Period.quarter, {"year": 2026, "quarter": 3, "calendar": APRIL}),
    ("Period.month", Period.month, {"year": 2026, "month": 9, "calendar": RETAIL}),
    ("Period.week", Period.week, {"year": 2026, "week": 38, "calendar": RETAIL}),
    ("Period.day", Period.day, {"on": DAY}),
    ("Period.holding", Period.holding, {"on": DAY, "grain": "week", "calendar": APRIL}),
    ("Period.to_date", Period.to_date, {"as_of": DAY, "grain": "half", "calendar": APRIL}),
    ("Period.rolling", Period.rolling, {"as_of": DAY, "months": 3}),
    ("Period.split", PERIOD.split, {"grain": "week", "calendar": APRIL}),
    ("Period.until", PERIOD.until, {"as_of": DAY}),
    ("Period.label_in", PERIOD.label_in, {"calendar": APRIL}),
    ("Period.text", PERIOD.text, {"lang": "zh", "calendar": APRIL}),
    (" in Period", lambda on: on in PERIOD, {"on": DAY}),
    ("Calendar.is_workday", APRIL.is_workday, {"on": DAY}),
    ("Calendar.workday_after", APRIL.workday_after, {"on": DAY, "n": 3}),
    ("Calendar.elapsed_share", lambda **rest: APRIL.elapsed_share(PERIOD, **rest), {"as_of": DAY, "by": "days"}),
    ("ExchangeRates.rate", RATES.rate, {"base": "EUR", "quote": "USD", "on": DAY}),
    ("ExchangeRates.convert", RATES.convert, {"amount": PRICE, "unit": CNY, "on": DAY, "rounding": "floor"}),
    ("Estimate.undefined", Estimate.undefined, {"reason": Message("x"), "n": 3, "unit": "days"}),
    ("Message.of", lambda key, owner: Message.of(key, owner=owner), {"key": "metric.revenue", "owner": "r1"}),
    ("Org.stints", ORG.stints, {"rep": "r1"}),
    ("Org.team_on", lambda on: ORG.team_on("r1", on), {"on": DAY}),
    ("Org.teams_under", ORG.teams_under, {"team": "t1"}),
    ("Org.stints_under", ORG.stints_under, {"owner": "t1"}),
    ("Org.members", lambda owner: ORG.members(owner, PERIOD), {"owner": "t1"}),
    ("Org.children", ORG.children, {"team": "t1"}),
    ("Org.label", ORG.label, {"owner": "t1"}),
    ("Org.knows", ORG.knows, {"owner": "t1"}),
    ("Records.as_of", Records(org=ORG).as_of, {"day": DAY}),
    ("Records.process_of", Records(org=ORG, processes=[PROCESS]).process_of, {"opportunity": DEAL}),
    ("Opportunity.of", Opportunity.of, {"id": "o1", "history": [*DEAL.history] * 2, "repeats": "collapse"}),
    ("Opportunity.as_of", DEAL.as_of, {"day": DAY}),
    ("KeyResult.as_of", KEY_RESULT.as_of, {"day": DAY}),
    ("Objective.as_of", OBJECTIVE.as_of, {"day": DAY}),
    ("Objective.trees", Objective.trees, {"objectives": [OBJECTIVE, ABOVE], "parents": {"o1": "o2"}}),
    ("Lead.as_of", LEAD.as_of, {"day": DAY}),
    ("SalesProcess.stage_of", PROCESS.stage_of, {"opportunity": DEAL}),
    ("SalesProcess.require", PROCESS.require, {"opportunity": DEAL}),
    ("SalesProcess.allowed", PROCESS.allowed, {"opportunity": DEAL}),
    ("SalesProcess.advance", PROCESS.advance, {"opportunity": DEAL, "to": "contract", "on": DAY, "evidence": ["met"]}),
    ("SalesProcess.win", PROCESS.win, {"opportunity": DEAL, "on": DAY, "amount": PRICE, "evidence": ["met"]}),
    ("SalesProcess.lose", PROCESS.lose, {"opportunity": DEAL, "on": DAY, "reason": "price"}),
    ("SalesProcess.cancel", PROCESS.cancel, {"opportunity": DEAL, "on": DAY, "reason": "no_budget"}),
    ("SalesProcess.reopen", PROCESS.reopen, {"opportunity": LOST, "on": DAY, "to": "prospecting", "reason": "again"}),
    ("messages.catalog", catalog, {"lang": "zh"}),
    ("messages.render", lambda lang: render("metric.revenue", lang=lang), {"lang": "zh"}),
)
"""What reads or makes a noun beside its class, and arguments that it accepts."""


def arguments_of(noun: Any) -> dict[str, object]:  # noqa: ANN401 - any noun
    """Return the arguments that make a noun."""
    return {field.name: getattr(noun, field.name) for field in attrs.fields(type(noun))}


def calls() -> Mapping[str, Call]:
    """Return every noun's class and whatever else is listed, each with a strategy for good arguments."""
    # A named tuple looks at nothing; a mapping has no fields and stands in the list.
    classes = [noun for noun in NOUNS if attrs.has(noun) and noun is not FrozenMap]
    found: dict[str, Call] = {noun.__name__: (noun, NOUNS[noun].map(arguments_of)) for noun in classes}
    return found | {name: (call, st.just(dict(arguments))) for name, call, arguments in CALLS}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a law that asks for a ``call`` for each of them."""
    if "call" in metafunc.fixturenames:
        metafunc.parametrize("call", calls().values(), ids=calls().keys())
