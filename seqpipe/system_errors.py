"""What the system refuses, in a few words, and what to do about it."""

from __future__ import annotations

import errno

_PERMISSIONS = "check the permissions of the file and its folder"
_SPACE = "free some space, or write to another disk"

_TO_READ = {
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "check the path",
    errno.EISDIR: "name a file in it",
    errno.EACCES: _PERMISSIONS,
    errno.EPERM: _PERMISSIONS,
    errno.ENAMETOOLONG: "check the path",
    errno.ELOOP: "fix the symbolic links",
    errno.EMFILE: "raise the limit on open files: `ulimit -n`",
}
_TO_WRITE = {
    errno.ENOENT: "see that the folder is not removed meanwhile",
    errno.ENOTDIR: "check the path",
    errno.EISDIR: "name a file in it",
    errno.EACCES: _PERMISSIONS,
    errno.EPERM: _PERMISSIONS,
    errno.EROFS: "write to another disk",
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EFBIG: "raise the limit on the size of files, or write less",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "fix the symbolic links",
    errno.EMFILE: "raise the limit on open files: `ulimit -n`",
}


def read_failure(error: OSError) -> tuple[str, str]:
    """Return what is wrong where a file cannot be read, and what to do, for an error of any class.

    >>> read_failure(PermissionError(errno.EACCES, "Permission denied"))
    ('cannot be read: permission denied', 'check the permissions of the file and its folder')
    """
    todo = _TO_READ.get(error.errno or 0, "see that its disk is well, and try again")
    return f"cannot be read: {refusal(error)}", todo


def write_failure(error: OSError) -> tuple[str, str]:
    """Return what is wrong where a file cannot be written, and what to do, for an error of any class."""
    todo = _TO_WRITE.get(error.errno or 0, "try again, or write to another disk")
    return f"cannot be written: {refusal(error)}", todo


def refusal(error: OSError) -> str:
    """Return what the system says, to follow a colon: ``no space left on device``."""
    return (error.strerror or type(error).__name__).lower()
