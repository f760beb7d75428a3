"""The conformance kit: the laws of the contracts, to be tried on the stages of any plugin.

From the command line::

    seqpipe plugins test hello

In the plugin's own tests, with a test for each law and stage::

    import pytest
    from seqpipe import testing

    @pytest.mark.parametrize("case", testing.cases(testing.examples("hello")), ids=str)
    def test_laws(case):
        case()

A law needs an example: a stage with its parameters, and what comes in. For the kinds of input that the core knows there
are default ones; for all else the plugin's hook ``seqpipe_register_examples`` gives them.
"""

from seqpipe.contracts import Example
from seqpipe.testing.defaults import examples_of
from seqpipe.testing.law import DoesNotApply, Law, Violation
from seqpipe.testing.laws import LAWS
from seqpipe.testing.neighbours import stage
from seqpipe.testing.report import Case, Finding, Report, cases, examples, findings_of, run

__all__ = [
    "LAWS",
    "Case",
    "DoesNotApply",
    "Example",
    "Finding",
    "Law",
    "Report",
    "Violation",
    "cases",
    "examples",
    "examples_of",
    "findings_of",
    "run",
    "stage",
]
