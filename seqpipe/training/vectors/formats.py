"""Which format a file of vectors has, by its first bytes."""

from __future__ import annotations

from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location
from seqpipe.training.vectors.fasttext_vectors import MAGIC, FastTextVectors
from seqpipe.training.vectors.safetensors_vectors import ENDING, SafetensorsVectors
from seqpipe.training.vectors.text_vectors import TextVectors, is_number
from seqpipe.training.vectors.vector_file import VectorFile
from seqpipe.training.vectors.word2vec_vectors import Word2VecVectors, width_in

_LOOKED_AT = 1 << 16


def vector_file(name: str) -> VectorFile:
    """Return a file of vectors: word2vec's or fastText's binary one, text, each also compressed, or safetensors.

    Raises:
        InputError: it cannot be read.
    """
    if name.endswith(ENDING):
        return SafetensorsVectors(name)
    source = Source(name)
    if source.suffix == ENDING:
        raise InputError("a compressed safetensors file is not read", "decompress it first", Location(name))
    with source.open() as file:
        begin = file.read(_LOOKED_AT)
    if begin.startswith(MAGIC):
        return FastTextVectors(name)
    return Word2VecVectors(name) if _is_word2vec(begin) else TextVectors(name)


def _is_word2vec(begin: bytes) -> bool:
    """Whether a line ``count width`` is followed by what is no text: numbers as they lie in memory."""
    header, _, rest = begin.partition(b"\n")
    width = width_in(header)
    line = rest.partition(b"\n")[0]
    numbers = line.split()[-width:]
    is_vector = len(numbers) == width and all(map(is_number, numbers))
    return width > 0 and not is_vector and not _is_text(line)


def _is_text(line: bytes) -> bool:
    try:
        return line.decode().rstrip("\r").replace("\t", " ").isprintable()
    except UnicodeDecodeError:
        return False
