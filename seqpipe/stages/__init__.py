"""The core's own stages. This module is the plugin ``core``: it registers them through seqpipe's own hook."""

from __future__ import annotations

from collections.abc import Sequence

from seqpipe.hookspecs import hookimpl
from seqpipe.stage import Example, Stage
from seqpipe.stages.cores.attention import AttentionCore
from seqpipe.stages.cores.convolution import ConvolutionCore
from seqpipe.stages.cores.recurrent import GRU, LSTM, RNN
from seqpipe.stages.decoders.beam import Beam
from seqpipe.stages.decoders.ctc import Ctc
from seqpipe.stages.decoders.join import Join
from seqpipe.stages.decoders.labels import Labels
from seqpipe.stages.decoders.sample import Keys, Sample
from seqpipe.stages.decoders.segments import Segments
from seqpipe.stages.decoders.stitch import Stitch
from seqpipe.stages.decoders.tags import Tags
from seqpipe.stages.encoders.one_hot import OneHotEncoder
from seqpipe.stages.encoders.standardize import Standardize
from seqpipe.stages.jsonl import ReadJSONLines
from seqpipe.stages.lines import ReadLines
from seqpipe.stages.tables import ReadCSV, ReadTSV
from seqpipe.stages.tokenizers.characters import Characters
from seqpipe.stages.tokenizers.numbers import Numbers
from seqpipe.stages.tokenizers.symbols import Symbols
from seqpipe.stages.tokenizers.windows import Windows
from seqpipe.stages.writers import WriteJSONLines, WriteText, WriteTSV

READERS: list[type[Stage]] = [ReadLines, ReadTSV, ReadCSV, ReadJSONLines]
TOKENIZERS: list[type[Stage]] = [Symbols, Characters, Numbers, Windows]
ENCODERS: list[type[Stage]] = [OneHotEncoder, Standardize]
CORES: list[type[Stage]] = [RNN, GRU, LSTM, ConvolutionCore, AttentionCore]
DECODERS: list[type[Stage]] = [Labels, Tags, Ctc, Stitch, Join, Segments, Sample, Keys, Beam]
WRITERS: list[type[Stage]] = [WriteJSONLines, WriteTSV, WriteText]


@hookimpl
def seqpipe_register_stages() -> Sequence[type[Stage]]:
    """Return the core's stages."""
    return [*READERS, *TOKENIZERS, *ENCODERS, *CORES, *DECODERS, *WRITERS]


@hookimpl
def seqpipe_register_examples() -> Sequence[Example]:
    """Return examples of the stages for which the default ones do not do."""
    from seqpipe.stages.examples import examples  # noqa: PLC0415 - for tests only

    return examples()
