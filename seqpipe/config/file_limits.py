"""How large a pipeline file may be: enough for any that a person writes, too little to keep the parser busy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileLimits:
    """The limits of one pipeline file.

    Attributes:
        file_bytes: size of the file.
        depth: lists and mappings inside one another.
        nodes: keys, values, lists and mappings together.
        scalar_characters: length of one value.
        key_characters: length of one key.
        number_characters: digits of one number.
        extends: files in one chain of ``extends``.
    """

    file_bytes: int = 1_000_000
    depth: int = 32
    nodes: int = 20_000
    scalar_characters: int = 100_000
    key_characters: int = 128
    number_characters: int = 400
    extends: int = 8


FILE_LIMITS = FileLimits()
