"""Reports: a review written as Markdown, in the reader's language."""

from salesperf.report.writing import LEAST_DAYS, markdown

__all__ = ["LEAST_DAYS", "markdown"]
