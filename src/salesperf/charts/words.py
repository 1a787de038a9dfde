"""What charts say, in the reader's language."""

import json
from typing import Any

import attrs

from salesperf.messages import Catalogs, display
from salesperf.model.amount import Amount, Unit
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message

__all__ = ["Words"]


@attrs.frozen
class Words:
    """The language of a reader, and the caller's own words."""

    lang: str
    catalogs: Catalogs | None

    def say(self, key: str, /, **arguments: Any) -> str:  # noqa: ANN401 - whatever a message takes
        """Write a message of the charts."""
        return Message.of(f"charts.{key}", **arguments).text(self.lang, self.catalogs)

    def label(self, key: str) -> str:
        """Write what a reader sees of a message key, or of a name of the caller's own."""
        return Message(key).text(self.lang, self.catalogs)

    def write(self, value: object, style: str = "") -> str:
        """Write a value."""
        return display(value, style, lang=self.lang, catalogs=self.catalogs)

    def whole(self, value: float | Amount) -> str:
        """Write a value; an amount in whole units."""
        return value.rounded_text(0, self.lang, self.catalogs) if isinstance(value, Amount) else self.write(value)

    def unit(self, unit: Unit) -> str | None:
        """Write the unit of amounts by itself; ``None`` where amounts are written without one."""
        return Amount.zero(unit).rounded_text(0, self.lang, self.catalogs).removeprefix("0").removesuffix("0").strip() or None

    def large(self) -> str:
        """Return an expression of Vega's that writes a large number on an axis or in a legend as the reader counts it."""
        shown = "format(datum.value, ',.6~r')"
        parts = self.say("scales").split()
        for size, name in reversed(list(zip(parts[::2], parts[1::2], strict=True))):
            larger = f"format(datum.value / {float(size):.0f}, ',.6~r') + {json.dumps(name, ensure_ascii=False)}"
            shown = f"abs(datum.value) >= {float(size):.0f} ? {larger} : {shown}"
        return shown

    def signed(self, value: float | Amount) -> str:
        """Write a change with its sign; an amount in whole units."""
        if isinstance(value, Amount):
            return f"+{self.whole(value)}" if value.minor > 0 else self.whole(value)
        return self.write(value, "signed")

    @staticmethod
    def shows(value: float | Amount) -> bool:
        """Tell whether a change is any, as it is written."""
        return 2 * abs(value.minor) >= value.unit.scale if isinstance(value, Amount) else bool(value)

    def estimate(self, estimate: Estimate, style: str = "percent") -> str:
        """Write an estimate with its interval."""
        value, low, high = (self.write(each, style) for each in (estimate.value, estimate.low, estimate.high))
        return self.say("estimate", value=value, low=low, high=high)
