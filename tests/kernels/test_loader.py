"""Units: compiled once, loaded without Numba, whatever happens to the cache."""

import os
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

from seqpipe.kernels import unit
from seqpipe.kernels.loader import unit_names
from seqpipe.network.cells import GRU, LSTM

SCRIPT = """
import logging
import sys
import numpy as np
from seqpipe.kernels import unit
class Print(logging.Handler):
    def emit(self, record):
        print(record.getMessage(), file=sys.stderr)
if sys.argv[2:]:
    logging.getLogger("seqpipe.kernels").addHandler(Print())
    logging.getLogger("seqpipe.kernels").setLevel(logging.INFO)
total = np.zeros(3, sys.argv[1])
unit("rows_gradient").add_rows(np.arange(6, dtype=sys.argv[1]).reshape(2, 3), total)
print(total.sum(), "numba" in sys.modules)
"""


def run(cache_dir, *, dtype="float32", **environment):
    """Run SCRIPT in a new process; return what it printed."""
    command = [sys.executable, "-c", SCRIPT, dtype]
    environment = {**os.environ, "SEQPIPE_CACHE_DIR": str(cache_dir), **environment}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.split()


def entries(cache_dir):
    return sorted((cache_dir / "kernels").glob("*"))


def said(cache_dir, *words):
    """Run SCRIPT, which listens if there are further words, and return what stands on standard error."""
    command = [sys.executable, "-c", SCRIPT, "float32", *words]
    environment = {**os.environ, "SEQPIPE_CACHE_DIR": str(cache_dir)}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stderr.splitlines()


def test_whoever_listens_is_told_of_compiling_and_of_a_cache_that_cannot_be_used(tmp_path):
    assert said(tmp_path, "listen") == ["compiling kernels: rows_gradient, float32"]
    assert said(tmp_path, "listen") == []
    (tmp_path / "file").write_text("")
    assert said(tmp_path / "file", "listen") == [
        "compiling kernels: rows_gradient, float32",
        f"the kernel cache {tmp_path}/file/kernels cannot be used: it cannot be written to: not a directory",
    ]


def test_nothing_is_said_where_nobody_listens(tmp_path):
    (tmp_path / "file").write_text("")
    assert said(tmp_path / "file") == []


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kernels_run_in_both_precisions(dtype):
    total = np.ones(3, dtype)
    unit("rows_gradient").add_rows(np.arange(6, dtype=dtype).reshape(2, 3), total)
    assert total.tolist() == [4, 6, 8]


def test_a_wrong_argument_is_a_type_error_that_names_the_kernel():
    with pytest.raises(TypeError, match="add_rows: argument 2 must be a writable"):
        unit("rows_gradient").add_rows(np.ones((2, 3)), np.ones(6)[::2])


def test_unknown_units_and_kernels_are_named():
    with pytest.raises(ValueError, match="no kernel unit 'nothing'"):
        unit("nothing")
    with pytest.raises(AttributeError, match="unit 'rows' has no kernel 'nothing'"):
        unit("rows").nothing(np.zeros(3, np.float32))


def test_a_warm_start_imports_no_numba_and_a_variant_is_compiled_only_when_used(tmp_path):
    assert run(tmp_path) == ["15.0", "True"]
    (entry,) = entries(tmp_path)
    assert "float32" in entry.name
    assert run(tmp_path) == ["15.0", "False"]
    assert entry.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", ["truncated", "flipped", "foreign"])
def test_a_damaged_entry_is_rebuilt(tmp_path, damage):
    run(tmp_path)
    (entry,) = entries(tmp_path)
    whole = entry.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    entry.write_bytes({"truncated": whole[:-100], "flipped": flipped, "foreign": b"\x7fELF" + whole}[damage])
    assert run(tmp_path) == ["15.0", "True"]
    assert entry.read_bytes() == whole


def test_what_lies_in_a_folder_that_others_can_write_to_is_not_run(tmp_path):
    run(tmp_path)
    (tmp_path / "kernels").chmod(0o777)
    assert run(tmp_path) == ["15.0", "True"]


def test_an_unwritable_cache_is_done_without(tmp_path):
    (tmp_path / "file").write_text("a file where the folder should be")
    assert run(tmp_path / "file") == ["15.0", "True"]


def test_an_instruction_set_that_the_cpu_lacks_is_refused(tmp_path):
    with pytest.raises(subprocess.CalledProcessError) as error:
        run(tmp_path, SEQPIPE_ISA="avx1024")
    assert "SEQPIPE_ISA=avx1024 is not an instruction set of this CPU" in error.value.stderr


def test_plain_python_runs_the_same_kernels(tmp_path):
    assert run(tmp_path, NUMBA_DISABLE_JIT="1") == ["15.0", "True"]
    assert not entries(tmp_path)


@pytest.mark.slow
def test_processes_that_start_cold_at_once_all_succeed(tmp_path):
    results = []
    threads = [threading.Thread(target=lambda: results.append(run(tmp_path))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result[0] for result in results] == ["15.0"] * 16
    assert sorted(result[1] for result in results) == ["False"] * 15 + ["True"]  # one compiles, with Numba
    assert len(entries(tmp_path)) == 1


def test_units_are_the_sources_with_entry_points_and_those_made_for_each_cell():
    names = [str(name) for name in unit_names([GRU.equations, LSTM.equations])]
    assert {"rows", "product", "recurrence-gru", "recurrence_gradient-gru", "recurrence-lstm"} <= set(names)
    assert not {"activations", "recurrence", "gru"} & set(names)
    assert len(names) == len(set(names))


def test_units_for_cells_and_others_are_told_apart():
    with pytest.raises(ValueError, match=r"there is no kernel unit 'recurrence'$"):
        unit("recurrence")
    with pytest.raises(ValueError, match=r"there is no kernel unit 'rows' that is made for cells$"):
        unit("rows", GRU.equations)


def test_a_unit_can_be_pickled():
    for made in (unit("rows"), unit("recurrence", GRU.equations)):
        assert pickle.loads(pickle.dumps(made)) is made
