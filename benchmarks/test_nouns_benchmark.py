"""Making nouns by the hundred thousand: beside plain attrs classes with as many validators, and beside pydantic."""

import os
import types
from collections.abc import Callable
from datetime import date
from typing import Any

import attrs
import numpy as np
import pytest
from attrs.validators import deep_iterable, instance_of, optional

from salesperf import (
    CNY,
    STANDARD_METRICS,
    Actual,
    Amount,
    Change,
    Contact,
    FrozenMap,
    Metric,
    Opportunity,
    Period,
    Target,
)
from salesperf.attainment import tally

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]
Scope = FrozenMap[str, str]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (1_000, 10_000, 100_000)
REVENUE = STANDARD_METRICS["revenue"]
AMOUNT = Amount.of("12.50", CNY)
SCOPE: Scope = FrozenMap({"product": "A"})
EVERYTHING: Scope = FrozenMap()
NOTHING_KNOWN: FrozenMap[str, Any] = FrozenMap()
ACTUAL: dict[str, Any] = {
    "owner": "ada",
    "metric": REVENUE,
    "amount": AMOUNT,
    "on": date(2026, 9, 1),
    "scope": SCOPE,
    "ref": "order-1",
}
TARGET: dict[str, Any] = {
    "owner": "ada",
    "metric": REVENUE,
    "amount": AMOUNT,
    "period": Period.month(2026, 9),
    "scope": SCOPE,
    "rationale": "as agreed",
}


@attrs.frozen(kw_only=True)
class PlainActual:
    """The same fields, each with a validator of attrs's own."""

    owner: str = attrs.field(validator=instance_of(str))
    metric: Metric = attrs.field(validator=instance_of(Metric))
    amount: Amount = attrs.field(validator=instance_of(Amount))
    on: date = attrs.field(validator=instance_of(date))
    scope: Scope = attrs.field(default=EVERYTHING, validator=instance_of(FrozenMap))
    ref: str | None = attrs.field(default=None, validator=optional(instance_of(str)))


@attrs.frozen(kw_only=True)
class PlainTarget:
    """The same fields, each with a validator of attrs's own."""

    owner: str | None = attrs.field(validator=optional(instance_of(str)))
    metric: Metric = attrs.field(validator=instance_of(Metric))
    amount: Amount = attrs.field(validator=instance_of(Amount))
    period: Period = attrs.field(validator=instance_of(Period))
    scope: Scope = attrs.field(default=EVERYTHING, validator=instance_of(FrozenMap))
    floor: Amount | None = attrs.field(default=None, validator=optional(instance_of(Amount)))
    stretch: Amount | None = attrs.field(default=None, validator=optional(instance_of(Amount)))
    parent: tuple[Any, ...] | None = attrs.field(default=None, validator=optional(instance_of(tuple)))
    agreed: date | None = attrs.field(default=None, validator=optional(instance_of(date)))
    rationale: str = attrs.field(default="", validator=instance_of(str))


@attrs.frozen
class PlainChange:
    """The same fields, each with a validator of attrs's own."""

    on: date | None = attrs.field(validator=optional(instance_of(date)))
    stage: str | None = attrs.field(default=None, kw_only=True, validator=optional(instance_of(str)))
    amount: Amount | None = attrs.field(default=None, kw_only=True, validator=optional(instance_of(Amount)))
    expected_close: date | None = attrs.field(default=None, kw_only=True, validator=optional(instance_of(date)))
    owner: str | None = attrs.field(default=None, kw_only=True, validator=optional(instance_of(str)))
    category: str | None = attrs.field(default=None, kw_only=True, validator=optional(instance_of(str)))
    grade: str | None = attrs.field(default=None, kw_only=True, validator=optional(instance_of(str)))
    reason: str | None = attrs.field(default=None, kw_only=True, validator=optional(instance_of(str)))
    evidence: tuple[str, ...] = attrs.field(
        default=(), kw_only=True, converter=tuple, validator=deep_iterable(instance_of(str), instance_of(tuple))
    )


@attrs.frozen(kw_only=True)
class PlainOpportunity:
    """The same fields, each with a validator of attrs's own, and none of the checks between them."""

    id: str = attrs.field(validator=instance_of(str))
    history: tuple[PlainChange, ...] = attrs.field(
        converter=tuple, validator=deep_iterable(instance_of(PlainChange), instance_of(tuple))
    )
    facts: FrozenMap[str, Any] = attrs.field(default=NOTHING_KNOWN, validator=instance_of(FrozenMap))
    contacts: tuple[Contact, ...] = attrs.field(
        default=(), converter=tuple, validator=deep_iterable(instance_of(Contact), instance_of(tuple))
    )
    competitors: tuple[str, ...] = attrs.field(
        default=(), converter=tuple, validator=deep_iterable(instance_of(str), instance_of(tuple))
    )
    customer: str | None = attrs.field(default=None, validator=optional(instance_of(str)))
    lead: str | None = attrs.field(default=None, validator=optional(instance_of(str)))
    process: str | None = attrs.field(default=None, validator=optional(instance_of(str)))
    as_exported: tuple[str, ...] = attrs.field(
        default=(), converter=tuple, validator=deep_iterable(instance_of(str), instance_of(tuple))
    )
    exported: date | None = attrs.field(default=None, validator=optional(instance_of(date)))


