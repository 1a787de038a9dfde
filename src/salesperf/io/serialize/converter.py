"""The converter between nouns and what JSON can hold, and the same when it looks for faults."""

from typing import Final

import cattrs

from salesperf.io.serialize.examining import teach_to_examine
from salesperf.io.serialize.reading import teach_to_read
from salesperf.io.serialize.writing import teach_to_write

__all__ = ["CONVERTER", "EXAMINER"]

CONVERTER: Final = cattrs.Converter(detailed_validation=False)
"""Reads what is right quickly, and stops anyhow at what is wrong."""
teach_to_write(CONVERTER)
teach_to_read(CONVERTER)

EXAMINER: Final = cattrs.Converter(detailed_validation=False)
"""Reads the same, slowly, and tells every fault with its path."""
teach_to_examine(EXAMINER)
