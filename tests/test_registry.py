"""The registry, with plugins that are really installed: a dist-info folder and a module in a folder on sys.path."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from seqpipe.builtin.readers.json_lines import ReadJSONLines
from seqpipe.builtin.writers import WriteJSONLines
from seqpipe.errors import PluginError, RecordError
from seqpipe.hookspecs import BatchFinished, EpochFinished, RecordFailed, RunFinished, RunStarted
from seqpipe.registry import Registry

Install = Callable[..., None]

GOOD = """
    from typing import ClassVar
    import seqpipe

    class Whole(seqpipe.Writer):
        name: ClassVar[str] = "{plugin}.whole"

        def encode(self, record, layout=None):
            return b""

    class Half(Whole):
        name: ClassVar[str] = "{plugin}.half"

    @seqpipe.hookimpl
    def seqpipe_register_stages():
        return [Whole, Half]
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a plugin: its name, its module's code, and the name of its distribution if that is another."""
    monkeypatch.syspath_prepend(str(tmp_path))
    modules: list[str] = []

    def install(plugin: str, code: str, distribution: str = "") -> None:
        distribution = distribution or f"seqpipe-{plugin}"
        module = f"{distribution.replace('-', '_')}_module"
        modules.append(module)
        (tmp_path / f"{module}.py").write_text(dedent(code).replace("{plugin}", plugin))
        info = tmp_path / f"{distribution.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[seqpipe]\n{plugin} = {module}\n")

    yield install
    for module in modules:
        sys.modules.pop(module, None)


def refusal(plugin: str) -> str:
    with pytest.raises(PluginError) as caught:
        Registry.discover().stages(plugin)
    return str(caught.value)


def test_a_stage_is_found_by_kind_and_name(install: Install) -> None:
    install("good", GOOD)
    registry = Registry.discover()
    assert registry.stage("writer", "good.whole").__name__ == "Whole"
    assert set(registry.stages("good")) == {("writer", "good.whole"), ("writer", "good.half")}


def test_a_reader_and_a_writer_may_share_a_name() -> None:
    registry = Registry.discover()
    assert registry.stage("reader", "core.jsonl") is ReadJSONLines
    assert registry.stage("writer", "core.jsonl") is WriteJSONLines


def test_discovering_imports_nothing(install: Install) -> None:
    install("good", GOOD)
    Registry.discover()
    assert "seqpipe_good_module" not in sys.modules


def test_the_folder_is_found_without_an_import(install: Install, tmp_path: Path) -> None:
    install("good", GOOD)
    plugin = Registry.discover().plugins["good"]
    assert plugin.folder == tmp_path
    assert plugin.distribution == "seqpipe-good 1.2"
    assert "seqpipe_good_module" not in sys.modules


def test_an_unknown_plugin() -> None:
    assert refusal("poetry") == (
        "no plugin 'poetry' is installed (install the distribution that has it, such as seqpipe-poetry)"
    )


def test_a_misspelt_plugin() -> None:
    assert refusal("coer") == "no plugin 'coer' is installed (did you mean 'core'?)"


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        ("writer", "good.hole", "plugin 'good' has no writer 'good.hole' (did you mean 'good.whole'?)"),
        ("writer", "good.7777777", "plugin 'good' has no writer 'good.7777777' (known: good.half, good.whole)"),
        ("core", "good.7777777", "plugin 'good' has no core 'good.7777777' (known: good.half, good.whole)"),
        ("reader", "good.whole", "good.whole is a writer, not a reader (write `writer: good.whole`)"),
        ("core", "gru", "'gru' is no name of a stage (write <plugin>.<stage>, such as core.one_hot)"),
        ("core", "core.", "'core.' is no name of a stage (write <plugin>.<stage>, such as core.one_hot)"),
    ],
)
def test_a_stage_that_is_not_there(install: Install, kind: str, name: str, message: str) -> None:
    install("good", GOOD)
    with pytest.raises(PluginError) as caught:
        Registry.discover().stage(kind, name)
    assert str(caught.value) == message


