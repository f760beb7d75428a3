"""Where results go: a file, a folder, standard output, or a table on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqpipe.builtin.writers import WriteJSONLines
from seqpipe.cli.standard_streams import check_standard_output
from seqpipe.compression import without_compression
from seqpipe.config.declaration import Declaration
from seqpipe.contracts import Writer
from seqpipe.engine.identity import Identity
from seqpipe.engine.journaled_output import Earlier, open_journaled
from seqpipe.engine.output import Output, StreamOutput
from seqpipe.engine.run import OnError
from seqpipe.engine.shards import WHOLE, Shard
from seqpipe.errors import UsageError
from seqpipe.journal import OutputPaths, RunProgress
from seqpipe.paths import is_file
from seqpipe.registry import Registry
from seqpipe.remote import is_remote

STANDARD_OUTPUT = "-"

_READ_ONLY = ("http://", "https://")
"""What takes no files."""


@dataclass(frozen=True, slots=True)
class Destination:
    """What takes the results.

    Attributes:
        writer: their form.
        paths: of the file, or of the folder for a writer of one file a record; None: standard output.
        table: show them as a table instead.
    """

    writer: Writer
    paths: OutputPaths | None
    table: bool = False

    def open(
        self, identify: Callable[[], Identity], *, earlier: Earlier, on_error: OnError, shard: Shard
    ) -> Output | RunProgress:
        """Return the output, or how much is in it if it is complete already.

        Args:
            identify: says what the run is, which takes a while.
            earlier: what becomes of what earlier runs left there.
            on_error: what becomes of records that fail.
            shard: which of the records are written.

        Raises:
            UsageError: an option does not go with standard output, or an earlier run stands in the way.
            OutputError: the output cannot be written.
        """
        if self.paths is not None:
            return open_journaled(
                self.writer,
                self.paths,
                identify(),
                earlier=earlier,
                quarantine=on_error == "quarantine",
                indexed=shard != WHOLE,
            )
        if earlier != "refuse":
            raise UsageError(f"--{earlier} needs an output file", "name it: -o FILE")
        if on_error == "quarantine":
            raise UsageError("--on-error quarantine writes a file beside the output", "name one: -o FILE")
        if self.table:
            from seqpipe.cli.terminal.table import TableOutput  # noqa: PLC0415 - rich is for terminals only

            return TableOutput()
        return StreamOutput(self.writer, sys.stdout.buffer)


def declared_output(declared: Declaration) -> str | None:
    """Return the path that a pipeline file names for its results, None where it names none."""
    writer = declared.writer
    return declared.path_of(("write", "path"), writer.path) if writer and writer.path else None


def chosen_output(declared: Declaration, output: str | None, inputs: Sequence[str], registry: Registry) -> Destination:
    """Return what takes the results.

    The form is what ``--set`` says; else that of the file's suffix; else that of the pipeline's writer; without any,
    JSON Lines.

    Args:
        declared: the pipeline file, which may name a writer.
        output: a file, a folder for writers of one file a record, or ``-`` for standard output; None: standard
            output, or a table if that is a terminal.
        inputs: the files that are read, none of which may be written to.
        registry: has the writers of the core, and of the plugins whose stages the pipeline has.

    Raises:
        UsageError: no writer fits the suffix, or the output is an input.
        PluginError: the output is compressed by a library that is not installed.
    """
    writer = declared.writer
    if output is None or output == STANDARD_OUTPUT:
        if writer and writer.separate:
            raise UsageError(f"{writer.name} writes one file a record", "name a folder for them: -o FOLDER")
        if writer and writer.assembled:
            raise UsageError(f"{writer.name} makes a file of all results when they are there", "name it: -o FILE")
        check_standard_output()
        return Destination(writer or WriteJSONLines(), None, table=output is None and sys.stdout.isatty())
    path = Path(output)
    _check_not_read(output, inputs)
    writer = _of_file(path, declared, registry)
    if is_remote(output):
        _check_takes_files(output, writer)
    if not writer.separate:
        paths = OutputPaths.of_remote(output) if is_remote(output) else OutputPaths.of_file(path)
        if paths.compression and writer.assembled:
            suffix = paths.compression.suffix
            raise UsageError(f"a file of {writer.name} is not compressed again", f"leave out {suffix}")
        if paths.compression:
            paths.compression.compressor()  # fails here rather than later, where the library is not installed
        return Destination(writer, paths)
    return Destination(writer, OutputPaths.of_folder(path))


def _is_chosen(declared: Declaration, path: Path) -> bool:
    """Whether the writer comes from the command line, or the file names it for just this path."""
    from_command_line = declared.document.where(("write", "writer")).source.startswith("--set")
    return from_command_line or Path(declared_output(declared) or "") == path


def _of_file(path: Path, declared: Declaration, registry: Registry) -> Writer:
    writer, suffix = declared.writer, Path(without_compression(path.name)).suffix
    if writer and (suffix in {"", *writer.suffixes()} or _is_chosen(declared, path)):
        return writer
    if not suffix:
        return WriteJSONLines()
    of_streams = [stage for stage in declared.writers(registry) if not stage.separate]
    writers = {ending: stage for stage in reversed(of_streams) for ending in stage.suffixes()}
    if suffix in writers:
        return writers[suffix]()
    if writer and writer.separate:
        return writer
    raise UsageError(
        f"no writer for files that end in {suffix!r}",
        f"use {', '.join(sorted(writers))}, or say which: --set 'write={{writer: ...}}'",
    )


def _check_takes_files(output: str, writer: Writer) -> None:
    scheme = output.partition("://")[0]
    if output.startswith(_READ_ONLY):
        raise UsageError(f"nothing can be written to {scheme}://", "write to a file, or to a store such as s3://")
    if writer.separate:
        raise UsageError(f"{writer.name} writes one file a record", "name a folder of this machine for them")


def _check_not_read(output: str, inputs: Sequence[str]) -> None:
    path = Path(output)
    for name in inputs:
        here = name != STANDARD_OUTPUT and not is_remote(name) and is_file(path)
        if (is_remote(name) and name == output) or (here and path.samefile(name)):
            raise UsageError(f"{output} is read and written at once", "write to another file")
