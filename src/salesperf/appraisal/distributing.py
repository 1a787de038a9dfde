"""Forced distribution: heads by band in stated shares, exact, with the cuts that nobody could defend marked."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import attrs

from salesperf.appraisal.appraising import Appraisal
from salesperf.errors import InfeasibleError, InvalidInputError, InvalidValueError, SalesperfError
from salesperf.kernels.apportionment import apportion
from salesperf.messages import Catalogs
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.model.validators import as_tuple, check_choice, check_whole, is_identifier, repeated, require

__all__ = ["SMALLEST_GROUP", "TIES", "BandCut", "Distribution", "DistributionLine", "Ties", "distribute"]

Ties: TypeAlias = Literal["up", "down", "split"]
TIES: Final[tuple[Ties, ...]] = ("up", "down", "split")
"""Who straddles a cut with an equal score: all go to the better band, all to the worse, or they are parted by id."""

SMALLEST_GROUP: Final = 10
"""People below which shares of a whole say little: of five, a share of 10 % is half a person."""

_MOST: Final = 1_000_000
_DIGITS: Final = 9


@attrs.frozen(kw_only=True)
class DistributionLine:
    """Where somebody comes to stand.

    Attributes
    ----------
    rep
        Who.
    place
        From 1 for the best score; equal scores share the better place.
    score
        The score.
    before
        The band before.
    band
        The band by the distribution.

    Examples
    --------
    >>> DistributionLine(rep="ada", place=1, score=91.0, before="B", band="A").moved
    1
    """

    rep: str
    place: int
    score: float
    before: str | None
    band: str

    @property
    def moved(self) -> int:
        """1 where the distribution changed the band, else 0."""
        return int(self.band != self.before)


@attrs.frozen(kw_only=True)
class BandCut:
    """Where one band ends and the next begins.

    Attributes
    ----------
    above, below
        The bands.
    planned, heads
        How many were to be above the cut, and how many are.
    tied
        Who had an equal score on both sides of where the cut was planned; empty where nobody did.
    alike
        Who stands on either side of the cut and cannot be told apart by what was measured: the cut through them is marked.

    Examples
    --------
    >>> cut = BandCut(above="A", below="B", planned=2, heads=2, tied=(), alike=("ada", "bo"))
    >>> cut.is_marked
    True
    """

    above: str
    below: str
    planned: int
    heads: int
    tied: tuple[str, ...]
    alike: tuple[str, ...]

    @property
    def is_marked(self) -> bool:
        """Whether it parts people who cannot be told apart."""
        return bool(self.alike)


@attrs.frozen(kw_only=True)
class Distribution(Result):
    """A forced distribution (强制分布): made by :func:`distribute`.

    Attributes
    ----------
    lines : tuple of DistributionLine
        By score, the best first, then by id.
    planned : Mapping of str to int
        Heads by band, by the shares: they sum to the number of people exactly.
    heads : Mapping of str to int
        Heads by band, as they came out: those planned, unless ties straddle a cut and are not parted.
    cuts : tuple of BandCut
        Between the bands, best first.
    without_score : tuple of str
        Who has no score, and so no place: they are in no number here.

    Examples
    --------
    >>> from salesperf.appraisal import STANDARD_SCHEMES, appraise
    >>> told = [appraise(f"r-{n:02}", {"attainment": 0.6 + n / 20}, STANDARD_SCHEMES["rep"]) for n in range(10)]
    >>> spread = distribute(told, {"A": 20, "B": 70, "C": 10})
    >>> dict(spread.heads), spread.lines[-1].rep
    ({'A': 2, 'B': 7, 'C': 1}, 'r-00')
    """

    lines: tuple[DistributionLine, ...]
    cuts: tuple[BandCut, ...]
    without_score: tuple[str, ...]
    _bands: tuple[str, ...]
    _planned: tuple[int, ...]

    @property
    def planned(self) -> Mapping[str, int]:
        """Heads by band, best first, by the shares."""
        return MappingProxyType(dict(zip(self._bands, self._planned, strict=True)))

    @property
    def heads(self) -> Mapping[str, int]:
        """Heads by band, best first, as they came out."""
        counted = Counter(line.band for line in self.lines)
        return MappingProxyType({band: counted[band] for band in self._bands})

    @property
    def messages(self) -> tuple[Message, ...]:
        """What to know before anybody is told."""
        count = len(self.lines)
        said = [
            Message.of("appraisal.text.heads", band=band, heads=heads, count=count, share=heads / count)
            for band, heads in self.heads.items()
        ]
        for cut in self.cuts:
            named = {"above": cut.above, "below": cut.below}
            if cut.tied:
                said.append(Message.of("appraisal.text.tied", **named, reps=cut.tied, planned=cut.planned, heads=cut.heads))
            if cut.alike:
                said.append(Message.of("appraisal.text.alike", **named, reps=cut.alike))
        if self.without_score:
            said.append(Message.of("appraisal.text.without_score", reps=self.without_score))
        return tuple(said)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the heads by band, and the cuts to talk about, a line each."""
        return "\n".join(message.text(lang, catalogs) for message in self.messages)

    def rows(self) -> list[Row]:
        """Return a row for each person: place, score, the band before and the band by the distribution."""
        return [attrs.asdict(line) for line in self.lines]


