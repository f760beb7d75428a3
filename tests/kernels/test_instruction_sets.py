"""Products, activations, the GRU and the losses are right on every instruction set of this CPU, and in plain Python."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from seqpipe.kernels import instruction_set
from seqpipe.kernels.isa import INSTRUCTION_SETS, available

TESTS = Path(__file__).parents[1]
OTHERS = [isa for isa in INSTRUCTION_SETS if isa != instruction_set()]  # than what all tests run on
FILES = ["kernels/test_product.py", "kernels/test_activations.py", "network/test_recurrent.py"]
LOSSES = ["kernels/test_exponentials.py", "network/test_crf.py", "network/test_ctc.py", "network/test_ctc_crf.py"]
CHOSEN = "(within and stated) or all_labellings or forward_algorithm or not_lost or agree or (paths and shape3)"


def run(files, chosen, **environment):
    """Run chosen tests of other files in a new process, so that kernels are made for its environment."""
    command = [sys.executable, "-m", "pytest", "-q", "-k", chosen, *(str(TESTS / file) for file in files)]
    return subprocess.run(command, env={**os.environ, **environment}, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("isa", OTHERS, ids=lambda isa: isa.name)
def test_kernels_are_right_on_each_instruction_set(isa):
    if isa not in available():
        pytest.skip(f"this CPU has no {isa.name}")
    result = run(
        FILES, "test_product or test_activations or (gru and (equations or bit_for_bit))", SEQPIPE_ISA=isa.name
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("isa", OTHERS, ids=lambda isa: isa.name)
def test_losses_are_right_on_each_instruction_set(isa):
    if isa not in available():
        pytest.skip(f"this CPU has no {isa.name}")
    result = run(LOSSES, CHOSEN, SEQPIPE_ISA=isa.name)
    assert result.returncode == 0, result.stdout


def test_losses_are_right_in_plain_python():
    result = run(
        LOSSES[1:],
        "loss_is_that_of_all or (sums_over and 4-) or unlikely_at_first or (agree and 8) or (paths and shape3)",
        NUMBA_DISABLE_JIT="1",
    )
    assert result.returncode == 0, result.stdout


def test_kernels_are_right_in_plain_python():
    result = run(FILES, "equals_numpy or (equations and layers)", NUMBA_DISABLE_JIT="1")
    assert result.returncode == 0, result.stdout
