"""What lies at a path that somebody wrote; nothing does where no file can have such a name."""

from __future__ import annotations

import os

AnyPath = str | os.PathLike[str]


def exists(path: AnyPath) -> bool:
    """Whether there is a file, a folder or anything else.

    Unlike `pathlib`, it does not raise for a name that is too long or holds the character NUL.
    """
    return os.path.exists(path)  # noqa: PTH110 - see above


def is_file(path: AnyPath) -> bool:
    """Whether there is a file (see `exists`)."""
    return os.path.isfile(path)  # noqa: PTH113 - as above


def is_folder(path: AnyPath) -> bool:
    """Whether there is a folder (see `exists`)."""
    return os.path.isdir(path)  # noqa: PTH112 - as above
