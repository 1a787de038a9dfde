"""What two spellings of a name, an address or a telephone number have in common."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from salesperf.model.folding import folded

__all__ = ["EXTENSION", "NORMAL_FORMS", "NormalForm", "exact", "normal_email", "normal_name", "normal_phone"]

NormalForm: TypeAlias = Literal["exact", "name", "email", "phone"]

_NO_WORD: Final = re.compile(r"[\W_]+")
_INITIAL: Final = "[a-zà-öø-ÿ]"
_INITIALS: Final = re.compile(rf"\b{_INITIAL}(?:[./]{_INITIAL}\b)+")
"""Letters with dots between them: one word, however it is written."""
_LEGAL_FORMS: Final = frozenset(
    {"ag", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated", "kg", "limited", "llc", "llp", "ltd"}
    | {"nv", "oy", "plc", "pte", "pty", "sa", "sarl", "sas", "spa", "srl", "sàrl"}
)
_CHINESE_FORMS: Final = ("股份有限公司", "有限责任公司", "有限公司", "公司")
_PHONE_DIGITS: Final = 10
"""The last digits of a number, without the code of its country and the 0 before that of its town."""
EXTENSION: Final = r"(?i:x|#|ext\.?|extension|转|轉|分机|分機)[\s:：.]*(\d{1,6})"
"""What follows a telephone number to reach somebody behind it."""
_EXTENSION: Final = re.compile(EXTENSION + r"\s*\Z")


def exact(text: str) -> str:
    """Return text without blanks at its ends."""
    return text.strip()


def normal_name(text: str) -> str:
    """Return a name of a company or a person without case, width, punctuation and legal form.

    Examples
    --------
    >>> normal_name("Huaxing Co., Ltd.") == normal_name("ＨＵＡＸＩＮＧ"), normal_name("华兴（上海）有限公司")
    (True, '华兴 上海')
    >>> normal_name("J. P. Acme, S.A."), normal_name("J.P. ACME S. A.")
    ('jp acme', 'jp acme')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = _NO_WORD.sub(" ", _INITIALS.sub(lambda found: re.sub("[./]", "", found[0]), folded)).split()
    words = _with_initials_joined(_without_form(words))
    return _without_chinese_form(" ".join(_without_form(words)))


def _without_form(words: list[str]) -> list[str]:
    """Leave out legal forms at the end, but never all there is."""
    kept = list(words)
    while len(kept) > 1 and kept[-1] in _LEGAL_FORMS:
        kept.pop()
    return kept


def _with_initials_joined(words: list[str]) -> list[str]:
    """Put single letters that stand beside each other together, as they are where no blank is between them."""
    runs = groupby(words, key=lambda word: re.fullmatch(_INITIAL, word) is not None)
    return [joined for is_initial, run in runs for joined in (["".join(run)] if is_initial else run)]


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
    return folded(text)


def normal_phone(text: str) -> str:
    """Return the last ten digits of a telephone number, by which it is the same with and without the code of a country.

    An extension follows them: behind one number there may be several people.

    Examples
    --------
    >>> normal_phone("+86 138-0013-8000") == normal_phone("13800138000")
    True
    >>> normal_phone("+86 138-0013-8000 ext. 5"), normal_phone("13800138000x5")
    ('3800138000x5', '3800138000x5')
    """
    plain = unicodedata.normalize("NFKC", text)
    extension = _EXTENSION.search(plain)
    number = plain if extension is None else plain[: extension.start()]
    digits = "".join(character for character in number if character.isdecimal())[-_PHONE_DIGITS:]
    return digits if extension is None else f"{digits}x{extension[1]}"


NORMAL_FORMS: Final[Mapping[NormalForm, Callable[[str], str]]] = MappingProxyType(
    {"exact": exact, "name": normal_name, "email": normal_email, "phone": normal_phone}
)
"""How text is compared: as it is, as a name, as an e-mail address, as a telephone number."""
