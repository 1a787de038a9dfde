"""Message catalogs: complete in both languages, laid over by a program's own, and numbers as the reader writes them."""

import re
import string
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesperf import CNY, JPY, Amount, FrozenMap, InvalidInputError, InvalidValueError, Message, Period, UnknownNameError
from salesperf.errors import SHOWN, TEMPLATES, show
from salesperf.messages import LANGUAGES, HasText, catalog, describe_error, display, render
from salesperf.testing import frozen_maps, messages, texts

OURS = {"en": {"greeting": "Hello, {name}"}, "zh": {"greeting": "{name}，您好"}, "fr": {"format.date": "{day}/{month}/{year}"}}


def placeholders(template: str) -> set[tuple[str, str | None]]:
    """Return the names and styles that a template fills in."""
    return {(name, style) for _, name, style, _ in string.Formatter().parse(template) if name}


UNITS = {f"unit.{code}" for code in ("CNY", "USD", "EUR", "JPY", "HKD", "GBP")}
"""What Chinese has a word for, and English writes by its code."""


def test_both_catalogs_have_the_same_keys() -> None:
    english, chinese = (set(catalog(lang)) for lang in LANGUAGES)
    assert chinese - english == UNITS
    assert english - chinese == set()


def test_both_languages_name_the_same_arguments() -> None:
    keys = sorted(set(catalog("en")) - {"format.date", "period.month"})
    named = {key: [{name for name, _ in placeholders(catalog(lang)[key])} for lang in LANGUAGES] for key in keys}
    assert {key: names for key, names in named.items() if names[0] != names[1]} == {}


def test_chinese_is_written_with_the_punctuation_of_its_own() -> None:
    halves = {
        key: template
        for key, template in catalog("zh").items()
        if re.search(r"[\u4e00-\u9fff}][,;:()?!]|[,;:()?!][\u4e00-\u9fff]", re.sub(r"\{[^}]*\}", "{}", template))
    }
    assert halves == {}


def test_the_english_texts_of_errors_stand_beside_their_codes() -> None:
    english = catalog("en")
    assert {code: english[f"error.{code}"] for code in TEMPLATES} == dict(TEMPLATES)
    assert {key: english[f"shown.{key}"] for key in SHOWN} == dict(SHOWN)


@given(texts().filter(lambda text: text not in catalog("en")), st.dictionaries(st.text(max_size=3), st.integers()))
def test_an_unknown_key_renders_as_itself_whatever_braces_it_has(key: str, arguments: dict[str, int]) -> None:
    assert render(key, arguments) == render(key) == key


@given(messages(), st.sampled_from(LANGUAGES))
def test_every_message_can_be_written_in_every_language(message: Message, lang: str) -> None:
    assert isinstance(message.text(lang), str)
    assert message.text(f"{lang}-XX") == message.text(lang)


@given(frozen_maps(keys=st.just("value")), st.sampled_from(LANGUAGES))
def test_whatever_a_template_asks_of_an_argument_it_is_written(arguments: FrozenMap[str, object], lang: str) -> None:
    ours = {lang: {"ours": "{value} {value.denominator} {value[0]} {value.year.real} {other}"}}
    assert render("ours", arguments, lang=lang, catalogs=ours).endswith(" {other}")


@pytest.mark.parametrize("lang", ["zh", "zh-CN", "zh_Hans_CN", "ZH-hk"])
def test_a_regional_form_means_its_language(lang: str) -> None:
    assert render("metric.revenue", lang=lang) == "销售额"
    assert catalog(lang) is catalog("zh")