def pydantic_model(plain: type, part: object = None) -> Callable[..., object]:
    """Build a frozen pydantic model with the fields of a plain class; a history is one of models of the part."""
    pydantic = pytest.importorskip("pydantic", reason="the rival pydantic is not installed (pip install 'salesperf[bench]')")
    fields: dict[str, Any] = {
        field.name: (field.type, ... if field.default is attrs.NOTHING else field.default) for field in attrs.fields(plain)
    }
    if part is not None:
        fields["history"] = (types.GenericAlias(tuple, (part, ...)), ...)
    config = pydantic.ConfigDict(frozen=True, arbitrary_types_allowed=True, extra="forbid")
    model: Callable[..., object] = pydantic.create_model(f"Pydantic{plain.__name__}", __config__=config, **fields)
    return model


def allowed(size: int) -> int:
    """Skip sizes that a smoke run leaves out."""
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    return size


def repeated(make: Callable[..., object], values: dict[str, Any], size: int) -> Callable[[], object]:
    """Return a call that makes so many objects."""
    return lambda: [make(**values) for _ in range(size)]


CHANGES: tuple[dict[str, Any], ...] = (
    {"on": date(2026, 9, 1), "stage": "lead", "amount": AMOUNT, "owner": "ada", "expected_close": date(2026, 9, 30)},
    {"on": date(2026, 9, 9), "stage": "proposal"},
    {"on": date(2026, 9, 20), "stage": "closed", "amount": AMOUNT},
)
DEAL: dict[str, Any] = {"id": "o-1", "facts": FrozenMap({"product": "A"}), "customer": "k-1"}


def deals(make: Callable[..., object], change: Callable[..., object], size: int) -> Callable[[], object]:
    """Return a call that makes so many opportunities with three changes each."""
    return lambda: [make(history=[change(**values) for values in CHANGES], **DEAL) for _ in range(size)]


NOUNS = [(Actual, PlainActual, ACTUAL), (Target, PlainTarget, TARGET)]


@pytest.mark.benchmark(group="nouns")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("noun", "plain", "values"), NOUNS, ids=["Actual", "Target"])
def test_nouns_beside_plain_attrs(
    ratio_in_turn: RatioInTurn, noun: type, plain: type, values: dict[str, Any], size: int
) -> None:
    calls = repeated(noun, values, allowed(size)), repeated(plain, values, size)
    ratio_in_turn("ours / attrs", *calls, max(5, 200_000 // size))


@pytest.mark.benchmark(group="nouns")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("noun", "plain", "values"), NOUNS, ids=["Actual", "Target"])
def test_nouns_beside_pydantic(ratio_in_turn: RatioInTurn, noun: type, plain: type, values: dict[str, Any], size: int) -> None:
    calls = repeated(noun, values, allowed(size)), repeated(pydantic_model(plain), values, size)
    ratio_in_turn("ours / pydantic", *calls, max(5, 200_000 // size))


@pytest.mark.benchmark(group="opportunities")
@pytest.mark.parametrize("size", SIZES)
def test_opportunities_beside_plain_attrs(ratio_in_turn: RatioInTurn, size: int) -> None:
    ours, other = deals(Opportunity, Change, allowed(size)), deals(PlainOpportunity, PlainChange, size)
    ratio_in_turn("ours / attrs", ours, other, max(5, 50_000 // size))


@pytest.mark.benchmark(group="opportunities")
@pytest.mark.parametrize("size", SIZES)
def test_opportunities_beside_pydantic(ratio_in_turn: RatioInTurn, size: int) -> None:
    change = pydantic_model(PlainChange)
    ours, other = deals(Opportunity, Change, allowed(size)), deals(pydantic_model(PlainOpportunity, change), change, size)
    ratio_in_turn("ours / pydantic", ours, other, max(5, 50_000 // size))


@pytest.mark.benchmark(group="columns out of objects")
@pytest.mark.parametrize("size", SIZES)
def test_a_tally_of_objects_beside_bare_attribute_reads(ratio_in_turn: RatioInTurn, size: int) -> None:
    generator = np.random.default_rng(size)
    drawn = zip(generator.integers(0, 200, allowed(size)).tolist(), generator.integers(1, 28, size).tolist(), strict=True)
    actuals = [
        Actual(owner=f"r{owner}", metric=REVENUE, amount=AMOUNT, on=date(2026, 9, day), scope=SCOPE) for owner, day in drawn
    ]

    def bare() -> object:
        # The least that any count of these objects must read.
        return np.array([(each.on.toordinal(), each.amount.minor) for each in actuals], dtype=np.int64)

    assert int(tally(actuals).minor.sum()) == size * AMOUNT.minor
    ratio_in_turn("ours / bare reads", lambda: tally(actuals), bare, max(5, 200_000 // size))
