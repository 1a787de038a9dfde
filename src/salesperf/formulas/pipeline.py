"""Formulas of the pipeline: deals that are open, won, lost and late."""

from typing import overload

import numpy as np

from salesperf.formulas.quotient import per
from salesperf.kernels.elementwise import elementwise
from salesperf.kernels.numeric import AnyColumn, Column, Number

__all__ = [
    "cohort_win_rate",
    "conversion_rate",
    "gross_coverage",
    "pipeline_coverage",
    "pipeline_needed",
    "pipeline_shortfall",
    "sales_velocity",
    "slip_rate",
    "slip_rate_by_value",
    "weighted_value",
    "win_rate",
    "win_rate_by_value",
]


@overload
def conversion_rate(converted: Number, entered: Number) -> float: ...
@overload
def conversion_rate(converted: AnyColumn, entered: AnyColumn) -> Column: ...
@elementwise()
def conversion_rate(converted: Column, entered: Column) -> Column:
    """Conversion rate (转化率): the share that moved on from one stage to the next.

    Parameters
    ----------
    converted, entered
        How many moved on, and how many of them there were; numbers or columns.

    Returns
    -------
    float or Column
        A fraction.

    Notes
    -----
    converted / entered

    References
    ----------
    Farris et al., *Marketing Metrics*, chapter 6, on the sales pipeline.

    Examples
    --------
    >>> conversion_rate(12, 80)
    0.15
    """
    return per(converted, entered)


@overload
def win_rate(won: Number, lost: Number) -> float: ...
@overload
def win_rate(won: AnyColumn, lost: AnyColumn) -> Column: ...
@elementwise()
def win_rate(won: Column, lost: Column) -> Column:
    """Win rate (赢单率): the share of decided deals that were won, by number.

    Parameters
    ----------
    won, lost
        Deals closed in the period, won and lost; cancelled and open ones are neither. Numbers or columns.

    Returns
    -------
    float or Column
        A fraction.

    Notes
    -----
    won / (won + lost)

    References
    ----------
    D. Kellogg, "Win rates, close rates and milestone vs. cohort analysis", Kellblog: the narrow win rate.

    Examples
    --------
    >>> win_rate(3, 7)
    0.3
    """
    return per(won, won + lost)


@overload
def win_rate_by_value(won_value: Number, lost_value: Number) -> float: ...
@overload
def win_rate_by_value(won_value: AnyColumn, lost_value: AnyColumn) -> Column: ...
@elementwise()
def win_rate_by_value(won_value: Column, lost_value: Column) -> Column:
    """Win rate by value (金额赢单率): the share of the decided money that was won.

    Parameters
    ----------
    won_value, lost_value
        Value of the deals closed in the period, won and lost, in one unit; numbers or columns.

    Returns
    -------
    float or Column
        A fraction.

    Notes
    -----
    won value / (won value + lost value)

    References
    ----------
    As :func:`win_rate`, with money for deals. Where large deals are lost more often it is the lower of the two.

    Examples
    --------
    >>> win_rate_by_value(120_000, 380_000)
    0.24
    """
    return per(won_value, won_value + lost_value)


@overload
def cohort_win_rate(won: Number, created: Number) -> float: ...
@overload
def cohort_win_rate(won: AnyColumn, created: AnyColumn) -> Column: ...
@elementwise()
def cohort_win_rate(won: Column, created: Column) -> Column:
    """Win rate of a cohort (同期群赢单率): of the deals created in a period, the share won by now.

    Parameters
    ----------
    won, created
        Deals created in the period: those won since, and all of them, open ones too. Numbers or columns.

    Returns
    -------
    float or Column
        A fraction, which can only rise as the cohort ages.

    Notes
    -----
    won / created

    References
    ----------
    Varicent, *Lift guide*, "Created win rate".

    Examples
    --------
    >>> cohort_win_rate(3, 100)
    0.03
    """
    return per(won, created)


