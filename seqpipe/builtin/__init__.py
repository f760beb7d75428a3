"""The core's own stages. This module is the plugin ``core``: it registers them through seqpipe's own hook."""

from __future__ import annotations

from collections.abc import Sequence

from seqpipe.builtin.columnar_writers import WriteArrow, WriteParquet
from seqpipe.builtin.cores.attention import AttentionCore
from seqpipe.builtin.cores.convolution import ConvolutionCore
from seqpipe.builtin.cores.ensemble import EnsembleCore
from seqpipe.builtin.cores.recurrent import GRU, LSTM, RNN, MinGRU
from seqpipe.builtin.decoders.beam import Beam
from seqpipe.builtin.decoders.ctc import Ctc
from seqpipe.builtin.decoders.ctc_crf import CtcCrf
from seqpipe.builtin.decoders.join import Join
from seqpipe.builtin.decoders.labels import Labels
from seqpipe.builtin.decoders.sample import Keys, Sample
from seqpipe.builtin.decoders.segments import Segments
from seqpipe.builtin.decoders.stitch import Stitch
from seqpipe.builtin.decoders.tags import Tags
from seqpipe.builtin.decoders.values import Values
from seqpipe.builtin.encoders.one_hot import OneHotEncoder
from seqpipe.builtin.encoders.standardize import Standardize
from seqpipe.builtin.html_writer import WriteHTML
from seqpipe.builtin.readers.columnar import ReadArrow, ReadParquet
from seqpipe.builtin.readers.json_lines import ReadJSONLines
from seqpipe.builtin.readers.labelled_files import ReadFolders, ReadListed
from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.builtin.readers.tables import ReadCSV, ReadTSV
from seqpipe.builtin.readers.texts import ReadTexts
from seqpipe.builtin.separated_values import WriteCSV, WriteTSV
from seqpipe.builtin.subtitles import WriteSRT, WriteVTT
from seqpipe.builtin.tokenizers.characters import Characters
from seqpipe.builtin.tokenizers.numbers import Numbers
from seqpipe.builtin.tokenizers.symbols import Symbols
from seqpipe.builtin.tokenizers.windows import Windows
from seqpipe.builtin.writers import WriteJSONLines, WriteText
from seqpipe.contracts import Example, Stage
from seqpipe.hookspecs import hookimpl

READERS: list[type[Stage]] = [
    *(ReadLines, ReadTSV, ReadCSV, ReadJSONLines, ReadParquet, ReadArrow),
    *(ReadTexts, ReadFolders, ReadListed),
]
TOKENIZERS: list[type[Stage]] = [Symbols, Characters, Numbers, Windows]
ENCODERS: list[type[Stage]] = [OneHotEncoder, Standardize]
CORES: list[type[Stage]] = [RNN, GRU, LSTM, MinGRU, ConvolutionCore, AttentionCore, EnsembleCore]
DECODERS: list[type[Stage]] = [Labels, Values, Tags, Ctc, CtcCrf, Stitch, Join, Segments, Sample, Keys, Beam]
WRITERS: list[type[Stage]] = [
    WriteJSONLines,
    WriteCSV,
    WriteTSV,
    WriteParquet,
    WriteArrow,
    WriteText,
    WriteHTML,
    WriteSRT,
    WriteVTT,
]


@hookimpl
def seqpipe_register_stages() -> Sequence[type[Stage]]:
    """Return the core's stages."""
    return [*READERS, *TOKENIZERS, *ENCODERS, *CORES, *DECODERS, *WRITERS]


@hookimpl
def seqpipe_register_examples() -> Sequence[Example]:
    """Return examples of the stages for which the default ones do not do."""
    from seqpipe.builtin.examples import examples  # noqa: PLC0415 - for tests only

    return examples()
