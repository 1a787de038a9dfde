"""HTML: a review as one page that holds all it needs, for a browser, a telephone and paper.

It needs the extra ``html``, and for its pictures the extra ``charts``, which ``html`` brings along.

Examples
--------
>>> from datetime import date
>>> from salesperf import Period, review
>>> from salesperf.io.folder import read_sample
>>> written = page(review.build(read_sample(), owner="r-05", period=Period.month(2026, 8), as_of=date(2026, 8, 31)))
>>> written.startswith("<!doctype html>"), "<script" in written
(True, False)
"""

from salesperf.errors import MissingExtraError

try:
    import jinja2 as _jinja2
    import markdown_it as _markdown_it
except ImportError as _error:
    raise MissingExtraError("missing_extra", package=_error.name, extra="html") from None

from salesperf.io.html.paging import page

__all__ = ["page"]

del _jinja2, _markdown_it