BROKEN = "plugin 'bad' (seqpipe-bad 1.2) is broken: "
TELL = " (update or uninstall it, or tell its author)"
REGISTERS = "plugin 'bad' (seqpipe-bad 1.2) registers "
HOOK = """
    import seqpipe
    from typing import ClassVar

    class Stub(seqpipe.Writer):
        name: ClassVar[str] = "{plugin}.stub"
        def encode(self, record, layout=None): return b""

    class Twin(Stub): ...

    class Shadow(Stub):
        name: ClassVar[str] = "core.gru"

    class Nameless(seqpipe.Writer):
        def encode(self, record, layout=None): return b""

    class Abstract(seqpipe.Writer):
        name: ClassVar[str] = "{plugin}.abstract"

    class Kindless(seqpipe.Stage):
        name: ClassVar[str] = "{plugin}.kindless"

    @seqpipe.hookimpl
    def seqpipe_register_stages():
        return """


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "import not_there",
            BROKEN + "ModuleNotFoundError: No module named 'not_there', in seqpipe_bad_module.py:1" + TELL,
        ),
        ("1 / 0", BROKEN + "ZeroDivisionError: division by zero, in seqpipe_bad_module.py:1" + TELL),
        (HOOK + "1 / 0", BROKEN + "ZeroDivisionError: division by zero, in seqpipe_bad_module.py:25" + TELL),
        (HOOK + "Stub", REGISTERS + "ModelMetaclass, not a list of stages (tell its author)"),
        (HOOK + "[7]", REGISTERS + "7, which is not a class of stages (tell its author)"),
        (HOOK + "[Abstract]", REGISTERS + "Abstract, which lacks encode (tell its author)"),
        (HOOK + "[Nameless]", REGISTERS + "Nameless, which has no name (tell its author)"),
        (HOOK + "[Stub, Twin]", REGISTERS + "two writers named bad.stub: Stub and Twin (tell its author)"),
        (HOOK + "[Shadow]", REGISTERS + "'core.gru', but its names must begin with 'bad.' (tell its author)"),
        (
            HOOK + "[Kindless]",
            REGISTERS + "Kindless, which is of no kind: let it derive from Reader, Tokenizer, Encoder, Core, Decoder, "
            "Writer, Augmentation (tell its author)",
        ),
        (
            "x = 1",
            "plugin 'bad' (seqpipe-bad 1.2) has no hook (add seqpipe_register_stages, marked with @seqpipe.hookimpl)",
        ),
        (
            "def seqpipe_register_stages(): return []",
            "plugin 'bad' (seqpipe-bad 1.2) has an unmarked hook 'seqpipe_register_stages' "
            "(mark it with @seqpipe.hookimpl)",
        ),
        (
            "import seqpipe\n@seqpipe.hookimpl\ndef seqpipe_register_stage(): return []",
            "plugin 'bad' (seqpipe-bad 1.2) has an unknown hook 'seqpipe_register_stage' "
            "(did you mean 'seqpipe_register_stages'?)",
        ),
        (
            "SEQPIPE_API_VERSION = 1",
            "plugin 'bad' (seqpipe-bad 1.2) is written for version 1 of seqpipe's hooks, and this seqpipe has 2 "
            "(install versions of the two that fit)",
        ),
    ],
)
def test_a_broken_plugin_says_whose_fault_it_is(install: Install, code: str, message: str) -> None:
    install("bad", code)
    assert refusal("bad") == message


def test_a_broken_plugin_breaks_nothing_else(install: Install) -> None:
    install("bad", "import seqpipe\n@seqpipe.hookimpl\ndef seqpipe_run_started(occasion): ...")
    install("good", GOOD)
    registry = Registry.discover()
    messages = []
    for _ in range(2):
        with pytest.raises(PluginError, match="is broken: PluginValidationError") as caught:
            registry.stages("bad")
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert registry.stages("good")
    assert not registry.notify(RunStarted("run"))


