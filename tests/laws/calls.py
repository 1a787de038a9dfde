"""Whatever takes arguments, with arguments that it accepts: for laws about wrong ones."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final

import attrs

from salesperf import (
    CNY,
    STANDARD_METRICS,
    USD,
    Amount,
    BreakdownChange,
    Calendar,
    Clip,
    Estimate,
    FrozenMap,
    Message,
    Move,
    Org,
    Period,
    Product,
    Records,
    Rep,
    Rounded,
    Schedule,
    Target,
    TargetKey,
    Team,
    Unit,
)
from salesperf.messages import catalog, render
from salesperf.testing import NOUNS

Call = Callable[..., object]

DAY: Final = date(2026, 9, 30)
PERIOD: Final = Period.quarter(2026, 3)
PRICE: Final = Amount.of("19.99", USD)
ORG: Final = Org(reps=[Rep(id="r1", team="t1"), Rep(id="r2")], teams=[Team(id="t1")], moves=[Move(rep="r1", on=DAY)])

FREE: Final = {TargetKey, BreakdownChange}
"""What looks at nothing: a named tuple, and a result that only we make."""

CONSTRUCTORS: Final = [noun for noun in NOUNS if attrs.has(noun) and noun not in FREE | {FrozenMap}] + [Clip, Product, Rounded]


def arguments_of(noun: Any) -> dict[str, object]:  # noqa: ANN401 - any noun
    """Return the arguments that make a noun."""
    return {field.alias or field.name: getattr(noun, field.name) for field in attrs.fields(type(noun)) if field.init}


CALLS: Final[Mapping[str, tuple[Call, Mapping[str, object]]]] = {
    "FrozenMap": (lambda items: FrozenMap(items), {"items": {"r1": 1}}),
    "Unit.parse": (Unit.parse, {"text": "USD:4"}),
    "Amount.of": (Amount.of, {"value": "12.34", "unit": CNY}),
    "Amount.zero": (Amount.zero, {"unit": CNY}),
    "Amount.total": (Amount.total, {"amounts": [PRICE], "unit": USD}),
    "Amount.times": (PRICE.times, {"rate": Decimal("0.5"), "rounding": "floor"}),
    "Amount.rescale": (PRICE.rescale, {"unit": Unit("USD", 4, "money"), "rounding": "floor"}),
    "Amount.text": (PRICE.text, {"lang": "zh"}),
    "Amount.rounded_text": (PRICE.rounded_text, {"digits": 0, "lang": "zh"}),
    "Amount.__add__": (lambda other: PRICE + other, {"other": PRICE}),
    "Amount.__sub__": (lambda other: PRICE - other, {"other": PRICE}),
    "Amount.__lt__": (lambda other: PRICE < other, {"other": PRICE}),
    "Period.parse": (Period.parse, {"label": "FY2026-Q4", "calendar": Calendar(fiscal_year_start=4)}),
    "Period.year": (Period.year, {"year": 2026, "calendar": Calendar()}),
    "Period.half": (Period.half, {"year": 2026, "half": 2, "calendar": Calendar()}),
    "Period.quarter": (Period.quarter, {"year": 2026, "quarter": 3, "calendar": Calendar()}),
    "Period.month": (Period.month, {"year": 2026, "month": 9}),
    "Period.week": (Period.week, {"year": 2026, "week": 38}),
    "Period.day": (Period.day, {"on": DAY}),
    "Period.holding": (Period.holding, {"on": DAY, "grain": "week", "calendar": Calendar()}),
    "Period.split": (PERIOD.split, {"grain": "week", "calendar": Calendar()}),
    "Period.until": (PERIOD.until, {"as_of": DAY}),
    "Period.label_in": (PERIOD.label_in, {"calendar": Calendar()}),
    "Period.__contains__": (lambda on: on in PERIOD, {"on": DAY}),
    "Calendar.is_workday": (Calendar().is_workday, {"on": DAY}),
    "Calendar.workday_after": (Calendar().workday_after, {"on": DAY, "n": 3}),
    "Calendar.elapsed_share": (partial(Calendar().elapsed_share, PERIOD), {"as_of": DAY, "by": "days"}),
    "Estimate.undefined": (Estimate.undefined, {"reason": Message("x"), "n": 3, "unit": "days"}),
    "Message.of": (lambda key, owner: Message.of(key, owner=owner), {"key": "metric.revenue", "owner": "r1"}),
    "Org.stints": (ORG.stints, {"rep": "r1"}),
    "Org.team_on": (partial(ORG.team_on, "r1"), {"on": DAY}),
    "Org.teams_under": (ORG.teams_under, {"team": "t1"}),
    "Org.stints_under": (ORG.stints_under, {"owner": "t1"}),
    "Org.label": (ORG.label, {"owner": "t1"}),
    "Org.require_owner": (ORG.require_owner, {"owner": "t1"}),
    "Records.as_of": (Records(org=ORG).as_of, {"day": DAY}),
    "messages.catalog": (catalog, {"lang": "zh"}),
    "messages.render": (partial(render, "metric.revenue"), {"lang": "zh"}),
}
"""Name to a callable that reads or makes a noun, and the arguments that it accepts."""

SCHEDULE: Final = Schedule(parts=[(PERIOD, 1)])
TARGET: Final = Target(owner="r1", metric=STANDARD_METRICS["revenue"], amount=PRICE, period=PERIOD)
