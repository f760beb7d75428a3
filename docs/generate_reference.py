"""Writes docs/reference.md from the models that check pipeline files, so that the two cannot differ.

python docs/generate_reference.py
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import cleandoc
from pathlib import Path
from typing import Any

from seqpipe.cli.terminal.stage_view import default_in_words, value_in_words
from seqpipe.contracts import Stage
from seqpipe.registry import Registry
from seqpipe.schema import pipeline_schema

PLUGINS = ("core", "text", "audio", "dna", "video")
TARGET = Path(__file__).parent / "reference.md"

HEAD = """\
# The pipeline file

<!-- Written by docs/generate_reference.py: change the models, not this file. -->

Everything that a pipeline file may say. `seqpipe check FILE --resolved` shows what a file says with all defaults filled
in and where each value comes from; `seqpipe schema` gives this page to an editor, as JSON Schema.

A file is YAML without tags, anchors and duplicate keys. Paths are relative to the file. `${env:NAME}` and
`${env:NAME:-default}` take a value from the environment. `--set KEY=VALUE` changes a value from the command line: a
stage is named by its kind (`core.hidden=64`), by its name (`core.gru.hidden=64`) or by its place
(`stages.2.hidden=64`). `--set KEY=` takes a value out, so that its default holds.

A stage is declared by its kind and its name, with its parameters beside it: `- core: core.gru`, `hidden: 64`.
`seqpipe plugins` lists the stages of all plugins that are installed.
"""

INTRODUCTIONS = {
    "reader": "Under `read`, and under `train.data.reader`: where records come from.",
    "tokenizer": "First in `stages`: payloads into sequences.",
    "encoder": "After the tokenizers: sequences into what a network takes.",
    "core": "The network. Cores may follow one another.",
    "decoder": "Last in `stages`: what the network gives into results. Decoders may follow one another.",
    "writer": "Under `write`: the form of the results.",
    "augmentation": "Under `train.augment`: other forms of the training data.",
}


def reference() -> str:
    """Return the text of the page."""
    registry = Registry.discover()
    stages = [stage for plugin in PLUGINS for stage in registry.stages(plugin).values()]
    schema = pipeline_schema(stages)
    lines = [HEAD, "## The top level", "", *_table(schema["properties"], ()), ""]
    for kind in sorted({stage.kind for stage in stages}, key=list(INTRODUCTIONS).index):
        lines += [f"## {kind.capitalize()}s", "", INTRODUCTIONS[kind], ""]
        for stage in stages:
            if stage.kind == kind:
                lines += _stage(stage, schema["$defs"][f"{kind}:{stage.name}"])
    lines += ["## Training", "", "Under `train`.", "", *_training(schema["properties"]["train"])]
    return "\n".join(lines).rstrip() + "\n"


def _stage(stage: type[Stage], schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### `{stage.kind}: {stage.name}`", "", cleandoc(stage.__doc__ or "").replace("``", "`"), "")
    properties = {name: value for name, value in schema["properties"].items() if name != stage.kind}
    if properties:
        yield from (*_table(properties, schema.get("required", ())), "")
    if stage.adjustable:
        names = ", ".join(f"`{name}`" for name in sorted(stage.adjustable))
        yield from (f"May be set to other values than those of the training: {names}.", "")


def _training(schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (*_table(schema["properties"], ()), "")
    yield from _sections(schema["properties"], "train")


def _sections(properties: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield a section for each mapping among the properties, and for those in it."""
    for name, value in properties.items():
        inner = _mapping(value)
        if inner is not None:
            yield from (f"### `{path}.{name}`", "", inner["description"], "", *_table(inner["properties"], ()), "")
            yield from _sections(inner["properties"], f"{path}.{name}")


def _mapping(value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    choices = value.get("anyOf", [value])
    return next((choice for choice in choices if choice.get("properties")), None)


def _table(properties: Mapping[str, Any], required: Any) -> Iterator[str]:
    yield from ("| key | value | default | what it is |", "|---|---|---|---|")
    for name, value in properties.items():
        default = "must be given" if name in required else default_in_words(value)
        yield f"| `{name}` | {value_in_words(value)} | {default} | {_escaped(value.get('description', ''))} |"


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