@overload
def weighted_value(open_value: Number, probability: Number) -> float: ...
@overload
def weighted_value(open_value: AnyColumn, probability: AnyColumn) -> Column: ...
@elementwise()
def weighted_value(open_value: Column, probability: Column) -> Column:
    """Weighted pipeline (加权金额): what an open deal counts for.

    Parameters
    ----------
    open_value
        Value of the deal, in money; a number or a column.
    probability
        Its chance to be won, a fraction.

    Returns
    -------
    float or Column
        In the unit of the value; sums over deals to the weighted pipeline.

    Notes
    -----
    value x probability

    References
    ----------
    Zoho, "Weighted pipeline".

    Examples
    --------
    >>> weighted_value(50_000, 0.4)
    20000.0
    """
    return open_value * probability


@overload
def pipeline_coverage(open_value: Number, target: Number, won_value: Number) -> float: ...
@overload
def pipeline_coverage(open_value: AnyColumn, target: AnyColumn, won_value: AnyColumn) -> Column: ...
@elementwise()
def pipeline_coverage(open_value: Column, target: Column, won_value: Column) -> Column:
    """Pipeline coverage (商机覆盖率): open pipeline over what is still to be won.

    Parameters
    ----------
    open_value
        Value of the open deals that are expected to close in the period; a number or a column.
    target, won_value
        The target of the period, and the value won in it so far; in the same unit.

    Returns
    -------
    float or Column
        Times: 3 is three for each one that is missing; ``nan`` where the target is reached.

    Notes
    -----
    open value / (target - won value)

    References
    ----------
    Petavue, *Pipeline coverage*: against the remaining quota. Against the whole of it: :func:`gross_coverage`.

    Examples
    --------
    >>> pipeline_coverage(600_000, 500_000, 300_000)
    3.0
    """
    return per(open_value, target - won_value)


@overload
def gross_coverage(open_value: Number, target: Number) -> float: ...
@overload
def gross_coverage(open_value: AnyColumn, target: AnyColumn) -> Column: ...
@elementwise()
def gross_coverage(open_value: Column, target: Column) -> Column:
    """Gross coverage (总覆盖率): open pipeline over the whole target, whatever has been won.

    Parameters
    ----------
    open_value, target
        Value of the open deals that are expected to close in the period, and its target; in one unit, numbers or
        columns.

    Returns
    -------
    float or Column
        Times.

    Notes
    -----
    open value / target

    References
    ----------
    MetricKit, *Pipeline coverage*.

    Examples
    --------
    >>> gross_coverage(600_000, 500_000)
    1.2
    """
    return per(open_value, target)


@overload
def pipeline_needed(target: Number, won_value: Number, win_rate_by_value: Number) -> float: ...
@overload
def pipeline_needed(target: AnyColumn, won_value: AnyColumn, win_rate_by_value: AnyColumn) -> Column: ...
@elementwise()
def pipeline_needed(target: Column, won_value: Column, win_rate_by_value: Column) -> Column:
    """Pipeline needed (所需商机金额): the open value from which the rest of the target may be expected.

    Parameters
    ----------
    target, won_value
        The target of the period, and the value won in it so far; in one unit, numbers or columns.
    win_rate_by_value
        A fraction, as of :func:`win_rate_by_value`.

    Returns
    -------
    float or Column
        In the unit of the target; 0 once the target is reached, ``nan`` where nothing is ever won.

    Notes
    -----
    max(target - won value, 0) / win rate by value

    References
    ----------
    MetricKit, *Pipeline coverage*: a coverage of about 1 / win rate.

    Examples
    --------
    >>> pipeline_needed(500_000, 300_000, 0.25)
    800000.0
    """
    return per(np.maximum(target - won_value, 0), win_rate_by_value)


