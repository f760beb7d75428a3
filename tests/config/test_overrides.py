from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.config.document import parse_document
from seqpipe.config.overrides import apply_overrides, quoted_for_shell
from seqpipe.errors import Errors, Location, SeqpipeError

DOCUMENT = parse_document(
    """\
name: tagging
read: {reader: core.lines, path: a.txt}
stages:
  - tokenizer: text.words
  - tokenizer: text.characters
  - core: core.gru
    hidden: 8
    kernels: [3, 5]
train: {seed: 1}
""",
    "p.yaml",
    Path("folder"),
)


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ("name=x", ("name",), "x"),
        ("core.hidden=64", ("stages", 2, "hidden"), 64),
        ("core.layers=2", ("stages", 2, "layers"), 2),
        ("core=core.lstm", ("stages", 2, "core"), "core.lstm"),
        ("core.kernels.1=7", ("stages", 2, "kernels"), [3, 7]),
        ("stages.1.lowercase=true", ("stages", 1, "lowercase"), True),
        ("stages.1={tokenizer: text.bytes}", ("stages", 1), {"tokenizer": "text.bytes"}),
        ("train.seed=3", ("train", "seed"), 3),
        ("train.stop.metric=f1", ("train", "stop", "metric"), "f1"),
        ("limits.seconds=3", ("limits", "seconds"), 3),
        ("model=m.safetensors", ("model",), "m.safetensors"),
        ("read.path=*.txt", ("read", "path"), "*.txt"),
        ("reader.path=#1: a=b", ("read", "path"), "#1: a=b"),
        ("core.kernels=[1, 2]", ("stages", 2, "kernels"), [1, 2]),
        ("name='64'", ("name",), "64"),
        ("train.lr= 1e-3", ("train", "lr"), 0.001),
        ("core.gru.hidden=64", ("stages", 2, "hidden"), 64),
        ("core.lines.path=b.txt", ("read", "path"), "b.txt"),
        ("name=null", ("name",), None),
        ("name=${env:ABSENT:-5}", ("name",), 5),
    ],
)
def test_what_is_set(override: str, path: tuple[str | int, ...], value: Any) -> None:
    changed = apply_overrides(DOCUMENT, [override])
    assert changed.values(path) == value
    assert changed.where(path) == changed.where_key(path) or isinstance(value, list)
    rest = {key: place for key, place in DOCUMENT.provenance().items() if key[: len(path)] != path}
    assert rest.items() <= {**rest, **changed.provenance()}.items()


def test_the_place_of_what_is_set() -> None:
    changed = apply_overrides(DOCUMENT, ["core.kernels=[1, 2]"])
    where = Location("--set core.kernels=[1, 2]")
    assert changed.where(("stages", 2, "kernels")) == where
    assert changed.where_key(("stages", 2, "kernels", 0)) == where
    assert changed.folder(("stages", 2, "kernels")) == Path()
    assert changed.provenance()["stages", 2, "hidden"] == Location("p.yaml", 7, 13)


def test_the_document_stays_as_it_is() -> None:
    before = DOCUMENT.written()
    apply_overrides(DOCUMENT, ["core.hidden=64"])
    assert DOCUMENT.written() == before


