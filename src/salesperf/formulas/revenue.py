"""Formulas of money: what sales bring, what they cost, and what is contracted."""

from typing import overload

from salesperf.formulas.quotient import per
from salesperf.kernels.elementwise import elementwise
from salesperf.kernels.numeric import AnyColumn, Column, Number

__all__ = [
    "acquisition_cost",
    "annual_recurring_revenue",
    "average_order_value",
    "gross_margin",
    "gross_margin_rate",
    "market_share",
    "output_per_head",
    "return_on_investment",
    "total_contract_value",
]


@overload
def average_order_value(revenue: Number, orders: Number) -> float: ...
@overload
def average_order_value(revenue: AnyColumn, orders: AnyColumn) -> Column: ...
@elementwise()
def average_order_value(revenue: Column, orders: Column) -> Column:
    """Average order value (客单价): revenue of an order.

    Parameters
    ----------
    revenue
        In money; a number or a column.
    orders
        How many orders it came from.

    Returns
    -------
    float or Column
        Money an order.

    Notes
    -----
    revenue / orders

    References
    ----------
    Shopify, *Analytics*, "Average order value".

    Examples
    --------
    >>> average_order_value(54_000, 120)
    450.0
    """
    return per(revenue, orders)


@overload
def gross_margin(revenue: Number, cost_of_sales: Number) -> float: ...
@overload
def gross_margin(revenue: AnyColumn, cost_of_sales: AnyColumn) -> Column: ...
@elementwise()
def gross_margin(revenue: Column, cost_of_sales: Column) -> Column:
    """Gross margin (毛利): what revenue leaves after the cost of what was sold.

    Parameters
    ----------
    revenue, cost_of_sales
        In one currency; numbers or columns.

    Returns
    -------
    float or Column
        In money; negative where goods were sold below cost.

    Notes
    -----
    revenue - cost of sales

    References
    ----------
    Farris et al., *Marketing Metrics*, chapter 3.

    Examples
    --------
    >>> gross_margin(200, 150)
    50.0
    """
    return revenue - cost_of_sales


@overload
def gross_margin_rate(revenue: Number, cost_of_sales: Number) -> float: ...
@overload
def gross_margin_rate(revenue: AnyColumn, cost_of_sales: AnyColumn) -> Column: ...
@elementwise()
def gross_margin_rate(revenue: Column, cost_of_sales: Column) -> Column:
    """Gross margin rate (毛利率): gross margin as a share of revenue.

    Parameters
    ----------
    revenue, cost_of_sales
        In one currency; numbers or columns.

    Returns
    -------
    float or Column
        A fraction, at most 1.

    Notes
    -----
    (revenue - cost of sales) / revenue

    References
    ----------
    Farris et al., *Marketing Metrics*, chapter 3.

    Examples
    --------
    >>> gross_margin_rate(200, 150)
    0.25
    """
    return per(revenue - cost_of_sales, revenue)


@overload
def market_share(revenue: Number, market_size: Number) -> float: ...
@overload
def market_share(revenue: AnyColumn, market_size: AnyColumn) -> Column: ...
@elementwise()
def market_share(revenue: Column, market_size: Column) -> Column:
    """Market share (市场占有率): the part of what a market buys that is bought here.

    Parameters
    ----------
    revenue, market_size
        Own sales, and those of all sellers, own included; both in money or both in units, numbers or columns.

    Returns
    -------
    float or Column
        A fraction.

    Notes
    -----
    own sales / sales of the market

    References
    ----------
    Farris et al., *Marketing Metrics*, chapter 2.

    Examples
    --------
    >>> market_share(30, 120)
    0.25
    """
    return per(revenue, market_size)


@overload
def output_per_head(revenue: Number, headcount: Number) -> float: ...
@overload
def output_per_head(revenue: AnyColumn, headcount: AnyColumn) -> Column: ...
@elementwise()
def output_per_head(revenue: Column, headcount: Column) -> Column:
    """Output per head (人均单产): revenue of a full-time seller.

    Parameters
    ----------
    revenue
        In money; a number or a column.
    headcount
        Full-time equivalents who served, on average over the period.

    Returns
    -------
    float or Column
        Money a head.

    Notes
    -----
    revenue / headcount

    References
    ----------
    Farris et al., *Marketing Metrics*, chapter 6, on sales force results.

    Examples
    --------
    >>> output_per_head(1_200_000, 8)
    150000.0
    """
    return per(revenue, headcount)


