"""The version of the library, which results name that are kept for long."""

from typing import Final

__all__ = ["VERSION"]

VERSION: Final = "0.1.0"
"""Below the root, which has it too, so that every room can say by what it made a result."""
