"""What would lift a score into a better band, at the least cost."""

from collections.abc import Mapping

import attrs

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.messages import Catalogs, display
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.scale import Points
from salesperf.model.validators import check_number, require
from salesperf.scorecard.bands import Bands
from salesperf.scorecard.card import Scorecard
from salesperf.scorecard.criteria import CardTerms
from salesperf.scorecard.scored import Score, scalar, shown, told_apart
from salesperf.scorecard.searching import NEVER, ChangeSet, FactChange, Search

__all__ = ["Lift", "what_if"]


@attrs.frozen(kw_only=True)
class Lift(Result):
    """What would lift a score into a band.

    Attributes
    ----------
    score
        The score as it is.
    target
        The band to reach.
    single
        The cheapest change of one fact that reaches it; ``None`` where none does.
    cheapest
        The cheapest set of changes found; ``None`` where nothing that may change reaches it.
    is_exact
        Whether no set of changes is cheaper, up to whole numbers where the fact is one, and to a millionth of what a change
        costs; see :func:`what_if`.

    Examples
    --------
    >>> from salesperf import Curve, Flag
    >>> from salesperf.scorecard import Bands, Criterion, Scorecard, what_if
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)]), 3), Criterion("has_budget", Flag(100))])
    >>> print(what_if(card, {"visits": 6, "has_budget": False}, Bands([("A", 80), ("B", 0)])).text())
    No single change makes it A. What would make it A: has_budget from no to yes, visits from 6 to 8 (score 85.00).
    """

    score: Score
    target: str
    single: ChangeSet | None
    cheapest: ChangeSet | None
    is_exact: bool

    def rows(self) -> list[Row]:
        """Return a row for each change of the cheapest set."""
        return [
            {"fact": change.key, "before": scalar(change.before), "after": scalar(change.after), "cost": change.cost}
            for change in (() if self.cheapest is None else self.cheapest.changes)
        ]

    @property
    def messages(self) -> tuple[Message, ...]:
        """The sentences that say it."""
        band = self.target
        if self.cheapest is None:
            return (Message.of("scorecard.text.no_lift", band=band),)
        if not self.cheapest.changes:
            return (Message.of("scorecard.text.reached", band=band),)
        if self.single is None:
            first = Message.of("scorecard.text.no_single", band=band)
        else:
            (change,) = self.single.changes
            score = self.single.score.value
            first = Message.of("scorecard.text.single", band=band, change=_step(change), score=score)
            if len(self.cheapest.changes) == 1:
                return (first,)
        steps = tuple(map(_step, self.cheapest.changes))
        return first, Message.of("scorecard.text.lift", band=band, changes=steps, score=self.cheapest.score.value)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write it in a language, as one paragraph."""
        between = display(Message("scorecard.text.between"), lang=lang, catalogs=catalogs)
        return between.join(message.text(lang, catalogs) for message in self.messages)


def _step(change: FactChange) -> Message:
    """Return a change with what would have to be in all its digits, so that whoever takes them reaches the band."""
    before, _ = told_apart(change.before, change.after)
    return Message.of("scorecard.text.step", criterion=change.label, before=before, after=shown(change.after, 0.0))


def what_if(
    card: Scorecard,
    facts: Mapping[str, object],
    bands: Bands,
    *,
    target: str | None = None,
    costs: Mapping[str, Points] | None = None,
    previous: str | None = None,
) -> Lift:
    """Find the cheapest single change, and the cheapest set of changes, that lift a score into a band.

    Parameters
    ----------
    card, facts
        What is scored, and what is known.
    bands
        The bands.
    target
        The band to reach; ``None`` for the one above that of the score.
    costs
        Name of a fact to what it costs to move it through the whole range of its points, above 0; 1 where it is not named, and
        infinity for what nobody can change, such as the size of a company.
    previous
        The band before, where the bands have a margin.

    Raises
    ------
    InvalidInputError
        As :meth:`Scorecard.score`.
    UnknownNameError
        If there is no such band, or a cost is that of a fact that the card does not ask for.
    InvalidValueError
        If a cost is not above 0.

    Notes
    -----
    A change costs its points as a share of the range of its scale, the largest share where several criteria ask for one fact,
    times the stated cost; to find out what is not known costs the whole. Flags, steps and categories change as a whole; along a
    curve that only rises or only falls a fact moves as far as is needed. In sums and means of such scales a set of least cost
    has at most one curve along which a fact stops midway. So all sets of whole changes are tried, up to 4,096, and in each set
    every curve in turn is drawn back as far as the band allows: that is exact. It is a search that may miss the cheapest, and
    ``is_exact`` says so, in a product, where a curve both rises and falls, where several criteria or gates ask for the number,
    and in a large card, whose sets are built by the most points for the cost. Where a fact is a whole number, it ends on one.
    Any other number ends on few digits, if that costs no more, and is told in all of them: whoever takes it reaches the band.
    A category becomes one that a scale knows.

    Examples
    --------
    >>> import math
    >>> from salesperf import Categories, Curve
    >>> from salesperf.scorecard import Bands, Criterion, Scorecard
    >>> size = Criterion("size", Categories({"large": 100, "small": 20}))
    >>> card = Scorecard([Criterion("visits", Curve([(0, 0), (10, 100)])), size])
    >>> bands = Bands([("A", 80), ("B", 50), ("C", 0)])
    >>> lifted = what_if(card, {"visits": 2, "size": "small"}, bands, costs={"size": math.inf})
    >>> print(lifted.text())
    The cheapest single change that would make it B: visits from 2 to 8 (score 50.00).
    """
    require(card, Scorecard, path=("card",))
    require(bands, Bands, path=("bands",))
    score = card.score(facts)
    goal = _goal(bands, score, target, previous)
    search = Search(card, facts, bands, goal, previous, _checked_costs(card, {} if costs is None else costs))
    if search.is_reached({}):
        nothing = ChangeSet(changes=(), score=score)
        return Lift(score=score, target=goal, single=nothing, cheapest=nothing, is_exact=True)
    found = search.found()
    single = search.cheapest([changes for changes in found if len(changes) == 1])
    return Lift(score=score, target=goal, single=single, cheapest=search.cheapest(found), is_exact=search.is_exact)


def _goal(bands: Bands, score: Score, target: str | None, previous: str | None) -> str:
    if target is not None:
        if target not in bands.labels:
            raise UnknownNameError("unknown_band", path=("target",), choices=bands.labels, value=target)
        return target
    band = bands.band(score, previous)
    place = len(bands.labels) if band is None else bands.labels.index(band)
    return bands.labels[max(place - 1, 0)]


def _checked_costs(card: CardTerms, costs: Mapping[str, Points]) -> dict[str, float]:
    require(costs, Mapping, path=("costs",))
    keys = card.fact_keys()
    for key, cost in costs.items():
        if key not in keys:
            raise UnknownNameError("unknown_fact", path=("costs",), choices=keys, value=key)
        if not (isinstance(cost, float) and cost == NEVER):
            check_number(cost, ("costs", key))
        if not cost > 0:
            raise InvalidValueError("not_positive", path=("costs", key), value=cost)
    return {key: float(costs.get(key, 1)) for key in keys}
