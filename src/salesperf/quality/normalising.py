"""What two spellings of a name, an address or a telephone number have in common."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

__all__ = ["NORMAL_FORMS", "NormalForm", "exact", "normal_email", "normal_name", "normal_phone"]

NormalForm: TypeAlias = Literal["exact", "name", "email", "phone"]

_NO_WORD: Final = re.compile(r"[\W_]+")
_LEGAL_FORMS: Final = frozenset(
    {"ag", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated", "kg", "limited", "llc", "llp", "ltd"}
    | {"nv", "oy", "plc", "pte", "pty", "sa", "sarl", "sas", "spa", "srl"}
)
_CHINESE_FORMS: Final = ("股份有限公司", "有限责任公司", "有限公司", "公司")
_PHONE_DIGITS: Final = 10
"""The last digits of a number, without the code of its country and the 0 before that of its town."""


def exact(text: str) -> str:
    """Return text without blanks at its ends."""
    return text.strip()


def normal_name(text: str) -> str:
    """Return a name of a company or a person without case, width, punctuation and legal form.

    Examples
    --------
    >>> normal_name("Huaxing Co., Ltd.") == normal_name("ＨＵＡＸＩＮＧ"), normal_name("华兴（上海）有限公司")
    (True, '华兴 上海')
    """
    words = _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).split()
    kept = list(words)
    while len(kept) > 1 and kept[-1] in _LEGAL_FORMS:
        kept.pop()
    return _without_chinese_form(" ".join(kept))


def _without_chinese_form(name: str) -> str:
    form = next((form for form in _CHINESE_FORMS if name.endswith(form)), "")
    return name[: len(name) - len(form)].strip() or name


def normal_email(text: str) -> str:
    """Return an address without case.

    Examples
    --------
    >>> normal_email(" Ada@Example.COM")
    'ada@example.com'
    """
    return unicodedata.normalize("NFKC", text).strip().casefold()


def normal_phone(text: str) -> str:
    """Return the last ten digits of a telephone number, by which it is the same with and without the code of a country.

    Examples
    --------
    >>> normal_phone("+86 138-0013-8000") == normal_phone("13800138000")
    True
    """
    digits = "".join(character for character in unicodedata.normalize("NFKC", text) if character.isdecimal())
    return digits[-_PHONE_DIGITS:]


NORMAL_FORMS: Final[Mapping[NormalForm, Callable[[str], str]]] = MappingProxyType(
    {"exact": exact, "name": normal_name, "email": normal_email, "phone": normal_phone}
)
"""How text is compared: as it is, as a name, as an e-mail address, as a telephone number."""
