"""Fixtures that every test may use: results and data from outside the project."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from examples import EXAMPLES
from hypothesis import Phase, settings

from pages import SHARED

# ``find`` has no use for an explanation, which takes it longer than to find and to shrink.
settings.register_profile(
    "salesperf", max_examples=EXAMPLES, deadline=None, print_blob=True, phases=set(Phase) - {Phase.explain}
)
settings.load_profile("salesperf")


@pytest.fixture(scope="session")
def oracle() -> Callable[[str], Any]:
    """Read a file of results that others computed, or skip."""

    def read(name: str) -> Any:  # noqa: ANN401 - whatever the JSON holds
        path = SHARED / "oracles" / name
        if not path.is_file():
            pytest.skip(f"the oracle {name} is not on this machine")
        return json.loads(path.read_text(encoding="utf-8"))

    return read


@pytest.fixture(scope="session")
def data_folder() -> Callable[[str], Path]:
    """Find a folder of real data, or skip."""

    def find(name: str) -> Path:
        path = SHARED / "data" / name
        if not path.is_dir():
            pytest.skip(f"the real data {name} are not on this machine")
        return path

    return find
