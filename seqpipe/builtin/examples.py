"""Examples of the core's stages, for the conformance kit, where the default ones do not do."""

from __future__ import annotations

import io
import json
from importlib.util import find_spec
from typing import Any

from seqpipe.builtin.cores.attention import AttentionCore
from seqpipe.builtin.cores.convolution import ConvolutionCore
from seqpipe.builtin.cores.ensemble import EnsembleCore
from seqpipe.builtin.cores.recurrent import GRU, LSTM, RNN
from seqpipe.builtin.decoders.beam import Beam
from seqpipe.builtin.decoders.ctc import Ctc
from seqpipe.builtin.decoders.ctc_crf import CtcCrf
from seqpipe.builtin.decoders.labels import Labels
from seqpipe.builtin.decoders.values import Values
from seqpipe.builtin.encoders.one_hot import OneHotEncoder
from seqpipe.builtin.objectives import (
    BernoulliObjective,
    ClassificationObjective,
    NextTokenObjective,
    TranslationObjective,
)
from seqpipe.builtin.readers.columnar import ReadArrow, ReadParquet
from seqpipe.builtin.readers.json_lines import ReadJSONLines
from seqpipe.builtin.readers.labelled_files import ReadFolders, ReadListed
from seqpipe.builtin.readers.tables import ReadCSV, ReadTSV
from seqpipe.builtin.readers.texts import ReadTexts
from seqpipe.builtin.subtitles import WriteSRT, WriteVTT
from seqpipe.builtin.tokenizers.characters import Characters
from seqpipe.builtin.tokenizers.numbers import Numbers
from seqpipe.builtin.tokenizers.symbols import Symbols
from seqpipe.builtin.tokenizers.windows import Windows
from seqpipe.contracts import Example, Incoming
from seqpipe.data import Batch, Ragged, Record, Spec

TEXTS = ("abcab", "b", "", "ccba")
TARGETS = ("bac", "b", "", "ab")
SERIES: tuple[list[float], ...] = ([0.5, -1.0, 2.0, 2.0, 0.25, 1.5, -0.5], [1.0], [], [3.0, 0.0, -2.0])
TABLE = b'id,text,stars\nfirst,A fine film.,5\nsecond,"Slow,\nand long.",2\n'
_LISTED = f"file,stars\n{__file__},5\n"
ENCODED = (Symbols(), OneHotEncoder(), GRU(hidden=3, bidirectional=True))
ATTENDED = (*ENCODED, AttentionCore(embedding=3, hidden=4))
TIMED: tuple[dict[str, Any], ...] = (
    {"words": [{"word": "one", "start": 0.1, "end": 0.4}, {"word": "two", "start": 0.5, "end": 0.9}]},
    {"segments": [{"label": "run", "start": 3.2, "end": 7.5}]},
    {"words": []},
)
DEEP = AttentionCore(embedding=4, hidden=4, layers=2, tied=True)
DEEPER = (Symbols(), Windows(length=2, stride=2), *ENCODED[1:], DEEP)


def examples() -> list[Example]:
    """Return them."""
    numbers = Spec("numbers")
    return [
        *_readers(),
        *_columnar_readers(),
        Example(Symbols(), TEXTS),
        Example(Symbols(separator=" "), ["a fine film", "", " two  spaces "]),
        Example(Characters(), ["a fine film", "", "no"], before=(Symbols(separator=" "),)),
        Example(Windows(length=3, stride=2), SERIES, numbers, (Numbers(),)),
        Example(Windows(length=3, stride=3, partial=False), TEXTS, before=(Symbols(),)),
        Example(ConvolutionCore(width=2, window=3), SERIES, numbers, (Numbers(),)),
        Example(ConvolutionCore(width=2, window=5, stride=2, activation="tanh"), SERIES, numbers, (Numbers(),)),
        Example(ConvolutionCore(width=2, window=3, activation="swish"), SERIES, numbers, (Numbers(),)),
        Example(ConvolutionCore(width=2, window=4, look_ahead=0), SERIES, numbers, (Numbers(), LSTM(hidden=3))),
        Example(ConvolutionCore(width=2, window=3, drop=True), TEXTS, before=ENCODED[:2]),
        *_recurrent(),
        *_ensembles(),
        Example(AttentionCore(embedding=3, hidden=4), TEXTS, before=ENCODED, targets=TARGETS, objective=_translation()),
        Example(DEEP, TEXTS, before=ENCODED, targets=TARGETS, objective=_translation()),
        Example(
            Beam(target=Symbols(), beam=3, nbest=2, coverage=0.1, stretch=2.0), TEXTS, before=DEEPER, targets=TARGETS
        ),
        Example(Beam(target=Symbols(), beam=2, longest=7), TEXTS, before=ATTENDED, targets=TARGETS),
        Example(Beam(target=Symbols(), longest=3, attention=True), TEXTS, before=ATTENDED, targets=TARGETS),
        *_of_records(),
        Example(Ctc(), SERIES, numbers, (Numbers(), LSTM(hidden=3)), ("ab", "", "", "a")),
        Example(CtcCrf(context=2), SERIES, numbers, (Numbers(), LSTM(hidden=3)), ("ab", "", "", "a")),
        *(Example(writer, TIMED) for writer in (WriteSRT(), WriteVTT())),
        Example(Ctc(beam=3), SERIES, numbers, (Numbers(), LSTM(hidden=3)), ("ab", "", "", "a")),
    ]


