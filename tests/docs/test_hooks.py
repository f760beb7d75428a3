"""docs/hooks.md has every hook with its exact signature, what it is for, and the fields of the events."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from pathlib import Path

import pytest

from seqpipe import hookspecs

PAGE = (Path(__file__).parents[2] / "docs" / "hooks.md").read_text(encoding="utf-8")
SPECS = {
    node.name: node
    for node in ast.parse(inspect.getsource(hookspecs)).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("seqpipe_")
}
EVENTS = [
    value
    for value in vars(hookspecs).values()
    if dataclasses.is_dataclass(value) and value.__module__ == hookspecs.__name__
]


@pytest.mark.parametrize("name", SPECS)
def test_each_hook_is_there_with_its_signature_and_docstring(name):
    node = SPECS[name]
    signature = f"def {name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns)}: ..."
    said = (ast.get_docstring(node) or "").replace("``", "`")
    assert f"```python\n{signature}\n```\n\n{said}\n" in PAGE


def test_no_hook_is_there_that_does_not_exist():
    assert set(re.findall(r"^def (seqpipe_\w+)", PAGE, re.MULTILINE)) == set(SPECS)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_the_fields_of_each_event(event):
    fields = ", ".join(f"`{field.name}`" for field in dataclasses.fields(event))
    assert f"| `{event.__name__}` | {fields} |" in PAGE


def test_the_version():
    assert f"The hooks are version {hookspecs.API_VERSION}." in PAGE
