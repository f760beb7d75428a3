"""The inputs that the pipelines in this repository read."""

from pathlib import Path

from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.data import Record
from seqpipe.data.source import Source

INPUTS = Path(__file__).parents[1] / "pipelines" / "inputs"


def test_the_comments_are_thirty_records_with_an_empty_one():
    records = list(ReadLines().read(Source(str(INPUTS / "comments.txt"))))
    texts = [record.payload for record in records if isinstance(record, Record)]
    assert len(texts) == len(records) == 30
    assert texts.count("") == 1
    assert max(len(text.split()) for text in texts) > 350
