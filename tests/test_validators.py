"""What the checks at the door share; each is tested through the nouns that it guards."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest

from salesperf import COUNT, STANDARD_METRICS, Amount, Customer, InvalidValueError, Metric, Period, Rep, Target
from salesperf.model.validators import require

TARGET = partial(Target, owner="ada", metric=STANDARD_METRICS["visits"], amount=Amount.of(1, COUNT), period=Period.year(2026))


def test_an_argument_of_another_kind_is_refused_by_name() -> None:
    require(Period.year(2026), Rep, Period, path=("period",))
    with pytest.raises(InvalidValueError, match="period: expected Rep, Decimal, got a value of type Period") as caught:
        require(Period.year(2026), Rep, Decimal, path=("period",))
    assert (caught.value.code, caught.value.path) == ("wrong_type", ("period",))


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda half: Rep(id=half), ("Rep", "id")),
        (lambda half: Rep(id="ada", name=f"Ada {half}"), ("Rep", "name")),
        (lambda half: Metric(half, "count", "flow", "higher", "Visits"), ("Metric", "key")),
        (lambda half: TARGET(scope={"product": half}), ("Target", "scope", 0)),
        (lambda half: TARGET(rationale=half), ("Target", "rationale")),
        (lambda half: Customer(id="c1", facts={"size": half}), ("Customer", "facts", 0)),
    ],
    ids=["id", "name", "key", "scope", "free text", "fact"],
)
@pytest.mark.parametrize("half", ["\ud800", "华东\udc80"])
def test_text_that_no_file_could_hold_is_refused(make: Callable[[str], object], path: tuple[str | int, ...], half: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        make(half)
    assert (caught.value.code, caught.value.path) == ("not_encodable", path)


@pytest.mark.parametrize("whole", ["华东", "José", "\U0001f600", "\x00"])
def test_whatever_a_file_can_hold_is_text(whole: str) -> None:
    assert Rep(id=whole, name=whole).label == whole
