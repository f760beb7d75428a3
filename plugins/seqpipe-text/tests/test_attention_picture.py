"""The picture of attention."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from seqpipe import Record, RecordError
from seqpipe_text.translation.attention_picture import WriteAttentionSvg

LOOKS = [np.array([0.9, 0.1, 0.0]), np.array([0.0, 0.25, 0.75])]
RESULT = {
    "text": "a <dog>",
    "tokens": ["▁a", "▁<dog>"],
    "source": ["ein", "Hund & Katze", "x" * 99],
    "attention": LOOKS,
}
SVG = "{http://www.w3.org/2000/svg}"


def picture(**changes):
    return ET.fromstring(WriteAttentionSvg().encode(Record("in:1", RESULT | changes, "in", 1)))  # noqa: S314 - our own


def test_a_cell_for_each_token_and_position_darker_where_it_counts_more():
    root = picture()
    cells = root.findall(f"{SVG}rect")[1:]
    assert len(cells) == 6
    darkness = [765 - sum(bytes.fromhex(cell.get("fill").removeprefix("#"))) for cell in cells]
    assert np.argsort(darkness)[::-1][:4].tolist() == [0, 5, 4, 1]
    assert len({(cell.get("x"), cell.get("y")) for cell in cells}) == 6
    assert [title.text for title in root.iter(f"{SVG}title")] == [
        "in:1",
        "a ← ein: 90%",
        "a ← Hund & Katze: 10%",
        "<dog> ← Hund & Katze: 25%",
        f"<dog> ← {'x' * 23}…: 75%",
    ]
    assert [text.text for text in root.findall(f"{SVG}text")] == ["a", "<dog>", "ein", "Hund & Katze", "x" * 23 + "…"]


def test_what_is_nothing_is_an_empty_picture():
    root = picture(tokens=[], source=[], attention=[])
    assert not root.findall(f"{SVG}text")


def test_signs_that_xml_does_not_have():
    assert picture(source=["a\x00b", "\ud800", "\uffff"]).findall(f"{SVG}text")[2].text == "a b"


@pytest.mark.parametrize("changes", [{"attention": None}, {"attention": [[1.0]]}, {"tokens": 3}])
def test_results_without_attention(changes):
    with pytest.raises(RecordError) as caught:
        picture(**changes)
    assert str(caught.value) == (
        "in:1: the result does not say what was looked at (set `attention: true` of the decoder)"
    )
    with pytest.raises(RecordError):
        WriteAttentionSvg().encode(Record("in:1", {"text": "a"}, "in", 1))


def test_the_size_of_a_cell():
    small, large = (WriteAttentionSvg(cell=cell).encode(Record("1", RESULT)).decode() for cell in (10, 30))
    widths = [float(re.search(r'width="([\d.]+)"', text)[1]) for text in (small, large)]
    assert widths[1] - widths[0] == pytest.approx(3 * 20)
