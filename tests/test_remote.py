"""Files elsewhere: in fsspec's own memory, and on a web server of this machine."""

from __future__ import annotations

import gzip
import http.server
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from seqpipe.cli.application import execute
from seqpipe.data.source import Source
from seqpipe.engine.identity import _input
from seqpipe.errors import InputError, PluginError
from seqpipe.remote import file_part, is_remote
from seqpipe.sources import expand
from tests import colours

fsspec = pytest.importorskip("fsspec")
CONTENT = b"".join(b"line %d\n" % number for number in range(30_000))


@pytest.fixture
def memory() -> Iterator[Any]:
    """A file system in memory."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    for name in ("a/x.txt", "a/b/y.TXT.gz", "a/.hidden.txt", "a/.b/z.txt", "a/z.bin"):
        system.pipe(f"/{name}", gzip.compress(CONTENT) if name.endswith("gz") else CONTENT)
    yield system
    system.store.clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a trained pipeline, and an input of two lines of which one is bad."""
    monkeypatch.chdir(tmp_path)
    colours.write(tmp_path)
    Path("in.txt").write_bytes(b"xa\n\xff\n")
    return tmp_path


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; with ``ranges``, any part of a file as well."""

    ranges = False

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called there
        pass

    def do_GET(self) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not (self.ranges and wanted):
            super().do_GET()
            return
        content = Path(self.translate_path(self.path)).read_bytes()
        begin, end = int(wanted[1]), min(int(wanted[2]), len(content) - 1)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {begin}-{end}/{len(content)}")
        self.send_header("Content-Length", str(end - begin + 1))
        self.end_headers()
        self.wfile.write(content[begin : end + 1])

    def end_headers(self) -> None:
        if self.ranges:
            self.send_header("Accept-Ranges", "bytes")
        super().end_headers()


@pytest.fixture(params=[False, True], ids=["stream", "ranges"])
def server(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server of the working directory."""
    monkeypatch.chdir(tmp_path)
    handler = type("Served", (Handler,), {"ranges": request.param})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("name", "remote"),
    [
        ("s3://bucket/a.csv", True),
        ("https://host/a.csv?part=1", True),
        ("filecache::s3://bucket/a.csv", True),
        ("a.csv", False),
        ("/data/a://b", False),
        ("c://windows", False),
        ("-", False),
    ],
)
def test_a_name_with_a_scheme_is_elsewhere(name: str, remote: object) -> None:
    assert is_remote(name) == remote


def test_what_follows_the_name_of_a_file_is_no_part_of_it() -> None:
    assert file_part("https://host/a.csv.gz?part=1#x") == "https://host/a.csv.gz"
    assert file_part("a?b#c.csv") == "a?b#c.csv"
    source = Source("https://host/a.CSV.gz?part=1.zst")
    assert (source.suffix, source.compression) == (".csv", ".gz")


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    ("given", "files"),
    [
        ("memory://a/x.txt", ["memory://a/x.txt"]),
        ("memory://a", ["memory:///a/b/y.TXT.gz", "memory:///a/x.txt"]),
        ("memory://a/[x-z].*", ["memory:///a/x.txt", "memory:///a/z.bin"]),
        ("simplecache::memory://a/*.txt", ["simplecache::memory:///a/x.txt"]),
    ],
)
def test_files_folders_and_globs(given: str, files: list[str]) -> None:
    sources = expand([given], (".txt",))
    assert [source.name for source in sources] == files
    for source in sources:
        with source.open() as file:
            assert file.read() == CONTENT
        with source.open_seekable() as file:
            file.seek(len(CONTENT) - 6)
            assert file.read() == b"29999\n"
        assert source.consumed > 0


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("memory://a/none.txt", "no such file, or it cannot be reached (check the name and the network)"),
        ("memory://a/*.csv", "no file matches (check the pattern)"),
        ("nowhere://a", "there is no file system for nowhere:// (name one that fsspec knows, or install its plugin)"),
    ],
)
def test_what_is_not_there(name: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        expand([name], ())
    assert str(caught.value) == f"{name}: {message}"


def test_a_folder_without_files_of_the_kind(memory: Any) -> None:
    with pytest.raises(InputError, match=r"the folder holds no file that ends in \.csv"):
        expand(["memory://a"], (".csv",))


def test_libraries_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(PluginError) as caught:
        expand(["s3://bucket/a.csv"], ())
    assert str(caught.value) == "s3://bucket/a.csv: s3:// needs a library that is not installed (pip install s3fs)"
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(PluginError) as caught:
        expand(["s3://bucket/a.csv"], ())
    assert str(caught.value) == (
        "s3://bucket/a.csv needs fsspec, which is not installed (pip install 'seqpipe-core[remote]')"
    )


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        (PermissionError(), "access is refused (check your credentials for it)"),
        (RuntimeError("secret"), "cannot be read: RuntimeError (check the name, the network and your credentials)"),
    ],
)
def test_what_a_file_system_raises_while_it_is_read(
    memory: Any, monkeypatch: pytest.MonkeyPatch, raised: Exception, message: str
) -> None:
    class Failing:
        closed = False

        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            return 0

        def read(self, size: int) -> bytes:
            raise raised

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *error: object) -> None:
            pass

    monkeypatch.setattr(type(memory), "open", lambda *_: Failing())
    with Source("memory://a/x.txt").open() as file, pytest.raises(InputError) as caught:
        file.read()
    assert str(caught.value) == f"memory://a/x.txt: {message}"


