"""Writes docs/api.md from the docstrings of all public names, so that the two cannot differ.

python docs/generate_api.py
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import seqpipe
from seqpipe import testing

TARGET = Path(__file__).parent / "api.md"

HEAD = """\
# The Python interface

<!-- Written by docs/generate_api.py: change the docstrings, not this file. -->

Everything that can be imported from `seqpipe` and `seqpipe.testing`, from the docstrings. What lies below these two is
not public and may change. How to use it: [From Python](python.md), [Writing plugins](plugins.md).
"""

GROUPS: dict[str, tuple[str, ...]] = {
    "Pipelines": ("load", "Loaded", "evaluate"),
    "Trainings": (
        "train",
        "TrainingArguments",
        "cross_validate",
        "CrossValidation",
        "learning_curve",
        "LearningCurve",
        "CurvePoint",
    ),
    "What flows": ("Record", "Stretch", "Source", "Ragged", "OneHot", "Column", "Batch", "Spec"),
    "Stages": (
        "Stage",
        "Reader",
        "LineReader",
        "TextReader",
        "Tokenizer",
        "Encoder",
        "Core",
        "RecurrentCore",
        "LabelDecoder",
        "Cell",
        "Decoder",
        "Writer",
        "Layout",
        "Augmentation",
        "Incoming",
    ),
    "Parameters of stages": ("Names", "Paths", "Many", "Range", "Share"),
    "For readers": ("text_lines", "manifest_lines", "text_record", "read_archive", "parse_json", "NOTICE"),
    "For writers": ("marked_text", "MarkedText", "Mark"),
    "What stages build": (
        "Step",
        "State",
        "Learner",
        "Learned",
        "Network",
        "Back",
        "Training",
        "Parameter",
        "Parameters",
        "Stepper",
    ),
    "What stages learn": (
        "LearnedArray",
        "LearnedCounts",
        "LearnedLabels",
        "LearnedNumbers",
        "LearnedTexts",
        "LearnedVocabulary",
    ),
    "For steps": (
        "offsets_of",
        "indices_of_ranges",
        "unit_spans",
        "seen_after",
        "row_extents",
        "select_rows",
        "concatenate_rows",
    ),
    "Objectives": (
        "Objective",
        "ClassificationObjective",
        "CrfObjective",
        "CtcObjective",
        "NextTokenObjective",
        "BernoulliObjective",
        "TranslationObjective",
        "LabelLearner",
    ),
    "Metrics": (
        "Metric",
        "Outcome",
        "accuracy",
        "macro_f1",
        "mcc",
        "sensitivity",
        "specificity",
        "entity_f1",
        "entity_f1_per_type",
        "error_rate",
        "exact_match",
        "edit_distance",
        "nll_per_step",
        "ratio",
    ),
    "For programs that offer pipelines": (
        "Profile",
        "Pipeline",
        "attempt",
        "Attempt",
        "StateRow",
        "Unforeseen",
        "results_of",
        "output_fields",
        "isolating",
        "reading",
    ),
    "For decoders": (
        "softmax",
        "log_softmax",
        "uniforms",
        "sample",
        "Grammar",
        "ctc_beam_search",
        "crf_viterbi",
        "Beam",
        "BeamSettings",
        "KnownTarget",
    ),
    "Hooks": (
        "hookimpl",
        "API_VERSION",
        "RunStarted",
        "BatchFinished",
        "RecordFailed",
        "RunFinished",
        "EpochFinished",
    ),
    "Errors": (
        "SeqpipeError",
        "UsageError",
        "ConfigError",
        "PluginError",
        "ModelError",
        "InputError",
        "OutputError",
        "RecordError",
        "JSONError",
        "Location",
        "read_failure",
    ),
}
"""The names of ``seqpipe``, in the order of the page."""

_SECTION = re.compile(r"^(Args|Attributes|Raises|Returns|Yields):\n((?:(?:    .*)?(?:\n|\Z))+)", re.MULTILINE)
_EXAMPLE = re.compile(r"^ *>>> .*\n?(?:^ *\S.*\n?)*", re.MULTILINE)
_WIDTH = 100

Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


def api() -> str:
    """Return the text of the page."""
    groups = {**GROUPS, "Testing": tuple(testing.__all__)}
    lines = [HEAD]
    for heading, names in groups.items():
        lines.append(f"- [{heading}](#{heading.lower().replace(' ', '-')}): {', '.join(f'`{name}`' for name in names)}")
    for heading, names in groups.items():
        module = testing if heading == "Testing" else seqpipe
        lines += ["", f"## {heading}"]
        for name in names:
            lines += ["", f"### `{name}`", *_entry(name, *_definition(module, name))]
    return "\n".join(lines).rstrip() + "\n"


def _definition(package: ModuleType, name: str) -> tuple[Definition, str]:
    """Return where a public name is defined, in the modules that its package imports, and its docstring."""
    value = getattr(package, name)
    modules = {key: module for key, module in sys.modules.items() if key.startswith("seqpipe.")}
    for module in modules.values():
        if vars(module).get(name) is value:
            for node, after in _top_level(module):
                if _name(node) == name and isinstance(node, Definition):
                    return node, _docstring(node, after)
    raise LookupError(f"nothing defines {name}")


def _top_level(module: ModuleType) -> Iterator[tuple[ast.stmt, ast.stmt | None]]:
    """Yield each statement of a module with the one that follows it."""
    body = ast.parse(inspect.getsource(module)).body
    return zip(body, [*body[1:], None], strict=True)


def _name(node: ast.stmt) -> str | None:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) else None


def _docstring(node: Definition, after: ast.stmt | None) -> str:
    """Return a docstring; that of an assignment is the text that follows it."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return ast.get_docstring(node) or ""
    follows = (
        isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
    )
    return inspect.cleandoc(after.value.value) if follows else ""  # type: ignore[union-attr]


