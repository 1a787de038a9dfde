"""KPIs and OKRs together, under stated weights, in one score."""

from functools import cached_property
from typing import Final

import attrs

from salesperf.errors import InvalidValueError
from salesperf.messages import Catalogs, render
from salesperf.model.breakdown import Breakdown
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.scale import Curve, Points
from salesperf.model.validators import require
from salesperf.okr.kpi_score import KpiScore
from salesperf.okr.objective_score import ObjectiveScore
from salesperf.scorecard import Criterion, Score, Scorecard

__all__ = ["CombinedScore", "combine"]

_FULL: Final = 100
"""Points of an objective that is reached."""
_KPI_PART: Final = "kpi"
_OKR_PART: Final = "okr"


@attrs.frozen(kw_only=True)
class CombinedScore(Result):
    """KPIs and OKRs of somebody in one score: made by :func:`combine`.

    Attributes
    ----------
    kpis : KpiScore
        What the KPIs are worth.
    objective : ObjectiveScore
        How far the objective has come.
    score : Score
        What the scorecard of the two says.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import CheckIn, KeyResult, Objective, Period
    >>> from salesperf.okr import STANDARD_KPI_SETS, assess, score_kpis
    >>> day = date(2026, 9, 30)
    >>> pilots = KeyResult(id="pilots", title="Pilots", start=0, target=10, check_ins=[CheckIn(day, value=7)])
    >>> north = Objective(id="north", title="Win the north", period=Period.quarter(2026, 3), key_results=[pilots])
    >>> kpis = score_kpis(STANDARD_KPI_SETS["rep"], {"revenue": 1})
    >>> both = combine(kpis, assess(north, as_of=day), kpi_weight=70, okr_weight=30)
    >>> print(both.breakdown.text())
    KPI and OKR: 91.00 = weighted mean of
      KPIs of a sales rep: 100.00 = weighted mean of
        Revenue: 100.00 = points on the curve of
          Revenue: 1
      OKR points: 70.00 = points on the curve of
        Win the north: 0.70 = weighted mean of
          Pilots: 0.70 = points on the curve of
            Pilots: 7
    """

    kpis: KpiScore
    objective: ObjectiveScore
    score: Score

    @property
    def value(self) -> float | None:
        """The points, 100 where targets and objectives are reached; ``None`` where nothing is known of either."""
        return self.score.value

    @cached_property
    def breakdown(self) -> Breakdown:
        """The one tree of both; the weights in it are those used."""
        tree, parts = self.score.breakdown, []
        known = (part.criterion.key for part in self.score.criteria if part.points is not None)
        for key, part in zip(known, tree.parts, strict=True):
            if key == _OKR_PART:
                parts.append(attrs.evolve(part, parts=[self.objective.breakdown]))
            else:
                parts.append(attrs.evolve(self.kpis.breakdown, weight=part.weight))
        return attrs.evolve(tree, label=Message("okr.combined"), parts=parts)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The points, what each of the two brought under which weight, and what is missing."""
        if self.value is None:
            return (Message("okr.text.nothing_combined"),)
        kpi, okr = self.score.criteria
        said = [Message.of("okr.text.combined", score=self.value)]
        for part, name in ((kpi, Message(self.kpis.kpis.title)), (okr, self.objective.label)):
            wording = "lacking" if part.points is None else "share"
            said.append(Message.of(f"okr.text.{wording}", name=name, points=part.points, weight=part.weight))
        return tuple(said)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the points and what they are made of for a reader."""
        between = render("format.sentences", lang=lang, catalogs=catalogs)
        return between.join(message.text(lang, catalogs) for message in self.messages)

    def rows(self) -> list[Row]:
        """Return a row for the KPIs and one for the objective, with the weights used."""
        kpi, okr = self.score.criteria
        return [
            {"part": name, "name": label, "points": part.points, "weight": part.weight, "treatment": part.treatment}
            for part, name, label in ((kpi, _KPI_PART, self.kpis.kpis.key), (okr, _OKR_PART, self.objective.objective.id))
        ]


def combine(kpis: KpiScore, objective: ObjectiveScore, *, kpi_weight: Points, okr_weight: Points) -> CombinedScore:
    """Put KPIs and OKRs together under stated weights.

    Parameters
    ----------
    kpis
        What the KPIs are worth, in points of which 100 mean that the targets are reached.
    objective
        How far the objective has come: its score of 1 is worth 100 points. Several objectives of one person are the children of
        one.
    kpi_weight, okr_weight
        How much each counts, above 0: 70 and 30, or 0.7 and 0.3.

    Returns
    -------
    CombinedScore
        Where nothing is known of one of the two, the other stands for the whole, and the result says so.

    Raises
    ------
    InvalidValueError
        If an argument is of another kind, or a weight is not above 0.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Objective, Period
    >>> from salesperf.okr import STANDARD_KPI_SETS, assess, score_kpis
    >>> kpis = score_kpis(STANDARD_KPI_SETS["rep"], {"revenue": 1.1})
    >>> aimed_at = assess(Objective(id="north", period=Period.quarter(2026, 3)), as_of=date(2026, 9, 30))
    >>> print(combine(kpis, aimed_at, kpi_weight=70, okr_weight=30).text())
    KPI and OKR together: 110.00 points. KPIs of a sales rep: 110.00 points, 100.0% of the weight. north: no score, so left out.
    """
    require(kpis, KpiScore, path=("kpis",))
    require(objective, ObjectiveScore, path=("objective",))
    low, high = kpis.score.card.low, kpis.score.card.high
    as_it_is = Curve({low: low, high: high}.items())
    in_points = Curve([(0, 0), (objective.stretch, _FULL * objective.stretch)])
    card = Scorecard(
        [
            _criterion(_KPI_PART, as_it_is, kpi_weight, "kpi_weight", kpis.kpis.title),
            _criterion(_OKR_PART, in_points, okr_weight, "okr_weight", "okr.points"),
        ]
    )
    facts = {_KPI_PART: kpis.value, _OKR_PART: objective.value}
    return CombinedScore(kpis=kpis, objective=objective, score=card.score(facts))


def _criterion(key: str, curve: Curve, weight: Points, name: str, title: str) -> Criterion:
    try:
        return Criterion(key, curve, weight, missing="leave_out", title=title)
    except InvalidValueError as error:
        raise error.at(name) from None