def distribute(
    appraisals: Iterable[Appraisal],
    shares: Mapping[str, int | Decimal | Fraction] | Iterable[tuple[str, int | Decimal | Fraction]],
    *,
    ties: Ties = "up",
    minimum: int = SMALLEST_GROUP,
    alike: Iterable[Collection[str]] = (),
) -> Distribution:
    """Distribute people over bands in stated shares, by their scores.

    Parameters
    ----------
    appraisals
        One for each person, in any order. Who has no score has no place, and is named.
    shares
        Band to its share, best first; only their ratios matter, and one may be 0.
    ties
        What becomes of people with an equal score on both sides of a cut: one of :data:`TIES`.
    minimum
        People with a score below whom no distribution is forced.
    alike
        Groups of ids that cannot be told apart, such as those of a ranking: a cut through one is marked, not moved.

    Returns
    -------
    Distribution
        With the heads by band.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, somebody is appraised twice, or no share is above 0.
    InfeasibleError
        If there are fewer people than the minimum.

    Notes
    -----
    Heads are the shares of the number of people, rounded by largest remainders: they sum to it exactly. Scores are rounded
    to nine digits after the point before they are compared, as for bands.

    Forced distributions have known harms: they punish strong teams and reward luck. The marked cuts say where.

    Examples
    --------
    >>> from salesperf.appraisal import STANDARD_SCHEMES, appraise
    >>> told = [appraise(f"r-{n:02}", {"attainment": 1 if n < 4 else 0.8}, STANDARD_SCHEMES["rep"]) for n in range(10)]
    >>> print(distribute(told, {"A": 20, "B": 80}).text())
    A: 4 of 10 (40.0%).
    B: 6 of 10 (60.0%).
    Between A and B, r-00, r-01, r-02, r-03 have equal scores: 4 are above the cut, 2 were planned.
    """
    told = _appraised(appraisals)
    weights = _as_shares(shares)
    check_choice(ties, TIES, ("ties",))
    check_whole(minimum, ("minimum",), 1, _MOST)
    groups = _as_groups(alike)
    scored = sorted(
        ((-round(each.score.value, _DIGITS), each.rep, each) for each in told if each.score.value is not None),
        key=lambda entry: entry[:2],
    )
    if len(scored) < minimum:
        raise InfeasibleError("group_too_small", path=("appraisals",), minimum=minimum, value=len(scored))
    order = [each for _, _, each in scored]
    keys = [key for key, _, _ in scored]
    planned = _heads_of(len(order), weights)
    ends = list(accumulate(planned))
    moved = [_moved(end, keys, ties) for end in ends[:-1]]
    edges = [0, *moved, len(order)]
    bands = {each.rep: band for band, (start, end) in zip(weights, pairwise(edges), strict=True) for each in order[start:end]}
    place: dict[float, int] = {}
    for position, key in enumerate(keys, 1):
        place.setdefault(key, position)
    return Distribution(
        lines=tuple(
            DistributionLine(rep=each.rep, place=place[key], score=-key, before=each.band, band=bands[each.rep])
            for key, each in zip(keys, order, strict=True)
        ),
        cuts=tuple(
            BandCut(
                above=above,
                below=below,
                planned=end,
                heads=edge,
                tied=_tied(end, keys, order),
                alike=_parted(edge, order, groups),
            )
            for (above, below), end, edge in zip(pairwise(weights), ends, moved, strict=False)
        ),
        without_score=tuple(sorted(each.rep for each in told if each.score.value is None)),
        bands=tuple(weights),
        planned=planned,
    )


