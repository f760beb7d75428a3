"""All laws on all examples of a plugin, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from seqpipe.contracts import Example, Stage
from seqpipe.errors import PluginError, place_in
from seqpipe.registry import Registry
from seqpipe.testing.defaults import examples_of
from seqpipe.testing.law import DoesNotApply, Law, Violation
from seqpipe.testing.laws import LAWS

Verdict = Literal["holds", "broken", "does not apply", "not tried"]


@dataclass(frozen=True, slots=True)
class Case:
    """A law and an example to try it on; calling it raises what is wrong."""

    law: Law
    example: Example

    def __call__(self) -> None:
        """Try the law.

        Raises:
            Violation: it is broken.
            DoesNotApply: it says nothing about this example, or the stage needs a library that is not installed;
                pytest counts that as skipped.
        """
        try:
            self.law.check(self.example)
        except PluginError as error:
            raise DoesNotApply(error.what) from None
        except DoesNotApply:
            raise
        except Exception as error:
            error.add_note(f"law:  {self.law.says}\ncure: {self.law.cure}")
            raise

    def __str__(self) -> str:
        return f"{self.example}: {self.law.name}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a case.

    Attributes:
        stage: the kind and the name of the stage.
        example: in words.
        law: its name.
        says: the law in a line.
        cure: what the stage's author does if it is broken.
        verdict: whether it holds.
        why: what is wrong, or why it was not tried.
    """

    stage: str
    example: str
    law: str
    says: str
    cure: str
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of all cases of a plugin."""

    plugin: str
    findings: tuple[Finding, ...]

    @property
    def broken(self) -> tuple[Finding, ...]:
        """What is wrong."""
        return tuple(finding for finding in self.findings if finding.verdict == "broken")

    @property
    def held(self) -> tuple[Finding, ...]:
        """What was tried and found right."""
        return tuple(finding for finding in self.findings if finding.verdict == "holds")

    @property
    def passed(self) -> bool:
        """Whether something was tried and nothing is wrong."""
        return bool(self.held) and not self.broken


def examples(plugin: str, registry: Registry | None = None) -> list[Example]:
    """Return the examples of all stages of a plugin: those that it gives, default ones for the other stages.

    Raises:
        PluginError: it is missing or broken, has no stages, or there is no example of one of its stages.
    """
    registry = registry or Registry.discover()
    all_examples = []
    for stage, of_stage in _by_stage(plugin, registry):
        if not of_stage:
            raise PluginError(*_without_example(stage))
        all_examples += of_stage
    if not all_examples:
        raise PluginError(f"plugin {plugin!r} has no stages", "there is nothing to test")
    return all_examples


def cases(examples: Sequence[Example]) -> list[Case]:
    """Return each example with each law for its kind of stage: for ``pytest.mark.parametrize``.

    Raises:
        ValueError: there are no examples; a test of nothing must not pass.
    """
    if not examples:
        raise ValueError("no examples: there is nothing to test")
    return [Case(law, example) for example in examples for law in LAWS if example.stage.kind in law.kinds]


def run(plugin: str, registry: Registry | None = None) -> Report:
    """Try all laws on all stages of a plugin. A stage of which there is no example is a failure.

    Raises:
        PluginError: the plugin is missing or broken, or has no stages.
    """
    registry = registry or Registry.discover()
    findings: list[Finding] = []
    for stage, of_stage in _by_stage(plugin, registry):
        name = f"{stage.kind} {stage.name}"
        if not of_stage:
            what, todo = _without_example(stage)
            cure = f"{todo[0].upper()}{todo[1:]}."
            findings.append(Finding(name, name, "example", "There is an example.", cure, "broken", what))
        for example in of_stage:
            findings += findings_of(example)
    if not findings:
        raise PluginError(f"plugin {plugin!r} has no stages", "there is nothing to test")
    return Report(plugin, tuple(findings))


def findings_of(example: Example) -> Iterator[Finding]:
    """Try all laws on an example, in their order.

    One that needs another that is broken is not tried; nor does one count as broken in which the stage raises just
    what it has raised before.
    """
    stage = f"{example.stage.kind} {example.stage.name}"
    out: dict[str, str] = {}  # for each law that is not kept, the one that is broken
    raised: dict[str, str] = {}
    verdict: Verdict
    for case in cases([example]):
        law = case.law
        missing = [out[name] for name in law.needs if name in out]
        verdict, why = ("not tried", f"needs {missing[0]}") if missing else _verdict(case)
        if verdict == "broken" and why.startswith(_RAISES) and raised.setdefault(why, law.name) != law.name:
            verdict, why = "not tried", f"the stage raises what it does in {raised[why]}"
        if verdict in ("broken", "not tried"):
            out[law.name] = missing[0] if missing else law.name
        yield Finding(stage, str(example), law.name, law.says, law.cure, verdict, why)


def _verdict(case: Case) -> tuple[Verdict, str]:
    plugin = type(case.example.stage).__module__.partition(".")[0]
    try:
        case()
    except DoesNotApply as reason:
        return "does not apply", str(reason)
    except Violation as violation:
        raised = violation.__context__
        return "broken", f"{violation}{place_in(plugin, raised) if raised else ''}"
    except Exception as error:  # noqa: BLE001 - whatever a stage raises is what is wrong with it
        text = " ".join(f"{_RAISES}{type(error).__name__}: {error}".split())
        return "broken", f"{text}{place_in(plugin, error)}"
    return "holds", ""


_RAISES = "it raises "


def _by_stage(plugin: str, registry: Registry) -> Iterator[tuple[type[Stage], list[Example]]]:
    given = registry.examples(plugin)
    for stage in registry.stages(plugin).values():
        own = [example for example in given if type(example.stage) is stage]
        yield stage, own or examples_of(stage)


def _without_example(stage: type[Stage]) -> tuple[str, str]:
    return (
        f"there is no example of the {stage.kind} {stage.name}",
        "give one with the hook seqpipe_register_examples",
    )
