"""Making nouns by the hundred thousand: beside plain attrs classes with as many validators, and beside pydantic."""

import os
from collections.abc import Callable
from datetime import date
from typing import Any

import attrs
import numpy as np
import pytest
from attrs.validators import instance_of, optional

from salesperf import CNY, STANDARD_METRICS, Actual, Amount, FrozenMap, Metric, Period, Target
from salesperf.attainment import tally

RatioInTurn = Callable[[str, Callable[[], object], Callable[[], object], int], None]
Scope = FrozenMap[str, str]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (1_000, 10_000, 100_000)
REVENUE = STANDARD_METRICS["revenue"]
AMOUNT = Amount.of("12.50", CNY)
SCOPE: Scope = FrozenMap({"product": "A"})
EVERYTHING: Scope = FrozenMap()
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


def pydantic_model(plain: type) -> Callable[..., object]:
    """Build a frozen pydantic model with the fields of a plain class."""
    pydantic = pytest.importorskip("pydantic", reason="the rival pydantic is not installed (pip install 'salesperf[bench]')")
    fields: dict[str, Any] = {
        field.name: (field.type, ... if field.default is attrs.NOTHING else field.default) for field in attrs.fields(plain)
    }
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
