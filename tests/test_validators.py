"""What the checks at the door share; each is tested through the nouns that it guards."""

from decimal import Decimal

import pytest

from salesperf import InvalidValueError, Period, Rep
from salesperf.model.validators import require


def test_an_argument_of_another_kind_is_refused_by_name() -> None:
    require(Period.year(2026), Rep, Period, path=("period",))
    with pytest.raises(InvalidValueError, match="period: expected Rep, Decimal, got a value of type Period") as caught:
        require(Period.year(2026), Rep, Decimal, path=("period",))
    assert (caught.value.code, caught.value.path) == ("wrong_type", ("period",))
