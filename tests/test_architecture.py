"""Every import points down: the layers of the house, read from the source of every module."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import salesperf

PACKAGE = Path(salesperf.__file__).parent

ROOT = "salesperf"
LAYERS = (
    {"errors"},
    {"kernels", "messages"},
    {"model"},
    {"formulas", "scorecard"},
    {
        "attainment",
        "pipeline",
        "funnel",
        "grading",
        "channels",
        "okr",
        "feedback",
        "commission",
        "customers",
        "quality",
        "privacy",
        "variance",
    },
    {"allocation", "forecast", "followup", "appraisal"},
    {"feasibility", "risk"},
    {"diagnosis"},
    {"review"},
    {"report"},
    {ROOT},
    {"charts"},
    {"io"},
    {"testing", "__main__"},
)
"""The rooms, lowest first. The root names nouns and verbs up to the report, and the rooms themselves, which load late."""

HEIGHT = {room: height for height, rooms in enumerate(LAYERS) for room in rooms}

ROOMS = {f"{ROOT}.{room}" for room in HEIGHT}

CORE = {"attr", "attrs", "dateutil", "numpy", *sys.stdlib_module_names}
"""What every room may import."""

OPTIONAL = {
    "cattrs": "io.serialize",
    "hypothesis": "testing",
    "jinja2": "io.html",
    "markdown_it": "io.html",
    "markupsafe": "io.html",
    "orjson": "io.serialize",
    "rapidfuzz": "quality.fuzzy",
    "scipy": "customers.clv",
    "vl_convert": "charts",
}
"""What one room alone may import, or one of the modules that a room is a collection of."""


def module_name(path: Path) -> str:
    """Return the dotted name of a source file below the package."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(source: str, package: str) -> Iterator[str]:
    """Yield the full name of whatever a module imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            origin = ".".join([*parents, *filter(None, [node.module])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def room_of(name: str) -> str:
    """Return the room that holds a module or a name of ours; the names at the root are the root's own."""
    steps = name.split(".")
    return steps[1] if len(steps) > 1 and steps[1] in HEIGHT else ROOT


def is_allowed(name: str, module: str, room: str) -> bool:
    """Tell whether a module of a room may import a name."""
    package = name.split(".", maxsplit=1)[0]
    if package != ROOT:
        return package in CORE or f"{module}.".startswith(f"{ROOT}.{OPTIONAL.get(package)}.")
    if room == ROOT and name in ROOMS:
        return True
    return room_of(name) == room or HEIGHT[room_of(name)] < HEIGHT[room]


def faults(source: str, module: str, *, is_package: bool = False) -> list[str]:
    """Say what is wrong with the imports of a module."""
    room = module.split(".")[1] if "." in module else ROOT
    if room not in HEIGHT:
        return [f"{module} has no layer"]
    names = imported_names(source, module if is_package else module.rpartition(".")[0])
    return [f"{module} may not import {name}" for name in names if not is_allowed(name, module, room)]


SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_every_import_points_down(path: Path) -> None:
    is_package = path.name == "__init__.py"
    assert faults(path.read_text(encoding="utf-8"), module_name(path), is_package=is_package) == []


def importing(what: str) -> set[str]:
    """Return the modules that import something."""
    return {module_name(path) for path in SOURCES if f"from {ROOT}.{what}" in path.read_text(encoding="utf-8")}


def test_one_engine_scores_whatever_is_graded() -> None:
    graders = {"grading", "okr", "quality", "feedback", "appraisal"}
    assert graders <= {room_of(name) for name in importing("scorecard")}
    # Nobody else turns values into points: along a curve, by steps or by bands.
    assert {room_of(name) for name in importing("kernels.interpolation")} == {"model", "scorecard"}


def test_no_room_stands_in_two_layers() -> None:
    assert len(HEIGHT) == sum(map(len, LAYERS))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("salesperf.errors", "import re\nfrom collections.abc import Sequence"),
        ("salesperf.kernels.sums", "import numpy as np\nfrom salesperf.kernels.numeric import ratio"),
        ("salesperf.kernels.sums", "from . import numeric"),
        ("salesperf.model.target", "from attrs import frozen\nfrom dateutil.easter import easter\nimport attr"),
        ("salesperf.model.target", "from salesperf import errors\nfrom ..kernels import numeric"),
        ("salesperf.review", "import salesperf.model.target"),
        ("salesperf.io.folder", "from salesperf import Target\nimport salesperf as sp"),
        ("salesperf.testing", "from hypothesis import strategies\nfrom salesperf import io"),
        ("salesperf.io.serialize", "from cattrs import Converter"),
        ("salesperf.io.serialize.text", "import orjson\nfrom salesperf.io import folder"),
        ("salesperf.testing.strategies", "from salesperf.testing.laws import holds"),
        ("salesperf", "from salesperf import report, io\nfrom salesperf.model.target import Target"),
    ],
)
def test_an_import_that_points_down_or_stays_in_its_room_is_no_fault(module: str, source: str) -> None:
    assert faults(source, module) == []


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("salesperf.errors", "import numpy, salesperf.kernels.numeric", "salesperf.kernels.numeric"),
        ("salesperf.kernels.sums", "from salesperf import messages", "salesperf.messages"),
        ("salesperf.model.target", "from ..review import build", "salesperf.review.build"),
        ("salesperf.attainment", "from salesperf import funnel", "salesperf.funnel"),
        ("salesperf.attainment", "from salesperf import Target", "salesperf.Target"),
        ("salesperf.attainment", "import salesperf", "salesperf"),
        ("salesperf.attainment", "if TYPE_CHECKING:\n    from salesperf import review", "salesperf.review"),
        ("salesperf.attainment", "def late():\n    import salesperf.review", "salesperf.review"),
        ("salesperf.attainment", "import polars", "polars"),
        ("salesperf.io.frames", "def late():\n    from hypothesis.extra import numpy", "hypothesis.extra.numpy"),
        ("salesperf.io.folder", "import cattrs", "cattrs"),
        ("salesperf.io.serializer", "import cattrs", "cattrs"),
        ("salesperf", "from salesperf.io import folder", "salesperf.io.folder"),
        ("salesperf.helpers", "", "salesperf.helpers has no layer"),
    ],
)
def test_an_import_that_points_up_or_aside_or_outside_is_found(module: str, source: str, fault: str) -> None:
    (found,) = faults(source, module)
    assert found.endswith(fault)


def test_a_package_counts_its_relative_imports_from_itself() -> None:
    assert faults("from . import amount", "salesperf.model", is_package=True) == []
    assert faults("from .. import review", "salesperf.model", is_package=True) != []