def test_later_ones_see_earlier_ones() -> None:
    changed = apply_overrides(DOCUMENT, ["write={writer: core.jsonl}", "writer.path=x", "name=a", "name=b"])
    assert changed.values(("write",)) == {"writer": "core.jsonl", "path": "x"}
    assert changed.values(("name",)) == "b"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("core.hidden", "not of the form path=value (write, for example, core.hidden=64)"),
        ("core..hidden=1", "not of the form path=value (write, for example, core.hidden=64)"),
        ("=1", "not of the form path=value (write, for example, core.hidden=64)"),
        ("trian.seed=3", "no key and no stage 'trian' (did you mean 'train'?)"),
        ("cor.hidden=3", "no key and no stage 'cor' (did you mean 'core'?)"),
        ("nme=", "no key 'nme' in the top level (did you mean 'name'?)"),
        ("core.hiden=", "no key 'hiden' in core.gru (did you mean 'hidden'?)"),
        ("train.lr=", "no key 'lr' in train (known: seed)"),
        ("encoder.x=1", "no encoder among the stages (known: core, reader, tokenizer)"),
        ("encoder=text.x", "no encoder among the stages (known: core, reader, tokenizer)"),
        ("tokenizer.x=1", "2 stages are of the kind 'tokenizer' (say which: stages.0 or stages.1)"),
        ("name.x=1", "name is text 'tagging' and has no keys (set name itself)"),
        ("core.hiden.x=1", "no key 'hiden' in core.gru (did you mean 'hidden'?)"),
        ("stages.3.x=1", "stages is a list without an entry '3' (use 0 to 2)"),
        ("stages.core=1", "stages is a list without an entry 'core' (use 0 to 2)"),
        (
            "core.kernels=[1",
            "a list without ',' or ']' after an entry "
            "(close '[' with ']'; if it is, quote all of it for the shell: --set 'core.kernels=[a, b]')",
        ),
        (
            "core.kernels=[1,",
            "the file ends inside a list or mapping "
            "(close it; if it is, quote all of it for the shell: --set 'core.kernels=[a, b]')",
        ),
        (
            "write={writer:",
            "the file ends inside a list or mapping "
            "(close it; if it is, quote all of it for the shell: --set 'write={key: value}')",
        ),
        ('name="a', "a quote that is never closed (close it)"),
        ("name='a': b", "a mapping without braces (write {key: value})"),
        (
            "core.kernels=[*a, *b]",
            "anchors and aliases are not supported (write the value out, or quote text with & or *)",
        ),
    ],
)
def test_what_cannot_be_set(override: str, message: str) -> None:
    with pytest.raises(SeqpipeError) as caught:
        apply_overrides(DOCUMENT, [override])
    assert caught.value.exit_code == 2
    assert str(caught.value) == f"--set {override}: {message}"


@pytest.mark.parametrize(
    ("override", "path"),
    [
        ("name=", ("name",)),
        ("core.hidden=", ("stages", 2, "hidden")),
        ("core.kernels.1=", ("stages", 2, "kernels", 1)),
        ("train=", ("train",)),
    ],
)
def test_what_is_taken_out(override: str, path: tuple[str | int, ...]) -> None:
    assert path in DOCUMENT
    changed = apply_overrides(DOCUMENT, [override])
    assert path not in changed
    assert len(changed.provenance()) < len(DOCUMENT.provenance())


@pytest.mark.parametrize("key", ["model", "precision", "write"])
def test_what_a_file_may_lack_is_taken_out_where_it_is_not(key: str) -> None:
    assert apply_overrides(DOCUMENT, [f"{key}="]).values() == DOCUMENT.values()


def test_a_name_that_several_stages_have_names_none() -> None:
    document = parse_document("stages: [{core: core.gru, hidden: 8}, {core: core.gru, hidden: 9}]", "p.yaml", Path())
    with pytest.raises(SeqpipeError, match=r"2 stages are called core.gru \(say which: stages.0 or stages.1\)"):
        apply_overrides(document, ["core.gru.hidden=3"])


def test_several_errors_stand_in_the_order_of_the_command_line() -> None:
    with pytest.raises(Errors) as caught:
        apply_overrides(DOCUMENT, ["z", "core.hidden=3", "a"])
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == ["--set z", "--set a"]


@given(st.text(alphabet="ab1.=[]{}:,'\"*$ ", max_size=20), st.sampled_from(["core.", "stages.", "name", "train=", ""]))
def test_any_override_is_taken_or_refused(rest: str, start: str) -> None:
    with suppress(SeqpipeError):
        apply_overrides(DOCUMENT, [start + rest])


def test_an_empty_list_has_no_entries() -> None:
    document = parse_document("stages: []", "p.yaml", Path())
    with pytest.raises(SeqpipeError) as caught:
        apply_overrides(document, ["stages.0.x=1"])
    assert str(caught.value) == "--set stages.0.x=1: stages is a list without an entry '0' (it is empty)"


@pytest.mark.parametrize(
    ("where", "written", "advice"),
    [
        ("--set a.b=c", "[...]", "quote all of it for the shell: --set 'a.b=[a, b]'"),
        ("--set a.b=c", "{...}", "quote all of it for the shell: --set 'a.b={key: value}'"),
        ("--set a.b=c", "0.5", ""),
        ("--set a={b: c}", "b: [...]", ""),
        ("pipeline.yaml", "[...]", ""),
    ],
)
def test_how_a_list_is_handed_over_by_a_shell(where: str, written: str, advice: str) -> None:
    assert quoted_for_shell(Location(where), written) == advice
