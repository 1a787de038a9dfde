"""The message keys that the source names: those that stand there, and those that are put together, with what is put into them.

What stands in a gap is followed to where it comes from: a choice, a table, a loop over names, the arguments that callers give,
the values that a function returns, an annotation of literals. Where none of these tells it may be anything.
"""

import ast
import inspect
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib import import_module
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Final, Literal, TypeVar, get_args, get_origin, get_type_hints

import attrs

import salesperf

__all__ = ["Part", "Template", "is_written", "literals", "prose", "templates"]

SOURCE: Final = Path(inspect.getfile(salesperf)).parent
KEY: Final = re.compile(r'"([a-z_]+(?:\.\w+)+)"')
PROSE: Final = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}|[\u4e00-\u9fff]")
WORD: Final = re.compile(r'"(\w+)"')
PIECE: Final = re.compile(r'f"((?:\w|\{[^{}"]*\})+)"')
GAP: Final = re.compile(r"\{[^{}]*\}")
TEMPLATE: Final = re.compile(r'f"[\w{]')
OUTLINE: Final = re.compile(r"[\w.*]*\.[\w.*]+")
"""Of what is put together as a key is, each gap shown as a star."""
FUNCTIONS: Final = (ast.FunctionDef, ast.Lambda)
DEEPEST: Final = 12
"""How many steps from name to name are followed."""
UNKNOWN: Final = object()


@attrs.frozen
class Part:
    """What stands at a place of a text that is put together: one of some words, and where it is open any other as well."""

    words: frozenset[str]
    is_open: bool

    @classmethod
    def of(cls, values: Iterable[object]) -> "Part":
        """Take what an expression may be; of nothing there is nothing to write."""
        held = {str(value) if isinstance(value, str | int) else " " for value in values if value is not None}
        words = frozenset(word for word in held if re.fullmatch(r"[a-z0-9_.]*", word))
        return cls(words, is_open=words < held or not words)


