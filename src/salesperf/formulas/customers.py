"""Formulas of customers: who stays, who comes back, what they say and what they are worth."""

from typing import overload

from salesperf.formulas.quotient import per
from salesperf.kernels.elementwise import elementwise
from salesperf.kernels.numeric import AnyColumn, Column, Number

__all__ = [
    "churn_rate",
    "customer_satisfaction",
    "lifetime_value_in_advance",
    "lifetime_value_in_arrears",
    "net_promoter_score",
    "referral_rate",
    "repurchase_rate",
    "retention_rate",
]


@overload
def repurchase_rate(repeat_customers: Number, customers: Number) -> float: ...
@overload
def repurchase_rate(repeat_customers: AnyColumn, customers: AnyColumn) -> Column: ...
@elementwise()
def repurchase_rate(repeat_customers: Column, customers: Column) -> Column:
    """Repurchase rate (复购率): the share of buyers who bought again.

    Parameters
    ----------
    repeat_customers, customers
        Customers with two or more orders in the window, and with one or more; numbers or columns.

    Returns
    -------
    float or Column
        A fraction.

    Notes
    -----
    customers with two or more orders / customers with one or more

    References
    ----------
    Farris et al., *Marketing Metrics*, chapter 4, the repeat rate.

    Examples
    --------
    >>> repurchase_rate(200, 1_000)
    0.2
    """
    return per(repeat_customers, customers)


@overload
def retention_rate(retained_customers: Number, opening_customers: Number) -> float: ...
@overload
def retention_rate(retained_customers: AnyColumn, opening_customers: AnyColumn) -> Column: ...
@elementwise()
def retention_rate(retained_customers: Column, opening_customers: Column) -> Column:
    """Retention rate (客户留存率): the share of the customers of the opening who are still there at the close.

    Parameters
    ----------
    retained_customers, opening_customers
        Customers of the opening who stayed, new ones left out, and all customers of the opening; numbers or columns.

    Returns
    -------
    float or Column
        A fraction.

    Notes
    -----
    retained / opening

    References
    ----------
    Farris et al., *Marketing Metrics*, chapter 5.

    Examples
    --------
    >>> retention_rate(180, 200)
    0.9
    """
    return per(retained_customers, opening_customers)


@overload
def churn_rate(lost_customers: Number, opening_customers: Number) -> float: ...
@overload
def churn_rate(lost_customers: AnyColumn, opening_customers: AnyColumn) -> Column: ...
@elementwise()
def churn_rate(lost_customers: Column, opening_customers: Column) -> Column:
    """Churn rate (客户流失率): the share of the customers of the opening who left.

    Parameters
    ----------
    lost_customers, opening_customers
        Customers of the opening who left, and all customers of the opening; numbers or columns.

    Returns
    -------
    float or Column
        A fraction: 1 less the retention rate.

    Notes
    -----
    lost / opening

    References
    ----------
    Farris et al., *Marketing Metrics*, chapter 5.

    Examples
    --------
    >>> churn_rate(20, 200)
    0.1
    """
    return per(lost_customers, opening_customers)


@overload
def referral_rate(referred_customers: Number, new_customers: Number) -> float: ...
@overload
def referral_rate(referred_customers: AnyColumn, new_customers: AnyColumn) -> Column: ...
@elementwise()
def referral_rate(referred_customers: Column, new_customers: Column) -> Column:
    """Referral rate (转介绍率): the share of new customers whom others sent.

    Parameters
    ----------
    referred_customers, new_customers
        New customers who came by referral, and all new customers; numbers or columns.

    Returns
    -------
    float or Column
        A fraction.

    Notes
    -----
    referred / new. Others divide by all customers; by new ones, the channels' shares of the new sum to 1.

    References
    ----------
    V. Kumar, J. A. Petersen and R. P. Leone, "How valuable is word of mouth?", *Harvard Business Review* 85(10) (2007)
    139-146, on counting referred customers.

    Examples
    --------
    >>> referral_rate(15, 60)
    0.25
    """
    return per(referred_customers, new_customers)