def _entry(name: str, node: Definition, docstring: str) -> Iterator[str]:
    """Yield the lines of a name: how it is written, what it is, and its methods."""
    yield from ("", "```python", _heading(node), "```", "", _markdown(docstring))
    if isinstance(node, ast.ClassDef):
        for method in _methods(name, node):
            kind = "property" if _is_property(method) else "method"
            call = method.name if kind == "property" else _signature(method, bound=True)
            yield from ("", f"**{kind}** `{call}`", "", _markdown(ast.get_docstring(method) or ""))


def _heading(node: Definition) -> str:
    if isinstance(node, ast.FunctionDef):
        return f"def {_signature(node, bound=False)}: ..."
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(_public_bases(_public(node.name)))
        line = f"class {node.name}({bases}):" if bases else f"class {node.name}:"
        inside = _fields(node) or _constructor(node)
        return "\n".join([line, *(f"    {field}" for field in inside)]) if inside else f"{line} ..."
    if isinstance(node, ast.AnnAssign) and len(_code(node)) > _WIDTH:
        return f"{_code(node.target)}: {_code(node.annotation)}"
    return _code(node)


def _public(name: str) -> Any:
    return getattr(seqpipe, name, None) or getattr(testing, name)


def _public_bases(value: type) -> Iterator[str]:
    """Yield the names of a class's bases; in place of one that is not public, those of its own bases."""
    for base in value.__bases__:
        if hasattr(seqpipe, base.__name__) or issubclass(base, BaseException):
            yield base.__name__
        else:
            yield from _public_bases(base)


def _constructor(node: ast.ClassDef) -> list[str]:
    """Return how an object is made, where the docstring of its class describes the arguments."""
    made = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
    if not made or "Args:" not in (ast.get_docstring(node) or ""):
        return []
    return f"def {_signature(made[0], bound=False)}: ...".splitlines()


def _code(node: ast.AST) -> str:
    """Return code as it is written in this project."""
    return ast.unparse(node).replace("'", '"')


def _name_of(node: ast.expr) -> str:
    return _code(node).rpartition(".")[2]


