"""Erasing somebody: nothing of theirs is held any more but what the law asks to keep, and that in pseudonym."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import attrs

from salesperf.errors import InvalidValueError, UnknownNameError
from salesperf.model.case import Case
from salesperf.model.change import Change, changes_more
from salesperf.model.customer import Contact
from salesperf.model.frozen import FrozenMap
from salesperf.model.lead import Lead, LeadChange
from salesperf.model.message import Message
from salesperf.model.opportunity import Opportunity
from salesperf.model.people import Org, Rep
from salesperf.model.records import Records
from salesperf.model.result import Result, Row
from salesperf.model.validators import check_choice, is_identifier, require
from salesperf.privacy.links import LEFT_OUT, REVEALING, IdKind
from salesperf.privacy.mentions import Mentions
from salesperf.privacy.pseudonyms import MENTION, check_key, pseudonym
from salesperf.privacy.subjects import Subject, SubjectKind, finding_is_about, mentions_of, subject_export
from salesperf.privacy.treating import treat

__all__ = ["KEPT_IN_PSEUDONYM", "KEPT_KINDS", "ErasedKind", "Erasure", "KeptKind", "erase"]

KeptKind: TypeAlias = Literal["actual", "target", "opportunity", "lead", "customer"]
KEPT_KINDS: Final[tuple[KeptKind, ...]] = ("actual", "target", "opportunity", "lead", "customer")
"""Kinds of records that may be kept in pseudonym when somebody is erased."""

KEPT_IN_PSEUDONYM: Final[Mapping[str, str]] = MappingProxyType(
    {
        "actual": "privacy.ground.accounts",
        "target": "privacy.ground.pay",
        "opportunity": "privacy.ground.accounts",
        "lead": "privacy.ground.statistics",
        "customer": "privacy.ground.accounts",
    }
)
"""What is kept in pseudonym where nobody says otherwise, and why: what was sold belongs to the accounts, and pay rests on
targets and sales. Whether the law where you are asks for it is for you to say."""

_TABLES: Final[Mapping[str, str]] = MappingProxyType(
    {"actual": "actuals", "target": "targets", "opportunity": "opportunities", "lead": "leads", "customer": "customers"}
)


@attrs.frozen(kw_only=True)
class ErasedKind:
    """What became of the records of a kind that were about somebody, or named them.

    Attributes
    ----------
    kind
        The name of the field of the records.
    kept
        How many are kept in pseudonym.
    removed
        How many are gone, or name nobody any more.
    ground
        Why they are kept; ``None`` where none is.

    Examples
    --------
    >>> ErasedKind(kind="actuals", kept=12, removed=0, ground=Message("by law")).kept
    12
    """

    kind: str
    kept: int
    removed: int
    ground: Message | None


@attrs.frozen(kw_only=True)
class Erasure(Result):
    """Records without somebody: made by :func:`erase`. It holds nothing that says who it was.

    Attributes
    ----------
    records
        What is left.
    kind
        As what they were known.
    pseudonym
        What stands for them in the records that are kept.
    kinds
        What became of which records.

    Examples
    --------
    >>> from salesperf import Customer, Org
    >>> records = Records(org=Org(), customers=[Customer(id="k-1", name="Zhang Wei")])
    >>> erasure = erase(records, Subject("customer", "k-1"), key=bytes(range(32)), keep={})
    >>> print(erasure)
    kind     customers
    kept     0
    removed  1
    ground
    >>> erasure.records.customers
    ()
    """

    records: Records = attrs.field(repr=False)
    kind: SubjectKind
    pseudonym: str
    kinds: tuple[ErasedKind, ...]

    def rows(self) -> list[Row]:
        """Return a row for each kind of records."""
        return [
            {
                "kind": each.kind,
                "kept": each.kept,
                "removed": each.removed,
                "ground": "" if each.ground is None else each.ground.text(),
            }
            for each in self.kinds
        ]


def erase(records: Records, subject: Subject, *, key: bytes, keep: Mapping[str, str] = KEPT_IN_PSEUDONYM) -> Erasure:
    """Erase somebody from records.

    Parameters
    ----------
    records
        Everything known; they stay as they are.
    subject
        Who.
    key
        As of :func:`pseudonymize`: whoever has it can find the records that are kept.
    keep
        Kinds of records that are kept in pseudonym, of :data:`KEPT_KINDS`, each with why: a message key or plain text. What is
        about somebody and not kept is removed; what only names them names nobody.

    Returns
    -------
    Erasure
        With records that fit together, of which :func:`subject_export` finds nothing.

    Raises
    ------
    InvalidValueError
        If an argument is malformed, or the key could be guessed.
    UnknownNameError
        If nothing is held of them: a duty is not done by a misspelling.

    Notes
    -----
    What is kept of a rep is what counts need: the time of service, team, kind, full-time share and ramp; of a customer the
    owner, the parent and the day; of a lead its channel, campaign, touches and history. A contact leaves nothing. People at a
    customer who is erased go too, and so do findings about anybody who is. A case is kept with its deal, or goes with it.
    Whatever else names them, such as what they cost or undertook, is kept in pseudonym.

    Their names, addresses, telephone numbers and id are looked for in all text, and with those of a customer those of people at
    it. What people write in sentences is left out as a whole where one stands in it; so are facts, competitors and tags. A word
    by which records are counted, such as a channel or a reason, gets a pseudonym, the same wherever it stands, and so does the
    number of an order, a deal or a task. Others keep their own names, addresses and numbers. What is not looked at are keys
    that the company set up, such as those of stages, grades and metrics, and words of ours.

    A name is found as whole words in a row, in capitals or not, with anything or nothing between the words: "zhang.wei" is
    Zhang Wei, but no An is in "Andere Banken". In Chinese, Japanese and Korean, where no space tells words apart, it is found
    anywhere. Where it has three letters or fewer, it is found as it is written or in capitals: "an" and "may" are words. A
    single letter is not looked for, nor a number of fewer than five digits, nor part of a name, but for one that is told in two
    scripts: 方舟 Fang Zhou is found as 方舟 and as Fang Zhou too. There the signs are two or more, the letters more than one
    word and more than three in all, and no number is among them: 客户 of 客户 12 is anybody. A telephone number is found by its
    digits: 138-0013-8000 is +86 138 0013 8000. An id is found as a name is, from three letters and digits on; a shorter one
    where a text is nothing else.

    References
    ----------
    Regulation (EU) 2016/679, Article 17; 中华人民共和国个人信息保护法第四十七条.

    Examples
    --------
    >>> from salesperf import Org
    >>> records = Records(org=Org(reps=[Rep(id="ada", name="Ada Lovelace")]))
    >>> erased = erase(records, Subject("rep", "ada"), key=bytes(range(32))).records
    >>> subject_export(erased, Subject("rep", "ada")).items
    ()
    """
    require(records, Records, path=("records",))
    require(subject, Subject, path=("subject",))
    check_key(key)
    grounds = _grounds(keep)
    held = subject_export(records, subject)
    if not held.items:
        raise UnknownNameError("nothing_held", path=("subject", "id"), kind=subject.kind, value=subject.id)
    mentions = mentions_of(records, subject)
    stand_in = pseudonym(subject.id_kind, subject.id, key)
    without = _ERASERS[subject.kind](records, subject, frozenset(grounds))
    findings = tuple(finding for finding in without.findings if not finding_is_about(finding, subject, mentions))
    left = treat(attrs.evolve(without, findings=findings), _Erasing(subject, stand_in, key, mentions))
    before = Counter(item.kind for item in {attrs.evolve(item, field="", value="") for item in held.items})
    after = subject_export(left, Subject(subject.kind, stand_in))
    kept = Counter(item.kind for item in {attrs.evolve(item, field="", value="") for item in after.items})
    kinds = [
        ErasedKind(kind=kind, kept=kept[kind], removed=max(count - kept[kind], 0), ground=_ground(kind, kept[kind], grounds))
        for kind, count in sorted(before.items())
    ]
    return Erasure(records=left, kind=subject.kind, pseudonym=stand_in, kinds=tuple(kinds))


def _grounds(keep: Mapping[str, str]) -> Mapping[str, str]:
    require(keep, Mapping, path=("keep",))
    for kind, ground in keep.items():
        check_choice(kind, KEPT_KINDS, ("keep",))
        if not is_identifier(ground):
            raise InvalidValueError("empty", path=("keep", kind), value=ground)
    return keep


def _ground(kind: str, kept: int, grounds: Mapping[str, str]) -> Message | None:
    if not kept:
        return None
    known = next((grounds[name] for name, table in _TABLES.items() if table == kind and name in grounds), None)
    # People and moves are kept for whatever else is.
    return Message(known or "privacy.ground.links")


class _Erasing:
    """Puts a pseudonym in the place of one id, and leaves out text that says who bore it."""

    def __init__(self, subject: Subject, stand_in: str, key: bytes, mentions: Mentions) -> None:
        self._subject, self._stand_in, self._key, self._mentions = subject, stand_in, key, mentions

    def personal(self, field: str, value: str) -> str:
        # The name of somebody else is theirs, whatever it is.
        return value if field in REVEALING or not self._mentions.in_text(value) else ""

    def id(self, kind: IdKind, value: str, *, is_hidden: bool = False) -> str:
        del is_hidden
        if (kind, value) == (self._subject.id_kind, self._subject.id):
            return self._stand_in
        return pseudonym(kind, value, self._key) if self._mentions.in_id(kind, value) else value

    def fact(self, name: str, value: Any) -> Any:  # noqa: ANN401 - whatever a fact may be
        del name
        return None if self._mentions.in_fact(value) else value

    def scope(self, name: str, value: Any) -> Any:  # noqa: ANN401 - the same
        del name
        if not self._mentions.in_fact(value):
            return value
        return self._stand_in if value == self._subject.id else self._mention(value)

    def free_text(self, value: str) -> str:
        return LEFT_OUT if self._mentions.in_text(value) else value

    def title(self, value: str, id_: str) -> str:
        del id_
        return self.free_text(value)

    def word(self, value: str) -> str:
        return self._mention(value) if self._mentions.in_text(value) else value

    def number(self, value: str) -> str:
        return self._mention(value) if self._mentions.in_number(value) else value

    def listed(self, value: str) -> str | None:
        return None if self._mentions.in_text(value) else value

    place = word

    def _mention(self, value: object) -> str:
        return pseudonym(MENTION, str(value), self._key)


# What is left of each


def _without_rep(records: Records, subject: Subject, keep: frozenset[str]) -> Records:
    def is_theirs(noun: Any) -> bool:  # noqa: ANN401 - a noun with an owner
        return bool(noun.owner == subject.id)

    changes: dict[str, Any] = {}
    for kind in ("actual", "target"):
        if kind not in keep:
            changes[_TABLES[kind]] = tuple(noun for noun in getattr(records, _TABLES[kind]) if not is_theirs(noun))
    if "opportunity" not in keep:
        changes["opportunities"] = tuple(_disowned_deal(deal, subject.id) for deal in records.opportunities)
        changes["cases"] = tuple(attrs.evolve(case, owner=None) if is_theirs(case) else case for case in records.cases)
    if "lead" not in keep:
        changes["leads"] = tuple(_disowned_lead(lead, subject.id) for lead in records.leads)
    if "customer" not in keep:
        changes["customers"] = tuple(
            attrs.evolve(customer, owner=None) if is_theirs(customer) else customer for customer in records.customers
        )
    if "target" not in keep:
        gone = {target.key for target in records.targets if is_theirs(target)}
        kept = changes["targets"]
        changes["targets"] = tuple(attrs.evolve(each, parent=None) if each.parent in gone else each for each in kept)
    org = records.org
    reps = [_shell(rep) if rep.id == subject.id else rep for rep in org.reps]
    teams = [attrs.evolve(team, manager=None) if team.manager == subject.id else team for team in org.teams]
    return attrs.evolve(records, org=Org(reps=reps, teams=teams, moves=org.moves), **changes)


def _shell(rep: Rep) -> Rep:
    return attrs.evolve(rep, name="", level=None, absences=())


def _disowned_deal(deal: Opportunity, owner: str) -> Opportunity:
    if all(change.owner != owner for change in deal.history):
        return deal
    history = (
        attrs.evolve(change, owner=None) if change.owner == owner and _says_more(change) else change for change in deal.history
    )
    return attrs.evolve(deal, history=[change for change in history if change.owner != owner])


def _says_more(change: Change) -> bool:
    return change.stage is not None or changes_more(change, but=("owner",))


def _disowned_lead(lead: Lead, owner: str) -> Lead:
    if all(change.owner != owner for change in lead.history):
        return lead
    return attrs.evolve(lead, history=[kept for change in lead.history if (kept := _disowned(change, owner)) is not None])


def _disowned(change: LeadChange, owner: str) -> LeadChange | None:
    if change.owner != owner:
        return change
    return None if change.status is None and change.reason is None else attrs.evolve(change, owner=None)


def _without_customer(records: Records, subject: Subject, keep: frozenset[str]) -> Records:
    deals = [deal for deal in records.opportunities if "opportunity" in keep or deal.customer != subject.id]
    is_kept = "customer" in keep
    customers = []
    for customer in records.customers:
        if customer.id != subject.id:
            is_orphan = customer.parent == subject.id and not is_kept
            customers.append(attrs.evolve(customer, parent=None) if is_orphan else customer)
        elif is_kept:
            customers.append(attrs.evolve(customer, name="", facts=FrozenMap(), contacts=()))
    theirs = {"contacts": ()} if is_kept else {"contacts": (), "customer": None}
    return attrs.evolve(
        records,
        customers=customers,
        opportunities=[attrs.evolve(deal, **theirs) if deal.customer == subject.id else deal for deal in deals],
        cases=tuple(_cases_without_customer(records, subject, keep)),
    )


def _cases_without_customer(records: Records, subject: Subject, keep: frozenset[str]) -> Iterator[Case]:
    """Yield the cases that are kept; one of a deal of the customer is of the customer, whether it says so or not."""
    deals = {deal.id for deal in records.opportunities if deal.customer == subject.id}
    for case in records.cases:
        names_it = case.customer == subject.id
        if "opportunity" in keep or not (names_it or case.opportunity in deals):
            yield attrs.evolve(case, customer=None) if names_it and "customer" not in keep else case


def _without_lead(records: Records, subject: Subject, keep: frozenset[str]) -> Records:
    is_kept = "lead" in keep
    leads = [
        attrs.evolve(lead, facts=FrozenMap(), contact=None) if lead.id == subject.id else lead
        for lead in records.leads
        if is_kept or lead.id != subject.id
    ]
    deals = [deal if is_kept or deal.lead != subject.id else attrs.evolve(deal, lead=None) for deal in records.opportunities]
    return attrs.evolve(records, leads=leads, opportunities=deals)


def _without_contact(records: Records, subject: Subject, keep: frozenset[str]) -> Records:
    del keep

    def others(contacts: Iterable[Contact], holder: str) -> tuple[Contact, ...]:
        return tuple(contact for contact in contacts if not subject.is_it(contact, holder))

    return attrs.evolve(
        records,
        customers=[attrs.evolve(each, contacts=others(each.contacts, each.id)) for each in records.customers],
        opportunities=[attrs.evolve(each, contacts=others(each.contacts, each.id)) for each in records.opportunities],
        leads=[
            attrs.evolve(each, contact=None) if each.contact is not None and subject.is_it(each.contact, each.id) else each
            for each in records.leads
        ],
    )


_ERASERS: Final = MappingProxyType(
    {"rep": _without_rep, "customer": _without_customer, "lead": _without_lead, "contact": _without_contact}
)