@attrs.frozen(slots=False)
class Template:
    """A text with gaps."""

    place: str
    parts: tuple[Part, ...]

    @property
    def is_open(self) -> bool:
        """Whether any word may stand in one of its gaps."""
        return any(part.is_open for part in self.parts)

    @cached_property
    def keys(self) -> frozenset[str]:
        """What may be put together, as far as it can be seen."""
        return frozenset(map("".join, product(*(part.words for part in self.parts))))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What is put together so looks like."""
        written = (r"(\w+)" if part.is_open else f"(?:{'|'.join(map(re.escape, sorted(part.words)))})" for part in self.parts)
        return re.compile("".join(written))

    def words_in(self, key: str) -> tuple[str, ...]:
        """Return what of a key would stand in the gaps that may hold any word; nothing where the key is unlike the text."""
        found = self.pattern.fullmatch(key)
        return () if found is None else found.groups()


def literals() -> Iterator[tuple[str, str]]:
    """Yield the module of every text in the source that looks like a key, and the text."""
    for source in modules().values():
        for key in KEY.findall(source.text):
            yield source.name, key


def templates() -> Iterator[Template]:
    """Yield every text with gaps in the source that looks like a key."""
    for source in modules().values():
        if not TEMPLATE.search(source.text):
            continue
        for node in source.nodes:
            if isinstance(node, ast.JoinedStr) and OUTLINE.fullmatch("".join(map(_outline, node.values))):
                yield Template(source.place(node), tuple(Part.of(source.of(part, 0)) for part in node.values))


def prose(*rooms: str) -> Iterator[tuple[str, str]]:
    """Yield every text of some rooms in which two words stand side by side, or Chinese ones, after its place."""
    for source in modules().values():
        if not source.name.startswith(rooms):
            continue
        for node in source.nodes:
            if not isinstance(node, ast.Constant) or isinstance(source.above[node], ast.Expr):
                continue
            if isinstance(node.value, str) and PROSE.search(node.value):
                yield source.place(node), node.value


def is_written(word: str) -> bool:
    """Tell whether a word stands in the source, as a text by itself or as one that is put together."""
    stem, line, end = word.rpartition("_")
    is_joined = stem in _words() and (end.isdigit() or line + end in _words())
    return word in _words() or word.isdigit() or is_joined or _pieces().fullmatch(word) is not None


@cache
def _words() -> frozenset[str]:
    return frozenset(word for source in modules().values() for word in WORD.findall(source.text))


@cache
def _pieces() -> re.Pattern[str]:
    """Return what texts look like that are put together of a word, and others."""
    pieces = {piece for source in modules().values() for piece in PIECE.findall(source.text)}
    return re.compile(
        "|".join(sorted(GAP.sub(r"\\w+", piece) for piece in pieces if re.search("[a-z]{2}_|[a-z]{3}", GAP.sub(" ", piece))))
    )


def _outline(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        return "*" if part.format_spec is None and part.conversion == -1 else " "
    assert isinstance(part, ast.Constant)
    return str(part.value)


@cache
def modules() -> Mapping[str, "Source"]:
    """Return all modules of the library by name."""
    paths = {".".join(path.relative_to(SOURCE.parent).with_suffix("").parts): path for path in sorted(SOURCE.rglob("*.py"))}
    return {name: Source(name.removesuffix(".__init__"), path) for name, path in paths.items()}


@attrs.frozen
class Row:
    """A sequence in the source: what each place of it may hold."""

    places: tuple[list[object], ...]


@attrs.frozen
class Table:
    """A mapping in the source: what its keys may be, and its values."""

    keys: list[object]
    values: list[object]


@attrs.frozen(eq=False, slots=False)
class Source:
    """A module and its syntax; what an expression may be is a list, in which ``UNKNOWN`` stands for all that cannot be seen."""

    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def nodes(self) -> Sequence[ast.AST]:
        return list(ast.walk(ast.parse(self.text)))

    @cached_property
    def above(self) -> Mapping[ast.AST, ast.AST]:
        """What each part of the source stands in."""
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    def place(self, node: ast.expr) -> str:
        return f"{self.name}:{node.lineno}"

    @cached_property
    def module(self) -> ModuleType:
        return import_module(self.name)

    @cached_property
    def calls(self) -> Mapping[str, Sequence[ast.Call]]:
        """The calls, by the name of what is called."""
        found = defaultdict(list)
        for node in self.nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                found[node.func.id if isinstance(node.func, ast.Name) else node.func.attr].append(node)
        return found

    @cached_property
    def functions(self) -> Mapping[str, ast.FunctionDef]:
        return {node.name: node for node in self.nodes if isinstance(node, ast.FunctionDef)}

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what a part of the source stands in, the innermost first."""
        while node in self.above:
            node = self.above[node]
            yield node

    # What an expression may be

    def of(self, node: ast.expr, deep: int) -> list[object]:  # noqa: C901, PLR0911, PLR0912 - a case for each kind
        if deep > DEEPEST:
            return [UNKNOWN]
        deep += 1
        match node:
            case ast.Constant(value=value):
                return [value]
            case ast.FormattedValue(value=inner) | ast.NamedExpr(value=inner):
                return self.of(inner, deep)
            case ast.IfExp(body=one, orelse=other):
                return [*self.of(one, deep), *self.of(other, deep)]
            case ast.BoolOp(op=ast.Or(), values=choices):
                return [value for each in choices for value in self.of(each, deep) if value not in ("", None)]
            case ast.JoinedStr(values=parts):
                text = Template("", tuple(Part.of(self.of(part, deep)) for part in parts))
                return [*text.keys, *([UNKNOWN] if text.is_open else [])]
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                return [Row(tuple(self.item(part, deep) for part in parts))]
            case ast.BinOp(left=one, op=ast.Add(), right=other):
                return [Row((_items([*self.of(one, deep), *self.of(other, deep)]),))]
            case ast.Dict(keys=keys, values=values):
                named = [value for key in keys if key is not None for value in self.of(key, deep)]
                return [Table(named, [value for each in values for value in self.of(each, deep)])]
            case ast.Subscript(value=whole, slice=place):
                return [part for value in self.of(whole, deep) for part in _part(value, place)]
            case ast.Call():
                return self.result(node, deep)
            case ast.Name(id=name):
                return self.named(node, name, deep)
            case ast.Attribute():
                return literals_of(self.type_of(node, deep))
        return [UNKNOWN]

    def item(self, node: ast.expr, deep: int) -> list[object]:
        """Return what an item of a sequence may be; of one that is spread out there, any of its own."""
        return _items(self.of(node.value, deep)) if isinstance(node, ast.Starred) else self.of(node, deep)

    def result(self, node: ast.Call, deep: int) -> list[object]:  # noqa: PLR0911 - a case for each kind of call
        """Return what a call may return."""
        match node:
            case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, *default]):
                found = [part for value in self.of(table, deep) for part in _part(value, None)]
                return found + [value for each in default for value in self.of(each, deep)]
            case ast.Call(func=ast.Attribute(value=table, attr="items" | "values" | "keys" as part), args=[]):
                return [_columns(value, part) for value in self.of(table, deep)]
            case ast.Call(func=ast.Name(id="zip"), args=columns):
                return [Row(([Row(tuple(_items(self.of(column, deep)) for column in columns))],))]
            case ast.Call(func=ast.Name(id="enumerate"), args=[items, *_]):
                return [Row(([Row(([UNKNOWN], _items(self.of(items, deep))))],))]
            case ast.Call(
                func=ast.Name(id="sorted" | "reversed" | "tuple" | "list" | "set" | "iter" | "next"), args=[items, *_]
            ):
                return self.of(items, deep)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name)):
                function = self.functions.get(name)
                if function is None or (found := literals_of(self.annotation(function.returns))) != [UNKNOWN]:
                    return [UNKNOWN] if function is None else found
                returned = (each for each in ast.walk(function) if isinstance(each, ast.Return) and each.value is not None)
                return [value for each in returned if each.value for value in self.of(each.value, deep)] or [UNKNOWN]
        return [UNKNOWN]

    def named(self, node: ast.AST, name: str, deep: int) -> list[object]:
        """Return what a name may hold where it stands."""
        for scope in self.around(node):
            bound = [
                value
                for target, given, is_loop in self.bindings(scope)
                if _binds(target, name)
                for value in _taken(target, name, _items(self.of(given, deep)) if is_loop else self.of(given, deep))
            ]
            if isinstance(scope, FUNCTIONS):
                given = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
                bound += [value for argument in given if argument.arg == name for value in self.given(scope, argument, deep)]
            if bound:
                return bound
        value = getattr(self.module, name, UNKNOWN)
        return [value]

    def bindings(self, scope: ast.AST) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
        """Yield what is bound in a function or a comprehension, to what, and whether it is to each of its items."""
        for node in ast.walk(scope) if isinstance(scope, ast.FunctionDef) else ():
            match node:
                case ast.Assign(targets=[target], value=value) | ast.NamedExpr(target=target, value=value):
                    yield target, value, False
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    yield target, value, False
                case ast.For(target=target, iter=items):
                    yield target, items, True
        for loop in getattr(scope, "generators", ()):
            yield loop.target, loop.iter, True

    def given(self, function: ast.FunctionDef | ast.Lambda, argument: ast.arg, deep: int) -> list[object]:
        """Return what an argument may be: what its annotation says, or else what is given to it."""
        found = literals_of(self.annotation(argument.annotation))
        if found != [UNKNOWN] or isinstance(function, ast.Lambda):
            return found
        names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
        is_method = names[:1] in (["self"], ["cls"])
        place = names.index(argument.arg) - is_method if argument.arg in names else None
        found = self.default(function, argument, deep)
        for source in self.callers(function.name, is_method=is_method):
            for call in source.calls.get(function.name, ()):
                by_name = [each.value for each in call.keywords if each.arg == argument.arg]
                if by_name:
                    found += source.of(by_name[0], deep)
                elif place is not None and place < len(call.args):
                    found += source.of(call.args[place], deep)
        return found or [UNKNOWN]

    def default(self, function: ast.FunctionDef, argument: ast.arg, deep: int) -> list[object]:
        arguments = function.args
        by_place = zip(reversed([*arguments.posonlyargs, *arguments.args]), reversed(arguments.defaults), strict=False)
        pairs = [*by_place, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
        return [value for each, default in pairs if each is argument and default for value in self.of(default, deep)]

    def callers(self, name: str, *, is_method: bool) -> Iterator["Source"]:
        """Yield the modules that may call a function: of a method those of the room, else those that have it by its name."""
        room = self.name.split(".")[:2]
        mine = getattr(self.module, name, None)
        for source in modules().values():
            if f"{name}(" in source.text and (
                source is self
                or (is_method and source.name.split(".")[:2] == room and name not in source.functions)
                or (mine is not None and getattr(source.module, name, None) is mine)
            ):
                yield source

    # Of what class an expression is

    def annotation(self, node: ast.expr | None) -> object:
        """Return what an annotation means; ``None`` where there is none, or what only a type checker knows."""
        try:
            return None if node is None else eval(ast.unparse(node), vars(self.module))  # noqa: S307 - our own source
        except NameError:
            return None

    def type_of(self, node: ast.expr, deep: int) -> object:  # noqa: PLR0911 - a case for each kind
        if deep > DEEPEST:
            return None
        deep += 1
        match node:
            case ast.Attribute(value=whole, attr=name):
                return hint_of(self.type_of(whole, deep), name)
            case ast.Name(id="self" | "cls"):
                names = [scope.name for scope in self.around(node) if isinstance(scope, ast.ClassDef)]
                return getattr(self.module, names[-1], None) if names else None
            case ast.Name(id=name):
                return self.type_of_name(node, name, deep)
            case ast.Subscript(value=whole):
                return element_of(self.type_of(whole, deep))
            case ast.Call(func=ast.Name(id=name)):
                called = getattr(self.module, name, None)
                return called if isinstance(called, type) else hints_of(called).get("return")
        return None

    def type_of_name(self, node: ast.Name, name: str, deep: int) -> object:
        for scope in self.around(node):
            for each in getattr(scope, "generators", ()):
                if isinstance(each.target, ast.Name) and each.target.id == name:
                    return element_of(self.type_of(each.iter, deep))
            if isinstance(scope, ast.FunctionDef):
                for argument in (*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs):
                    if argument.arg == name:
                        return self.annotation(argument.annotation)
                for inner in ast.walk(scope):
                    match inner:
                        case ast.For(target=ast.Name(id=bound), iter=items) if bound == name:
                            return element_of(self.type_of(items, deep))
                        case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name:
                            return self.type_of(value, deep)
        return None


def literals_of(annotation: object) -> list[object]:
    """Return the values that an annotation allows, where it names them."""
    if isinstance(annotation, TypeVar):
        return literals_of(annotation.__bound__)
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if get_origin(annotation) in (list, tuple, frozenset) or not get_args(annotation):
        return [UNKNOWN]
    choices = [each for each in get_args(annotation) if each is not type(None)]
    return [value for each in choices for value in literals_of(each)]


def hints_of(thing: object) -> Mapping[str, object]:
    try:
        return get_type_hints(thing)
    except (NameError, TypeError):
        return {}


def hint_of(owner: object, name: str) -> object:
    """Return the annotation of an attribute or of a property."""
    for each in (owner, *get_args(owner)):
        found = getattr(each, name, None)
        if isinstance(found, property) and found.fget is not None:
            return hints_of(found.fget).get("return")
        if (hint := hints_of(each).get(name)) is not None:
            return hint
    return None


def element_of(annotation: object) -> object:
    """Return of what class the items of a sequence, or the values of a mapping, are."""
    arguments = [each for each in get_args(annotation) if each is not Ellipsis]
    return arguments[-1] if arguments else None


def _items(values: Iterable[object]) -> list[object]:
    """Return what a loop over any of some values may come upon."""
    found: list[object] = []
    for value in values:
        if isinstance(value, Row):
            found += [each for place in value.places for each in place]
        elif isinstance(value, Table):
            found += value.keys
        elif isinstance(value, tuple | list | frozenset | set | Mapping):
            found += list(value)
        else:
            found.append(UNKNOWN)
    return found


def _part(value: object, place: ast.expr | None) -> list[object]:
    """Return what may stand at a place of a sequence or a mapping."""
    if isinstance(value, Table):
        return value.values
    if isinstance(value, Mapping):
        return list(value.values())
    places = _places(value)
    if places is None:
        return [UNKNOWN]
    match place:
        case ast.Constant(value=int(number)) if number < len(places):
            return places[number]
    return [each for held in places for each in held]


def _columns(value: object, part: str) -> object:
    """Return the keys, the values, or both, of a mapping as a sequence."""
    if isinstance(value, Table):
        keys, values = value.keys, value.values
    elif isinstance(value, Mapping):
        keys, values = list(value), list(value.values())
    else:
        return UNKNOWN
    return Row(([Row((keys, values))],)) if part == "items" else Row((keys if part == "keys" else values,))


def _binds(target: ast.expr, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(target))


def _taken(target: ast.expr, name: str, values: Iterable[object]) -> list[object]:
    """Return what a name takes of some values that are bound to a target."""
    if not _binds(target, name):
        return []
    if not isinstance(target, ast.Tuple):
        return list(values) if isinstance(target, ast.Name) else [UNKNOWN]
    found: list[object] = []
    for value in values:
        places = _places(value)
        if places is None or len(places) != len(target.elts):
            return [UNKNOWN]
        for part, held in zip(target.elts, places, strict=True):
            found += _taken(part, name, held)
    return found


def _places(value: object) -> Sequence[list[object]] | None:
    """Return what each place of a sequence may hold."""
    if isinstance(value, Row):
        return value.places
    return [[each] for each in value] if isinstance(value, tuple) else None
