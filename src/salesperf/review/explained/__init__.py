"""The numbers of a review, each with the tree that it can be pulled apart into: a module a section, and what these share."""

from salesperf.review.explained.explaining import NumberTrees, explain

__all__ = ["NumberTrees", "explain"]
