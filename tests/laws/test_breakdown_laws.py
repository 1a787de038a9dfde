"""The law of whatever explains itself: the tree of every result recomputes, those of tomorrow included.

Laws of the rooms say so for whatever hypothesis draws. Here the results are those that the examples of each class make, so
that no class escapes: one that explains itself has an example, and its example is held to the law.
"""

import doctest
import inspect
import pkgutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from typing import Any

import pytest

import salesperf
from salesperf.testing import assert_breakdowns_hold


def explaining() -> Iterator[type[Any]]:
    """Yield every class whose objects have a breakdown, but for those that only others are made from."""
    for info in pkgutil.walk_packages(salesperf.__path__, f"{salesperf.__name__}."):
        if info.name.endswith(".__main__"):
            continue
        for value in vars(import_module(info.name)).values():
            defined_here = inspect.isclass(value) and value.__module__ == info.name
            if defined_here and hasattr(value, "breakdown") and not value.__subclasses__():
                yield value


def made_by_the_examples_of(cls: type[Any], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Run the examples of a class, and return every object of it that was made meanwhile."""
    made: list[Any] = []
    make = cls.__init__

    def make_and_note(self: object, *args: object, **kwargs: object) -> None:
        make(self, *args, **kwargs)
        made.append(self)

    monkeypatch.setattr(cls, "__init__", make_and_note)
    names = dict(vars(import_module(cls.__module__)))
    (examples,) = doctest.DocTestFinder(recurse=False).find(cls, cls.__name__, globs=names)
    with redirect_stdout(StringIO()):
        doctest.DocTestRunner(verbose=False).run(examples)
    return made


@pytest.mark.parametrize("cls", list(explaining()), ids=lambda cls: cls.__name__)
def test_whatever_explains_itself_has_an_example_whose_tree_recomputes(cls: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    made = made_by_the_examples_of(cls, monkeypatch)
    assert made
    assert_breakdowns_hold(made)