def _readers() -> list[Example]:
    objects = [{"text": "A fine film.", "stars": 5}, {"id": "second", "text": "", "stars": None}]
    series = [{"text": [1, 2.5]}, {"text": []}, {"text": [[1, 2], [3, 4]]}]
    lines, numbers = ("".join(json.dumps(value) + "\n" for value in many).encode() for many in (objects, series))
    return [
        Example(ReadJSONLines(target="stars"), [lines]),
        Example(ReadJSONLines(type="numbers"), [numbers]),
        Example(ReadCSV(target="stars"), [TABLE]),
        Example(ReadTSV(columns=("stars", "text")), [b"5\tA fine film.\n2\t\n"]),
        Example(ReadFolders(files=ReadTexts()), [b"A fine film,\nand long.", b""]),
        Example(ReadListed(table=ReadCSV(payload="file", target="stars"), files=ReadTexts()), [_LISTED.encode()]),
    ]


def _columnar_readers() -> list[Example]:
    """Return examples of files that only pyarrow writes."""
    if find_spec("pyarrow") is None:
        return []
    import pyarrow as pa  # noqa: PLC0415 - an extra
    from pyarrow import parquet  # noqa: PLC0415 - an extra

    table = pa.table({"text": ["A fine film.", "Slow."], "stars": [5, 2], "day": pa.array([1, None], pa.date32())})
    in_parquet, in_arrow = io.BytesIO(), io.BytesIO()
    parquet.write_table(table, in_parquet)
    with pa.ipc.new_stream(in_arrow, table.schema) as stream:
        stream.write_table(table)
    return [
        Example(ReadParquet(target="stars"), [in_parquet.getvalue()]),
        Example(ReadArrow(target="stars"), [in_arrow.getvalue()]),
    ]


def _recurrent() -> list[Example]:
    """Return the plain network in all its forms; the other recurrent cores differ in their cell alone."""
    letters, steps = NextTokenObjective(1 + len(set("".join(TEXTS)))), BernoulliObjective(1)
    of_texts = [
        RNN(hidden=3, output="next"),
        RNN(hidden=3, output="next", bidirectional=True),
        RNN(hidden=3, output="next", bidirectional=True, embedding=2),
    ]
    of_series = [
        RNN(hidden=3, layers=2),
        RNN(hidden=3, activation="relu", bidirectional=True),
        RNN(hidden=3, output="last", bidirectional=True),
        RNN(hidden=3, layers=3, bidirectional="alternating"),
        RNN(hidden=3, output="pooled", pooling=("max", "mean", "attention")),
    ]
    predicting = RNN(hidden=3, output="next", bidirectional=True)
    numbers = Spec("numbers")
    return [
        *(Example(core, TEXTS, before=ENCODED[:2], objective=letters) for core in of_texts),
        *(Example(core, SERIES, numbers, (Numbers(),)) for core in of_series),
        Example(predicting, SERIES, numbers, (Numbers(),), objective=steps),
    ]


def _ensembles() -> list[Example]:
    convolution = ConvolutionCore(width=2, window=3)
    pooled = RNN(hidden=3, bidirectional=True, output="pooled")
    one, each = (ClassificationObjective(("no", "yes"), pooled=pooled) for pooled in (True, False))
    numbers = Spec("numbers")
    return [
        Example(EnsembleCore(members=3, cores=(convolution, pooled)), SERIES, numbers, (Numbers(),), objective=one),
        Example(EnsembleCore(members=2, cores=(RNN(hidden=3),)), SERIES, numbers, (Numbers(),), objective=each),
        Example(EnsembleCore(members=2, cores=(RNN(hidden=3),)), TEXTS, before=ENCODED[:2], objective=each),
    ]


def _of_records() -> list[Example]:
    """Return decoders of a number, of several, and of any number of labels a record."""
    numbers, pooled = Spec("numbers"), (Numbers(), RNN(hidden=3, output="pooled"))
    several: tuple[Any, ...] = ([1.0, 20.0], {"width": 2, "height": 10}, "0.5 -3", [0, 0.0])
    return [
        Example(Values(), SERIES, numbers, pooled, (1.5, -2, "3.25", 0)),
        Example(Values(interval=0.8), SERIES, numbers, pooled, (1.5, -2, "3.25", 0)),
        Example(Values(names=("width", "height")), SERIES, numbers, pooled, several),
        Example(Labels(many=True), SERIES, numbers, pooled, (["a", "b"], [], ["b"], ["c"])),
        Example(Labels(many=True, separator=";"), SERIES, numbers, pooled, ("a;b", "", "b", "c")),
    ]


def _translation() -> TranslationObjective:
    """Ask for the letters of `TARGETS`, as `Beam` would."""
    step = Symbols().build(Incoming(Spec("text"), {"vocabulary": ["<unk>", "a", "b", "c"]}))

    def tokenize(batch: Batch) -> Ragged:
        targets = tuple(Record(record.id, record.target) for record in batch.records)
        return step(Batch(targets))[0].ragged

    return TranslationObjective(5, tokenize)
