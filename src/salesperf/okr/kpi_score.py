"""What KPIs are worth: values through the one scorecard."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import attrs

from salesperf.errors import InvalidInputError, UnknownNameError
from salesperf.messages import Catalogs
from salesperf.model.breakdown import Breakdown
from salesperf.model.estimate import Estimate
from salesperf.model.frozen import FrozenMap
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.validators import require
from salesperf.okr.kpi import KpiSet
from salesperf.scorecard import Reason, Score, explain

__all__ = ["KpiFact", "KpiScore", "score_kpis"]

KpiFact: TypeAlias = int | float | Decimal | Fraction | str | bool | Estimate | None
"""A number, or whatever else the scale looks up; an estimate, or nothing."""


@attrs.frozen(kw_only=True)
class KpiScore(Result):
    """What the KPIs of somebody are worth: made by :func:`score_kpis`.

    Attributes
    ----------
    kpis : KpiSet
        The set.
    score : Score
        What the scorecard says.
    reasons : FrozenMap of str to Message
        By metric: why its value is missing, or what weakens it, where that is known.

    Examples
    --------
    >>> from salesperf.okr import STANDARD_KPI_SETS
    >>> score_kpis(STANDARD_KPI_SETS["rep"], {"revenue": 1.05, "visits": 0.8}).value
    94.0
    """

    kpis: KpiSet
    score: Score
    reasons: FrozenMap[str, Message]

    @property
    def value(self) -> float | None:
        """The points; ``None`` where no value is known."""
        return self.score.value

    @property
    def breakdown(self) -> Breakdown:
        """The tree from the values to the points; the weights in it are those used."""
        return attrs.evolve(self.score.breakdown, label=Message(self.kpis.title))

    @property
    def messages(self) -> tuple[Message, ...]:
        """The points and the strongest reasons for and against them, and what is not known or weak."""
        why = explain(self.score)
        why = attrs.evolve(
            why,
            reasons_for=tuple(map(self._as_share, why.reasons_for)),
            reasons_against=tuple(map(self._as_share, why.reasons_against)),
        )
        said = [Message.of("okr.text.kpis", kpis=Message(self.kpis.title)), *why.messages]
        titles = {kpi.metric.key: Message(kpi.metric.title) for kpi in self.kpis.kpis}
        said += [Message.of("okr.text.reason", metric=titles[key], reason=reason) for key, reason in self.reasons.items()]
        return tuple(said)

    def _as_share(self, reason: Reason) -> Reason:
        """Let a reason show a rate, or how much of a target was reached, as a percentage."""
        (metric,) = (kpi.metric for kpi in self.kpis.kpis if kpi.metric.key == reason.path[-1])
        told = reason.message
        fact = told.arguments.get("fact")
        if isinstance(fact, bool) or not isinstance(fact, int | float | Decimal | Fraction):
            return reason
        if self.kpis.by_achievement:
            shown = Message.of("okr.text.achievement", reached=float(fact))
        elif metric.dimension == "ratio":
            shown = Message.of("okr.text.rate", rate=float(fact))
        else:
            return reason
        return attrs.evolve(reason, message=Message(told.key, told.arguments | {"fact": shown}))

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the points and their reasons for a reader."""
        between = Message("format.sentences").text(lang, catalogs)
        return between.join(message.text(lang, catalogs) for message in self.messages)

    def rows(self) -> list[Row]:
        """Return a row for each KPI."""
        return [
            {
                "metric": row["criterion"],
                "fact": row["fact"],
                "points": row["points"],
                "weight": row["weight"],
                "treatment": row["treatment"],
            }
            for row in self.score.rows()
        ]


def score_kpis(kpis: KpiSet, facts: Mapping[str, KpiFact]) -> KpiScore:
    """Score what somebody came to by the KPIs of the role.

    Parameters
    ----------
    kpis
        The set.
    facts
        By the key of the metric: what it came to, in whatever its scale looks up. Of an estimate the value counts, and its
        reason is told. What is not known is ``None``, or not there.

    Returns
    -------
    KpiScore
        The points, with what each KPI brought.

    Raises
    ------
    InvalidInputError
        With every value of a metric that the set does not have, that is missing though it may not be, or of another kind than
        its scale.

    Examples
    --------
    >>> from salesperf.okr import STANDARD_KPI_SETS
    >>> facts = {"revenue": 0.9, "new_customers": 1.2, "cash_collected": 0.6, "visits": 1}
    >>> for message in score_kpis(STANDARD_KPI_SETS["rep"], facts).messages:
    ...     print(message.text())
    KPIs of a sales rep.
    Score 71.11.
    For it: New customers 120.0% of target (+13.33), Revenue 90.0% of target (+6.67), Visits 100.0% of target (+4.44).
    Against it: Cash collected 60.0% of target (-13.33).
    Not known, and so left out: Customer satisfaction.
    """
    require(kpis, KpiSet, path=("kpis",))
    require(facts, Mapping, path=("facts",))
    known = tuple(kpi.metric.key for kpi in kpis.kpis)
    strangers = [key for key in facts if key not in known]
    if strangers:
        raise InvalidInputError(
            [UnknownNameError("unknown_kpi", path=("facts",), choices=known, value=key) for key in strangers]
        )
    estimates = {key: value for key, value in facts.items() if isinstance(value, Estimate)}
    plain = {key: value.value if isinstance(value, Estimate) else value for key, value in facts.items()}
    reasons = {key: estimate.reason for key, estimate in estimates.items() if estimate.reason is not None}
    return KpiScore(kpis=kpis, score=kpis.card.score(plain), reasons=FrozenMap(reasons))
