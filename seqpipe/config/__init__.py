"""The pipeline file as a document: values, the place of each, environment, ``extends`` and ``--set``.

Nothing here knows what the keys mean.
"""

from seqpipe.config.collected_errors import one_or_all
from seqpipe.config.document import Document, merge, parse_document
from seqpipe.config.dump import dump
from seqpipe.config.environment import Template
from seqpipe.config.file_limits import FILE_LIMITS
from seqpipe.config.file_text import read_text
from seqpipe.config.files import Resolve, load, load_standard_input, relative
from seqpipe.config.node import STAGE_KINDS, KeyPath, describe
from seqpipe.config.overrides import apply_overrides
from seqpipe.config.validation import errors_from_pydantic

__all__ = [
    "FILE_LIMITS",
    "STAGE_KINDS",
    "Document",
    "KeyPath",
    "Resolve",
    "Template",
    "apply_overrides",
    "describe",
    "dump",
    "errors_from_pydantic",
    "load",
    "load_standard_input",
    "merge",
    "one_or_all",
    "parse_document",
    "read_text",
    "relative",
]
