"""Cases and pulse surveys by the plain CSV layout, a row each."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from salesperf.io.folder.cells import date_in, id_in, integer_in, list_in, optional, write_cell, write_list
from salesperf.io.folder.files import CASES, CUSTOMERS, OPPORTUNITIES
from salesperf.io.folder.layout import Items, Layout
from salesperf.io.folder.people import known_id
from salesperf.io.folder.table import Rows, Table
from salesperf.model.case import Case
from salesperf.model.pulse import PulseSurvey

__all__ = ["read_cases", "read_pulses", "rows_of_cases", "rows_of_pulses"]


def read_cases(tables: Mapping[Layout, Table], *, owner_in: Callable[[str], str]) -> Items[Case]:
    r"""Read cases.

    Parameters
    ----------
    tables
        The table of cases, and those of opportunities and customers, of which only the ids are read.
    owner_in
        Reads the id of a rep or a team.

    Examples
    --------
    >>> tables = {layout: Table.empty(layout) for layout in (OPPORTUNITIES, CUSTOMERS)}
    >>> tables[CASES] = Table.parse("id,outcome,on,tags\nc-1,lost,2026-09-12,price; Acme\n", CASES)
    >>> read_cases(tables, owner_in=str).items[0].tags
    ('Acme', 'price')
    """
    return tables[CASES].read(
        {
            "id": id_in,
            "outcome": id_in,
            "on": cache(date_in),
            "title": str,
            "opportunity": optional(known_id(tables[OPPORTUNITIES].places("id"), "unknown_opportunity")),
            "customer": cache(optional(known_id(tables[CUSTOMERS].places("id"), "unknown_customer"))),
            "owner": cache(optional(owner_in)),
            "note": str,
            "lessons": list_in,
            "tags": list_in,
        },
        Case,
    )


def read_pulses(table: Table, *, teams: Iterable[str]) -> Items[PulseSurvey]:
    r"""Read pulse surveys.

    Parameters
    ----------
    table
        The table of surveys.
    teams
        The ids of the teams that there are.

    Examples
    --------
    >>> from salesperf.io.folder.files import PULSES
    >>> table = Table.parse("on,owner,counts,invited\n2026-09-20,east,3; 4; 5; 6; 2,25\n", PULSES)
    >>> read_pulses(table, teams=["east"]).items[0].response_rate
    0.8
    """
    readers: dict[str, Callable[[str], object]] = {
        "on": cache(date_in),
        "owner": cache(optional(known_id(teams, "unknown_team"))),
        "counts": lambda cell: tuple(map(integer_in, list_in(cell))),
        "invited": optional(integer_in),
    }
    return table.read(readers, PulseSurvey)


def rows_of_cases(cases: Iterable[Case]) -> Rows:
    """Return the rows that :func:`read_cases` reads back.

    Examples
    --------
    >>> from datetime import date
    >>> case = Case(id="c-1", outcome="lost", on=date(2026, 9, 12), lessons=["Meet the buyer first."], tags=["price"])
    >>> list(rows_of_cases([case]))
    [('c-1', 'lost', '2026-09-12', '', '', '', '', '', 'Meet the buyer first.', 'price')]
    """
    for case in cases:
        links = (case.opportunity or "", case.customer or "", case.owner or "")
        told = (case.note, write_list(case.lessons), write_list(case.tags))
        yield (case.id, case.outcome, write_cell(case.on), case.title, *links, *told)


def rows_of_pulses(pulses: Iterable[PulseSurvey]) -> Rows:
    """Return the rows that :func:`read_pulses` reads back.

    Examples
    --------
    >>> from datetime import date
    >>> list(rows_of_pulses([PulseSurvey(on=date(2026, 9, 20), counts=[3, 4, 5], invited=25)]))
    [('2026-09-20', '3;4;5', '', '25')]
    """
    for survey in pulses:
        counts = write_list(map(write_cell, survey.counts))
        yield (write_cell(survey.on), counts, survey.owner or "", write_cell(survey.invited))
