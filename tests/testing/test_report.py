"""The conformance kit as a whole: what it tries, and that it never passes by trying nothing."""

from __future__ import annotations

import sys
from textwrap import dedent
from typing import ClassVar
from unittest import SkipTest

import pytest

import seqpipe
from seqpipe import testing
from seqpipe.builtin.decoders.labels import Labels
from seqpipe.builtin.encoders.one_hot import OneHotEncoder
from seqpipe.builtin.tokenizers.symbols import Symbols
from seqpipe.registry import Registry
from tests.testing.test_wrong_stages import WRONG

ODD = """
    from typing import ClassVar
    import seqpipe

    class Smell(seqpipe.Tokenizer):
        '''Takes a kind that nobody else knows.'''

        name: ClassVar[str] = "odd.smell"

        def build(self, incoming):
            incoming.spec.require(self.name, "smells")

    @seqpipe.hookimpl
    def seqpipe_register_stages():
        return [Smell]
"""


@pytest.mark.parametrize("example", testing.examples("core"), ids=str)
def test_the_core_keeps_its_own_laws(example):
    findings = list(testing.findings_of(example))
    assert [(one.law, one.why) for one in findings if one.verdict == "broken"] == []
    assert any(one.verdict == "holds" for one in findings)


def test_every_stage_of_the_core_has_an_example():
    tried = {type(example.stage) for example in testing.examples("core")}
    assert tried == set(Registry.discover().stages("core").values())


def test_each_law_is_a_sentence_and_needs_only_what_comes_before():
    names: list[str] = []
    for law in testing.LAWS:
        assert law.says.endswith(".")
        assert "\n" not in law.says
        assert law.cure.endswith((".", "`."))
        assert law.cure[0].isupper()
        assert set(law.needs) <= set(names)
        names.append(law.name)
    assert len(set(names)) == len(names)


def verdicts(example: testing.Example) -> dict[str, tuple[str, str]]:
    return {finding.law: (finding.verdict, finding.why) for finding in testing.findings_of(example)}


def test_what_a_stage_raises_is_told_once_and_where():
    class Failing(seqpipe.Writer):
        """Raises wherever it is asked."""

        name = "odd.failing"

        def begin(self, first):
            raise RuntimeError("no head")

        def encode(self, record, layout=None):
            return b""

    found = verdicts(testing.Example(Failing(), [{"label": "good"}]))
    line = Failing.begin.__code__.co_firstlineno + 1
    assert found["writes"] == ("broken", f"it raises RuntimeError: no head, in test_report.py:{line}")
    assert found["writes_nothing"] == ("not tried", "the stage raises what it does in writes")
    assert found["leaves_results"] == ("not tried", "needs writes")


def test_a_law_that_is_not_tried_names_the_one_that_is_broken():
    (example,) = [example for example, law in WRONG if law == "runs"]
    found = verdicts(example)
    assert found["state_is_kept"] == found["pieces"] == found["repeatable"] == ("not tried", "needs runs")


def test_a_violation_has_the_law_and_the_cure():
    (example,) = [example for example, law in WRONG if law == "documented"]
    (case,) = [case for case in testing.cases([example]) if case.law.name == "documented"]
    with pytest.raises(testing.Violation) as caught:
        case()
    assert caught.value.__notes__ == [
        "law:  A docstring of one line, which ``seqpipe plugins`` shows.\n"
        "cure: Write a docstring under the class: one line that says what the stage does."
    ]


def test_each_law_has_been_broken_by_a_wrong_stage():
    assert {law for _, law in WRONG} == {law.name for law in testing.LAWS}


def test_a_stage_without_an_example_is_a_failure(install):
    install("odd", ODD)
    report = testing.run("odd")
    assert not report.passed
    (finding,) = report.broken
    assert finding.why == "there is no example of the tokenizer odd.smell"
    assert finding.cure == "Give one with the hook seqpipe_register_examples."
    with pytest.raises(seqpipe.PluginError, match=r"there is no example of the tokenizer odd\.smell"):
        testing.examples("odd")


def test_an_example_that_is_none(install):
    install("odd", ODD + "\n    @seqpipe.hookimpl\n    def seqpipe_register_examples():\n        return ['example']\n")
    with pytest.raises(seqpipe.PluginError) as caught:
        testing.run("odd")
    assert str(caught.value) == (
        "plugin 'odd' gives str as an example of its stages "
        "(return a list of seqpipe.Example from seqpipe_register_examples)"
    )


def test_a_plugin_without_stages(install):
    install("observer", "import seqpipe\n@seqpipe.hookimpl\ndef seqpipe_run_started(event): ...")
    for attempt in (testing.run, testing.examples):
        with pytest.raises(seqpipe.PluginError) as caught:
            attempt("observer")
        assert str(caught.value) == "plugin 'observer' has no stages (there is nothing to test)"


def test_no_examples_are_no_test():
    with pytest.raises(ValueError, match="nothing to test"):
        testing.cases([])


def test_what_does_not_apply_is_skipped():
    words = testing.Example(Symbols(separator=" "), ["a b", ""])
    (case,) = [case for case in testing.cases([words]) if case.law.name == "pieces"]
    with pytest.raises(SkipTest, match="cannot be streamed"):
        case()
    assert str(case) == "core.symbols (separator= ): pieces"


def test_default_examples_are_of_the_kinds_that_a_stage_takes():
    assert {example.spec.kind for example in testing.examples_of(Symbols)} == {"text"}
    assert {example.before[-1].name for example in testing.examples_of(OneHotEncoder)} == {"core.symbols"}
    labels = testing.examples_of(Labels)
    assert {example.spec.kind for example in labels} == {"text", "numbers"}
    assert False in {example.stage.probabilities for example in labels}


@pytest.fixture
def install(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(plugin: str, code: str) -> None:
        (tmp_path / f"conformance_{plugin}.py").write_text(dedent(code))
        info = tmp_path / f"conformance_{plugin}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: conformance-{plugin}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[seqpipe]\n{plugin} = conformance_{plugin}\n")

    yield install
    for plugin in ("odd", "observer"):
        sys.modules.pop(f"conformance_{plugin}", None)


class Elsewhere(seqpipe.Writer):
    """Writes with a library that is not installed."""

    name: ClassVar[str] = "wrong.elsewhere"

    def begin(self, first):
        raise seqpipe.PluginError("wrong.elsewhere needs elsewhere, which is not installed", "install it")

    def encode(self, record, layout=None):
        return b""


def test_a_stage_whose_library_is_not_installed_is_not_judged():
    findings = {finding.law: finding for finding in testing.findings_of(testing.Example(Elsewhere(), [{"a": 1}]))}
    assert findings["writes"].verdict == "does not apply"
    assert findings["writes"].why == "wrong.elsewhere needs elsewhere, which is not installed"
