"""By what people are appraised: a scorecard with its bands, and what follows from a band."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias, cast

import attrs

from salesperf.appraisal.rewarding import RewardRule
from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.model.frozen import FrozenMap
from salesperf.model.scale import Curve, Points
from salesperf.model.validators import as_frozen_map, as_tuple, check_number, each, identifier, of_type, repeated, require
from salesperf.scorecard import Bands, Criterion, Scorecard

__all__ = ["RATING", "STANDARD_SCHEMES", "AppraisalScheme"]

RATING: Final = Curve([(1, 0), (5, 100)])
"""What a rating from 1 to 5 is worth: 25 points a step."""

_ACHIEVEMENT: Final = Curve([(0.5, 0), (1, 80), (1.25, 100)])
"""What the share of a target is worth: nothing up to a half, 80 points for the target, 100 for a quarter more."""
_SHARE: Final = Curve([(0, 0), (1, 100)])


Range: TypeAlias = tuple[Points, Points]
"""The least and the most that a fact can be, both included."""

_NOTHING: Final[FrozenMap[str, Range]] = FrozenMap()
_RATED: Final = (1, 5)
_SHARED: Final = (0, 1)
_ACHIEVED: Final = (-10, 10)
"""Ten times a target is a slip of the pen, such as 105 for 105 %; what is returned may take the share of it below nothing."""


def _as_ranges(value: Mapping[str, Range]) -> FrozenMap[str, Range]:
    ranges: object = value
    if isinstance(ranges, Mapping):
        ranges = {key: as_tuple(ends) for key, ends in ranges.items()}
    return as_frozen_map(cast("Mapping[str, Range]", ranges))


def _as_rewards(value: Iterable[RewardRule]) -> tuple[RewardRule, ...]:
    return as_tuple(value)


@attrs.frozen(kw_only=True)
class AppraisalScheme:
    """By what people are appraised (绩效考核方案).

    Parameters
    ----------
    key
        What it goes by: ``"rep"``.
    card
        What counts, quantitative and qualitative: a scorecard, whose criteria may be scorecards themselves.
    bands
        The bands of its score, best first.
    rewards
        What follows from a band, for good or ill; each key once.
    title
        What a reader sees: a message key or plain text.
    ranges
        By the key of a fact the least and the most that it can be, both included: what lies outside is refused.

    Raises
    ------
    InvalidValueError
        If a value is malformed, the key of a reward comes twice, one is for a criterion whose key comes twice, or a range is
        no pair of numbers that rise.
    UnknownNameError
        If a reward is for a band, or for a criterion, that there is not, or a range for a fact that nothing asks for; the path
        names it.

    Examples
    --------
    >>> scheme = STANDARD_SCHEMES["manager"]
    >>> [criterion.key for criterion in scheme.card.criteria]
    ['performance', 'strategy', 'team_management', 'communication']
    >>> scheme.bands.labels
    ('A', 'B', 'C', 'D')
    """

    key: str = attrs.field(validator=identifier)
    card: Scorecard = attrs.field(validator=of_type(Scorecard))
    bands: Bands = attrs.field(validator=of_type(Bands))
    rewards: tuple[RewardRule, ...] = attrs.field(default=(), converter=_as_rewards, validator=each(of_type(RewardRule)))
    title: str = attrs.field(validator=identifier)
    ranges: FrozenMap[str, Range] = attrs.field(default=_NOTHING, converter=_as_ranges, validator=of_type(FrozenMap))

    @title.default
    def _key_as_title(self) -> str:
        return self.key

    def __attrs_post_init__(self) -> None:
        """Check the rewards against the card and its bands, and the ranges against the card."""
        self._check_ranges()
        for position, again in repeated(rule.key for rule in self.rewards):
            raise InvalidValueError("not_unique", path=("AppraisalScheme", "rewards", position, "key"), value=again)
        known = tuple(_criterion_keys(self.card))
        for position, rule in enumerate(self.rewards):
            path = ("AppraisalScheme", "rewards", position)
            for label in rule.bands:
                if label not in self.bands.labels:
                    raise UnknownNameError("unknown_band", path=(*path, "bands"), choices=self.bands.labels, value=label)
            if rule.criterion is not None and rule.criterion not in known:
                raise UnknownNameError("choice", path=(*path, "criterion"), choices=known, value=rule.criterion)
            if known.count(rule.criterion) > 1:
                raise InvalidValueError("not_unique", path=(*path, "criterion"), value=rule.criterion)

    def _check_ranges(self) -> None:
        asked = self.card.fact_keys()
        for key, ends in self.ranges.items():
            path = ("AppraisalScheme", "ranges", key)
            if key not in asked:
                raise UnknownNameError("choice", path=path, choices=asked, value=key)
            require(ends, tuple, path=path)
            if len(ends) != len(("least", "most")):
                raise InvalidValueError("length", path=path, expected=2, value=len(ends))
            for end in ends:
                check_number(end, path)
            low, high = ends
            if low > high:
                raise InvalidValueError("interval_reversed", path=path, low=low, high=high)


def _criterion_keys(card: Scorecard) -> Iterable[str]:
    for criterion in card.criteria:
        yield criterion.key
        if isinstance(criterion.scale, Scorecard):
            yield from _criterion_keys(criterion.scale)


_BANDS: Final = Bands([("A", 90), ("B", 75), ("C", 60), ("D", 0)])


def _asked(key: str, scale: Curve | Scorecard, weight: int) -> Criterion:
    """Make a criterion of a ready-made scheme: what is not known is left out, and said to be."""
    return Criterion(key, scale, weight, missing="leave_out", title=f"appraisal.criterion.{key}")


def _ratings(**weights: int) -> Scorecard:
    return Scorecard([_asked(key, RATING, weight) for key, weight in weights.items()])


_RESULTS: Final = [_asked("attainment", _ACHIEVEMENT, 3), _asked("okr", _SHARE, 1)]
_DISCIPLINE: Final = [_asked("follow_up_on_time", _SHARE, 1), _asked("records_complete", _SHARE, 1)]

_RESULT_RANGES: Final = {"attainment": _ACHIEVED, "okr": _SHARED}


def _rated(*keys: str) -> dict[str, Range]:
    return dict.fromkeys(keys, _RATED)


_REWARDS: Final = (
    RewardRule(key="recognition", kind="reward", bands=("A",), due_days=14, title="appraisal.reward.recognition"),
    RewardRule(key="improvement_plan", kind="penalty", bands=("D",), due_days=14, title="appraisal.reward.improvement_plan"),
)

STANDARD_SCHEMES: Final[Mapping[str, AppraisalScheme]] = MappingProxyType(
    {
        scheme.key: scheme
        for scheme in (
            AppraisalScheme(
                key="rep",
                card=Scorecard(
                    [
                        _asked("results", Scorecard(_RESULTS), 60),
                        _asked("behaviour", Scorecard(_DISCIPLINE), 10),
                        _asked("attitude", _ratings(initiative=1, reliability=1), 15),
                        _asked("teamwork", _ratings(cooperation=1, knowledge_sharing=1), 15),
                    ]
                ),
                bands=_BANDS,
                rewards=_REWARDS,
                title="appraisal.scheme.rep",
                ranges={
                    **_RESULT_RANGES,
                    **dict.fromkeys(("follow_up_on_time", "records_complete"), _SHARED),
                    **_rated("initiative", "reliability", "cooperation", "knowledge_sharing"),
                },
            ),
            AppraisalScheme(
                key="manager",
                card=Scorecard(
                    [
                        _asked("performance", Scorecard(_RESULTS), 40),
                        _asked("strategy", _ratings(planning=1, market_insight=1), 20),
                        _asked("team_management", _ratings(hiring=1, coaching=1, fairness=1), 25),
                        _asked("communication", _ratings(upward=1, across=1, customers=1), 15),
                    ]
                ),
                bands=_BANDS,
                rewards=_REWARDS,
                title="appraisal.scheme.manager",
                ranges={
                    **_RESULT_RANGES,
                    **_rated("planning", "market_insight", "hiring", "coaching", "fairness", "upward", "across", "customers"),
                },
            ),
        )
    }
)
"""Ready-made schemes: of a rep by results, behaviour, attitude and teamwork; of a manager by the four dimensions 业绩表现,
战略规划, 团队管理 and 沟通协调. Weights, curves and cuts are conventions of ours without a source: state your own.

``attainment`` is the share of the target, ``okr`` a score from 0 to 1, ``follow_up_on_time`` and ``records_complete`` are
shares, as ``followup.punctuality(...).of(rep).rate`` and ``quality.audit(...).of([rep]).dimension_share("completeness")``
tell them; all others are ratings from 1 to 5. Facts outside these ranges are refused; an attainment beyond ten times the target
is taken for a percentage.
"""
