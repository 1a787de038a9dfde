"""Reports: a review written as Markdown, in the reader's language."""

from salesperf.report.writing import markdown

__all__ = ["markdown"]
