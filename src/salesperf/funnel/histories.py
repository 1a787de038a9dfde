"""Histories of deals in columns, whether they came as objects or as columns: what every count of deals starts from."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.funnel.segmenting import UNDATED, in_order, months, segmented
from salesperf.funnel.tally import Labels
from salesperf.kernels.events import Courses, Events
from salesperf.kernels.events.counts import AnyIntegers
from salesperf.model.codes import EPOCH, Codes, Integers, days_and_ends
from salesperf.model.opportunity import Opportunity
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.stage import StageKind
from salesperf.model.validators import require

__all__ = ["Histories", "check_labels", "where"]


@attrs.frozen(kw_only=True, eq=False)
class Histories:
    """The changes of stage of deals up to the end of a day, in order of deal and time.

    Attributes
    ----------
    process
        The process of which all stages are.
    deals
        How many deals there are, those that began later among them.
    events
        The changes: the sequences are the deals, the states the labels of stages.
    unknown
        Which day stands for one that is not known, as the first of a deal may be: one before all that are.
    """

    process: SalesProcess
    deals: int
    events: Events
    unknown: int
    _place: Integers
    """Shape (labels of stages,): where each stands among the stages of the process."""

    @classmethod
    def of_deals(cls, opportunities: Sequence[Opportunity], process: SalesProcess, as_of: date) -> "Histories":
        """Read the histories of deals.

        Raises
        ------
        InvalidValueError
            If a deal is of another process.
        UnknownNameError
            If one is in a stage that the process does not have.
        """
        deals: list[int] = []
        stages: list[int] = []
        days: list[int] = []
        for position, opportunity in enumerate(opportunities):
            process.require(opportunity, "opportunities", position)
            for change in opportunity.history:
                if change.stage is not None:
                    deals.append(position)
                    stages.append(process.position[change.stage])
                    days.append(UNDATED if change.on is None else change.on.toordinal() - EPOCH)
        deal, until = np.array(deals, dtype=np.int64), as_of.toordinal() - EPOCH
        return cls._of(
            process=process,
            deals=len(opportunities),
            deal=deal,
            stage=Codes(np.array(stages, dtype=np.int64), tuple(process.position)),
            days=_dated(deal, np.array(days, dtype=np.int64), until),
            until=until,
        )

    @classmethod
    def of_columns(
        cls, process: SalesProcess, *, deal: Codes[str], stage: Codes[str], on: NDArray[np.datetime64], as_of: date
    ) -> "Histories":
        """Read columns, as :func:`count_columns` describes them.

        Raises
        ------
        InvalidValueError
            If columns differ in length, days are no days, or a deal lacks the day of more than one change.
        UnknownNameError
            If a row enters a stage that the process does not have.
        """
        require(deal, Codes, path=("deal",))
        require(stage, Codes, path=("stage",))
        require(on, np.ndarray, path=("on",))
        rows = len(deal.codes)
        for name, column in (("stage", stage.codes), ("on", on)):
            if column.shape != (rows,):
                raise InvalidValueError("length", path=(name,), expected=rows, value=column.size)
        until = as_of.toordinal() - EPOCH
        days = _days_or_none(on, deal.codes, until)
        return cls._of(process=process, deals=len(deal.labels), deal=deal.codes, stage=stage, days=days, until=until)

    @classmethod
    def _of(
        cls, *, process: SalesProcess, deals: int, deal: Integers, stage: Codes[str], days: "_Days", until: int
    ) -> "Histories":
        """Put changes in order."""
        place = _places(process, stage)
        # The codes of both columns have been checked against their labels.
        most = (deals - 1, len(stage.labels) - 1)
        events = Events.of_checked(deal, stage.codes, days.column, until=until, most=most, since=days.first)
        return cls(process=process, deals=deals, events=events, unknown=days.unknown, place=place)

    @property
    def stages(self) -> int:
        """How many open stages there are."""
        return len(self.process.open_stages)

    @cached_property
    def rank(self) -> Integers:
        """Shape (labels of stages,): where each stands among the open stages; -1 for the others."""
        return np.where(self._place < self.stages, self._place, -1)

    @cached_property
    def courses(self) -> Courses:
        """How far each deal came along the open stages, of those that have begun."""
        return self.events.courses(self.rank)

    @cached_property
    def is_undated(self) -> NDArray[np.bool_]:
        """Shape (courses,): of which nobody knows when they began."""
        is_undated: NDArray[np.bool_] = self.courses.begin == self.unknown
        return is_undated

    def by_kind(self, numbers: Mapping[StageKind, int]) -> NDArray[np.int8]:
        """Return a number for each label of a stage, given those of the kinds of stages."""
        return np.array([numbers[stage.kind] for stage in self.process.stages], dtype=np.int8)[self._place]

    def is_within(self, days: Integers, period: Period | None) -> NDArray[np.bool_]:
        """Tell which days lie in a period, the unknown in none; ``None`` for all."""
        if period is None:
            return np.ones(days.size, dtype=bool)
        start, end = (day.toordinal() - EPOCH for day in (period.start, period.end))
        is_within: NDArray[np.bool_] = (days >= start) & (days < end) & (days != self.unknown)
        return is_within

    def segmented(
        self, by: Iterable[str], labels: Mapping[str, Codes[str | None]], asked: Integers | slice
    ) -> tuple[AnyIntegers, tuple[Labels, ...]]:
        """Put some of the deals that have begun in segments.

        Parameters
        ----------
        by
            What the segments are made of: names of labels, and the month.
        labels
            By name, a code and a label for each deal.
        asked
            Positions among the courses.

        Returns
        -------
        segment : array of whole numbers
            Shape (asked,), the position of the segment of each.
        segments : tuple of tuple
            The values of each segment, sorted.
        """
        begin, sequence = self.courses.begin[asked], self.courses.sequence[asked]
        columns = [
            months(begin, self.unknown) if name == "month" else in_order(labels[name].codes[sequence], labels[name].labels)
            for name in by
        ]
        return segmented(columns, begin.size)


def check_labels(by: Sequence[str], labels: Mapping[str, Codes[str | None]], deals: int) -> None:
    """Refuse labels that are not one for each deal, and names that are neither among them nor the month.

    Raises
    ------
    InvalidValueError, UnknownNameError
    """
    for position, name in enumerate(by):
        if name != "month" and name not in labels:
            raise UnknownNameError("choice", path=("by", position), choices=(*labels, "month"), value=name)
    for name, codes in labels.items():
        require(codes, Codes, path=("segments", name))
        if len(codes.codes) != deals:
            raise InvalidValueError("length", path=("segments", name), expected=deals, value=len(codes.codes))


def where(kept: NDArray[np.bool_]) -> Integers | slice:
    """Return the positions that are kept: a slice where all are, so that nothing needs to be copied."""
    return slice(None) if kept.all() else np.flatnonzero(kept)


@attrs.frozen
class _Days:
    """The day of each change, as numpy counts days; which of them stands for one that is not known; what none is before."""

    column: Integers
    unknown: int
    first: int


def _days_or_none(on: NDArray[np.datetime64], deal: Integers, until: int) -> _Days:
    """Read days, of which some may not be known."""
    try:
        days, ends = days_and_ends(on, "on")
    except InvalidValueError:
        # Looked for only now, since where all are known it would be one more look at each.
        if on.dtype.kind != "M" or not np.isnat(on).any():
            raise
    else:
        return _Days(days, UNDATED, until if ends is None else ends[0])
    unknown = np.isnat(on)
    known: NDArray[np.datetime64] = np.where(unknown, np.datetime64(0, "D"), on)
    return _dated(deal, np.where(unknown, UNDATED, days_and_ends(known, "on")[0]), until)


def _dated(deal: Integers, day: Integers, until: int) -> _Days:
    """Put what has no day before all that has one."""
    first = int(day.min(where=day != UNDATED, initial=until))
    undated = np.flatnonzero(day == UNDATED)
    if not undated.size:
        return _Days(day, UNDATED, first)
    _, once = np.unique(deal[undated], return_index=True)
    if once.size < undated.size:
        again = np.setdiff1d(np.arange(undated.size), once)
        raise InvalidValueError("history_undated", path=("on", int(undated[again[0]])))
    before = first - 1
    return _Days(np.where(day == UNDATED, before, day), before, before)


def _places(process: SalesProcess, stage: Codes[str]) -> Integers:
    """Return the position of each label among the stages of the process; refuse one that it does not have."""
    position = process.position
    place = np.array([position.get(label, -1) for label in stage.labels], dtype=np.int64)
    if (place < 0).any():
        unknown = np.flatnonzero(place[stage.codes] < 0)
        if unknown.size:
            row = int(unknown[0])
            label = stage.labels[int(stage.codes[row])]
            raise UnknownNameError("unknown_stage", path=("stage", row), choices=tuple(position), value=label)
    return place
