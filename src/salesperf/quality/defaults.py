"""The rules by which data are audited where nobody says otherwise."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from salesperf.model.finding import Severity
from salesperf.model.metric import STANDARD_METRICS
from salesperf.quality.checks import (
    Above,
    Among,
    Before,
    Check,
    Malformed,
    NotAbove,
    NotEntered,
    OlderThan,
    Repeated,
    Untrue,
)
from salesperf.quality.normalising import EXTENSION
from salesperf.quality.rule import QualityRule
from salesperf.quality.words import Dimension, Number, RecordKind

__all__ = ["DEFAULT_RULES"]

_STALE_DAYS: Final = 90
_UNTOUCHED_DAYS: Final = 30
_EMAIL: Final = r"[^@\s,;]+@[^@\s,;.]+(\.[^@\s,;.]+)+"
_PHONE: Final = rf"(?:[+()（）\s./-]*\d){{7,15}}[()（）\s./,-]*(?:{EXTENSION})?"

_OPEN: Final = Among("stage_kind", ["open"])
_LOST: Final = Among("stage_kind", ["lost"])
_DECIDED: Final = Among("stage_kind", ["won", "post_won", "lost", "cancelled"])
_OPEN_OR_WON: Final = Among("stage_kind", ["open", "won", "post_won"])
_WORKED: Final = Among("status", ["new", "working", "qualified"])


def _rule(
    key: str,
    kind: RecordKind,
    dimension: Dimension,
    severity: Severity,
    check: Check,
    weakens: tuple[Number, ...],
    where: tuple[Check, ...] = (),
    **others: Any,  # noqa: ANN401 - fields of a rule, checked by it
) -> QualityRule:
    return QualityRule(
        key=key,
        kind=kind,
        dimension=dimension,
        severity=severity,
        check=check,
        weakens=weakens,
        where=where,
        title=f"quality.title.{key}",
        fault=f"quality.fault.{key}",
        mend=f"quality.mend.{key}",
        **others,
    )


_MONEY_IN: Final = tuple(
    key
    for key, metric in STANDARD_METRICS.items()
    if (metric.dimension, metric.accumulation, metric.direction) == ("money", "flow", "higher")
)
"""The metrics whose entries stand for orders, contracts and payments."""

_RULES: Final[tuple[QualityRule, ...]] = (
    # Deals: what is left out
    _rule(
        "deal_without_owner",
        "opportunity",
        "completeness",
        "serious",
        NotEntered("owner"),
        ("pipeline", "forecast", "win_rate"),
    ),
    _rule(
        "deal_without_amount",
        "opportunity",
        "completeness",
        "serious",
        NotEntered("amount"),
        ("pipeline", "forecast"),
        (_OPEN_OR_WON,),
    ),
    _rule(
        "deal_without_close", "opportunity", "completeness", "warning", NotEntered("expected_close"), ("forecast",), (_OPEN,)
    ),
    _rule("deal_without_customer", "opportunity", "completeness", "warning", NotEntered("customer"), ("customers",)),
    _rule("deal_without_reason", "opportunity", "completeness", "info", NotEntered("reason"), ("win_rate",), (_LOST,)),
    _rule(
        "deal_decided_undated",
        "opportunity",
        "completeness",
        "serious",
        NotEntered("closed"),
        ("win_rate", "cycle_days"),
        (_DECIDED,),
    ),
    # ... entered wrongly, twice, against itself
    _rule(
        "deal_amount_not_positive",
        "opportunity",
        "validity",
        "warning",
        NotAbove("amount", 0),
        ("pipeline", "forecast"),
        (_OPEN_OR_WON,),
    ),
    _rule(
        "deal_repeated",
        "opportunity",
        "uniqueness",
        "warning",
        Repeated(("customer", "owner", "created", "amount"), also=("currency", "facts.product")),
        ("pipeline", "forecast", "win_rate"),
    ),
    _rule(
        "deal_closes_before_it_began",
        "opportunity",
        "consistency",
        "warning",
        Before("expected_close", "created"),
        ("forecast",),
    ),
    _rule(
        "deal_of_departed",
        "opportunity",
        "consistency",
        "warning",
        Untrue("is_owner_there"),
        ("pipeline", "forecast"),
        (_OPEN,),
        field="owner",
    ),
    # ... out of date
    _rule(
        "deal_overdue",
        "opportunity",
        "timeliness",
        "serious",
        OlderThan("expected_close", 0),
        ("pipeline", "forecast"),
        (_OPEN,),
    ),
    _rule(
        "deal_stale",
        "opportunity",
        "timeliness",
        "warning",
        OlderThan("last_change", _STALE_DAYS),
        ("pipeline", "forecast"),
        (_OPEN,),
    ),
    # ... and against the process
    _rule("deal_undated", "opportunity", "conformity", "warning", NotEntered("created"), ("cycle_days", "funnel")),
    _rule("deal_skips_stages", "opportunity", "conformity", "info", Above("skipped", 0), ("funnel",), field="stage"),
    _rule(
        "deal_against_process",
        "opportunity",
        "conformity",
        "warning",
        Above("disallowed", 0),
        ("funnel", "forecast"),
        field="stage",
    ),
    _rule(
        "deal_criteria_unmet",
        "opportunity",
        "conformity",
        "warning",
        Above("unmet", 0),
        ("funnel", "forecast"),
        field="evidence",
    ),
    # Leads
    _rule("lead_without_channel", "lead", "completeness", "warning", NotEntered("channel"), ("channels",)),
    _rule(
        "lead_without_reason",
        "lead",
        "completeness",
        "info",
        NotEntered("reason"),
        ("channels",),
        (Among("status", ["disqualified"]),),
    ),
    _rule("lead_touched_before", "lead", "consistency", "info", Before("first_touch", "created"), ("follow_up",)),
    _rule(
        "lead_without_deal",
        "lead",
        "consistency",
        "warning",
        Untrue("has_deal"),
        ("channels", "funnel"),
        (Among("status", ["converted"]),),
        field="status",
    ),
    _rule(
        "lead_untouched",
        "lead",
        "timeliness",
        "warning",
        OlderThan("last_activity", _UNTOUCHED_DAYS),
        ("follow_up",),
        (_WORKED,),
        field="touches",
    ),
    _rule("lead_undated", "lead", "conformity", "warning", NotEntered("created"), ("channels", "funnel")),
    # Customers, and their people
    _rule("customer_without_name", "customer", "completeness", "info", NotEntered("name"), ("customers",)),
    _rule("customer_without_owner", "customer", "completeness", "info", NotEntered("owner"), ("follow_up", "customers")),
    _rule("customer_repeated", "customer", "uniqueness", "serious", Repeated("name", "name"), ("customers",)),
    _rule("contact_unreachable", "contact", "completeness", "warning", NotEntered(("email", "phone")), ("follow_up",)),
    _rule("contact_email_malformed", "contact", "validity", "warning", Malformed("email", _EMAIL), ("follow_up",)),
    _rule("contact_phone_malformed", "contact", "validity", "warning", Malformed("phone", _PHONE), ("follow_up",)),
    _rule("contact_email_repeated", "contact", "uniqueness", "info", Repeated("email", "email"), ("follow_up", "customers")),
    _rule("contact_phone_repeated", "contact", "uniqueness", "info", Repeated("phone", "phone"), ("follow_up", "customers")),
    # What was done, and by whom
    # A visit has no number; what money came from has.
    _rule(
        "actual_without_ref",
        "actual",
        "completeness",
        "info",
        NotEntered("ref"),
        ("attainment",),
        (Among("metric", _MONEY_IN),),
    ),
    _rule(
        "actual_repeated",
        "actual",
        "uniqueness",
        "serious",
        Repeated(("owner", "metric", "amount", "on"), also=("currency", "scope")),
        ("attainment", "forecast"),
        (NotEntered("ref"),),
    ),
    _rule("actual_outside_service", "actual", "consistency", "serious", Untrue("is_in_service"), ("attainment",), field="on"),
    _rule(
        "rep_without_records",
        "rep",
        "completeness",
        "warning",
        NotAbove("records", 0),
        ("attainment", "pipeline"),
        (Above("is_selling", 0),),
        field="id",
    ),
)

DEFAULT_RULES: Final[Mapping[str, QualityRule]] = MappingProxyType({rule.key: rule for rule in _RULES})
"""The rules of an audit by key. Two of them have a limit that no source gives, which a company sets for itself: an open deal
that did not change for 90 days, and a lead that was not touched for 30."""