@overload
def customer_satisfaction(satisfied_responses: Number, survey_responses: Number) -> float: ...
@overload
def customer_satisfaction(satisfied_responses: AnyColumn, survey_responses: AnyColumn) -> Column: ...
@elementwise()
def customer_satisfaction(satisfied_responses: Column, survey_responses: Column) -> Column:
    """Satisfaction of customers (客户满意度, CSAT): the share of answers that are satisfied.

    Parameters
    ----------
    satisfied_responses, survey_responses
        Answers in the top two of five boxes, and all answers; numbers or columns.

    Returns
    -------
    float or Column
        A fraction.

    Notes
    -----
    satisfied / responses

    References
    ----------
    Farris et al., *Marketing Metrics*, chapter 2.

    Examples
    --------
    >>> customer_satisfaction(170, 200)
    0.85
    """
    return per(satisfied_responses, survey_responses)


@overload
def net_promoter_score(promoters: Number, detractors: Number, survey_responses: Number) -> float: ...
@overload
def net_promoter_score(promoters: AnyColumn, detractors: AnyColumn, survey_responses: AnyColumn) -> Column: ...
@elementwise()
def net_promoter_score(promoters: Column, detractors: Column, survey_responses: Column) -> Column:
    """Net promoter score (净推荐值, NPS): promoters less detractors among those who answered.

    Parameters
    ----------
    promoters, detractors
        Answers of 9 and 10, and answers of 0 to 6, on the scale from 0 to 10; numbers or columns.
    survey_responses
        All answers, 7 and 8 too.

    Returns
    -------
    float or Column
        Points from -100 to 100.

    Notes
    -----
    100 (promoters - detractors) / responses

    References
    ----------
    F. F. Reichheld, "The one number you need to grow", *Harvard Business Review* 81(12) (2003) 46-54.

    Examples
    --------
    >>> net_promoter_score(60, 10, 100)
    50.0
    """
    return per(100 * (promoters - detractors), survey_responses)


@overload
def lifetime_value_in_arrears(margin: Number, retention_rate: Number, discount_rate: Number) -> float: ...
@overload
def lifetime_value_in_arrears(margin: AnyColumn, retention_rate: AnyColumn, discount_rate: AnyColumn) -> Column: ...
@elementwise()
def lifetime_value_in_arrears(margin: Column, retention_rate: Column, discount_rate: Column) -> Column:
    """Lifetime value (客户终身价值, CLV) of a customer whose first margin comes after a period, if the customer stays.

    Parameters
    ----------
    margin
        Margin that an active customer brings each period, in money, after the cost of keeping the customer; a number or
        a column.
    retention_rate
        Chance to stay from one period to the next, a fraction.
    discount_rate
        Interest of a period, a fraction.

    Returns
    -------
    float or Column
        In money, as of today; ``nan`` where retention outgrows the discount, and the sum has no end.

    Notes
    -----
    m r / (1 + d - r), the sum of m r^t / (1 + d)^t from t = 1. What was earned on the day of the first sale is left
    out: :func:`lifetime_value_in_advance` has it.

    References
    ----------
    S. Gupta and D. R. Lehmann, "Customers as assets", *Journal of Interactive Marketing* 17(1) (2003) 9-24. Farris et
    al., *Marketing Metrics*, chapter 5.

    Examples
    --------
    >>> round(lifetime_value_in_arrears(100, 0.8, 0.1), 2)
    266.67
    """
    return per(margin * retention_rate, 1 + discount_rate - retention_rate)


@overload
def lifetime_value_in_advance(margin: Number, retention_rate: Number, discount_rate: Number) -> float: ...
@overload
def lifetime_value_in_advance(margin: AnyColumn, retention_rate: AnyColumn, discount_rate: AnyColumn) -> Column: ...
@elementwise()
def lifetime_value_in_advance(margin: Column, retention_rate: Column, discount_rate: Column) -> Column:
    """Lifetime value (客户终身价值, CLV) of a customer whose first margin comes at once.

    Parameters
    ----------
    margin
        Margin that an active customer brings each period, in money, after the cost of keeping the customer; a number or
        a column.
    retention_rate
        Chance to stay from one period to the next, a fraction.
    discount_rate
        Interest of a period, a fraction.

    Returns
    -------
    float or Column
        In money, as of today; ``nan`` where retention outgrows the discount, and the sum has no end.

    Notes
    -----
    m (1 + d) / (1 + d - r), the sum of m r^t / (1 + d)^t from t = 0: one margin more than
    :func:`lifetime_value_in_arrears`.

    References
    ----------
    As :func:`lifetime_value_in_arrears`.

    Examples
    --------
    >>> round(lifetime_value_in_advance(100, 0.8, 0.1), 2)
    366.67
    """
    return per(margin * (1 + discount_rate), 1 + discount_rate - retention_rate)
