"""The rules of a diagnosis, by key: one for each cause that the field names."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from salesperf.diagnosis.results import look_for_inaccurate_data, look_for_key_account_loss, look_for_missed_target
from salesperf.diagnosis.rule import DiagnosisRule, Look
from salesperf.diagnosis.selling import (
    look_for_channel_conflict,
    look_for_discounting,
    look_for_few_leads,
    look_for_low_conversion,
)
from salesperf.diagnosis.staffing import look_for_low_morale, look_for_unfair_plan, look_for_weak_ramp
from salesperf.diagnosis.words import Cause
from salesperf.model.finding import Severity
from salesperf.variance import FEWEST_COMPARED

__all__ = ["DEFAULT_RULES"]


def _rule(
    key: str,
    cause: Cause,
    look: Look,
    checks: int,
    *,
    threshold: float,
    fewest: int = 1,
    severity: Severity = "warning",
) -> DiagnosisRule:
    return DiagnosisRule(
        key=key,
        cause=cause,
        look=look,
        threshold=threshold,
        fewest=fewest,
        severity=severity,
        checks=tuple(f"diagnosis.check.{key}_{number}" for number in range(1, checks + 1)),
        title=f"diagnosis.rule.{key}",
        wording=f"diagnosis.finding.{key}",
    )


DEFAULT_RULES: Final[Mapping[str, DiagnosisRule]] = MappingProxyType(
    {
        rule.key: rule
        for rule in (
            _rule("few_leads", "demand", look_for_few_leads, 3, threshold=0.8, fewest=10),
            _rule(
                "low_conversion",
                "ability",
                look_for_low_conversion,
                3,
                threshold=0.0,
                fewest=FEWEST_COMPARED,
                severity="serious",
            ),
            _rule(
                "missed_for_demand",
                "demand",
                look_for_missed_target,
                2,
                threshold=0.1,
                fewest=FEWEST_COMPARED,
                severity="serious",
            ),
            _rule(
                "missed_for_strategy",
                "strategy",
                look_for_missed_target,
                2,
                threshold=0.1,
                fewest=FEWEST_COMPARED,
                severity="serious",
            ),
            _rule(
                "missed_for_ability",
                "ability",
                look_for_missed_target,
                2,
                threshold=0.1,
                fewest=FEWEST_COMPARED,
                severity="serious",
            ),
            _rule("discounting", "strategy", look_for_discounting, 2, threshold=0.05, fewest=3),
            _rule("channel_conflict", "strategy", look_for_channel_conflict, 2, threshold=2),
            _rule("key_account_loss", "demand", look_for_key_account_loss, 2, threshold=0.8, fewest=3),
            _rule("low_morale", "people", look_for_low_morale, 3, threshold=1, fewest=5),
            _rule("weak_ramp", "people", look_for_weak_ramp, 2, threshold=0.7),
            _rule("unfair_plan", "plan", look_for_unfair_plan, 2, threshold=0.1),
            _rule("inaccurate_data", "data", look_for_inaccurate_data, 2, threshold=80.0, fewest=5),
        )
    }
)
"""The rules that come with the library, by key. Thresholds are rules of thumb: ``attrs.evolve(rule, threshold=0.9)`` makes
another."""
