"""Where results go: a file, a folder, standard output, or a table on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from pathlib import Path

from seqpipe.config.declaration import Declaration
from seqpipe.errors import UsageError
from seqpipe.registry import Registry
from seqpipe.runner.output import Write, to_file, to_folder, to_stream
from seqpipe.stage import Writer
from seqpipe.stages.writers import WriteJSONLines

STANDARD_OUTPUT = "-"


def declared_output(declared: Declaration) -> str | None:
    """Return the path that a pipeline file names for its results, None where it names none."""
    writer = declared.writer
    return declared.path_of(("write", "path"), writer.path) if writer and writer.path else None


def destination(
    writer: Writer | None, output: str | None, inputs: Sequence[str], registry: Registry
) -> AbstractContextManager[Write]:
    """Return what takes the results.

    The form is that of the pipeline's writer; without one, that of the file's suffix; without any, JSON Lines.

    Args:
        writer: the pipeline's.
        output: a file, a folder for writers of one file a record, or ``-`` for standard output; None: standard
            output, or a table if that is a terminal.
        inputs: the files that are read, none of which may be written to.
        registry: has the core's writers.

    Raises:
        UsageError: no writer fits the suffix, or the output is an input.
        OutputError: the output cannot be written.
    """
    if output is None or output == STANDARD_OUTPUT:
        return _to_standard_output(writer, table=output is None and sys.stdout.isatty())
    path = Path(output)
    _check_not_read(path, inputs)
    writer = writer or _by_suffix(path, registry)
    return to_folder(writer, path) if writer.separate else to_file(writer, path)


def _to_standard_output(writer: Writer | None, *, table: bool) -> AbstractContextManager[Write]:
    if writer and writer.separate:
        raise UsageError(f"{writer.name} writes one file a record", "name a folder for them: -o FOLDER")
    if table:
        from seqpipe.cli.table import to_terminal  # noqa: PLC0415 - rich is for terminals only

        return _alone(to_terminal())
    return _alone(to_stream(writer or WriteJSONLines(), sys.stdout.buffer))


@contextmanager
def _alone(results: AbstractContextManager[Write]) -> Iterator[Write]:
    """Let nothing but results go to standard output: what a plugin prints goes to standard error."""
    with results as write, redirect_stdout(sys.stderr):
        yield write


def _by_suffix(path: Path, registry: Registry) -> Writer:
    if not path.suffix:
        return WriteJSONLines()
    writers = {stage.suffix: stage for stage in registry.stages("core").values() if issubclass(stage, Writer)}
    if path.suffix not in writers:
        known = ", ".join(sorted(writers))
        raise UsageError(
            f"no writer for files that end in {path.suffix!r}",
            f"use {known}, or name a writer under `write` in the pipeline",
        )
    return writers[path.suffix]()


def _check_not_read(path: Path, inputs: Sequence[str]) -> None:
    for name in inputs:
        if name != STANDARD_OUTPUT and path.is_file() and path.samefile(name):
            raise UsageError(f"{path} is read and written at once", "write to another file")
