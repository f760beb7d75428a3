"""Tiles stay in registers, and as they were written, on every CPU model that LLVM is asked about; nothing is run."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from seqpipe.kernels import cache as stored
from tests.kernels.tile_assembly import CPUS, every_unit

ROOT = Path(__file__).parents[2]
WHOLE = 3  # branches at most, where nothing is masked: whether sums are whole, whether there is depth, whether whole
BY_HAND = """
import json, sys
from tests.kernels import tile_assembly
name, cpu, code = sys.argv[1:]
tile_assembly.choose(name)
print(json.dumps(tile_assembly.findings(eval(code), name, cpu)))
"""


def run(*arguments):
    """Return what a new process prints, whose sources are for the instruction set that it chooses."""
    command = [sys.executable, *arguments]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


@cache
def examined(name):
    return run("-m", "tests.kernels.tile_assembly", name)


def by_hand(name, cpu, code):
    """Return what becomes of the module that an expression gives."""
    return run("-c", BY_HAND, name, cpu, code)


def product_of(function):
    rows, gates, panels = map(int, function.rpartition("_")[2].split("x"))
    return rows * gates * panels


@pytest.mark.parametrize("name", CPUS)
def test_no_tile_spills_or_is_unrolled_on_any_cpu(name):
    for cpu, tiles in examined(name)["cpus"].items():
        assert len(tiles) >= 10
        for function, found in tiles.items():
            expected = {"loops": 1, "multiplied": product_of(function), "stack": 0}
            assert expected.items() <= found.items(), f"{function} on {cpu}"


@pytest.mark.parametrize("name", CPUS)
def test_whole_vectors_are_read_and_written_without_a_branch_for_each_lane(name):
    for cpu, tiles in examined(name)["cpus"].items():
        assert max(found["branches"] for found in tiles.values()) <= WHOLE, cpu


def test_tiles_of_all_units_are_examined():
    units = examined("sse")["units"]
    asking = {
        str(unit) for unit in every_unit() if any(name.endswith(".tile") for name, _ in stored._source_files(unit))
    }
    without = {"recurrence_gradient-mingru"}  # no product with the state to go back through
    without |= {unit for unit in asking if unit.startswith("recurrence_int8")}  # those multiply bytes
    without |= {"ctc_crf", "ctc_crf_path"}  # they only ask how wide vectors are
    assert {unit for unit, shapes in units.items() if shapes} == asking - without
    assert [2, 4, 1] in units["recurrence-lstm"]


@pytest.mark.parametrize(("name", "cpu", "shape"), [("avx2", "znver3", (4, 4, 1)), ("neon", "generic", (8, 4, 1))])
def test_a_tile_that_is_too_large_is_found(name, cpu, shape):
    (found,) = by_hand(name, cpu, f"str(tile_assembly.tiles_of([{shape}], ['float']))").values()
    assert found["multiplied"] == shape[0] * shape[1] * shape[2]
    assert found["stack"] > 0


def test_a_loop_that_is_unrolled_is_found():
    unrolled = "str(tile_assembly.tiles_of([(2, 1, 2)], ['float'])).replace('llvm.loop.unroll.disable', 'none')"
    (found,) = by_hand("avx2", "znver3", unrolled).values()
    assert found["multiplied"] > 4


@pytest.mark.parametrize(("name", "cpu"), [("neon", "generic"), ("sse", "x86-64"), ("avx2", "haswell")])
def test_loads_and_stores_take_one_branch_each_on_whole_vectors(name, cpu):
    (found,) = by_hand(name, cpu, "str(tile_assembly.copying())").values()
    assert found["branches"] <= 2


@pytest.mark.parametrize(("name", "cpu"), [("neon", "generic"), ("sse", "x86-64")])
def test_a_branch_for_each_lane_is_found(name, cpu):
    (found,) = by_hand(name, cpu, "str(tile_assembly.copying(masked=True))").values()
    assert found["branches"] >= 8
