"""What is public: named in ``__all__``, shown by an example that runs, light to import, worded in both languages."""

import ast
import importlib
import inspect
import pkgutil
import string
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import pytest

import salesperf
from pages import ROOT
from salesperf.errors import TEMPLATES
from salesperf.messages import catalog

PACKAGE = Path(salesperf.__file__).parent


def is_public(name: str) -> bool:
    """Tell whether a module is for users: two levels deep, three in the rooms that are collections of modules."""
    room = name.split(".")[1]
    # The nouns are public at the root; the program has a command line instead of names.
    return room not in {"model", "__main__"} and name.count(".") <= (2 if room in {"kernels", "io"} else 1)


MODULES = [
    "salesperf",
    "salesperf.customers.clv",
    *(found.name for found in pkgutil.walk_packages(salesperf.__path__, "salesperf.") if is_public(found.name)),
]

BROUGHT_ALONG = {"cython_runtime", "six"}
"""What the runtime dependencies load themselves."""

LOADED = """
import sys
before = set(sys.modules)
import salesperf
for name in salesperf.__all__:
    getattr(salesperf, name)
print(*sorted({module.split(".")[0] for module in set(sys.modules) - before}))
"""


def definitions(module: ModuleType) -> Iterator[tuple[str, object]]:
    """Yield the public functions and classes of a module; constants and type aliases explain themselves beside it."""
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isroutine(value):
            yield name, value


def has_example(definition: object) -> bool:
    """Tell whether a docstring has a section of examples; an exception is shown by whatever raises it."""
    is_exception = isinstance(definition, type) and issubclass(definition, Exception)
    return is_exception or "Examples\n--------\n>>> " in (inspect.getdoc(definition) or "")


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_it_is_for_and_names_what_is_public(name: str) -> None:
    module = importlib.import_module(name)
    assert inspect.getdoc(module)
    assert len(set(module.__all__)) == len(module.__all__)
    assert [public for public in module.__all__ if not hasattr(module, public)] == []


@pytest.mark.parametrize("name", MODULES)
def test_whatever_is_public_has_a_docstring_with_an_example(name: str) -> None:
    module = importlib.import_module(name)
    assert [public for public, definition in definitions(module) if not inspect.getdoc(definition)] == []
    assert [public for public, definition in definitions(module) if not has_example(definition)] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_a_page_of_reference(name: str) -> None:
    pages = (ROOT / "docs" / "reference").glob("*.md")
    assert any(f"::: {name}\n" in page.read_text(encoding="utf-8") for page in pages)


def test_the_package_and_all_its_names_load_the_three_runtime_dependencies_and_nothing_else() -> None:
    done = subprocess.run(  # noqa: S603 - a constant program
        [sys.executable, "-c", LOADED], capture_output=True, check=False, encoding="utf-8"
    )
    assert done.stderr == ""
    loaded = {name for name in done.stdout.split() if not name.startswith("_cython_")}
    assert {"attr", "numpy", "salesperf"} <= loaded
    assert loaded - sys.stdlib_module_names <= {"salesperf", "attr", "attrs", "dateutil", "numpy"} | BROUGHT_ALONG


def test_type_checkers_see_the_types() -> None:
    assert (files("salesperf") / "py.typed").is_file()


def placeholders(template: str) -> set[str]:
    """Return the names that a template fills in."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_error_is_worded_in_chinese_with_the_same_placeholders() -> None:
    chinese = {key: template for key, template in catalog("zh").items() if key.startswith("error.")}
    assert {f"error.{code}": placeholders(template) for code, template in TEMPLATES.items()} == {
        key: placeholders(template) for key, template in chinese.items()
    }


def test_the_errors_are_listed_by_code() -> None:
    assert list(TEMPLATES) == sorted(TEMPLATES)


def texts(source: str) -> Iterator[str]:
    """Yield every literal text of a source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def raised_codes(source: str) -> Iterator[str]:
    """Yield the code of every error of ours that a source makes."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(code)), *_]) if name.endswith("Error"):
                yield code


SOURCES = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}


def test_every_error_that_is_raised_is_worded() -> None:
    assert {code for source in SOURCES.values() for code in raised_codes(source)} <= set(TEMPLATES)


def test_every_error_that_is_worded_is_raised_somewhere() -> None:
    used = {text for path, source in SOURCES.items() if path.name != "templates.py" for text in texts(source)}
    assert set(TEMPLATES) - used == set(), "what is never raised is dead"


@pytest.mark.parametrize("name", ["salesperf", "salesperf.io", "salesperf.kernels"])
def test_a_package_that_loads_on_first_use_says_what_it_lacks(name: str) -> None:
    package = importlib.import_module(name)
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'sales'"):
        _ = package.sales
    assert set(package.__all__) <= set(dir(package))
    assert [public for public in package.__all__ if package.__getattr__(public) is not getattr(package, public)] == []


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert salesperf.__version__ == project["version"]
