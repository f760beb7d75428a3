"""All laws of the contracts, one function each, in a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import cleandoc

from seqpipe.contracts import Example
from seqpipe.testing.law import Law
from seqpipe.testing.laws.augmentations import augments, leaves_records
from seqpipe.testing.laws.build import builds_anew, builds_unlearned, refuses
from seqpipe.testing.laws.declarations import described, documented, round_trip, strict
from seqpipe.testing.laws.failures import odd_payloads, odd_targets
from seqpipe.testing.laws.inverse import inverts
from seqpipe.testing.laws.learners import learned_is_kept, learns_the_same
from seqpipe.testing.laws.lengths import empty_batch, empty_record, linear_memory, linear_time, one_element, very_long
from seqpipe.testing.laws.networks import draws_parameters, drops_the_same, forward_is_call, gradients
from seqpipe.testing.laws.objectives import loss_has_its_gradient, metrics_count
from seqpipe.testing.laws.pieces import pieces, state_is_kept
from seqpipe.testing.laws.readers import (
    names_records,
    reads,
    reads_excerpts,
    reads_the_same_again,
    survives_damage,
)
from seqpipe.testing.laws.specs import spans_in_order, spec_is_true
from seqpipe.testing.laws.state_rows import joins_and_leaves
from seqpipe.testing.laws.steppers import scores_its_steps, selects_rows
from seqpipe.testing.laws.steps import alone, on_threads, pickles, repeatable, runs, unchanged
from seqpipe.testing.laws.writers import assembles, leaves_results, odd_values, writes, writes_nothing

STEPS = ("tokenizer", "encoder", "core", "decoder")
ALL = ("reader", *STEPS, "writer", "augmentation")


def _law(check: Callable[[Example], None], kinds: Iterable[str], *needs: str) -> Law:
    """Return a law: the first line of the docstring says it, what follows is what cures a stage that breaks it."""
    says, _, cure = cleandoc(check.__doc__ or "").partition("\n\n")
    return Law(check.__name__, says, " ".join(cure.split()), check, frozenset(kinds), needs)


LAWS: tuple[Law, ...] = (
    _law(documented, ALL),
    _law(described, ALL),
    _law(strict, ALL),
    _law(round_trip, ALL, "strict"),
    _law(runs, STEPS),
    _law(refuses, STEPS, "runs"),
    _law(repeatable, STEPS, "runs"),
    _law(unchanged, STEPS, "runs"),
    _law(spec_is_true, STEPS, "runs"),
    _law(spans_in_order, STEPS, "spec_is_true"),
    _law(builds_anew, STEPS, "repeatable", "unchanged"),
    _law(builds_unlearned, STEPS, "runs"),
    _law(pickles, STEPS, "repeatable", "unchanged"),
    _law(on_threads, STEPS, "repeatable", "unchanged"),
    _law(empty_batch, STEPS, "runs"),
    _law(alone, STEPS, "repeatable", "unchanged", "spec_is_true"),
    _law(empty_record, STEPS, "runs"),
    _law(one_element, STEPS, "runs"),
    _law(very_long, STEPS, "runs"),
    _law(linear_time, STEPS, "very_long"),
    _law(linear_memory, STEPS, "very_long"),
    _law(pieces, STEPS, "repeatable", "unchanged", "spec_is_true"),
    _law(state_is_kept, STEPS, "pieces"),
    _law(joins_and_leaves, STEPS, "pieces", "alone", "state_is_kept"),
    _law(odd_payloads, ("tokenizer",), "runs"),
    _law(inverts, ("tokenizer",), "spec_is_true"),
    _law(learns_the_same, ("tokenizer", "encoder", "decoder"), "runs"),
    _law(learned_is_kept, ("tokenizer", "encoder", "decoder"), "repeatable"),
    _law(draws_parameters, ("core",)),
    _law(forward_is_call, ("core",), "repeatable"),
    _law(drops_the_same, ("core",), "forward_is_call"),
    _law(gradients, ("core",), "forward_is_call"),
    _law(scores_its_steps, ("core",), "runs"),
    _law(selects_rows, ("core",), "scores_its_steps"),
    _law(odd_targets, ("decoder",), "runs"),
    _law(loss_has_its_gradient, ("decoder",), "runs"),
    _law(metrics_count, ("decoder",), "spec_is_true"),
    _law(reads, ("reader",)),
    _law(reads_the_same_again, ("reader",), "reads"),
    _law(names_records, ("reader",), "reads"),
    _law(reads_excerpts, ("reader",), "reads_the_same_again"),
    _law(survives_damage, ("reader",), "reads"),
    _law(writes, ("writer",)),
    _law(writes_nothing, ("writer",)),
    _law(leaves_results, ("writer",), "writes"),
    _law(odd_values, ("writer",), "writes"),
    _law(assembles, ("writer",), "writes"),
    _law(augments, ("augmentation",)),
    _law(leaves_records, ("augmentation",), "augments"),
)
"""A law comes after those that it needs."""
