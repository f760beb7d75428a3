"""The page and the server together, with the pipelines that plugins ship."""

import pytest
from selenium.webdriver.common.keys import Keys

from .stub_server import TOKEN

SPOKEN = "three one four one five nine"


@pytest.fixture
def page(visitor, server):
    def opened(name, running=server):
        visitor.open(f"http://127.0.0.1:{running.port}/#/{name}")
        return visitor

    return opened


def test_a_comment_gets_its_stars(page):
    visitor = page("text/sentiment")
    visitor.wait_for(".stars")
    visitor.type("Dull.")
    visitor.wait_for(".command code", "Dull.")
    assert visitor.wait_for(".stars").accessible_name == "1 of 5 stars"


def test_each_line_of_a_file_is_answered(page, tmp_path):
    (tmp_path / "comments.txt").write_text("A fine film.\nDull.\n", encoding="utf-8")
    visitor = page("text/sentiment")
    visitor.wait_for(".stars")
    visitor.wait_for("input[type=file]").send_keys(str(tmp_path / "comments.txt"))
    visitor.wait_for(".records")
    assert [title.text for title in visitor.all(".records h3")] == ["comments.txt:1", "comments.txt:2"]
    assert [stars.accessible_name for stars in visitor.all(".stars")] == ["5 of 5 stars", "1 of 5 stars"]
    assert visitor.heard() == "2 answers"


def test_an_example_is_heard(page):
    visitor = page("audio/speech-digits")
    visitor.choose("digits.flac")
    assert visitor.wait_for(".said", SPOKEN)
    visitor.wait_for(".strip .wave path")


def test_a_file_of_raw_samples_is_streamed(page):
    visitor = page("audio/speech-stream")
    visitor.choose("digits.raw")
    visitor.wait_for(".said", SPOKEN)
    visitor.wait_for(".command code", "filename=recording.raw")


def test_the_microphone_is_heard_in_a_stream(page):
    visitor = page("audio/speech-stream")
    visitor.choose("Speak")
    visitor.wait_for(".said", SPOKEN)  # comes before Stop: words appear while they are spoken
    visitor.choose("Stop")
    visitor.wait_for(".command:not([hidden]) code", "recording.raw")


def test_a_stream_that_breaks_goes_on_where_it_was(page):
    visitor = page("audio/speech-stream")
    visitor.run(
        """const Original = WebSocket;
        globalThis.sockets = [];
        globalThis.WebSocket = class extends Original {
          constructor(...words) { super(...words); sockets.push(this); }
        }"""
    )
    visitor.choose("Speak")
    for word in ("three", "four"):
        visitor.wait_for(".said", word)
        visitor.run("sockets.at(-1).close()")
    visitor.wait_for(".said", SPOKEN)
    assert visitor.run("return sockets.length") == 3
    visitor.choose("Stop")
    visitor.wait_for(".command:not([hidden]) code", "recording.raw")


def test_a_stream_carries_the_token(page, start):
    visitor = page("audio/speech-stream", start("audio/speech-stream", SEQPIPE_SERVE_TOKEN=TOKEN))
    visitor.wait_for("#token").send_keys(TOKEN, Keys.ENTER)
    visitor.choose("digits.raw")
    visitor.wait_for(".said", SPOKEN)
    visitor.run("sessionStorage.clear()")
    visitor.noise()  # the browser notes the status 401


def test_music_is_composed_and_saved(page):
    visitor = page("audio/music-chorales")
    visitor.choose("Compose")
    visitor.choose("Compose")
    visitor.wait_for(".name", "Piece 2")
    visitor.wait_for(".command code", '{"records":[[],[]]}')
    visitor.choose("Save as MIDI")
    files = visitor.wait_until(lambda: list(visitor.downloads.glob("*.mid")), "the file")
    assert any(file.read_bytes().startswith(b"MThd") for file in files)


def test_a_translation_is_aligned(page, start):
    visitor = page("text/translate-de-en", start("text/translate-de-en"))
    visitor.wait_for(".said", "Good morning. How are you?")
    visitor.wait_for(".links path")
    assert visitor.all(".target .word")[1].accessible_name == "morning, from Morgen"


def test_a_scan_a_read_and_a_video_are_drawn(page, start):
    running = start("dna/basecall", "dna/promoter-scan", "video/activity")
    visitor = page("dna/promoter-scan", running)
    visitor.wait_for(".strand i")
    assert visitor.wait_for("p.chosen", "sites in 1,")
    visitor = page("dna/basecall", running)
    visitor.choose("reads.npz")
    assert visitor.wait_for(".bases").accessible_name.endswith(" bases")
    visitor = page("video/activity", running)
    visitor.choose("walk-and-run.mp4")
    visitor.wait_for(".lanes")
    assert [label.text for label in visitor.all(".lanes .label")] == ["walk", "run"]


def test_a_record_that_cannot_be_taken_is_explained(page, start):
    visitor = page("dna/promoter-scan", start("dna/promoter-scan"))
    visitor.wait_for(".strand")
    visitor.type("ACGT?")
    visitor.wait_for("[role=alert]")
    visitor.noise()  # the browser notes the status 422
