"""A plan as a heat map: what each owner owes in each period."""

from salesperf.allocation import PlanGrid
from salesperf.charts.chart import Chart, chart_of
from salesperf.charts.marks import DARK, PALE, band_axis
from salesperf.charts.words import Words
from salesperf.messages import Catalogs
from salesperf.model.amount import Amount
from salesperf.model.target import scoped_title
from salesperf.model.validators import require

__all__ = ["plan_chart"]


def plan_chart(plan: PlanGrid, *, lang: str = "en", catalogs: Catalogs | None = None) -> Chart:
    """Draw a plan: owners downward, periods across, the darker the more.

    Parameters
    ----------
    plan
        As :func:`salesperf.allocation.grid` makes it.
    lang, catalogs
        The reader's language, and words of the caller's own.

    Raises
    ------
    InvalidValueError
        If it is no grid, or nothing is owed in it.

    Examples
    --------
    >>> from salesperf import CNY, STANDARD_METRICS, Amount, Period, Target, allocation
    >>> year = Period.year(2026)
    >>> goal = Target(owner=None, metric=STANDARD_METRICS["revenue"], amount=Amount.of(1200, CNY), period=year)
    >>> plan = allocation.grid(goal, {"ada": 2, "bo": 1}, "quarter")
    >>> print(plan_chart(plan).alt.splitlines()[0])
    ada: Q1 2026 CNY 200.00, Q2 2026 CNY 200.00, Q3 2026 CNY 200.00, Q4 2026 CNY 200.00.
    """
    require(plan, PlanGrid, path=("plan",))
    words = Words(lang, catalogs)
    rows: list[dict[str, object]] = []
    said: dict[str, list[str]] = {}
    for target in plan.targets:
        owner = words.say("attainment.company") if target.owner is None else target.owner
        period, amount = words.write(target.period), target.amount
        value = float(amount.decimal if isinstance(amount, Amount) else amount)
        rows.append({"owner": owner, "period": period, "amount": value})
        said.setdefault(owner, []).append(words.say("plan.cell", period=period, amount=amount))
    alt = [words.say("plan.owner", owner=owner, cells=tuple(cells)) for owner, cells in said.items()]
    place = {"x": band_axis("period", axis={"labelAngle": -30}), "y": band_axis("owner")}
    shade = {"field": "amount", "type": "quantitative", "scale": {"range": [PALE, DARK]}}
    unit = words.unit(plan.target.amount.unit) if isinstance(plan.target.amount, Amount) else None
    layers = [
        {
            "mark": {"type": "rect"},
            "encoding": place | {"color": shade | {"legend": {"title": unit, "labelExpr": words.large()}}},
        }
    ]
    metric = scoped_title(plan.target.metric, plan.target.scope)
    title = words.say("plan.title", metric=metric, period=plan.target.period)
    drawn = rows if any(row["amount"] for row in rows) else []
    return chart_of(drawn, layers, title=title, alt=alt, height={"step": 24}, beside=220, what="plan")
