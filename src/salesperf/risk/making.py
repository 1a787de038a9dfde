"""What makes a risk of a share that is too large: how likely and how grave it is, by scales that readers may replace."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final, cast

import attrs

from salesperf.errors import InvalidValueError
from salesperf.kernels.proportion import wilson
from salesperf.model.amount import Amount
from salesperf.model.breakdown import Breakdown, OnSteps, Product, Quotient, Rounded, WilsonEnd
from salesperf.model.citation import Citation
from salesperf.model.message import Message
from salesperf.model.risk_entry import Risk, RiskAssessment, RiskKind
from salesperf.model.rule import BreakdownValue
from salesperf.model.scale import Steps
from salesperf.model.validators import as_frozen_map, check_date, require

__all__ = ["FEWEST", "RISK_SCALES", "RiskMaker", "maker_of", "number", "share_of", "sure_share"]

_LEAST: Final = 1
_MOST: Final = 5
"""Of likelihood and impact."""
FEWEST: Final = 2
"""Of one alone, all hangs on that one, and nothing else is to be said."""

RISK_SCALES: Final[Mapping[str, Steps]] = MappingProxyType(
    {
        "thin_pipeline": Steps([(0.1, 2), (0.25, 3), (0.5, 4), (0.75, 5)]),
        "one_deal": Steps([(0.2, 2), (0.3, 3), (0.45, 4), (0.6, 5)]),
        "one_customer_ahead": Steps([(0.25, 2), (0.35, 3), (0.5, 4), (0.7, 5)]),
        "stale_pipeline": Steps([(0.2, 2), (0.35, 3), (0.5, 4), (0.7, 5)]),
        "one_rep": Steps([(0.3, 2), (0.4, 3), (0.5, 4), (0.65, 5)]),
        "attrition": Steps([(0.1, 2), (0.2, 3), (0.3, 4), (0.4, 5)]),
        "unfair_plan": Steps([(0.1, 2), (0.25, 3), (0.4, 4), (0.6, 5)]),
        "late_plan": Steps([(0.05, 2), (0.15, 3), (0.3, 4), (0.5, 5)]),
        "one_customer": Steps([(0.2, 2), (0.3, 3), (0.4, 4), (0.6, 5)]),
        "accounts_at_risk": Steps([(0.05, 2), (0.1, 3), (0.2, 4), (0.35, 5)]),
        "impact": Steps([(0.0, 1), (0.05, 2), (0.1, 3), (0.2, 4), (0.35, 5)]),
    }
)
"""From which share on a risk is how likely, 2 to 5; below the first step it is none. Of shares that cases make up (deals that
stand still, people who leave, targets, tasks, customers gone quiet) how likely is read off at the lower end of Wilson's
interval, and is 1 where that lies below the first step: one case out of one shows that something happens, not that it always
does. ``"impact"`` says from which share of what it is held against a risk is how grave, 1 to 5. Rules of thumb: lay scales of
your own over them."""


@attrs.frozen(kw_only=True)
class RiskMaker:
    """What all risks of a question have in common."""

    kind: RiskKind
    owner: str | None
    as_of: date
    scales: Mapping[str, Steps]

    def risk(
        self,
        key: str,
        share: Breakdown,
        impact_share: Breakdown,
        *citations: Citation,
        at_stake: Amount | None = None,
        sure: Breakdown | None = None,
    ) -> Iterator[Risk]:
        """Yield a risk, if the share is large enough for one; how likely it is, the share tells that is sure, where one is."""
        if _points(self.scales[key], share) < _LEAST:
            return
        likelihood = _read("likelihood", self.scales[key], share if sure is None else sure)
        impact = _read("impact", self.scales["impact"], impact_share)
        assessed = RiskAssessment(
            on=self.as_of,
            likelihood=cast("int", likelihood.value),
            impact=cast("int", impact.value),
            likelihood_breakdown=likelihood,
            impact_breakdown=impact,
        )
        yield Risk(
            id=f"{self.kind}/{key}" if self.owner is None else f"{self.kind}/{key}/{self.owner}",
            title=f"risk.automatic.{key}",
            kind=self.kind,
            owner=self.owner,
            assessments=(assessed,),
            at_stake=at_stake,
            citations=citations,
        )


def _points(scale: Steps, share: Breakdown) -> int:
    return int(scale.points(float(cast("float", share.value))))


def _read(key: str, scale: Steps, share: Breakdown) -> Breakdown:
    """Return the mark that a scale gives a share: a whole one, and no less than the least."""
    marks = Steps([(knot, max(_LEAST, int(points))) for knot, points in scale.knots], below=max(_LEAST, int(scale.below)))
    steps = ", ".join(f"{knot} → {points}" for knot, points in marks.knots)
    label = Message.of("risk.read.mark", mark=Message(f"risk.{key}"), steps=steps)
    return Breakdown(label=label, value=_points(marks, share), rule=OnSteps(marks), parts=(share,))


def maker_of(kind: RiskKind, owner: str | None, as_of: date, scales: Mapping[str, Steps] | None) -> RiskMaker:
    """Check what all risks of a question have in common.

    Parameters
    ----------
    kind
        Of the risks.
    owner
        Whose they are; ``None`` for the company.
    as_of
        The day on which they are seen.
    scales
        Those that stand over :data:`RISK_SCALES`; ``None`` for none.
    """
    check_date(as_of, ("as_of",))
    given = RISK_SCALES if scales is None else as_frozen_map(scales)
    require(given, Mapping, path=("scales",))
    for key, scale in given.items():
        if key not in RISK_SCALES:
            raise InvalidValueError("choice", path=("scales",), choices=tuple(RISK_SCALES), value=key)
        require(scale, Steps, path=("scales", key))
        if not 0 <= scale.low <= scale.high <= _MOST:
            raise InvalidValueError("out_of_range", path=("scales", key), low=0, high=_MOST, value=scale.high)
    if owner is not None:
        require(owner, str, path=("owner",))
    return RiskMaker(kind=kind, owner=owner, as_of=as_of, scales={**RISK_SCALES, **given})


def number(name: str, value: BreakdownValue) -> Breakdown:
    """Return a number that a risk is read off.

    Parameters
    ----------
    name
        What it is: a key below ``risk.read``.
    value
        The number.

    Examples
    --------
    >>> print(number("cases", 12).text())
    number of cases: 12
    """
    return Breakdown(label=Message(f"risk.read.{name}"), value=value)


def share_of(part: Amount, whole: Amount, whole_label: Message | None = None) -> Breakdown:
    """Return what is at stake over a whole; all of one that is not above nothing.

    Parameters
    ----------
    part
        What is at stake.
    whole
        What it is held against.
    whole_label
        What that is; ``None`` for what is owed.

    Examples
    --------
    >>> from salesperf import CNY
    >>> print(share_of(Amount.of(30, CNY), Amount.of(120, CNY)).text())
    share from which it is read: 0.25 = quotient of
      at stake: CNY 30.00
      what that is held against: CNY 120.00
    """
    if whole.minor <= 0:
        return number("share", 1.0)
    held_against = number("owed", whole) if whole_label is None else Breakdown(label=whole_label, value=whole)
    share = float(Fraction(part.minor, whole.minor))
    return attrs.evolve(number("share", share), rule=Quotient(), parts=(number("at_stake", part), held_against))


def sure_share(part: int, whole: int, n: int) -> Breakdown:
    """Return how large a share is at least: the lower end of Wilson's interval, at 95 %, of as large a share of n cases.

    Parameters
    ----------
    part, whole
        The share: counts, or money in its smallest units; the whole above 0, and the part no more.
    n
        How many cases make the whole. Of money, each is taken for as large as any other: no binomial interval is of a sum, and
        one large deal is no more than one case.

    Examples
    --------
    >>> [round(sure_share(n, n, n).value, 2) for n in (1, 5, 50)]
    [0.21, 0.57, 0.93]
    >>> print(sure_share(130, 200, 3).text())
    the share, at the lower end of its range: 0.06149 = end of the Wilson interval of
      cases of that share, rounded down: 1 = rounded
        cases of that share: 39/20 = product of
          share from which it is read: 13/20
          number of cases: 3
      number of cases: 3
    """
    share, cases = Fraction(part, whole), number("cases", n)
    exact = attrs.evolve(number("exactly", share * n), rule=Product(), parts=(number("share", share), cases))
    many = part * n // whole
    counted = attrs.evolve(number("as_many", many), rule=Rounded("floor"), parts=(exact,))
    low = wilson(many, n)
    return attrs.evolve(number("sure", low.low), rule=WilsonEnd("low", low.level), parts=(counted, cases))
