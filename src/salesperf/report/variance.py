"""What made the difference, written: each gap and change with the effects that sum to it, the largest first."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from types import MappingProxyType
from typing import Final

from salesperf.kernels.numeric import round_fraction
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount, Unit
from salesperf.report.words import Words
from salesperf.review import Review, VarianceLine, VarianceSection
from salesperf.review.listed import listed_effects
from salesperf.variance import Effect

__all__ = ["VarianceWriter"]

_RATES: Final = frozenset({"win_rate", "conversion_rate", "amounts_known"})
_MONEY: Final = frozenset({"deal_size", "average_value", "average_order_value", "average_purchase"})
_HEADS: Final = ("factor", "made", "level_before", "cases_before", "level_after", "cases_after")
"""What was made comes next to the factor: on a telephone nobody sees more than two columns without moving the table."""
_ALWAYS: Final = frozenset({"factor", "made"})
_CASES: Final = frozenset({"cases_before", "cases_after"})
_OF_PLAN: Final[Mapping[str, str]] = MappingProxyType({"level_before": "planned", "level_after": "actual"})
"""What levels are called where a plan is held against what came."""


class VarianceWriter(Words):
    """Writes the section of a report on what made the difference."""

    def __init__(self, review: Review, lang: str, catalogs: Catalogs | None) -> None:
        super().__init__(review.org, lang, catalogs)
        self.review = review

    def lines(self) -> Iterator[str]:
        """Write all gaps and changes, one after the other."""
        section = self.review.variance
        if section is None or not section.lines:
            return
        yield from self.prose("## ", self.say("report.variance.title"))
        for line in section.lines:
            yield from self.prose("", self._sentence(line, section))
            yield from self._table(line)
            notes = [note.text(self.lang, self.catalogs) for note in (*line.variance.notes, *line.notes)]
            yield from map(self.item, notes)
            yield from [""] if notes else []

    def _sentence(self, line: VarianceLine, section: VarianceSection) -> str:
        variance, calendar = line.variance, self.review.calendar
        title = line.title.text(self.lang, self.catalogs)
        if line.owner != self.review.owner:
            title = self.say("report.of", owner=self.name(line.owner), metric=title)
        return self.say(
            f"report.variance.{line.kind}",
            title=title,
            factors=" × ".join(effect.label.text(self.lang, self.catalogs) for effect in variance.lines),
            before=self._whole(variance.before),
            after=self._whole(variance.after),
            total=self._signed(variance.total),
            on=section.period.last,
            period=section.period.text(self.lang, self.catalogs, calendar=calendar),
            earlier=None if line.before is None else line.before.text(self.lang, self.catalogs, calendar=calendar),
        )

    def _table(self, line: VarianceLine) -> Iterator[str]:
        """Write the effects that show; those of nothing, and of less than a whole unit, do not."""
        moved, effects = line.moved, listed_effects(line)
        if not moved:
            return
        rows = list(map(self._row, effects.shown))
        if effects.rest:
            together = Amount.total([effect.value for effect in effects.rest], line.variance.before.unit)
            more = self.say("report.variance.more", count=len(effects.rest))
            rows.append([more, self._signed(together), *[self.show(None)] * (len(_HEADS) - 2)])
        has_levels = any(effect.before is not None or effect.after is not None for effect in moved)
        # A plan has no cases, and what came of each step stands in the table itself.
        has_cases = line.steps is None and any(effect.cases is not None for effect in moved)
        columns = [
            place for place, head in enumerate(_HEADS) if head in _ALWAYS or (has_cases if head in _CASES else has_levels)
        ]
        heads = [_HEADS[column] if line.steps is None else _OF_PLAN.get(_HEADS[column], _HEADS[column]) for column in columns]
        yield from self.table(heads, ([row[column] for column in columns] for row in rows))
        if any(effect.has_few_cases() for effect in effects.shown):
            yield from self.prose("", self.say("report.variance.few_cases"))

    def _row(self, effect: Effect[Amount]) -> Sequence[str]:
        unit = effect.value.unit
        levels = (self._level(effect.name, level, unit) for level in (effect.before, effect.after))
        factor = effect.label.text(self.lang, self.catalogs)
        if effect.has_few_cases():
            factor = self.say("report.variance.few", factor=factor)
        cells = zip(levels, map(self.show, effect.cases or (None, None)), strict=True)
        return [factor, self._signed(effect.value), *chain.from_iterable(cells)]

    def _level(self, name: str, level: float | None, unit: Unit) -> str:
        """Write a factor: a rate as a percentage, money in whole units, a number with its first digits."""
        if level is None or name in _RATES:
            return self.percent(level)
        if name in _MONEY:
            return self._whole(Amount(minor=round_fraction(Fraction(level) * unit.scale), unit=unit))
        return self.show(level, ",.0f" if level.is_integer() else ".3g")

    def _shows(self, amount: Amount) -> bool:
        return 2 * abs(amount.minor) >= amount.unit.scale

    def _whole(self, amount: Amount) -> str:
        return amount.rounded_text(0, self.lang, self.catalogs)

    def _signed(self, amount: Amount) -> str:
        """Write a change in whole units, with its sign."""
        text = self._whole(amount)
        return self.say("variance.rise", value=text) if amount.minor > 0 and self._shows(amount) else text
