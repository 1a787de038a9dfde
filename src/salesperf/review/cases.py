"""The cases of a review: what was learnt from deals in the period, and earlier cases that are like what is found now."""

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from salesperf.diagnosis import find_cases
from salesperf.diagnosis.following import shared_tags
from salesperf.model.case import Case
from salesperf.model.finding import Finding
from salesperf.model.period import Period
from salesperf.review.deals import DealSection
from salesperf.review.grounds import Grounds

__all__ = ["CaseSection", "case_section"]

_PRODUCT: Final = "product"
"""The fact of a deal that names what it was about."""


@attrs.frozen(kw_only=True)
class CaseSection:
    """Cases to learn from.

    Attributes
    ----------
    period : Period
        The days of the period so far.
    written : tuple of Case
        Those written down in the period about deals of the owner, or by those under it; by day, then by id.
    tags : tuple of str
        What the review found: the rules of its causes, the competitors and the products of the deals lost in the period.
    alike : tuple of Case
        Other cases of the whole company, known on the day of the review, that bear such tags: the most tags first, then the
        latest.

    Examples
    --------
    >>> from datetime import date
    >>> from salesperf import Org, Records, Rep
    >>> from salesperf.review import build
    >>> case = Case(id="c-1", outcome="lost", on=date(2026, 9, 12), owner="ada", lessons=["Meet the buyer first."])
    >>> records = Records(org=Org(reps=[Rep(id="ada")]), cases=[case])
    >>> section = build(records, owner="ada", period=Period.month(2026, 9), as_of=date(2026, 9, 15)).cases
    >>> [each.id for each in section.written], section.alike
    (['c-1'], ())
    """

    period: Period
    written: tuple[Case, ...]
    tags: tuple[str, ...]
    alike: tuple[Case, ...]

    def shared(self, case: Case) -> tuple[str, ...]:
        """Return the tags of a case that are looked for."""
        return shared_tags(case, self.tags)


def case_section(grounds: Grounds, deals: Iterable[DealSection], causes: Iterable[Finding]) -> CaseSection | None:
    """Gather cases.

    Parameters
    ----------
    grounds
        What the review looks at.
    deals
        Its deals.
    causes
        What its diagnosis found.

    Returns
    -------
    CaseSection or None
        ``None`` where there is neither a case of the period nor one like what was found.
    """
    sections = tuple(deals)
    held = {deal.id for section in sections for deal in section.deals} if grounds.records.cases else set[str]()
    written = [
        case
        for case in grounds.records.cases
        if case.on in grounds.passed and (grounds.holds(case.owner) or case.opportunity in held)
    ]
    tags = {*(cause.rule for cause in causes if not cause.is_untold), *_tags_of_lost(sections)}
    ids = {case.id for case in written}
    others = (case for case in grounds.records.cases if case.id not in ids)
    alike = find_cases(others, sorted(tags), as_of=grounds.as_of)
    if not written and not alike:
        return None
    return CaseSection(
        period=grounds.passed,
        written=tuple(sorted(written, key=lambda case: (case.on, case.id))),
        tags=tuple(sorted(tags)),
        alike=alike,
    )


def _tags_of_lost(sections: Iterable[DealSection]) -> Iterator[str]:
    for section in sections:
        lost = {deal.id: deal for deal in section.closed.of("lost")}
        for deal in lost.values():
            yield from deal.competitors
        products = (deal.facts.get(_PRODUCT) for deal in section.deals if deal.id in lost)
        yield from (product.strip() for product in products if isinstance(product, str) and product.strip())