def _appraised(appraisals: Iterable[Appraisal]) -> tuple[Appraisal, ...]:
    told = as_tuple(appraisals)
    require(told, tuple, path=("appraisals",))
    faults: list[SalesperfError] = []
    for position, each in enumerate(told):
        require(each, Appraisal, path=("appraisals", position))
    for position, again in repeated(each.rep for each in told):
        faults.append(InvalidValueError("not_unique", path=("appraisals", position, "rep"), value=again))
    if faults:
        raise InvalidInputError(faults)
    return told


def _as_shares(
    shares: Mapping[str, int | Decimal | Fraction] | Iterable[tuple[str, int | Decimal | Fraction]],
) -> dict[str, int | Decimal | Fraction]:
    pairs = as_tuple(shares.items() if isinstance(shares, Mapping) else shares)
    require(pairs, tuple, path=("shares",))
    weights: dict[str, int | Decimal | Fraction] = {}
    for position, pair in enumerate(pairs):
        if not isinstance(pair, tuple) or len(pair) != len(("band", "share")) or not is_identifier(pair[0]):
            raise InvalidValueError("shares_of_bands", path=("shares", position))
        if pair[0] in weights:
            raise InvalidValueError("not_unique", path=("shares", position), value=pair[0])
        weights[pair[0]] = pair[1]
    if not weights:
        raise InvalidValueError("shares_of_bands", path=("shares",))
    return weights


def _as_groups(alike: Iterable[Collection[str]]) -> list[frozenset[str]]:
    groups = as_tuple(alike)
    require(groups, tuple, path=("alike",))
    found = []
    for position, group in enumerate(groups):
        ids = as_tuple(group)
        require(ids, tuple, path=("alike", position))
        for each in ids:
            if not is_identifier(each):
                raise InvalidValueError("empty", path=("alike", position), value=each)
        found.append(frozenset(ids))
    return found


def _heads_of(count: int, weights: Mapping[str, int | Decimal | Fraction]) -> tuple[int, ...]:
    """Return the heads of each band by its share."""
    try:
        return tuple(apportion(count, list(weights.values())).tolist())
    except InvalidValueError as error:
        raise error.at("shares", *error.path[1:]) from None


def _moved(end: int, keys: Sequence[float], ties: Ties) -> int:
    """Move a cut to where no equal scores are parted, unless they are to be."""
    if ties == "split" or not 0 < end < len(keys) or keys[end - 1] != keys[end]:
        return end
    return keys.index(keys[end]) if ties == "down" else len(keys) - keys[::-1].index(keys[end])


def _tied(end: int, keys: Sequence[float], order: Sequence[Appraisal]) -> tuple[str, ...]:
    """Return who has one score on both sides of a planned cut."""
    if not 0 < end < len(keys) or keys[end - 1] != keys[end]:
        return ()
    return tuple(each.rep for key, each in zip(keys, order, strict=True) if key == keys[end])


def _parted(edge: int, order: Sequence[Appraisal], groups: Sequence[frozenset[str]]) -> tuple[str, ...]:
    """Return who cannot be told apart from somebody on the other side of a cut."""
    above, below = ({each.rep for each in part} for part in (order[:edge], order[edge:]))
    return tuple(sorted({rep for group in groups if group & above and group & below for rep in group & (above | below)}))
