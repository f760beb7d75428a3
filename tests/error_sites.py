"""The places in the code where an error for people is made, and the texts that it may have there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

CLASSES = frozenset(
    (
        "UsageError",
        "ConfigError",
        "TrainingError",
        "PluginError",
        "ModelError",
        "InputError",
        "OutputError",
        "RecordError",
    )
)
TRANSLATED = frozenset(("read_failure", "write_failure", "refusal"))
"""Functions that put what a system's exception says into our words."""

PARTS = frozenset(("start", "end", "pos", "lineno", "colno", "name", "option_name"))
"""What may be taken of an exception of others: numbers and names, no text."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Text = tuple[str | ast.expr, ...]
"""Constant parts, and between them what is filled in."""

_DEPTH = 4
"""How many names and calls are followed, one after the other, to the text that they stand for."""


@dataclass(frozen=True)
class ErrorSite:
    """A place where an error is made.

    Attributes:
        path, line: where.
        kind: the class of the error.
        function: the name of the function around it.
        what, todo: the texts that it may have.
        placed: whether a place is given, as an argument or by ``.at(...)``.
        caught: the names that stand for exceptions of others there, as ``except ValueError as error`` has them.
    """

    path: Path
    line: int
    kind: str
    function: str
    what: tuple[Text, ...]
    todo: tuple[Text, ...]
    placed: bool
    caught: frozenset[str]


@dataclass
class _Module:
    path: Path
    tree: ast.Module
    functions: dict[str, Function] = field(default_factory=dict)
    constants: dict[str, list[ast.expr]] = field(default_factory=dict)
    parents: dict[int, ast.AST] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> _Module:
        module = cls(path, ast.parse(path.read_text(encoding="utf-8")))
        for node in ast.walk(module.tree):
            module.parents |= {id(child): node for child in ast.iter_child_nodes(node)}
            if isinstance(node, Function):
                module.functions[node.name] = node
        module.constants = _assigned(module.tree.body)
        return module

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        while (parent := self.parents.get(id(node))) is not None:
            yield parent
            node = parent


def error_sites(paths: Iterable[Path], own: frozenset[str]) -> list[ErrorSite]:
    """Return all places in some files where an error is made, also by functions that make one of what they are given.

    Args:
        paths: of the files.
        own: the exceptions whose texts are our own, by the names of their classes.
    """
    sites: list[ErrorSite] = []
    for module in map(_Module.read, paths):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLASSES:
                sites.extend(_sites(module, node, node.func.id, own))
    return sites


def _sites(module: _Module, call: ast.Call, kind: str, own: frozenset[str]) -> Iterator[ErrorSite]:
    """Yield the place of a call; where its texts are parameters of the function around it, those of its calls."""
    function = next((node for node in module.around(call) if isinstance(node, Function)), None)
    what, todo = _argument(call, 0, "what"), _argument(call, 1, "todo")
    parameters = _parameters(function)
    given = {
        role: parameters.index(arg.id) for role, arg in (("what", what), ("todo", todo)) if _is_one(arg, parameters)
    }
    if function is None or not given:
        yield _site(module, call, call, kind, (what, todo), own)
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _called(node) == function.name:
            shift = 1 if parameters[:1] == ["self"] else 0
            texts = [
                _argument(node, given[role] - shift, parameters[given[role]]) if role in given else arg
                for role, arg in (("what", what), ("todo", todo))
            ]
            yield _site(module, node, call, kind, (texts[0], texts[1]), own)


def _site(
    module: _Module,
    call: ast.Call,
    made: ast.Call,
    kind: str,
    texts: tuple[ast.expr | None, ast.expr | None],
    own: frozenset[str],
) -> ErrorSite:
    function = next((node for node in module.around(call) if isinstance(node, Function)), None)
    what, todo = (tuple(_texts(module, function, text, _DEPTH)) if text else () for text in texts)
    parent = module.parents.get(id(made))
    at = isinstance(parent, ast.Attribute) and parent.attr == "at"
    starred = any(isinstance(argument, ast.Starred) for argument in made.args)
    placed = at or len(made.args) > (1 if starred else 2) or any(keyword.arg == "where" for keyword in made.keywords)
    caught = frozenset(_caught(module, call, own))
    return ErrorSite(module.path, call.lineno, kind, function.name if function else "", what, todo, placed, caught)


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    starred = next((item for item in call.args if isinstance(item, ast.Starred)), None)
    if starred is not None and name in ("what", "todo"):
        return starred.value
    return call.args[position] if position < len(call.args) else None


def _parameters(function: Function | None) -> list[str]:
    return [] if function is None else [arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)]


def _is_one(argument: ast.expr | None, parameters: list[str]) -> bool:
    return isinstance(argument, ast.Name) and argument.id in parameters


def _called(call: ast.Call) -> str:
    return (
        call.func.id
        if isinstance(call.func, ast.Name)
        else call.func.attr
        if isinstance(call.func, ast.Attribute)
        else ""
    )


def _caught(module: _Module, call: ast.Call, own: frozenset[str]) -> Iterator[str]:
    """Yield the names that stand for exceptions of others around a call."""
    for node in module.around(call):
        if isinstance(node, ast.ExceptHandler) and node.name and node.type is not None:
            types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if not all(ast.unparse(kind).rpartition(".")[2] in own for kind in types):
                yield node.name
                for name, values in _assigned(node.body).items():
                    if any(_mentions(value, node.name) for value in values):
                        yield name


def _mentions(value: ast.expr, name: str) -> bool:
    """Whether the text of what a name stands for may be in a value; a failure of the system is put into our words."""
    if isinstance(value, ast.Call) and _called(value) in TRANSLATED:
        return False
    inner = [child for child in ast.iter_child_nodes(value) if isinstance(child, ast.expr)]
    if isinstance(value, ast.Attribute) and value.attr in PARTS:
        return False
    return (isinstance(value, ast.Name) and value.id == name) or any(_mentions(child, name) for child in inner)


def _assigned(body: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    """Return what each name is set to, among some statements and all in them."""
    values: dict[str, list[ast.expr]] = {}
    for node in (inner for statement in body for inner in ast.walk(statement)):
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            pairs = [(node.target, node.value)]
        else:
            continue
        for target, value in pairs:
            if isinstance(target, ast.Name):
                values.setdefault(target.id, []).append(value)
            elif isinstance(target, ast.Tuple):
                for index, element in enumerate(target.elts):
                    if isinstance(element, ast.Name):
                        values.setdefault(element.id, []).extend(_elements(value, index))
    return values


def _elements(value: ast.expr, index: int) -> list[ast.expr]:
    if isinstance(value, ast.IfExp):
        return [*_elements(value.body, index), *_elements(value.orelse, index)]
    return [value.elts[index]] if isinstance(value, ast.Tuple) and index < len(value.elts) else [value]


def _texts(module: _Module, function: Function | None, node: ast.expr, depth: int) -> Iterator[Text]:
    """Yield the texts that an expression may stand for."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield (node.value,)
    elif isinstance(node, ast.JoinedStr):
        yield tuple(part.value for part in node.values)  # type: ignore[attr-defined]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [list(_texts(module, function, side, depth)) for side in (node.left, node.right)]
        yield from (left + right for left, right in product(*sides))
    elif isinstance(node, ast.IfExp):
        yield from _texts(module, function, node.body, depth)
        yield from _texts(module, function, node.orelse, depth)
    elif depth and (followed := _followed(module, function, node)):
        inner, expressions = followed
        for expression in expressions:
            yield from _texts(module, inner, expression, depth - 1)
    else:
        yield (node,)


def _followed(
    module: _Module, function: Function | None, node: ast.expr
) -> tuple[Function | None, list[ast.expr]] | None:
    """Return the expressions that a name or a call of a function of the same module stands for, and where they are."""
    if isinstance(node, ast.Name):
        local: Mapping[str, list[ast.expr]] = _assigned(function.body) if function else {}
        if node.id in local:
            return function, local[node.id]
        return (None, module.constants[node.id]) if node.id in module.constants else None
    if isinstance(node, ast.Call) and (called := module.functions.get(_called(node))) is not None:
        returned = [inner.value for inner in ast.walk(called) if isinstance(inner, ast.Return) and inner.value]
        return (called, returned) if returned else None
    return None


def passes_on(part: str | ast.expr, caught: frozenset[str]) -> bool:
    """Whether what is filled in is, or is made of, the text of an exception of others."""
    return not isinstance(part, str) and any(_mentions(part, name) for name in caught)
