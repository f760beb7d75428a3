"""The conformance kit finds what is wrong: each of these stages breaks exactly one law."""

from __future__ import annotations

import pytest

import seqpipe
from seqpipe import testing
from seqpipe.builtin.cores.recurrent import GRU
from seqpipe.builtin.encoders.one_hot import OneHotEncoder
from seqpipe.builtin.tokenizers.numbers import Numbers
from seqpipe.builtin.tokenizers.symbols import Symbols
from tests.testing import wrong_files as files
from tests.testing import wrong_learners as learners
from tests.testing import wrong_networks as networks
from tests.testing import wrong_steps as steps

TEXTS = ("some text", "more")
SERIES = ([0.5, -1.5, 2.0], [1.0, 3.0])
NUMBERS = seqpipe.Spec("numbers")
THREE = seqpipe.ClassificationObjective(("1", "2", "3"), pooled=False)


def broken(example: testing.Example) -> list[str]:
    return [finding.law for finding in testing.findings_of(example) if finding.verdict == "broken"]


def of_text(stage: seqpipe.Stage) -> testing.Example:
    return testing.Example(stage, TEXTS)


def of_frames(stage: seqpipe.Stage) -> testing.Example:
    return testing.Example(stage, SERIES, NUMBERS, (Numbers(),), objective=THREE)


def of_logits(stage: seqpipe.Stage) -> testing.Example:
    return testing.Example(stage, SERIES, NUMBERS, (Numbers(), GRU(hidden=3)), ("1", "2"))


def of_one_hot(stage: seqpipe.Stage) -> testing.Example:
    letters = len(set("".join(TEXTS))) + 1
    return testing.Example(
        stage, TEXTS, before=(Symbols(), OneHotEncoder()), objective=seqpipe.NextTokenObjective(letters)
    )


def of_lines(stage: seqpipe.Stage) -> testing.Example:
    return testing.Example(stage, [b"one\ntwo\nthree\n"])


RIGHT = [
    of_text(steps.Letters()),
    of_text(learners.Learning()),
    of_frames(networks.Mix()),
    of_logits(networks.Loudest()),
    of_one_hot(networks.Stepping(hidden=3, output="next")),
    of_lines(files.Words()),
    testing.Example(files.Line(), [{"label": "good"}]),
    testing.Example(files.Louder(), SERIES, NUMBERS),
]

WRONG = [
    (of_text(steps.WithoutDocstring()), "documented"),
    (of_text(steps.Undescribed()), "described"),
    (of_text(steps.Loose()), "strict"),
    (of_text(steps.Drifting()), "round_trip"),
    (of_text(steps.Omnivorous()), "refuses"),
    (of_text(steps.Rebuilt()), "builds_anew"),
    (of_text(steps.building(steps.Crashing)), "runs"),
    (of_text(steps.building(steps.Counting)), "repeatable"),
    (of_frames(learners.Clip()), "unchanged"),
    (of_text(steps.building(steps.TooHigh)), "spec_is_true"),
    (of_text(steps.building(steps.LettersStep, steps.TOKENS.replace(width=7))), "spec_is_true"),
    (of_text(steps.building(steps.LettersStep, steps.TOKENS.replace(dtype="int64"))), "spec_is_true"),
    (of_text(steps.building(steps.LettersStep, steps.TOKENS.replace(columns={}))), "spec_is_true"),
    (of_text(steps.building(steps.Backwards)), "spans_in_order"),
    (of_text(steps.building(steps.Unpicklable)), "pickles"),
    (of_text(steps.building(steps.SharedBuffer)), "on_threads"),
    (of_text(steps.building(steps.NoBatch)), "empty_batch"),
    (of_text(steps.building(steps.NoEmptyText, steps.TOKENS.replace(streamable=False))), "empty_record"),
    (of_text(steps.building(steps.NoSingle, steps.TOKENS.replace(streamable=False))), "one_element"),
    (of_text(steps.building(steps.Recursive)), "very_long"),
    (of_text(steps.building(steps.Slow, steps.TOKENS.replace(streamable=False))), "linear_time"),
    (of_text(steps.building(steps.Wasteful, steps.TOKENS.replace(streamable=False))), "linear_memory"),
    (of_text(steps.building(steps.Whole, steps.TOKENS.replace(streamable=False))), "alone"),
    (of_text(steps.building(steps.Forgetful)), "pieces"),
    (of_text(steps.building(steps.InPlace)), "state_pickles"),
    (of_text(steps.building(steps.Sideways)), "joins_and_leaves"),
    (of_text(steps.building(steps.OfTheBatch)), "joins_and_leaves"),
    (of_text(steps.building(steps.Strict)), "odd_payloads"),
    (of_text(steps.building(steps.Nameless)), "odd_payloads"),
    (of_text(learners.LearnsTheLast()), "learns_the_same"),
    (of_text(learners.LearnsASet()), "learned_is_kept"),
    (of_text(learners.NeedsToHaveLearned()), "builds_unlearned"),
    (of_text(learners.Claims()), "inverts"),
    (of_frames(networks.WrongStart()), "draws_parameters"),
    (of_frames(networks.WrongForward()), "forward_is_call"),
    (of_frames(networks.WrongDropout()), "drops_the_same"),
    (of_frames(networks.WrongGradient()), "gradients"),
    (of_logits(networks.WrongLoss()), "loss_has_its_gradient"),
    (of_logits(networks.WrongTargets()), "odd_targets"),
    (of_logits(networks.WrongMetric()), "metrics_count"),
    (of_one_hot(networks.WrongSteps(hidden=3, output="next")), "scores_its_steps"),
    (of_one_hot(networks.WrongRows(hidden=3, output="next")), "selects_rows"),
    (of_lines(files.Bytes()), "reads"),
    (of_lines(files.Lottery()), "reads_the_same_again"),
    (of_lines(files.Namesakes()), "names_records"),
    (of_lines(files.CutOff()), "reads_excerpts"),
    (of_lines(files.Fragile()), "survives_damage"),
    (testing.Example(files.TextLine(), [{"label": "good"}]), "writes"),
    (testing.Example(files.Headed(), [{"label": "good"}]), "writes_nothing"),
    (testing.Example(files.Taking(), [{"label": "good"}]), "leaves_results"),
    (testing.Example(files.Picky(), [{"label": "good"}]), "odd_values"),
    (testing.Example(files.Shuffled(), [{"label": "good"}]), "assembles"),
    (testing.Example(files.Unseeded(), SERIES, NUMBERS), "augments"),
    (testing.Example(files.Destroying(), ([-1.0, 2.0],), NUMBERS), "leaves_records"),
]


@pytest.mark.parametrize("example", RIGHT, ids=lambda example: type(example.stage).__name__)
def test_what_is_right_breaks_no_law(example):
    assert broken(example) == []


@pytest.mark.parametrize(
    ("example", "law"), WRONG, ids=[f"{law}-{type(example.stage).__name__}" for example, law in WRONG]
)
def test_what_is_wrong_breaks_exactly_its_law(example, law):
    assert broken(example) == [law]
