"""A number is looked for as a reader sees it: by the head of its column, or as it is printed."""

import re
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from explained import of_sample, sample

from salesperf.messages import LANGUAGES
from salesperf.model.amount import Amount
from salesperf.report import markdown
from salesperf.report.words import TEXT, Words
from salesperf.review.explained.looking import forms, is_number, prints


def columns(lang: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the head of each column of numbers of the sample's report with its cells."""
    tables: list[tuple[list[str], list[list[str]], dict[str, object]]] = []

    def kept(self: Words, heads: list[str], rows: Iterator[list[str]], **arguments: object) -> Iterator[str]:
        tables.append((heads, list(rows), arguments))
        return table(self, heads, tables[-1][1], **arguments)

    table = Words.table
    with patch.object(Words, "table", kept):
        markdown(sample(), lang=lang)
    say = Words(sample().org, lang, None).say
    for heads, rows, arguments in tables:
        for place, head in enumerate(heads):
            if head not in TEXT:
                yield say(f"report.column.{head}", **arguments), [row[place] for row in rows]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_number_of_a_table_stands_under_the_words_of_its_head(lang: str) -> None:
    numbers, found = of_sample(), dict[str, tuple[str, ...]]()
    values = {name: tree.value for name, tree in zip(numbers.addresses, numbers.breakdowns, strict=True)}
    written = {name: forms(value, lang, None) for name, value in values.items()}
    lost, heads = [], set()
    for head, cells in columns(lang):
        # A range tells two numbers, and a score is told with its factors.
        parts = [part for cell in cells for part in re.split(r" – | = .*", cell) if is_number(part)]
        if not parts:
            continue
        heads.add(head)
        if head not in found:
            found[head] = numbers.find(head, lang).addresses
        lost += [
            (head, part)
            for part in parts
            if not any(prints(written[name], part, is_amount=isinstance(values[name], Amount)) for name in found[head])
        ]
    assert lost == []
    assert len(heads) > 70


@pytest.mark.parametrize(
    ("words", "lang", "address"),
    [
        ("To be expected", "en", "outlook/solution/CNY/proposal/expected"),
        ("a WIN costs", "en", "channels/total/acquisition_cost"),
        ("Became a deal", "en", "leads/east/converted"),
        ("Given up", "en", "leads/east/disqualified"),
        ("given", "en", "leads/east/disqualified"),
        ("90% range", "en", "attainment/revenue/east/pace/low"),
        ("95% range", "en", "deals/solution/win_rate/high"),
        ("预期金额", "zh", "outlook/solution/CNY/proposal/expected"),
        ("记录数", "zh", "attainment/revenue/east/entries"),
    ],
)
def test_words_of_a_head_find_what_stands_under_it(words: str, lang: str, address: str) -> None:
    assert address in of_sample().find(words, lang).addresses


@pytest.mark.parametrize(
    ("number", "lang", "addresses"),
    [
        ("1,043,245", "en", ("variance/1/east/effect",)),
        ("+CNY 1,043,245", "en", ("variance/1/east/effect",)),
        ("1043245.45", "en", ("variance/1/east/effect",)),
        ("1,043,245 元", "zh", ("variance/1/east/effect",)),
        ("USD 1,043,245", "en", ()),
        ("CNY 1,798,899", "en", ("outlook/solution/CNY",)),
        ("9,999,999,999", "en", ()),
    ],
)
def test_a_number_as_it_is_printed_finds_the_numbers_that_are_printed_so(
    number: str, lang: str, addresses: tuple[str, ...]
) -> None:
    assert of_sample().find(number, lang).addresses == addresses
