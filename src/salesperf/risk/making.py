"""What makes a risk of a share that is too large: how likely and how grave it is, by scales that readers may replace."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

import attrs

from salesperf.errors import InvalidValueError
from salesperf.kernels.proportion import wilson
from salesperf.model.amount import Amount
from salesperf.model.citation import Citation
from salesperf.model.risk_entry import Risk, RiskAssessment, RiskKind
from salesperf.model.scale import Steps
from salesperf.model.validators import as_frozen_map, check_date, require

__all__ = ["FEWEST", "RISK_SCALES", "RiskMaker", "maker_of", "share_of", "sure_share"]

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
        share: float,
        impact_share: float,
        *citations: Citation,
        at_stake: Amount | None = None,
        sure: float | None = None,
    ) -> Iterator[Risk]:
        """Yield a risk, if the share is large enough for one; how likely it is, the share tells that is sure, where one is."""
        if int(self.scales[key].points(share)) < 1:
            return
        likelihood = max(1, int(self.scales[key].points(share if sure is None else sure)))
        impact = max(1, int(self.scales["impact"].points(impact_share)))
        yield Risk(
            id=f"{self.kind}/{key}" if self.owner is None else f"{self.kind}/{key}/{self.owner}",
            title=f"risk.automatic.{key}",
            kind=self.kind,
            owner=self.owner,
            assessments=(RiskAssessment(on=self.as_of, likelihood=likelihood, impact=impact),),
            at_stake=at_stake,
            citations=citations,
        )


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


def share_of(part: Amount, whole: Amount) -> float:
    """Return a part over a whole; all of one that is not above nothing."""
    return part.minor / whole.minor if whole.minor > 0 else 1.0


def sure_share(part: int, whole: int, n: int) -> float:
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
    >>> [round(sure_share(n, n, n), 2) for n in (1, 5, 50)]
    [0.21, 0.57, 0.93]
    """
    return wilson(part * n // whole, n).low
