"""Deals followed to their end, or to the last day that counts, and told by what became of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from salesperf.funnel.following import Following
from salesperf.funnel.histories import Histories, check_labels, where
from salesperf.funnel.labelling import labels_of
from salesperf.funnel.outcome_tally import OutcomeTally, check_outcome_question
from salesperf.funnel.segmenting import counted_by
from salesperf.model.codes import EPOCH, Codes, Integers
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org
from salesperf.model.period import Period
from salesperf.model.process import SalesProcess
from salesperf.model.validators import require

__all__ = ["outcomes", "outcomes_columns"]


def outcomes(
    opportunities: Iterable[Opportunity],
    process: SalesProcess,
    *,
    as_of: date,
    period: Period | None = None,
    since: date | None = None,
    by: Sequence[str] = (),
    org: Org | None = None,
) -> OutcomeTally:
    """Count deals by what became of them, and how long that took, from each stage and from the beginning.

    Parameters
    ----------
    opportunities
        Deals of one process, in any order; one that comes twice is counted twice.
    process
        The process.
    as_of
        The day to whose end the deals are followed: what is later is not known, and what is open then is censored.
    period
        The days on which the deals began; ``None`` for all, with those of which nobody knows when.
    since
        The first day that was watched. Deals that ended before it are left out, and of those that were open then only what
        came later counts, each from the age that it had. State it where a source holds no deal that ended before some day,
        or to hear of recent days alone; ``None`` where all deals were watched from their beginning.
    by
        What to count apart, as of :func:`count`.
    org
        Who was in which team; needed where ``by`` names ``"team"``.

    Returns
    -------
    OutcomeTally
        Deals by days and cause; it tells chances to win, and :func:`time_to_win`, :func:`time_in_stage`,
        :func:`bottlenecks` and :func:`compare` take it.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, the first day lies after the last, ``by`` names a column of the result, or a deal is of
        another process: the path has its id.
    UnknownNameError
        If a deal is in a stage that the process does not have, or its owner is not in the org: the path has its id; or if
        ``by`` names what no deal bears and is easily mistaken for what one does, such as ``"owners"``.

    Notes
    -----
    An open deal is not lost: it is known to have lasted so long, and no more. Won, lost and cancelled compete: a deal that
    is lost can no more be won.

    A deal counts once in each stage that it entered, from its first day there; returning to it is part of what follows. To
    count from the last time there would choose by what came later. It ends as its last stage says, on the first day of the
    changes in a row that say so: one opened again is open, and one then won was won on the later day. A stage that was left
    out holds nothing of it, but was passed at once.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES, Change
    >>> def deal(id, *stages):
    ...     return Opportunity(id=id, history=[Change(date(2026, 9, day), stage=stage) for day, stage in enumerate(stages, 1)])
    >>> deals = [deal("o-1", "lead", "proposal", "closed"), deal("o-2", "lead", "opportunity", "lost"), deal("o-3", "lead")]
    >>> print(outcomes(deals, STANDARD_PROCESSES["basic"], as_of=date(2026, 9, 30)))
    stage        deals  won  lost  cancelled  open  undated  never_open
    lead             3    1     1          0     1
    opportunity      1    0     1          0     0
    proposal         1    1     0          0     0
    negotiation      0    0     0          0     0
                     3    1     1          0     1        0           0
    """
    by = check_outcome_question(process, as_of=as_of, period=period, since=since, by=by)
    require(opportunities, Iterable, path=("opportunities",))
    items = opportunities if isinstance(opportunities, Sequence) else tuple(opportunities)
    histories = Histories.of_deals(items, process, as_of)
    labels = labels_of(items, by, as_of=as_of, org=org)
    return _counted(histories, labels, as_of=as_of, period=period, since=since, by=by)


def outcomes_columns(
    process: SalesProcess,
    *,
    deal: Codes[str],
    stage: Codes[str],
    on: NDArray[np.datetime64],
    as_of: date,
    period: Period | None = None,
    since: date | None = None,
    by: Sequence[str] = (),
    segments: Mapping[str, Codes[str | None]] | None = None,
) -> OutcomeTally:
    """Count deals whose changes of stage stand in columns by what became of them, without making an object of each.

    Parameters
    ----------
    process, as_of, period, since
        As of :func:`outcomes`.
    deal, stage, on, by, segments
        As of :func:`count_columns`.

    Returns
    -------
    OutcomeTally
        The same as :func:`outcomes` gives for the same deals.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, columns differ in length, days are no days, or a deal lacks the day of more than one
        change.
    UnknownNameError
        If a row enters a stage that the process does not have, or ``by`` names what ``segments`` has not.

    Notes
    -----
    A row that names the stage in which its deal is changes nothing.

    Examples
    --------
    >>> from salesperf import STANDARD_PROCESSES
    >>> counted = outcomes_columns(
    ...     STANDARD_PROCESSES["basic"],
    ...     deal=Codes(np.array([0, 1, 0]), ("o-1", "o-2")),
    ...     stage=Codes(np.array([0, 0, 1]), ("lead", "closed")),
    ...     on=np.array(["2026-09-01", "2026-09-05", "2026-09-20"], dtype="datetime64[D]"),
    ...     as_of=date(2026, 9, 30),
    ... )
    >>> print(counted)
    stage        deals  won  lost  cancelled  open  undated  never_open
    lead             2    1     0          0     1
    opportunity      0    0     0          0     0
    proposal         0    0     0          0     0
    negotiation      0    0     0          0     0
                     2    1     0          0     1        0           0
    """
    by = check_outcome_question(process, as_of=as_of, period=period, since=since, by=by)
    histories = Histories.of_columns(process, deal=deal, stage=stage, on=on, as_of=as_of)
    labels = {} if segments is None else segments
    check_labels(by, labels, histories.deals)
    return _counted(histories, labels, as_of=as_of, period=period, since=since, by=by)


def _counted(
    histories: Histories,
    labels: Mapping[str, Codes[str | None]],
    *,
    as_of: date,
    period: Period | None,
    since: date | None,
    by: tuple[str, ...],
) -> OutcomeTally:
    """Count deals, given their histories, and a label for each by name."""
    asked = where(histories.is_within(histories.courses.begin, period))
    segment, segments = histories.segmented(by, labels, asked)
    is_undated, was_open = histories.is_undated[asked], histories.courses.furthest[asked] >= 0
    told: Integers = np.full(histories.is_undated.size, -1, dtype=np.int64)
    told[asked] = np.where(was_open, segment, -1)
    watched = histories.events.since if since is None else since.toordinal() - EPOCH
    (cells, counts), (passages, passage_counts) = Following(histories).counted(told, len(segments), watched=watched)
    return OutcomeTally(
        process=histories.process,
        as_of=as_of,
        period=period,
        since=since,
        by=by,
        segments=segments,
        cells=cells,
        counts=counts,
        passages=passages,
        passage_counts=passage_counts,
        undated=counted_by(segment, is_undated, len(segments)),
        never_open=counted_by(segment, ~(is_undated | was_open), len(segments)),
    )