@pytest.mark.parametrize("lang", ["fr", "", "chinese", None, 7, ["zh"]])
def test_a_language_that_there_is_not_is_refused(lang: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        catalog(lang)
    assert (caught.value.code, caught.value.path) == ("unknown_language", ("lang",))


def test_a_catalog_is_read_only() -> None:
    with pytest.raises(TypeError):
        catalog("en")["metric.revenue"] = "Turnover"  # type: ignore[index] # that is the fault


@pytest.mark.parametrize(
    ("key", "lang", "text"),
    [
        ("greeting", "en", "Hello, Ada"),
        ("greeting", "zh", "Ada，您好"),
        ("greeting", "zh-CN", "Ada，您好"),
        ("metric.revenue", "zh", "销售额"),
        ("metric.revenue", "fr", "Revenue"),
        ("metric.revenue", "fr-CA", "Revenue"),
        ("greeting", "fr", "greeting"),
    ],
)
def test_own_catalogs_come_first_and_ours_fill_the_gaps(key: str, lang: str, text: str) -> None:
    assert render(key, {"name": "Ada"}, lang=lang, catalogs=OURS) == text


def test_an_own_regional_catalog_comes_before_that_of_its_language() -> None:
    own = {"zh": {"greeting": "您好", "farewell": "再见"}, "zh-TW": {"greeting": "妳好"}}
    assert render("greeting", lang="zh-TW", catalogs=own) == "妳好"
    assert render("farewell", lang="zh-TW", catalogs=own) == "再见"
    assert render("metric.revenue", lang="zh-TW", catalogs=own) == "销售额"


def test_an_own_catalog_reaches_what_a_message_names() -> None:
    assert Message.of("plain", on=date(2026, 9, 30)).text("fr", {"fr": {"plain": "le {on}", **OURS["fr"]}}) == "le 30/9/2026"
    assert Period.day(date(2026, 9, 30)).text("fr", OURS) == "30/9/2026"
    two_days = {"fr": {"period.dates": "du {first} au {last}", **OURS["fr"]}}
    assert Period.parse("2026-09-01..2026-09-12").text("fr", two_days) == "du 1/9/2026 au 12/9/2026"


def test_what_is_missing_from_the_arguments_leaves_its_name_in_braces() -> None:
    assert render("period.quarter", {"year": "2026"}) == "Q{number} 2026"
    assert render("period.quarter") == "Q{number} {year}"
    assert render("ours", {"name": "Ada"}, catalogs={"en": {"ours": "{} {} {name.last}"}}) == "{0} {1} {name.last}"


@pytest.mark.parametrize(
    ("value", "style", "english", "chinese"),
    [
        (None, "", "–", "–"),
        (float("nan"), "percent", "–", "–"),
        ("Ada", "percent", "Ada", "Ada"),
        (True, "", "True", "True"),
        (1234567, "", "1,234,567", "1,234,567"),
        (2026, "plain", "2026", "2026"),
        (12345.678, "", "12,345.68", "12,345.68"),
        (-0.001, "", "0.00", "0.00"),
        (Decimal("1E+3"), "", "1,000", "1,000"),
        (Decimal("1234.50"), "", "1,234.50", "1,234.50"),
        (Fraction(1, 3), "", "1/3", "1/3"),
        (Fraction(10001, 10007), "", "0.9994", "0.9994"),
        (0.9731, "percent", "97.3%", "97.3%"),
        (Decimal("0.9731"), "percent", "97.3%", "97.3%"),
        (Fraction(1, 2), "percent", "50.0%", "50.0%"),
        (1, "percent", "100.0%", "100.0%"),
        (-0.0001, "percent", "0.0%", "0.0%"),
        (-0.021, "points", "-2.1 pp", "-2.1 个百分点"),
        (Fraction(1, 8), "points", "+12.5 pp", "+12.5 个百分点"),
        (-0.0001, "points", "+0.0 pp", "+0.0 个百分点"),
        (1200, "signed", "+1,200", "+1,200"),
        (-0.5, "signed", "-0.50", "-0.50"),
        (0.1 + 0.2, "signed", "+0.30", "+0.30"),
        (Decimal("1.50"), "signed", "+1.50", "+1.50"),
        (7, "03d", "007", "007"),
        (date(2026, 9, 3), "", "2026-09-03", "2026年9月3日"),
        (Amount.of("1234.5", CNY), "", "CNY 1,234.50", "1,234.50 元"),
        (Amount.of(1234, JPY), "", "JPY 1,234", "1,234 日元"),
        (Period.half(2026, 2), "", "H2 2026", "2026年下半年"),
        (("a", 1), "", "a, 1", "a、1"),
        (Message("metric.revenue"), "", "Revenue", "销售额"),
        (show("Ada Lovelace"), "", "text of 12 characters", "12 个字符的文本"),
        (show(["Ada Lovelace", 1]), "", "text of 12 characters, 1", "12 个字符的文本、1"),
        (object, "", "<class 'object'>", "<class 'object'>"),
    ],
)
def test_a_value_is_written_as_the_reader_writes_it(value: object, style: str, english: str, chinese: str) -> None:
    assert display(value, style) == english
    assert display(value, style, lang="zh") == chinese


def test_whatever_writes_itself_is_asked_to() -> None:
    assert isinstance(Message("x"), HasText)
    assert not isinstance("x", HasText)


def test_an_error_is_described_in_chinese_with_its_place() -> None:
    error = InvalidValueError("out_of_range", path=("reps.csv", 4, "fte"), low=0, high=10, value="Ada Lovelace")
    assert describe_error(error) == str(error)
    assert describe_error(error, lang="zh") == "reps.csv:4:fte: 应为 0 到 10 之间的数，实际是 12 个字符的文本"


def test_a_group_of_errors_is_described_with_a_line_each() -> None:
    group = InvalidInputError([InvalidValueError("interval_half"), InvalidValueError("not_finite", value=float("inf"))])
    assert describe_error(group) == str(group)
    assert describe_error(group, lang="zh").splitlines() == [
        "输入中的错误：2 处",
        "- 区间的上下限应随数值一并给出，或者都不给",
        "- 应为有限的数，实际是 inf",
    ]


def test_an_error_can_be_worded_by_the_program() -> None:
    own = {"en": {"error.not_finite": "{value} is no number"}}
    assert describe_error(InvalidValueError("not_finite", value=float("inf")), catalogs=own) == "inf is no number"