def test_a_web_server(server: str) -> None:
    Path("x.txt").write_bytes(CONTENT)
    Path("y.txt.gz").write_bytes(gzip.compress(CONTENT))
    for name in (f"{server}/x.txt", f"{server}/x.txt?part=1", f"{server}/y.txt.gz"):
        (source,) = expand([name], (".csv",))
        assert source.name == name
        with source.open() as file:
            assert file.read() == CONTENT
        with source.open_seekable() as file:
            file.seek(len(CONTENT) - 6)
            assert file.read() == b"29999\n"
    with pytest.raises(InputError, match="no such file, or it cannot be reached"):
        expand([f"{server}/none.txt"], ())


@pytest.mark.parametrize("name", ["memory://a/x.txt", "filecache::memory://a/x.txt"])
def test_a_file_that_has_changed_is_another_input(memory: Any, name: str) -> None:
    first, same = _input(Source(name), ends=True), _input(Source(name), ends=True)
    memory.pipe("/a/x.txt", CONTENT + b"more\n")
    assert first == same != _input(Source(name), ends=True)


def test_a_run_over_a_web_server_is_resumed(server: str, capfd: Any) -> None:
    colours.write(Path())
    Path("in.txt").write_text("xa\nyb\n" * 50)
    run = ["run", "colours.yaml", f"{server}/in.txt", "-o", "out.jsonl"]
    assert execute([*run, "--limit", "100", "-q"]) == 0
    assert execute([*run, "--limit", "100", "-q", "--resume"]) == 0
    Path("in.txt").write_text("xb\nyb\n" * 51)
    assert execute([*run, "--limit", "100", "-q", "--resume"]) == 2
    assert "in.txt is another one or has changed" in capfd.readouterr().err


def test_a_cache_folder_keeps_what_was_read(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("x.txt").write_bytes(CONTENT)
    monkeypatch.setitem(fsspec.config.conf, "filecache", {"cache_storage": "cache"})
    name = f"filecache::{server}/x.txt"
    for _ in range(2):
        with expand([name], ())[0].open() as file:
            assert file.read() == CONTENT
    assert [path.stat().st_size for path in Path("cache").iterdir() if path.name != "cache"] == [len(CONTENT)]


@pytest.mark.usefixtures("memory")
def test_a_pipeline_file_names_files_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    monkeypatch.chdir(tmp_path)
    fsspec.filesystem("memory").pipe("/data/train.tsv", colours.TRAINING.encode())
    fsspec.filesystem("memory").pipe("/data/in.txt", b"xa\n")
    colours.write(Path())
    assert (
        execute(["train", "colours.yaml", "-o", "out", "-q", "--set", "train.data.train=memory://data/train.tsv"]) == 0
    )
    capfd.readouterr()
    assert execute(["run", "out", "-q", "--set", "read.path=memory://data/in.txt"]) == 0
    assert '"id": "memory://data/in.txt:1"' in capfd.readouterr().out


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("ending", ["jsonl", "csv.gz", "parquet"])
def test_results_are_written_elsewhere(folder: Path, ending: str, capfd: Any) -> None:
    out = f"memory://results/out.{ending}"
    run = ["run", "colours.yaml", "in.txt", "-q", "--on-error", "quarantine"]
    assert execute([*run, "-o", f"here.{ending}"]) == 3
    assert execute([*run, "-o", out]) == 3
    system = fsspec.filesystem("memory")
    for more in ("", ".quarantine.jsonl"):
        assert system.cat(out + more) == Path(f"here.{ending}{more}").read_bytes()
    assert not list(folder.glob("out*"))
    capfd.readouterr()
    assert execute(["verify", out]) == 0
    assert "2 records, 1 failed, 1 results" in capfd.readouterr().out
    assert execute([*run, "-o", out, "--resume"]) == 3
    assert execute([*run, "-o", out]) == 2
    assert "is there already (add --overwrite to replace it, or write elsewhere)" in capfd.readouterr().err
    Path("in.txt").write_text("yb\n")
    assert execute([*run, "-o", out, "--overwrite"]) == 0
    assert not system.exists(f"{out}.quarantine.jsonl")
    system.pipe(out, system.cat(out)[:-1] + b"?")
    assert execute(["verify", out]) == 4
    assert execute(["verify", "memory://results/none.csv"]) == 4


def test_what_could_not_be_written_elsewhere_is_written_later(
    folder: Path, memory: Any, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    run = ["run", "colours.yaml", "in.txt", "-q", "--on-error", "skip", "-o", "memory://results/out.jsonl"]
    with monkeypatch.context() as patch:
        patch.setattr(type(memory), "put_file", refuse)
        assert execute(run) == 4
    said = capfd.readouterr().err
    assert "memory://results/out.jsonl: access is refused (check your credentials for it)" in said
    assert Path("out.jsonl.part/output").exists()
    assert execute([*run, "--resume"]) == 3
    assert memory.cat("/results/out.jsonl").startswith(b'{"id": "in.txt:1"')
    assert not Path("out.jsonl.part").exists()


@pytest.mark.parametrize(
    ("output", "settings", "message"),
    [
        (
            "https://host/a.jsonl",
            (),
            "nothing can be written to https:// (write to a file, or to a store such as s3://)",
        ),
        ("memory://a/x.txt", (), "memory://a/x.txt is read and written at once (write to another file)"),
        (
            "memory://a/out.srt",
            ("--set", "write={writer: core.srt}"),
            "core.srt writes one file a record (name a folder of this machine for them)",
        ),
    ],
)
@pytest.mark.usefixtures("memory", "folder")
def test_where_results_cannot_be_written(output: str, settings: tuple[str, ...], message: str, capfd: Any) -> None:
    assert execute(["run", "colours.yaml", "memory://a/x.txt", "-o", output, *settings]) == 2
    assert capfd.readouterr().err == f"{message}\n"