@pytest.mark.parametrize("distributions", [("seqpipe-one", "seqpipe-two"), ("seqpipe-two", "seqpipe-one")])
def test_two_distributions_with_one_name(install: Install, distributions: tuple[str, str]) -> None:
    for distribution in distributions:
        install("twice", GOOD, distribution)
    assert refusal("twice") == (
        "the plugin name 'twice' is claimed by seqpipe-one 1.2 and seqpipe-two 1.2 (uninstall all but one of them)"
    )
    assert Registry.discover().stages("core")


OBSERVER = """
    import seqpipe

    seen = []

    @seqpipe.hookimpl
    def seqpipe_run_started(event): seen.append(event.name)

    @seqpipe.hookimpl
    def seqpipe_batch_finished(event): seen.append(event.records)

    @seqpipe.hookimpl
    def seqpipe_record_failed(event): seen.append(event.error.what)

    @seqpipe.hookimpl
    def seqpipe_run_finished(): seen.append("end")

    @seqpipe.hookimpl
    def seqpipe_epoch_finished(event): raise RuntimeError("no memory for figures")
"""


def test_observers_are_told_and_may_raise(install: Install) -> None:
    install("watch", OBSERVER)
    registry = Registry.discover()
    registry.stages("watch")
    failed = RecordFailed("in.txt", 1, "in.txt:1", "core.lines", RecordError("torn", "mend it"))
    for event in (RunStarted("run"), BatchFinished(3), failed, RunFinished(3, 1, 0.5)):
        assert registry.notify(event) == []
    assert sys.modules["seqpipe_watch_module"].seen == ["run", 3, "torn", "end"]
    assert [str(error) for error in registry.notify(EpochFinished(1, {}))] == ["no memory for figures"]


def test_a_plugin_that_was_not_named_observes_nothing(install: Install) -> None:
    install("watch", OBSERVER)
    registry = Registry.discover()
    assert registry.notify(EpochFinished(1, {})) == []
    assert "seqpipe_watch_module" not in sys.modules


ENGINES = """
    from contextlib import nullcontext
    from typing import ClassVar
    import seqpipe

    class Far(seqpipe.RemoteEngine):
        name: ClassVar[str] = "{plugin}"

        def start(self, work):
            return nullcontext()

    class Farther(Far):
        name: ClassVar[str] = "{plugin}.farther"

    class Foreign(Far):
        name: ClassVar[str] = "elsewhere"

    class Twin(Far):
        pass

    class Abstract(seqpipe.RemoteEngine):
        name: ClassVar[str] = "{plugin}"

    @seqpipe.hookimpl
    def seqpipe_register_engines():
        return ENGINES
"""


def test_engines_are_found_by_their_names(install: Install) -> None:
    install("far", ENGINES.replace("ENGINES", "[Far, Farther]"))
    registry = Registry.discover()
    assert [registry.engine(name).__name__ for name in ("far", "far.farther")] == ["Far", "Farther"]
    assert not registry.stages("far")
    with pytest.raises(
        PluginError, match=r"^plugin 'far' has no engine 'far\.father' \(did you mean 'far\.farther'\?\)$"
    ):
        registry.engine("far.father")


@pytest.mark.parametrize(
    ("engines", "problem"),
    [
        ("Far", "ModelMetaclass, not a list of engines"),
        ("[seqpipe.Writer]", "<class 'seqpipe.contracts.writer.Writer'>, which is not a class of engines"),
        ("[Abstract]", "Abstract, which lacks start"),
        ("[Foreign]", "the engine 'elsewhere', but its name must be 'bad' or begin with 'bad.'"),
        ("[Far, Twin]", "two engines named bad"),
    ],
)
def test_engines_that_are_none_are_refused(install: Install, engines: str, problem: str) -> None:
    install("bad", ENGINES.replace("ENGINES", engines))
    with pytest.raises(PluginError) as raised:
        Registry.discover().engine("bad")
    assert problem in str(raised.value)
