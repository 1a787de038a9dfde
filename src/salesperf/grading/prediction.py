"""A predicted chance, with what each fact argues for."""

from functools import cached_property

import attrs

from salesperf.messages import Catalogs
from salesperf.model.breakdown import Breakdown, Sum
from salesperf.model.estimate import Estimate
from salesperf.model.message import Message
from salesperf.model.result import Result, Row
from salesperf.scorecard.scored import worded

__all__ = ["FactEvidence", "Prediction"]


@attrs.frozen(kw_only=True)
class FactEvidence:
    """What one value of one fact argues for.

    Attributes
    ----------
    fact
        The name of the fact.
    value
        The value.
    won, lost
        Cases on record that had it.
    log_odds
        What it adds to the log-odds of being won: above 0 it argues for, below 0 against.

    Examples
    --------
    >>> from salesperf.grading import NaiveBayes
    >>> table = NaiveBayes.fit({"channel": ["referral", "web"]}, [True, False])
    >>> table.explain({"channel": "web"}).evidence[0].log_odds < 0
    True
    """

    fact: str
    value: str | int
    won: int
    lost: int
    log_odds: float

    @property
    def message(self) -> Message:
        """The evidence, for a reader."""
        return Message.of("grading.evidence", fact=Message(self.fact), value=worded(self.value), won=self.won, lost=self.lost)


@attrs.frozen(kw_only=True)
class Prediction(Result):
    """The chance of one case to be won: made by :meth:`NaiveBayes.explain`.

    Attributes
    ----------
    value
        The chance, a fraction, from however few cases there are.
    estimate
        The chance with the number of cases; undefined, with the reason, where their history is insufficient.
    log_odds
        ln(chance / (1 - chance)): the base and all evidence sum to it.
    base
        The log-odds before any fact.
    won, lost
        Cases on record.
    evidence
        What each known value argues for, by fact.
    left_out
        Facts without a part in it: not known, or of values that no case had.

    Examples
    --------
    >>> from salesperf.grading import NaiveBayes
    >>> table = NaiveBayes.fit({"channel": ["referral", "web"], "region": ["east", "west"]}, [True, False])
    >>> told = table.explain({"channel": "web"})
    >>> told.left_out, told.estimate.value
    (('region',), None)
    >>> print(told.text())
    Chance to be won: insufficient history, 2 cases where at least 30 are needed.
    """

    value: float
    estimate: Estimate
    log_odds: float
    base: float
    won: int
    lost: int
    evidence: tuple[FactEvidence, ...]
    left_out: tuple[str, ...]

    @cached_property
    def breakdown(self) -> Breakdown:
        """The tree from the record and the facts to the log-odds."""
        before = Breakdown(label=Message.of("grading.base", won=self.won, lost=self.lost), value=self.base)
        parts = [Breakdown(label=each.message, value=each.log_odds) for each in self.evidence]
        return Breakdown(label=Message("grading.log_odds"), value=self.log_odds, rule=Sum(), parts=(before, *parts))

    @property
    def reasons_for(self) -> tuple[FactEvidence, ...]:
        """What argues for it, the strongest first."""
        return tuple(sorted((each for each in self.evidence if each.log_odds > 0), key=lambda each: -each.log_odds))

    @property
    def reasons_against(self) -> tuple[FactEvidence, ...]:
        """What argues against it, the strongest first."""
        return tuple(sorted((each for each in self.evidence if each.log_odds < 0), key=lambda each: each.log_odds))

    @property
    def messages(self) -> tuple[Message, ...]:
        """The chance and its reasons, a sentence each."""
        if self.estimate.value is None:
            return (Message.of("grading.text.no_chance", reason=self.estimate.reason),)
        said = [Message.of("grading.text.chance", chance=self.estimate.value, cases=self.estimate.n)]
        for key, reasons in (("reasons_for", self.reasons_for), ("reasons_against", self.reasons_against)):
            if reasons:
                said.append(Message.of(f"grading.text.{key}", reasons=tuple(each.message for each in reasons)))
        return tuple(said)

    def text(self, lang: str = "en", catalogs: Catalogs | None = None) -> str:
        """Write the chance and its reasons in a language, as one paragraph."""
        between = Message("format.sentences").text(lang, catalogs)
        return between.join(message.text(lang, catalogs) for message in self.messages)

    def rows(self) -> list[Row]:
        """Return a row for each value of each fact."""
        return [
            {"fact": each.fact, "value": each.value, "won": each.won, "lost": each.lost, "log_odds": each.log_odds}
            for each in self.evidence
        ]
