"""Deals to JSON and back, by the hundred thousand: beside msgspec on attrs classes with the same fields, and beside pydantic.

The rivals check the types of fields and no more. Ours, on the way back, also holds every deal against its own rules and those
of the records: days in order, one currency, known owners, stages of a known process.
"""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from types import UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin

import attrs
import pytest

from salesperf import STANDARD_PROCESSES, USD, Amount, Change, Contact, Opportunity, Org, Records, Rep
from salesperf.io.serialize import dumps, loads

RatioInTurn: TypeAlias = Callable[[str, Callable[[], object], Callable[[], object], int], None]

LARGEST = int(os.environ.get("SALESPERF_BENCH_MAX", "1_000_000"))
SIZES = (1_000, 10_000, 100_000)
FIRST = date(2026, 1, 1)
REPS = 50


@attrs.frozen(kw_only=True)
class PlainUnit:
    """The same fields as a unit."""

    code: str
    digits: int
    dimension: str


@attrs.frozen(kw_only=True)
class PlainAmount:
    """The same fields as an amount."""

    minor: int
    unit: PlainUnit


@attrs.frozen(kw_only=True)
class PlainChange:
    """The same fields as a change."""

    on: date | None
    stage: str | None = None
    amount: PlainAmount | None = None
    expected_close: date | None = None
    owner: str | None = None
    category: str | None = None
    grade: str | None = None
    reason: str | None = None
    evidence: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class PlainContact:
    """The same fields as a contact."""

    id: str
    role: str | None = None
    name: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""


@attrs.frozen(kw_only=True)
class PlainOpportunity:
    """The same fields as an opportunity."""

    id: str
    history: tuple[PlainChange, ...]
    facts: dict[str, str] = attrs.field(factory=dict)
    contacts: tuple[PlainContact, ...] = ()
    competitors: tuple[str, ...] = ()
    customer: str | None = None
    lead: str | None = None
    process: str | None = None
    as_exported: tuple[str, ...] = ()
    exported: date | None = None


@attrs.frozen(kw_only=True)
class PlainRecords:
    """Deals, as records hold them."""

    opportunities: tuple[PlainOpportunity, ...]


PLAIN: dict[type, type] = {Amount: PlainAmount, Change: PlainChange, Contact: PlainContact, Opportunity: PlainOpportunity}


def plain(noun: Any) -> Any:  # noqa: ANN401 - any noun, or what it holds
    """Make the plain object with the same content."""
    if noun == USD:
        return PlainUnit(code="USD", digits=2, dimension="money")
    if isinstance(noun, tuple):
        return tuple(map(plain, noun))
    if type(noun) not in PLAIN:
        return dict(noun) if hasattr(noun, "items") else noun
    return PLAIN[type(noun)](**{field.name: plain(getattr(noun, field.name)) for field in attrs.fields(type(noun))})


def allowed(size: int) -> int:
    """Skip sizes that a smoke run leaves out."""
    if size > LARGEST:
        pytest.skip(f"SALESPERF_BENCH_MAX leaves out sizes above {LARGEST}")
    return size


def records_of(size: int) -> Records:
    """Make so many deals of three changes each."""
    deals = [
        Opportunity(
            id=f"o-{number}",
            history=[
                Change(
                    FIRST + timedelta(number % 300),
                    stage="lead",
                    amount=Amount(minor=100 * number + 7, unit=USD),
                    expected_close=FIRST + timedelta(number % 300 + 90),
                    owner=f"r-{number % REPS}",
                ),
                Change(FIRST + timedelta(number % 300 + 9), stage="proposal", amount=Amount(minor=100 * number, unit=USD)),
                Change(FIRST + timedelta(number % 300 + 30), stage="lost", category="closed", reason="price"),
            ],
            facts={"product": "GTX"},
        )
        for number in range(size)
    ]
    org = Org(reps=[Rep(id=f"r-{number}") for number in range(REPS)])
    return Records(org=org, opportunities=deals, processes=[STANDARD_PROCESSES["basic"]])


@contextmanager
def out_of_the_collectors_sight() -> Iterator[None]:
    """Hide what the benchmark itself holds: to go through it takes longer than most rounds, and may fall into any turn."""
    gc.collect()
    gc.freeze()
    gc.collect()  # which counts anew what there is
    try:
        yield
    finally:
        gc.unfreeze()


Rival: TypeAlias = tuple[Callable[[], Any], Callable[[], Any]]


def msgspec_rival(records: Records) -> Rival:
    """Return calls that write and read the plain objects with msgspec."""
    msgspec = pytest.importorskip("msgspec", reason="the rival msgspec is not installed (pip install 'salesperf[bench]')")
    content = PlainRecords(opportunities=plain(records.opportunities))
    text, decoder = msgspec.json.encode(content), msgspec.json.Decoder(PlainRecords)
    assert decoder.decode(text) == content
    return lambda: msgspec.json.encode(content), lambda: decoder.decode(text)


def pydantic_rival(records: Records) -> Rival:
    """Return calls that write and read frozen pydantic models with the same fields."""
    pydantic = pytest.importorskip("pydantic", reason="the rival pydantic is not installed (pip install 'salesperf[bench]')")
    config = pydantic.ConfigDict(frozen=True, extra="forbid")
    models: dict[Any, Any] = {}

    def modelled(kind: Any) -> Any:  # noqa: ANN401 - the type of a field, with models for the plain classes in it
        if arguments := get_args(kind):
            inner = tuple(map(modelled, arguments))
            return Union[inner] if get_origin(kind) is UnionType else get_origin(kind)[inner]  # noqa: UP007 - computed
        return models.get(kind, kind)

    for kind in (PlainUnit, PlainAmount, PlainChange, PlainContact, PlainOpportunity, PlainRecords):
        fields: dict[str, Any] = {
            field.name: (modelled(field.type), {} if field.type == dict[str, str] else field.default)
            for field in attrs.fields(kind)
        }
        required = {name: (type_, ... if default is attrs.NOTHING else default) for name, (type_, default) in fields.items()}
        models[kind] = pydantic.create_model(kind.__name__, __config__=config, **required)
    model = models[PlainRecords]
    content = model.model_validate(attrs.asdict(PlainRecords(opportunities=plain(records.opportunities))))
    text = content.model_dump_json()
    assert model.model_validate_json(text) == content
    return content.model_dump_json, lambda: model.model_validate_json(text)


RIVALS: dict[str, Callable[[Records], Rival]] = {"msgspec": msgspec_rival, "pydantic": pydantic_rival}


@pytest.mark.benchmark(group="JSON of deals")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rival", RIVALS)
def test_writing_deals(ratio_in_turn: RatioInTurn, rival: str, size: int) -> None:
    records = records_of(allowed(size))
    write, _ = RIVALS[rival](records)
    with out_of_the_collectors_sight():
        ratio_in_turn(f"ours / {rival}", lambda: dumps(records), write, max(5, 50_000 // size))


@pytest.mark.benchmark(group="JSON of deals")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rival", RIVALS)
def test_reading_deals(ratio_in_turn: RatioInTurn, rival: str, size: int) -> None:
    records = records_of(allowed(size))
    _, read = RIVALS[rival](records)
    text = dumps(records)
    assert loads(text, Records) == records
    with out_of_the_collectors_sight():
        ratio_in_turn(f"ours / {rival}", lambda: loads(text, Records), read, max(5, 50_000 // size))
