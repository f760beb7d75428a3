"""Laws about how stages build their steps."""

from __future__ import annotations

from copy import deepcopy

from seqpipe.contracts import Core, Example
from seqpipe.data import Spec
from seqpipe.errors import SeqpipeError
from seqpipe.testing.comparison import difference, unequal
from seqpipe.testing.law import DoesNotApply, broken
from seqpipe.testing.subject import subject_of

FOREIGN = Spec("a kind that nobody knows", "int8", 7)


def builds_anew(example: Example) -> None:
    """Building changes nothing: another step of the same stage does the same.

    Change neither `self` nor what `incoming` holds in `build`: make new objects.
    """
    subject = subject_of(example)
    learned, declared = deepcopy(dict(subject.incoming.learned)), example.stage.declaration()
    first, batch = subject.build(), subject.batch()
    once, _ = first(batch)
    second = subject.build()
    if first.spec != second.spec:
        broken(f"its spec is {first.spec}, then {second.spec}")
    if change := difference(once, second(batch)[0]):
        broken(f"of the second step, {change}")
    if change := unequal(learned, dict(subject.incoming.learned)):
        broken(f"building changes what was learned: {change}")
    if change := unequal(declared, example.stage.declaration()):
        broken(f"building changes the stage: {change}")


def builds_unlearned(example: Example) -> None:
    """Before anything is learned, a stage builds a step that says what will come out (``seqpipe check``).

    Let `build` do without `incoming.learned`: give a spec of the same kind, with sizes as upper bounds.
    """
    subject = subject_of(example)
    if not subject.incoming.learned:
        raise DoesNotApply("there is nothing to learn")
    before, after = subject.build(learned={}).spec.kind, subject.step.spec.kind
    if before != after:
        broken(f"it gives {before} before it has learned, and {after} afterwards")


def refuses(example: Example) -> None:
    """What a stage cannot take, it refuses with a `SeqpipeError` when it is built.

    Begin `build` (and `parameters`) with `incoming.spec.require(self.name, "text")`, naming the kinds that the
    stage takes.
    """
    subject = subject_of(example)
    try:
        if isinstance(subject.stage, Core):
            subject.stage.parameters(subject.incoming.replace(spec=FOREIGN, parameters={}))
        subject.build(spec=FOREIGN)
    except SeqpipeError:
        return
    except Exception as error:  # noqa: BLE001 - anything else is what this law forbids
        broken(f"of {FOREIGN.kind!r} it says {type(error).__name__}: {error}; call spec.require(self.name, ...) first")
    broken(f"it takes {FOREIGN.kind!r}: call spec.require(self.name, ...) first")
