"""Folders of CSV files: written for a test, and read for their faults."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import strategies as st

from salesperf.errors import InvalidInputError, SalesperfError
from salesperf.io import folder

__all__ = ["Fault", "Writer", "faults_of", "places", "words", "writer"]

Fault: TypeAlias = tuple[str, tuple[str | int, ...]]
"""The code of a fault, and where it is."""

Writer: TypeAlias = Callable[..., Path]
"""Writes files by name, and returns the folder."""

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6).map(str.strip).filter(bool)
"""Text as odd as text may be, where there has to be some."""


def writer(place: Path, **usual: str) -> Writer:
    """Return what writes files by name into a folder, beside those that are usual unless the test has its own."""

    def write(**files: str | bytes) -> Path:
        for name, content in (usual | files).items():
            (place / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return place

    return write


def faults_of(place: Path, **arguments: Any) -> list[SalesperfError]:  # noqa: ANN401 - arguments of read
    """Return the faults of a folder."""
    with pytest.raises(InvalidInputError) as caught:
        folder.read(place, **arguments)
    faults = list(caught.value.exceptions)
    assert all(isinstance(fault, SalesperfError) for fault in faults)
    return faults  # type: ignore[return-value] # as just asserted


def places(place: Path, **arguments: Any) -> list[Fault]:  # noqa: ANN401 - arguments of read
    """Return the code and the path of each fault of a folder."""
    return [(fault.code, fault.path) for fault in faults_of(place, **arguments)]