@overload
def pipeline_shortfall(target: Number, won_value: Number, win_rate_by_value: Number, open_value: Number) -> float: ...
@overload
def pipeline_shortfall(
    target: AnyColumn, won_value: AnyColumn, win_rate_by_value: AnyColumn, open_value: AnyColumn
) -> Column: ...
@elementwise()
def pipeline_shortfall(target: Column, won_value: Column, win_rate_by_value: Column, open_value: Column) -> Column:
    """Pipeline shortfall (商机缺口): how much open value is missing.

    Parameters
    ----------
    target, won_value
        The target of the period, and the value won in it so far; in one unit, numbers or columns.
    win_rate_by_value
        A fraction, as of :func:`win_rate_by_value`.
    open_value
        Value of the open deals that are expected to close in the period.

    Returns
    -------
    float or Column
        In the unit of the target; negative where there is more than is needed.

    Notes
    -----
    pipeline needed - open value

    References
    ----------
    As :func:`pipeline_needed`.

    Examples
    --------
    >>> pipeline_shortfall(500_000, 300_000, 0.25, 600_000)
    200000.0
    """
    return pipeline_needed(target, won_value, win_rate_by_value) - open_value


@overload
def sales_velocity(open_deals: Number, win_rate: Number, average_won_value: Number, average_cycle_days: Number) -> float: ...
@overload
def sales_velocity(
    open_deals: AnyColumn, win_rate: AnyColumn, average_won_value: AnyColumn, average_cycle_days: AnyColumn
) -> Column: ...
@elementwise()
def sales_velocity(open_deals: Column, win_rate: Column, average_won_value: Column, average_cycle_days: Column) -> Column:
    """Sales velocity (销售速度): the money that the pipeline turns out a day.

    Parameters
    ----------
    open_deals
        How many deals are open; a number or a column.
    win_rate
        A fraction by number, as of :func:`win_rate`.
    average_won_value
        Average value of a won deal, in money.
    average_cycle_days
        Average days from creation to the win of a won deal.

    Returns
    -------
    float or Column
        Money a day.

    Notes
    -----
    open deals x win rate x average won value / average cycle days

    References
    ----------
    Also called pipeline velocity: Salesforce and HubSpot define it so.

    Examples
    --------
    >>> sales_velocity(40, 0.25, 27_000, 90)
    3000.0
    """
    return per(open_deals * win_rate * average_won_value, average_cycle_days)


@overload
def slip_rate(slipped: Number, due: Number) -> float: ...
@overload
def slip_rate(slipped: AnyColumn, due: AnyColumn) -> Column: ...
@elementwise()
def slip_rate(slipped: Column, due: Column) -> Column:
    """Slip rate (滑单率): the share of deals due in a period that moved past its end, by number.

    Parameters
    ----------
    slipped, due
        Deals expected, at the opening of the period, to close in it: those whose expected close has moved past its end,
        and all of them. Numbers or columns.

    Returns
    -------
    float or Column
        A fraction.

    Notes
    -----
    slipped / due

    References
    ----------
    Sightfull, *Metrics library*, "Slipped pipeline".

    Examples
    --------
    >>> slip_rate(6, 24)
    0.25
    """
    return per(slipped, due)


@overload
def slip_rate_by_value(slipped_value: Number, due_value: Number) -> float: ...
@overload
def slip_rate_by_value(slipped_value: AnyColumn, due_value: AnyColumn) -> Column: ...
@elementwise()
def slip_rate_by_value(slipped_value: Column, due_value: Column) -> Column:
    """Slip rate by value (金额滑单率): the share of the money due in a period that moved past its end.

    Parameters
    ----------
    slipped_value, due_value
        Value, at the opening of the period, of the deals that :func:`slip_rate` counts; in one unit, numbers or
        columns.

    Returns
    -------
    float or Column
        A fraction.

    Notes
    -----
    slipped value / due value

    References
    ----------
    As :func:`slip_rate`.

    Examples
    --------
    >>> slip_rate_by_value(90_000, 240_000)
    0.375
    """
    return per(slipped_value, due_value)
