"""What adjustments rest on that follows from payments or from another statement, as trees: made when somebody asks."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

import attrs

from salesperf.commission.accounts import EntryAccount, Instalment, Releasing, releasing
from salesperf.commission.line import StatementLine
from salesperf.commission.stated import Statement
from salesperf.model.amount import Amount, Unit
from salesperf.model.breakdown import Breakdown, BreakdownValue, Difference, Minimum, Product, Quotient, Sum
from salesperf.model.message import Message
from salesperf.model.pay_entry import Entry
from salesperf.model.pay_terms import Release

__all__ = ["HeldGrounds", "NewTermsGrounds", "SettledGrounds"]


@attrs.frozen(kw_only=True)
class HeldGrounds:
    """Why what is paid out of entries in a period is not what they earn in it.

    Attributes
    ----------
    before, after
        The accounts, by the id of the entry.
    lines
        Of the period, those of entries.
    entries
        Among which are the payments.
    release
        By which rules; ``None`` where nothing is held any more.
    until
        The first day that does not count.
    unit
        The currency.
    """

    before: Mapping[str, EntryAccount]
    after: Mapping[str, EntryAccount]
    lines: tuple[StatementLine, ...]
    entries: tuple[Entry, ...]
    release: Release | None
    until: date
    unit: Unit

    def __call__(self) -> tuple[Breakdown, ...]:
        """Return what is paid out of entries, and what these earn."""
        how = {} if self.release is None else releasing(self.after, self.release, self.entries, self.until)
        concerned = [key for key, account in self.after.items() if account != self.before.get(key) or account.held.minor]
        paid_out = [self._paid_out(key, how.get(key)) for key in sorted(concerned)]
        return _sum("paid_out", paid_out, self.unit), _sum("earned_by_entries", [line.leaf for line in self.lines], self.unit)

    def _paid_out(self, key: str, how: Releasing | None) -> Breakdown:
        """Return what is paid out of an entry in the period: in all, less what was paid out before."""
        nothing = Amount.zero(self.unit)
        before, after = self.before.get(key), self.after[key]
        lines = [line.leaf for line in self.lines if line.entry is not None and line.entry.id == key]
        earned = _sum("earned_in_all", [_node("earned_earlier", before.earned if before else nothing), *lines], self.unit)
        share = _node("share_at_once", Fraction(1)) if how is None else _share(how)
        in_all = attrs.evolve(_node("paid_out_in_all", after.released), rule=Product(), parts=(earned, share))
        earlier = _node("paid_out_before", before.released if before else nothing)
        label = Message.of("commission.paid_out_of", entry=key)
        value = after.released - (before.released if before else nothing)
        return Breakdown(label=label, value=value, rule=Difference(), parts=(in_all, earlier))


@attrs.frozen(kw_only=True)
class NewTermsGrounds:
    """Why what was counted before is another sum by the terms that hold now.

    Attributes
    ----------
    lines
        What entries before the period bring now.
    counted
        What they brought by the statement before.
    """

    lines: tuple[StatementLine, ...]
    counted: Amount

    def __call__(self) -> tuple[Breakdown, ...]:
        """Return what counts now, entry by entry, and what counted."""
        now = _sum("counted_now", [line.breakdown for line in self.lines], self.counted.unit)
        return now, _node("counted_before", self.counted)


@attrs.frozen
class SettledGrounds:
    """What an earlier statement of the same period came to, which is taken from what the period comes to now."""

    previous: Statement

    def __call__(self) -> tuple[Breakdown, ...]:
        """Return nothing, less what that statement came to, down to the credit as it was then."""
        return _node("nothing", Amount.zero(self.previous.due.unit)), self.previous.due_breakdown


def _share(how: Releasing) -> Breakdown:
    """Return the tree of the share of a deal's pay that its payments release."""
    if how.sold.minor <= 0:
        counted = _node("nothing_owed", how.counted)
    else:
        parts = tuple(_instalment(each, how.sold) for each in how.instalments)
        counted = attrs.evolve(_node("released_share", how.counted), rule=Sum(), parts=parts)
    if how.kept == 1:
        return counted
    return attrs.evolve(_node("share_now", how.share), rule=Product(), parts=(counted, _node("not_held_back", how.kept)))


def _instalment(each: Instalment, sold: Amount) -> Breakdown:
    """Return the tree of what a payment releases: the share of the deal that it pays for, times what that counts at its age."""
    amounts = _node("payment", each.payment.amount), _node("owed_by_customer", sold)
    exact = Fraction(each.payment.amount.minor, sold.minor)
    share = attrs.evolve(_node("paid_share", exact), rule=Quotient(), parts=amounts)
    if each.share != exact:  # more than was owed
        share = attrs.evolve(_node("unpaid_share", each.share), rule=Minimum(), parts=(share, _node("rest_share", each.rest)))
    label = Message.of("commission.released_by", entry=each.payment.id, on=each.payment.on)
    parts = share, _node("share_by_age", each.by_age)
    return Breakdown(label=label, value=each.share * each.by_age, rule=Product(), parts=parts)


def _sum(key: str, parts: Iterable[Breakdown], unit: Unit) -> Breakdown:
    trees = tuple(parts)
    total = Amount.total((tree.value for tree in trees if isinstance(tree.value, Amount)), unit)
    return attrs.evolve(_node(key, total), rule=Sum(), parts=trees)


def _node(key: str, value: BreakdownValue) -> Breakdown:
    return Breakdown(label=Message(f"commission.{key}"), value=value)
