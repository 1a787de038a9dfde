"""A small review and what it is written as, to be held against what another process writes: run it to have it told there."""

import sys
from datetime import date
from hashlib import sha256

from salesperf import Period, report
from salesperf.io.folder import read_sample
from salesperf.io.html import page
from salesperf.review import build

__all__ = ["digests"]


def digests() -> list[str]:
    """Return what tells the bytes from others: of the page, and of the Markdown in both languages."""
    made = build(read_sample(), owner="hangzhou", period=Period.month(2026, 8), as_of=date(2026, 8, 31))
    texts = (page(made, lang="zh"), report.markdown(made), report.markdown(made, lang="zh"))
    return [sha256(text.encode()).hexdigest() for text in texts]


if __name__ == "__main__":
    sys.stdout.write(" ".join(digests()))
