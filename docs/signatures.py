"""Tell mkdocstrings what no source spells out: the constructors that attrs writes, and roles as the code they mean."""

import importlib
import inspect
import re
from operator import attrgetter
from typing import Any, Final

import attrs
from griffe import Class, Extension, Function, Object, Parameter, ParameterKind, Parameters

__all__ = ["Signatures"]

_ROLE: Final = re.compile(r":\w+:(?=`)")


class Signatures(Extension):
    """Give every class the constructor that it has when it runs, with the annotations of its source."""

    def on_object(self, *, obj: Object, **_: Any) -> None:  # noqa: ANN401 - whatever griffe passes
        """Write a reference such as ``:class:`Amount``` as code, since pages are Markdown."""
        if obj.docstring:
            obj.docstring.value = _ROLE.sub("", obj.docstring.value)

    def on_class(self, *, cls: Class, **_: Any) -> None:  # noqa: ANN401 - whatever griffe passes
        """Add the constructor of a class of attrs and of a named tuple."""
        definition = attrgetter(cls.path.removeprefix(f"{cls.module.path}."))(importlib.import_module(cls.module.path))
        if "__init__" in cls.members or not (attrs.has(definition) or issubclass(definition, tuple)):
            return
        annotations = {name: attribute.annotation for name, attribute in cls.attributes.items()}
        parameters = [
            Parameter(
                parameter.name,
                annotation=annotations.get(parameter.name),
                kind=ParameterKind(parameter.kind.description),
                default=_default(parameter.default),
            )
            for parameter in inspect.signature(definition).parameters.values()
        ]
        this = Parameter("self", kind=ParameterKind.positional_or_keyword)
        cls.set_member("__init__", Function("__init__", parameters=Parameters(this, *parameters), returns="None"))


def _default(value: object) -> str | None:
    if value is inspect.Parameter.empty:
        return None
    return "..." if value is attrs.NOTHING else repr(value)
