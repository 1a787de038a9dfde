"""What may be wrong with results: targets missed and why, key accounts lost, numbers that cannot be trusted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesperf.attainment import Attainment
from salesperf.customers import Lifecycle, Purchases
from salesperf.diagnosis.citing import cited_attainment
from salesperf.diagnosis.evidence import Evidence
from salesperf.model.amount import Amount
from salesperf.model.citation import Citation
from salesperf.model.estimate import Estimate
from salesperf.model.finding import Finding, Severity
from salesperf.model.message import Message
from salesperf.model.target import scoped_title
from salesperf.risk.among_customers import value_by_customer
from salesperf.variance import Effect, Variance

if TYPE_CHECKING:
    from salesperf.diagnosis.rule import DiagnosisRule

__all__ = ["KeyAccounts", "key_accounts", "look_for_inaccurate_data", "look_for_key_account_loss", "look_for_missed_target"]

_MOST_CITED: Final = 5
_QUIET: Final = frozenset({"lost", "at_risk"})
_GRAVE_SHARE: Final = 0.1


def look_for_missed_target(evidence: Evidence, rule: "DiagnosisRule") -> Iterator[Finding]:
    """Notice, of an owner who misses a target, the factors that speak for the rule's cause and took something away.

    The threshold is the share of all that was taken away; of a change that rose on the whole and fell short all the same, the
    share of the gap to what was planned by now. A rate or an average over fewer cases than the rule needs speaks for no cause.
    Where nothing that was compared took anything from what a target is about, no rule can tell why it is missed.
    """
    if not evidence.attainments:
        yield rule.cannot_tell(Message("diagnosis.lacks.attainments"))
        return
    short = [each for each in evidence.attainments if each.is_short]
    if not short:
        return
    if not evidence.variances:
        yield rule.cannot_tell(Message("diagnosis.lacks.variances"))
        return
    few: list[Effect[Any]] = []
    unexplained = list(short)
    for position, variance in enumerate(evidence.variances, 1):
        meant = [each for each in short if each.ratio is not None and _may_explain(variance, each)]
        lost = _lost(variance, meant)
        if not lost:
            continue
        unexplained = [each for each in unexplained if each not in meant]
        speaking = [line for line in variance.lines if _number(line) < 0 and evidence.cause_of(line.name) == rule.cause]
        sure = [line for line in speaking if not line.has_few_cases(rule.fewest)]
        if sure and sum(map(_number, sure)) / lost >= rule.threshold:
            yield _missed(rule, evidence, f"{variance.comparison}/{position}", variance, sure, lost, meant)
        elif speaking and sum(map(_number, speaking)) / lost >= rule.threshold:
            few += [line for line in speaking if line not in sure]
    yield from map(rule.cannot_tell, _lacking(evidence, rule, few, unexplained))


def _lacking(
    evidence: Evidence, rule: "DiagnosisRule", few: Sequence[Effect[Any]], unexplained: Iterable[Attainment]
) -> Iterator[Message]:
    """Yield what a rule lacks: cases behind some factors, anything that took from some targets, causes of some factors."""
    if few:
        n = min(min(line.cases) for line in few if line.cases is not None)
        names = tuple(dict.fromkeys(line.label for line in few))
        yield Message.of("diagnosis.lacks.more_cases", n=n, fewest=rule.fewest, factors=names)
    titles = tuple(dict.fromkeys(scoped_title(each.target.metric, each.target.scope) for each in unexplained))
    if titles:
        yield Message.of("diagnosis.lacks.losses", names=titles)
    took = {line.name for variance in evidence.variances for line in variance.lines if _number(line) < 0}
    unknown = sorted(name for name in took if evidence.cause_of(name) is None)
    if unknown:
        yield Message.of("diagnosis.lacks.factor_causes", factors=tuple(unknown))


def _missed(
    rule: "DiagnosisRule",
    evidence: Evidence,
    record: str,
    variance: Variance[Any],
    speaking: Sequence[Effect[Any]],
    lost: float,
    meant: Iterable[Attainment],
) -> Finding:
    source = Message(f"diagnosis.source.{variance.comparison}")
    cited = [Citation(label=line.label, value=line.value, source=source) for line in speaking]
    taken = [Amount(minor=-line.value.minor, unit=line.value.unit) for line in speaking if isinstance(line.value, Amount)]
    ends = {"before": variance.before, "after": variance.after}
    return rule.found(
        [*cited, *(each for attainment in meant for each in cited_attainment(attainment, evidence))],
        record=record,
        at_stake=Amount.total(taken, taken[0].unit) if taken else None,
        share=sum(map(_number, speaking)) / lost,
        loss=Message.of("diagnosis.loss.fell" if _fell(variance) else "diagnosis.loss.rose", **ends),
        factors=tuple(line.label for line in speaking),
        **ends,
    )


def _fell(variance: Variance[Any]) -> bool:
    return bool(variance.after < variance.before)


def _lost(variance: Variance[Any], meant: Sequence[Attainment]) -> float:
    """Return, below 0, what was lost: all that factors took, or where others gave more the largest gap to a plan.

    It is 0 where no factor took anything, or it says nothing of the targets that are meant.
    """
    taken = sum(number for line in variance.lines if (number := _number(line)) < 0)
    if not taken or not meant:
        return 0.0
    if _fell(variance):
        return taken
    gaps = (each.gap_by_now for each in meant)
    return min((float(gap.decimal) for gap in gaps if isinstance(gap, Amount) and gap.minor < 0), default=0.0)


def _may_explain(variance: Variance[Any], attainment: Attainment) -> bool:
    """Tell whether a change may be why a target is missed: a change of money says nothing of too few visits."""
    amount = attainment.target.amount
    return not isinstance(variance.before, Amount) or (isinstance(amount, Amount) and amount.unit == variance.before.unit)


def _number(line: Effect[Any]) -> float:
    return float(line.value.decimal) if isinstance(line.value, Amount) else float(line.value)


def look_for_key_account_loss(evidence: Evidence, rule: "DiagnosisRule") -> Iterator[Finding]:
    """Notice customers who were large in the year before the period, and are lost or at risk now.

    The threshold is the share of that year's purchases that the key accounts make up together, the largest first.
    """
    purchases, lifecycle = evidence.purchases, evidence.lifecycle
    for result, lacking in ((purchases, "purchases"), (lifecycle, "lifecycle")):
        if result is None:
            yield rule.cannot_tell(Message(f"diagnosis.lacks.{lacking}"))
    if purchases is None or lifecycle is None:
        return
    if evidence.period.start == date.min:
        return
    eve = min(evidence.period.start - timedelta(days=1), purchases.as_of)
    before, keys, quiet = key_accounts(purchases.until(eve), lifecycle, rule.threshold)
    if len(before) < rule.fewest:
        yield rule.cannot_tell(Message.of("diagnosis.lacks.more_customers", n=len(before), fewest=rule.fewest))
        return
    whole, states = sum(amount.minor for amount in before.values()), lifecycle.state_by_customer
    if not quiet:
        return
    at_stake = Amount.total([before[name] for name in quiet], before[quiet[0]].unit)
    source = Message.of("diagnosis.source.purchases", eve=eve, as_of=lifecycle.as_of)
    share = at_stake.minor / whole
    cited = [
        Citation(label=Message("diagnosis.cited.quiet_share"), value=share, n=len(keys), is_share=True, source=source),
        Citation.of(
            Message("diagnosis.cited.quiet_accounts"), Estimate.of_counts(len(quiet), len(keys)), source=source, is_share=True
        ),
    ]
    for name in quiet[:_MOST_CITED]:
        state = Message(f"customers.state.{states[name]}")
        label = Message.of("diagnosis.cited.quiet_account", customer=name, state=state)
        cited.append(Citation(label=label, value=before[name], source=source))
    is_grave = share >= _GRAVE_SHARE and any(states[name] == "lost" for name in quiet)
    severity: Severity = "serious" if is_grave else "warning"
    yield rule.found(cited, severity=severity, at_stake=at_stake, count=len(quiet), quiet=len(quiet), accounts=len(keys))


class KeyAccounts(NamedTuple):
    """What customers bought within a year, who of them are key accounts, and which of these are lost or at risk."""

    bought: Mapping[str, Amount]
    keys: tuple[str, ...]
    quiet: tuple[str, ...]


def key_accounts(purchases: Purchases, lifecycle: Lifecycle, threshold: float) -> KeyAccounts:
    """Find the customers that make up a share of what was bought in a year, the largest first.

    Parameters
    ----------
    purchases
        Who bought when for how much, up to the last day of the year.
    lifecycle
        Where customers stand.
    threshold
        The share that key accounts make up together.

    Examples
    --------
    >>> from salesperf.customers import lifecycle
    >>> nothing = Purchases.empty(as_of=date(2026, 9, 30))
    >>> key_accounts(nothing, lifecycle(nothing), 0.8).keys
    ()
    """
    bought = value_by_customer(purchases)
    whole = sum(amount.minor for amount in bought.values())
    keys, reached = [], 0
    for name, amount in sorted(bought.items(), key=lambda pair: (-pair[1].minor, pair[0])):
        if reached >= threshold * whole:
            break
        keys.append(name)
        reached += amount.minor
    quiet = tuple(name for name in keys if lifecycle.state_by_customer.get(name) in _QUIET)
    return KeyAccounts(bought, tuple(keys), quiet)


def look_for_inaccurate_data(evidence: Evidence, rule: "DiagnosisRule") -> Iterator[Finding]:
    """Notice records with so many faults that what rests on them is doubtful.

    The threshold is the score of data quality, of 100, below which they are.
    """
    quality = evidence.quality
    score = None if quality is None or quality.score is None else quality.score.value
    if quality is None or score is None:
        yield rule.cannot_tell(Message("diagnosis.lacks.quality"))
        return
    checked = max(count.checked for count in quality.counts)
    if checked < rule.fewest:
        yield rule.cannot_tell(Message.of("diagnosis.lacks.more_records", n=checked, fewest=rule.fewest))
        return
    if score >= rule.threshold:
        return
    source = Message.of("diagnosis.source.quality", as_of=quality.as_of)
    cited = [Citation(label=Message("diagnosis.cited.quality_score"), value=score, against=rule.threshold, source=source)]
    for count in [count for count in quality.counts if count.found][:_MOST_CITED]:
        label = Message.of("diagnosis.cited.fault", rule=count.rule.label, found=count.found)
        # A rule that found anything has checked something.
        cited.append(Citation.of(label, Estimate.of_counts(count.found, count.checked), source=source, is_share=True))
    yield rule.found(cited, score=score)