@overload
def acquisition_cost(acquisition_spend: Number, new_customers: Number) -> float: ...
@overload
def acquisition_cost(acquisition_spend: AnyColumn, new_customers: AnyColumn) -> Column: ...
@elementwise()
def acquisition_cost(acquisition_spend: Column, new_customers: Column) -> Column:
    """Acquisition cost (获客成本, CAC): what it costs to win a customer.

    Parameters
    ----------
    acquisition_spend
        Spent on winning customers, sales and marketing, in money; a number or a column.
    new_customers
        How many were won by it.

    Returns
    -------
    float or Column
        Money a customer.

    Notes
    -----
    acquisition spend / new customers

    References
    ----------
    Farris et al., *Marketing Metrics*, chapter 5.

    Examples
    --------
    >>> acquisition_cost(50_000, 40)
    1250.0
    """
    return per(acquisition_spend, new_customers)


@overload
def return_on_investment(gain: Number, spend: Number) -> float: ...
@overload
def return_on_investment(gain: AnyColumn, spend: AnyColumn) -> Column: ...
@elementwise()
def return_on_investment(gain: Column, spend: Column) -> Column:
    """Return on investment (投资回报率, ROI): what spending brought beyond itself, relative to itself.

    Parameters
    ----------
    gain, spend
        What came of it (margin rather than revenue), and what was spent; in one currency, numbers or columns.

    Returns
    -------
    float or Column
        A fraction: 0 gets the money back, -1 loses it all.

    Notes
    -----
    (gain - spend) / spend

    References
    ----------
    Farris et al., *Marketing Metrics*, on marketing and finance.

    Examples
    --------
    >>> return_on_investment(130_000, 100_000)
    0.3
    """
    return per(gain - spend, spend)


@overload
def annual_recurring_revenue(monthly_recurring_revenue: Number) -> float: ...
@overload
def annual_recurring_revenue(monthly_recurring_revenue: AnyColumn) -> Column: ...
@elementwise()
def annual_recurring_revenue(monthly_recurring_revenue: Column) -> Column:
    """Annual recurring revenue (年度经常性收入, ARR): the subscriptions of a month, told for a year.

    Parameters
    ----------
    monthly_recurring_revenue
        Contracted revenue that recurs each month, one-time fees left out, in money; a number or a column.

    Returns
    -------
    float or Column
        Money a year.

    Notes
    -----
    12 x monthly recurring revenue

    References
    ----------
    Conga, *CPQ documentation*, "SaaS metrics".

    Examples
    --------
    >>> annual_recurring_revenue(10_000)
    120000.0
    """
    return 12 * monthly_recurring_revenue


@overload
def total_contract_value(monthly_recurring_revenue: Number, months: Number, one_time_fees: Number) -> float: ...
@overload
def total_contract_value(monthly_recurring_revenue: AnyColumn, months: AnyColumn, one_time_fees: AnyColumn) -> Column: ...
@elementwise()
def total_contract_value(monthly_recurring_revenue: Column, months: Column, one_time_fees: Column) -> Column:
    """Total contract value (合同总金额, TCV): all that a contract commits to, over its whole term.

    Parameters
    ----------
    monthly_recurring_revenue
        Contracted revenue that recurs each month, in money; a number or a column.
    months
        The term.
    one_time_fees
        Setup, training and the like, in money.

    Returns
    -------
    float or Column
        In money.

    Notes
    -----
    monthly recurring revenue x months + one-time fees

    References
    ----------
    RetentionLens, *SaaS metrics*, "Total contract value".

    Examples
    --------
    >>> total_contract_value(1_000, 36, 5_000)
    41000.0
    """
    return monthly_recurring_revenue * months + one_time_fees
