"""The nouns and their values: immutable, checked when made. Public as names of :mod:`salesperf`."""
