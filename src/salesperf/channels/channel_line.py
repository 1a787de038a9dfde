"""A channel: its leads, what became of them, what it brought and cost, and what may be said of it."""

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.channels.tally import Grouping, Labels
from salesperf.messages import Catalogs, render
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, Difference, Quotient
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.message import word_of as word
from salesperf.model.result import Result, Row, Scalar

__all__ = ["RETURN_VERDICTS", "VERDICTS", "ChannelLine", "ReturnVerdict", "Verdict", "return_breakdown", "word_of"]

Verdict: TypeAlias = Literal["higher", "lower", "within_chance", "not_enough_data", "not_compared"]
VERDICTS: Final[tuple[Verdict, ...]] = ("higher", "lower", "within_chance", "not_enough_data", "not_compared")
"""How a channel converts beside all others: more or less of its leads by more than chance, or within what chance makes; too
few leads to tell; or there is nothing to hold it against."""

ReturnVerdict: TypeAlias = Literal["pays", "does_not_pay", "too_young", "cannot_tell", "not_enough_data", "no_cost"]
RETURN_VERDICTS: Final[tuple[ReturnVerdict, ...]] = (
    "pays",
    "does_not_pay",
    "too_young",
    "cannot_tell",
    "not_enough_data",
    "no_cost",
)
"""Whether a channel brings more than it costs: by more than chance it does, or does not; it does not yet, but most wins take
longer than it was followed; chance may make it either, or it would pay by what wins of other channels bring alone; too little
is known; or nothing was spent, as far as anybody said."""
_BY_BREAK_EVEN: Final = ("pays", "does_not_pay", "too_young", "cannot_tell")
"""The verdicts that follow from the share that must be won."""

_ENDS: Final = ("", "_low", "_high")


