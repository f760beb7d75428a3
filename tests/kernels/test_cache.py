"""The cache of compiled units: an entry comes back whole, or not at all."""

import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seqpipe.kernels import cache, isa
from seqpipe.kernels.units import Equations, UnitName
from seqpipe.network.cells import GRU

ENTRY = ({"sum": [["float[::1]"], "float64"]}, bytes(range(256)) * 40)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SEQPIPE_CACHE_DIR", str(tmp_path))
    return tmp_path / "kernels"


def test_an_entry_comes_back(folder):
    assert cache.read(UnitName("rows"), "float32") is None
    cache.write(UnitName("rows"), "float32", *ENTRY)
    assert cache.read(UnitName("rows"), "float32") == ENTRY
    assert cache.read(UnitName("rows"), "float64") is None


def test_why_an_entry_is_not_kept_is_said(folder):
    assert cache.write(UnitName("rows"), "float32", *ENTRY) == ""
    folder.chmod(0o777)
    assert cache.write(UnitName("rows"), "float32", *ENTRY) == "others can write to it"
    shutil.rmtree(folder)
    folder.write_text("")
    assert cache.write(UnitName("rows"), "float32", *ENTRY) == "it cannot be written to: file exists"


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "foreign"])
def test_a_damaged_entry_counts_as_absent(folder, damage):
    cache.write(UnitName("rows"), "float32", *ENTRY)
    (entry,) = folder.iterdir()
    whole = entry.read_bytes()
    flipped = whole[:500] + bytes([whole[500] ^ 1]) + whole[501:]
    entry.write_bytes({"truncated": whole[:-1], "flipped": flipped, "empty": b"", "foreign": b"not ours"}[damage])
    assert cache.read(UnitName("rows"), "float32") is None


@pytest.mark.skipif(sys.platform == "win32", reason="no mode bits")
@pytest.mark.parametrize("mode", [0o777, 0o720])
def test_a_folder_that_others_can_write_to_is_not_trusted(folder, mode):
    cache.write(UnitName("rows"), "float32", *ENTRY)
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(mode)
    assert cache.read(UnitName("rows"), "float32") is None


def test_a_folder_behind_a_link_is_not_trusted(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    cache.write(UnitName("rows"), "float32", *ENTRY)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_concurrent_writers_leave_one_whole_entry(folder):
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda _: cache.write(UnitName("rows"), "float32", *ENTRY), range(64)))
    assert len(list(folder.iterdir())) == 1
    assert cache.read(UnitName("rows"), "float32") == ENTRY


def test_what_another_process_compiles_is_waited_for(folder):
    name, order = UnitName("rows"), []

    def compile_too():
        with cache.compiling(name, "float32"):
            order.append(cache.read(name, "float32"))

    with cache.compiling(name, "float32"):
        second = threading.Thread(target=compile_too)
        second.start()
        second.join(0.2)
        assert (second.is_alive(), order) == (True, [])
        with cache.compiling(UnitName("other"), "float32"):
            cache.write(name, "float32", *ENTRY)
    second.join(10)
    assert order == [ENTRY]


def test_nobody_waits_where_the_folder_cannot_be_used(folder):
    folder.with_name("locks").write_text("")
    with cache.compiling(UnitName("rows"), "float32"), cache.compiling(UnitName("rows"), "float32"):
        pass


@pytest.mark.parametrize("changed", [("another-cpu", ""), (isa.target()[0], "+another-feature")])
def test_the_key_changes_with_what_kernels_are_compiled_for(monkeypatch, changed):
    key = cache.key.__wrapped__(UnitName("rows"))
    monkeypatch.setattr(isa, "target", lambda: changed)
    assert cache.key.__wrapped__(UnitName("rows")) != key


def test_an_entry_of_other_sources_or_of_another_compiler_is_stale(folder, tmp_path, monkeypatch):
    cache.write(UnitName("rows_gradient"), "float32", *ENTRY)
    original, package = Path(cache.__file__).parent, tmp_path / "changed"
    shutil.copytree(original, package, ignore=shutil.ignore_patterns("__pycache__"))
    copies = {name: package / path.relative_to(original) for name, path in cache.source_files().items()}
    monkeypatch.setattr(cache, "__file__", str(package / "cache.py"))
    monkeypatch.setattr(cache, "source_files", lambda: copies)
    key = cache.key.__wrapped__(UnitName("rows_gradient"))
    assert key == cache.key(UnitName("rows_gradient"))
    with copies["vectors"].open("a") as imported:
        imported.write("# changed\n")
    changed = cache.key.__wrapped__(UnitName("rows_gradient"))
    assert changed != key
    monkeypatch.setattr(cache.llvmlite, "__version__", "0.0")
    assert cache.key.__wrapped__(UnitName("rows_gradient")) not in {key, changed}
    monkeypatch.setattr(cache, "key", lambda _unit: changed)
    assert cache.read(UnitName("rows_gradient"), "float32") is None


def test_a_cell_of_another_package_depends_on_what_it_imports_there_and_here(tmp_path, monkeypatch):
    package = tmp_path / "cells_of_mine"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "parts.py").write_text("# first")
    (package / "cell.py").write_text("from .parts import add\nfrom seqpipe.cell_equations import tanh\n")
    monkeypatch.syspath_prepend(tmp_path)
    unit = UnitName("recurrence", Equations("cells_of_mine.cell", 1))
    names = [name for name, _ in cache._source_files(unit)]
    assert {"cells_of_mine.cell", "cells_of_mine.parts", "seqpipe.kernels.sources.vector.activations"} <= set(names)
    key = cache.key.__wrapped__(unit)
    (package / "parts.py").write_text("# second")
    assert cache.key.__wrapped__(unit) != key
    with pytest.raises(
        ModuleNotFoundError, match=r"there is no module 'cells_of_mine.none' with the equations of a cell"
    ):
        cache.key.__wrapped__(UnitName("recurrence", Equations("cells_of_mine.none", 1)))


def test_the_key_changes_with_what_is_said_of_a_cell():
    keys = {
        cache.key.__wrapped__(UnitName("recurrence", equations))
        for equations in (GRU.equations, GRU.equations._replace(kept=2))
    }
    assert len(keys) == 2


def test_old_entries_make_room(folder, monkeypatch):
    for number in range(cache.KEPT + 3):
        monkeypatch.setattr(cache, "key", lambda _unit, number=number: f"{number:064d}"[::-1])
        cache.write(UnitName("rows"), "float32", *ENTRY)
        cache.write(UnitName("product"), "float32", *ENTRY)
    assert len(list(folder.glob("rows-*"))) == cache.KEPT
    assert len(list(folder.iterdir())) == 2 * cache.KEPT
    assert cache.read(UnitName("rows"), "float32") == ENTRY
