"""The writer core.html."""

import base64
import colorsys
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.builtin.html_writer import WriteHTML
from seqpipe.data import Record

TEXT = "Ann Lee left Oslo."
NAMES = [{"type": "PER", "start": 0, "stop": 7}, {"type": "LOC", "start": 13, "stop": 17}]


class Page(HTMLParser):
    """What a browser makes of a page: elements, attributes and texts."""

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.texts = [], [], []
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def tags(self, *names):
        return [attributes for tag, attributes in self.elements if tag in names]

    def text(self, *within):
        return "".join(text for tag, text in self.texts if tag in within)


def box(record: Record) -> Page:
    return Page(WriteHTML().encode(record))


def named(text=TEXT, entities=NAMES, **columns):
    return Record("notes.txt:1", {"entities": entities}, "notes.txt", 1, {"text": text, **columns})


def test_entities_are_marked_in_their_text():
    page = box(named())
    assert [(mark["data-type"], mark["class"]) for mark in page.tags("mark")] == [("PER", "c0"), ("LOC", "c1")]
    assert page.text("bdi") == "Ann LeeOslo"
    assert page.text("p", "bdi") == TEXT
    assert page.text("small") == "PERLOC"  # read without seeing colours
    assert page.text("h2") == "notes.txt:1"
    assert not page.tags("dl")
    assert page.open == []


def test_the_head_is_whole_and_needs_nothing_else():
    head, layout = WriteHTML(title="Names & <places>").begin(None)
    page = Page(head)
    assert layout is None
    assert page.open == ["html", "body"]  # what follows are boxes
    assert page.text("title") == page.text("h1") == "Names & <places>"
    assert not page.tags("link", "img", "iframe")
    assert all("src" not in attributes and "href" not in attributes for _, attributes in page.elements)
    assert "prefers-color-scheme: dark" in page.text("style")
    assert all(f".c{number}{{--hue:" in page.text("style") for number in range(12))


def test_no_other_script_may_run():
    page = Page(WriteHTML().begin(None)[0])
    (policy,) = [meta["content"] for meta in page.tags("meta") if "http-equiv" in meta]
    digest = base64.b64encode(hashlib.sha256(page.text("script").encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert len(page.tags("script")) == 1


HOSTILE = "<script>alert(1)</script>\"'&amp;<b onclick=x>\x00\x1b[31m\ud800</p></article>"


def test_hostile_text_is_text():
    kind = '"><img src=x onerror=alert(1)>'
    record = named(HOSTILE, [{"type": kind, "start": 0, "stop": 8}], note=HOSTILE)
    record.id = HOSTILE
    page = box(record)
    assert {tag for tag, _ in page.elements} == {"article", "h2", "p", "mark", "bdi", "small", "dl", "dt", "dd", "span"}
    assert [mark["data-type"] for mark in page.tags("mark")] == [kind]
    assert page.text("p", "bdi") == re.sub("[\x00\x1b\ud800]", "\ufffd", HOSTILE)
    assert page.text("span") == page.text("h2") == page.text("p", "bdi")


@given(st.text(max_size=30), st.text(max_size=9), st.data())
def test_any_text_is_shown_as_it_is(text, kind, data):
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    entities = [{"type": kind, "start": start, "stop": stop}] if stop > start else []
    page = box(named(text, entities))
    assert len(page.tags("mark")) == len(entities)
    allowed = "".join(letter if letter in "\t\n" or letter.isprintable() else "?" for letter in text)
    assert len(page.text("p", "bdi").replace("\n", "")) <= len(allowed)
    assert [letter for letter in page.text("p", "bdi") if letter.isalnum()] == [
        letter for letter in text if letter.isalnum()
    ]


def test_lines_stay():
    assert box(named("One\r\ntwo\rthree\n", [])).text("p") == "One\ntwo\nthree\n"


def test_other_results_are_a_list():
    results = {"stars": 4, "scores": {"4": 0.71239, "5": None}, "tags": ["x", "y"]}
    page = box(Record("a:1", results, columns={"text": "Good"}))
    assert not page.tags("mark")
    assert page.text("dt") == "textstarsscores45tags"
    assert page.text("dd", "span") == "Good40.7124x, y"


def test_fields_beside_the_entities_are_shown():
    page = box(named(title="A letter", tokens=["Ann"], labels=["x"]))
    assert page.text("dt", "span") == "titleA letter"


@pytest.mark.parametrize("record", [named(entities=[]), named(text="", entities=[])])
def test_nothing_marked(record):
    assert not box(record).tags("mark")


def luminance(hue: float, saturation: float, lightness: float) -> float:
    channels = colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100)
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def grey(colour: str) -> float:
    """Return the luminance of a colour such as #111 or #ededed."""
    return luminance(0, 0, int(colour[1:3] if len(colour) == 7 else colour[1] * 2, 16) / 2.55)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_all_colours_can_be_read(scheme):
    """The contrast of WCAG 2, level AA, of texts and types on their colours."""
    style = Page(WriteHTML().begin(None)[0]).text("style")
    hues = [float(hue) for hue in re.findall(r"--hue:(\d+)", style)]
    values = {
        name: re.findall(rf"--{name}: (#\w+|\d+)", style)[scheme]
        for name in ("ink", "faint", "page", "fill", "tag", "on-tag", "strength")
    }
    strength, fill, tag = (float(values[name]) for name in ("strength", "fill", "tag"))
    pairs = [(grey(values[name]), grey(values["page"])) for name in ("ink", "faint")]
    pairs += [(grey(values["ink"]), luminance(hue, strength, fill)) for hue in hues]
    pairs += [(grey(values["on-tag"]), luminance(hue, strength, tag)) for hue in hues]
    assert len(pairs) == 26
    assert min((max(pair) + 0.05) / (min(pair) + 0.05) for pair in pairs) >= 4.5