@attrs.frozen(kw_only=True)
class ChannelLine(Result):
    """A channel, a campaign, or whatever else leads were counted by: made by :func:`compare`.

    Attributes
    ----------
    by : tuple of str
        What the groups are made of.
    labels : tuple of str or None
        The group.
    leads, qualified, won, lost, cancelled, open, undated : int
        Leads, how many of them were qualified at some time, and how they stand; those of which nobody knows when they began
        are in no other number.
    value : Amount or None
        What the leads brought that are won; ``None`` where no amount of them is known.
    unvalued : int
        Leads that are won, and of which a won deal has no amount.
    cost : Amount or None
        What was spent; ``None`` where nobody said.
    deals_without_lead, won_without_lead : int
        Deals that no lead began, and those of them that are won; in no other number.
    value_without_lead : Amount or None
        What these brought.
    qualification_rate, conversion_rate : Estimate
        Qualified and won over all leads, with Wilson's interval. An open lead is not won yet, so that a young channel has a
        low rate because it is young.
    won_share : Estimate
        Won over the leads of all channels that are won: of referral (转介绍), the referral rate.
    horizon : int or None
        Days from the beginning of a lead by which the next two count; ``None`` where no lead has a day.
    conversion_within : Estimate
        Which share of the leads is won within the horizon: what was lost or given up competes, open leads are censored.
    rest_within : Estimate
        The same of all other channels together.
    difference : Estimate
        The one less the other.
    p_value, adjusted_p_value : float or None
        How likely the two would differ this much by chance; allowing for all channels looked at.
    verdict : str
        One of :data:`VERDICTS`.
    cost_per_lead : Amount or None
        Cost over leads; ``None`` over nothing.
    acquisition_cost : Estimate
        Cost over leads won (获客成本, CAC), in money: undefined where none is won, and the reason then says what it is at
        least. Its interval is that of the conversion rate.
    return_on_investment : Estimate
        (value - cost) / cost (投资回报率, ROI), by now: undefined over no cost.
    break_even_rate : Estimate
        Which share of the leads must be won for their value to be the cost. Its interval is that of the average value of a
        lead that is won, at a level that allows for all channels looked at. Where too few of its own are won, the value is that
        of all channels, and the reason says so.
    return_verdict : str
        One of :data:`RETURN_VERDICTS`.
    reached : Estimate
        The share that is won within the horizon, once more: its interval is at the level of that of the break-even rate.
    compared, judged : int
        How many comparisons the adjusted p-value allows for, and how many channels that cost something those two intervals do.
    usual_days : int
        Within how many days nine in ten of all wins came.
    fewest, minimum : int
        Leads followed on whichever side has fewer, and how many it takes to compare.
    breakdown, acquisition_breakdown : Breakdown
        How the return and the acquisition cost follow.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import channels
    >>> line = channels.compare(channels.ChannelTally.empty(as_of=date(2026, 9, 30), by=())).lines[0]
    >>> line.conversion_rate.reason.text(), line.verdict, line.return_verdict
    ('no leads', 'not_compared', 'no_cost')
    """

    by: tuple[Grouping, ...]
    labels: Labels
    leads: int
    qualified: int
    won: int
    lost: int
    cancelled: int
    open: int
    undated: int
    value: Amount | None
    unvalued: int
    cost: Amount | None
    deals_without_lead: int
    won_without_lead: int
    value_without_lead: Amount | None
    qualification_rate: Estimate
    conversion_rate: Estimate
    won_share: Estimate
    horizon: int | None
    conversion_within: Estimate
    rest_within: Estimate
    difference: Estimate
    p_value: float | None
    adjusted_p_value: float | None
    verdict: Verdict
    cost_per_lead: Amount | None
    acquisition_cost: Estimate
    return_on_investment: Estimate
    break_even_rate: Estimate
    return_verdict: ReturnVerdict
    reached: Estimate
    compared: int
    judged: int
    usual_days: int
    fewest: int
    minimum: int

    @property
    def name(self) -> Message:
        """What a reader calls it: our word for a channel that has one, else its key."""
        if not self.by:
            return Message("channels.all")
        parts = map(word_of, self.by, self.labels)
        return reduce(lambda first, rest: Message.of("channels.several", first=first, rest=rest), parts)

    @property
    def breakdown(self) -> Breakdown:
        """How the return on investment follows."""
        return return_breakdown(self.value, self.cost)

    @property
    def acquisition_breakdown(self) -> Breakdown:
        """How the acquisition cost follows."""
        cost = Breakdown(label=Message("channels.cost"), value=self.cost)
        won = Breakdown(label=Message("channels.won"), value=self.won)
        value = None if self.cost is None or not self.won else Fraction(self.cost.decimal) / self.won
        return Breakdown(label=Message("channels.acquisition_cost"), value=value, rule=Quotient(), parts=(cost, won))

    @property
    def reasons(self) -> tuple[Message, ...]:
        """What the leads are, how they convert beside the others, and whether they bring more than they cost, and why."""
        return tuple(self._reasons())

    def _reasons(self) -> Iterator[Message]:
        yield Message.of("channels.line", name=self.name, leads=self.leads, won=self.won, open=self.open)
        if self.verdict != "not_compared":
            test = Message.of(
                f"channels.{'among' if self.compared > 1 else 'alone'}", p=self.adjusted_p_value, looked_at=self.compared
            )
            yield Message.of(
                f"channels.verdict.{self.verdict}",
                rate=self.conversion_within.value,
                rest=self.rest_within.value,
                horizon=self.horizon,
                difference=self.difference.value,
                test=test,
                n=self.fewest,
                minimum=self.minimum,
            )
        reached, needed = (
            Message.of(f"channels.return.{name}", low=each.low, high=each.high, looked_at=self.judged)
            for name, each in (
                ("range", self.reached),
                ("range_among" if self.judged > 1 else "range", self.break_even_rate),
            )
        )
        wording = "nothing_spent" if self.cost is not None and not self.cost.minor else self.return_verdict
        yield Message.of(
            f"channels.return.{wording}",
            cost=self.cost,
            value=self.value,
            reached=self.reached.value,
            range=reached,
            horizon=self.horizon,
            break_even=self.break_even_rate.value,
            needed=needed,
            usual=self.usual_days,
        )
        if self.break_even_rate.reason is not None and self.return_verdict in _BY_BREAK_EVEN:
            borrowed = "by_all_alone" if self._pays_by_all_alone else "by_all"
            yield Message.of(f"channels.return.{borrowed}", n=self.break_even_rate.n)

    @property
    def _pays_by_all_alone(self) -> bool:
        """Whether it would pay by what wins of all channels bring, and by its own does not yet."""
        reached, needed = self.reached.interval, self.break_even_rate.interval
        is_enough = reached is not None and needed is not None and reached.low > needed.high
        return is_enough and self.return_verdict == "cannot_tell"

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the reasons for a reader."""
        between = render("format.sentences", lang=lang, catalogs=catalogs)
        return between.join(reason.text(lang, catalogs) for reason in self.reasons)

    def rows(self) -> list[Row]:
        """Return one row: the channel, its counts and its rates."""
        return [
            {
                **dict(zip(self.by, self.labels, strict=True)),
                "leads": self.leads,
                "qualified": self.qualified,
                "won": self.won,
                "lost": self.lost,
                "cancelled": self.cancelled,
                "open": self.open,
                "undated": self.undated,
                "value": _number(self.value),
                "unvalued": self.unvalued,
                "cost": _number(self.cost),
                "unit": next((str(amount.unit) for amount in (self.cost, self.value) if amount is not None), None),
                "deals_without_lead": self.deals_without_lead,
                "won_without_lead": self.won_without_lead,
                "value_without_lead": _number(self.value_without_lead),
                **_ends("qualification_rate", self.qualification_rate),
                **_ends("conversion_rate", self.conversion_rate),
                **_ends("won_share", self.won_share),
                "horizon": self.horizon,
                **_ends("conversion_within", self.conversion_within),
                "followed": self.conversion_within.n,
                "rest_within": self.rest_within.value,
                **_ends("difference", self.difference),
                "p_value": self.p_value,
                "adjusted_p_value": self.adjusted_p_value,
                "verdict": self.verdict,
                "cost_per_lead": _number(self.cost_per_lead),
                **_ends("acquisition_cost", self.acquisition_cost),
                **_ends("return_on_investment", self.return_on_investment),
                **_ends("break_even_rate", self.break_even_rate),
                "return_verdict": self.return_verdict,
            }
        ]


def return_breakdown(value: Amount | None, cost: Amount | None) -> Breakdown:
    """Explain the return on what was spent: what it brought beyond itself, over itself."""
    parts = (
        Breakdown(label=Message("channels.value"), value=value),
        Breakdown(label=Message("channels.cost"), value=cost),
    )
    gain = None if value is None or cost is None else value - cost
    beyond = Breakdown(label=Message("channels.gain"), value=gain, rule=Difference(), parts=parts)
    total = None if gain is None or cost is None or not cost.minor else Fraction(gain.minor, cost.minor)
    return Breakdown(label=Message("channels.return_on_investment"), value=total, rule=Quotient(), parts=(beyond, parts[1]))


def word_of(name: Grouping, label: str | None) -> Message:
    """Return what a reader calls a channel, a campaign or an owner: our word for it where there is one, else its key."""
    if label is None:
        return Message(f"channels.no_{name}")
    return word(name, label)


def _ends(name: str, estimate: Estimate) -> Row:
    values: tuple[Scalar, ...] = (estimate.value, estimate.low, estimate.high)
    return {f"{name}{end}": value for end, value in zip(_ENDS, values, strict=True)}


def _number(amount: Amount | None) -> Scalar:
    return None if amount is None else amount.decimal
