"""Text as it is compared: without its case, and whatever the width of its letters."""

import unicodedata

__all__ = ["folded"]


def folded(text: str) -> str:
    """Return a text as it is compared with another that somebody else typed.

    Parameters
    ----------
    text
        What somebody typed.

    Examples
    --------
    >>> folded(" Acme"), folded("ＡＣＭＥ")
    ('acme', 'acme')
    """
    # Without its case a letter may come apart into others, which are put together once more.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()