def _fields(node: ast.ClassDef) -> list[str]:
    """Return the public fields of a dataclass, which are the arguments that make one."""
    if not any("dataclass" in _code(decorator) for decorator in node.decorator_list):
        return []
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and not (_name(one) or "_").startswith("_")]
    return [f"{_name(one)}: {_code(one.annotation)}{_default(one.value)}" for one in fields]


def _default(value: ast.expr | None) -> str:
    if value is None:
        return ""
    if isinstance(value, ast.Call) and _name_of(value.func) == "field":
        given = {keyword.arg: keyword.value for keyword in value.keywords}
        if "default" in given:
            return f" = {_code(given['default'])}"
        return f" = {_code(given['default_factory'])}()" if "default_factory" in given else ""
    return f" = {_code(value)}"


def _methods(name: str, node: ast.ClassDef) -> Iterable[ast.FunctionDef]:
    """Return the public methods of a class, with those of bases that are not public themselves."""
    inherited: dict[str, ast.FunctionDef] = {}
    for base in inspect.getmro(_public(name))[:0:-1]:
        if base.__module__.startswith("seqpipe.") and not hasattr(seqpipe, base.__name__):
            for statement, _ in _top_level(sys.modules[base.__module__]):
                if isinstance(statement, ast.ClassDef) and statement.name == base.__name__:
                    inherited |= _own_methods(statement)
    return (inherited | _own_methods(node)).values()


def _own_methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    methods = (one for one in node.body if isinstance(one, ast.FunctionDef) and ast.get_docstring(one))
    return {one.name: one for one in methods if not one.name.startswith("_") or one.name == "__call__"}


def _is_property(node: ast.FunctionDef) -> bool:
    return any(_name_of(decorator) in ("property", "cached_property") for decorator in node.decorator_list)


def _signature(node: ast.FunctionDef, *, bound: bool) -> str:
    """Return a function with its arguments, each on a line of its own if they are many."""
    arguments = _arguments(node.args)[1 if bound and not _is_static(node) else 0 :]
    returned = f" -> {_code(node.returns)}" if node.returns else ""
    line = f"{node.name}({', '.join(arguments)}){returned}"
    if bound or len(line) <= _WIDTH:
        return line
    return "\n".join([f"{node.name}(", *(f"    {argument}," for argument in arguments), f"){returned}"])


def _is_static(node: ast.FunctionDef) -> bool:
    return any(_name_of(decorator) == "staticmethod" for decorator in node.decorator_list)


def _arguments(arguments: ast.arguments) -> list[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    found = [_argument(one, value) for one, value in zip(positional, defaults + arguments.defaults, strict=True)]
    if arguments.vararg:
        found.append(f"*{_code(arguments.vararg)}")
    elif arguments.kwonlyargs:
        found.append("*")
    found += [_argument(one, value) for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    return [*found, f"**{_code(arguments.kwarg)}"] if arguments.kwarg else found


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    return f"{_code(argument)}{'' if default is None else f' = {_code(default)}'}"


def _markdown(docstring: str) -> str:
    """Return a docstring as Markdown: its sections become lists."""
    text = _SECTION.sub(_section, docstring.replace("``", "`"))
    return _EXAMPLE.sub(_example, text).rstrip()


def _example(match: re.Match[str]) -> str:
    return f"```pycon\n{textwrap.dedent(match[0]).rstrip()}\n```\n"


def _section(match: re.Match[str]) -> str:
    title, body = match.groups()
    body = textwrap.dedent(body).strip()
    if title in ("Returns", "Yields"):
        return f"{title}: {' '.join(body.split())}\n"
    entries = re.split(r"\n(?=\S)", body)
    listed = [re.sub(r"^([\w*, ]+):", _emphasised, " ".join(entry.split())) for entry in entries]
    return f"{title}:\n\n" + "".join(f"- {entry}\n" for entry in listed) + "\n"


def _emphasised(match: re.Match[str]) -> str:
    return ", ".join(f"`{name.strip()}`" for name in match[1].split(",")) + ":"


if __name__ == "__main__":
    TARGET.write_text(api(), encoding="utf-8")
