"""What is shown for each kind of pipeline, in a real browser."""

import pytest


@pytest.fixture
def at(visitor, stub):
    """Open the page of a pipeline."""

    def opened(name):
        visitor.open(f"{stub.url}#/{name}")
        return visitor

    return opened


def test_the_first_example_is_answered_without_a_click(at):
    page = at("text/sentiment")
    assert page.wait_for("textarea").get_attribute("value") == "A fine film."
    assert page.wait_for(".stars").accessible_name == "4 of 5 stars"


def test_stars_follow_what_is_typed(at, stub):
    page = at("text/sentiment")
    page.wait_for(".stars")
    page.type("Dull.")
    page.wait_for(".command code", "Dull.")
    assert len(page.all(".stars .on")) == 4
    assert [row.text.split() for row in page.all(".bars li")][:2] == [["5", "5%"], ["4", "80%"]]
    assert page.heard() == "4 of 5 stars"


def test_what_is_typed_is_sent_after_a_pause_and_not_for_each_key(at, stub):
    page = at("text/sentiment")
    page.wait_for(".stars")
    stub.asked.clear()
    page.type("A rather long comment on a rather short film.")
    page.wait_for(".command code", "short film.")
    assert len(stub.asked) < 10


def test_the_latest_answer_wins(at, stub):
    page = at("text/names")
    page.wait_for("mark")
    stub.wait["Oslo is slow"] = 1.5
    page.type("Oslo is slow")
    page.wait_until(lambda: any(b"slow" in body for _, _, body in stub.asked), "the request")
    page.type("Ann Lee is fast")
    page.wait_for("mark", "Ann Lee")
    later = "setTimeout(() => arguments[0](document.querySelector('mark').textContent), 2000)"
    assert "Ann Lee" in page.driver.execute_async_script(later)


def test_names_are_marked_where_they_stand_also_behind_signs_of_two_units(at):
    page = at("text/names")
    page.wait_for("mark")
    assert [mark.text.split() for mark in page.all("mark")] == [
        ["Ann", "Lee", "PER"],
        ["Oslo", "LOC"],
        ["Norrland", "Rail", "ORG"],
    ]
    assert page.heard() == "Ann Lee: PER, Oslo: LOC, Norrland Rail: ORG"


def test_a_translation_shows_what_each_word_comes_from(at, stub):
    page = at("text/translate")
    page.wait_for(".said", "Good morning!")
    assert stub.explained == ["text/translate"]
    good, morning, sign = page.all(".target .word")
    assert (good.text, morning.text, sign.text) == ("Good", "morning", "!")
    assert good.accessible_name == "Good, from Guten, Morgen"
    page.wait_until(lambda: len(page.all(".links path")) == 5, "lines")
    page.run("arguments[0].focus()", morning)
    assert [word.text for word in page.all(".source .on")] == ["Morgen"]


def test_a_recording_becomes_words_at_their_times(at):
    page = at("audio/digits")
    page.choose("tone.wav")
    page.wait_for(".said", "three one four")
    assert [word.text for word in page.all(".unsure")] == ["one", "four"]
    assert [place.get_attribute("style") for place in page.all(".places span")][1].startswith("left: 33.")
    page.choose("When each was said")
    assert page.wait_for("tbody tr:nth-child(2)").text == "one 0:01.0 0:01.4 40%"
    assert page.wait_for(".command code", "--data-binary @tone.wav")


def test_a_recording_is_played(at):
    page = at("audio/digits")
    page.choose("tone.wav")
    page.wait_for(".said", "three")
    page.choose("Play")
    page.wait_for(".strip .playhead:not([hidden])")
    page.choose("Stop")
    page.wait_for(".strip .playhead[hidden]")


def test_what_is_spoken_is_sent_when_it_ends(at, stub):
    page = at("audio/digits")
    page.choose("Speak")
    drawn = "return (document.querySelector('.live path')?.getAttribute('d') ?? '').length"  # drawn anew all the time
    page.wait_until(lambda: page.run(drawn) > 500, "sound")
    page.choose("Stop")
    page.wait_for(".said", "three one four")
    ((name, kind, body),) = stub.asked
    assert (name, kind) == ("audio/digits", "application/octet-stream")
    assert (body[:4], body[24:28]) == (b"RIFF", (8000).to_bytes(4, "little"))
    samples = [int.from_bytes(body[at : at + 2], "little", signed=True) for at in range(44, len(body) - 1, 2)]
    assert max(samples) > 3000


@pytest.mark.parametrize("breaks", [0, 2])
def test_a_stream_brings_words_and_survives_broken_connections(at, stub, breaks):
    stub.breaks = breaks
    page = at("audio/stream")
    page.choose("Speak")
    page.wait_until(lambda: stub.samples > 16000, "samples")
    page.choose("Stop")
    page.wait_for(".said", "three one four")
    assert stub.breaks == 0
    drawn = page.run("return document.querySelector('.strip').style.getPropertyValue('--width')")
    assert abs(stub.samples / 8000 * 96 - int(drawn.removesuffix("px"))) <= 1
    assert page.wait_for(".command code", "recording.raw")


def test_music_is_drawn_described_and_saved(at, stub):
    page = at("audio/chorales")
    page.choose("Compose")
    assert page.wait_for(".roll svg").accessible_name == (
        "96 notes, 24 quarter notes long, C3 to C6, soprano, alto, tenor, bass"
    )
    assert len(page.all(".roll .key")) == 96
    page.choose("Save as MIDI")
    saved = page.wait_until(lambda: list(page.downloads.glob("music*.mid")), "the file")
    assert saved[0].read_bytes() == b"MThd 1"


def test_music_is_played(at):
    page = at("audio/chorales")
    page.choose("Compose")
    page.choose("Play")
    page.wait_until(lambda: page.wait_for(".cursor").get_attribute("transform"), "a playhead")
    page.choose("Stop")
    assert page.wait_for(".roll .cursor").get_attribute("visibility") == "hidden"


def test_music_ends_when_another_answer_comes(at):
    page = at("audio/chorales")
    page.run(
        """globalThis.ended = 0;
        const disconnect = GainNode.prototype.disconnect;
        GainNode.prototype.disconnect = function () { globalThis.ended += 1; disconnect.call(this); }"""
    )
    page.choose("Compose")
    page.choose("Play")
    page.choose("Compose")
    page.wait_for(".name", "Piece 2")
    page.wait_until(lambda: page.run("return globalThis.ended") == 1, "the end")


def test_each_click_composes_another_piece(at, stub):
    page = at("audio/chorales")
    page.choose("Compose")
    page.wait_for(".command code", '{"record":[]}')
    page.choose("Compose")
    page.wait_for(".command code", '{"records":[[],[]]}')
    assert page.wait_for(".name").text == "Piece 2"
    page.choose("Save as MIDI")
    page.wait_until(lambda: b"MThd 2" in {file.read_bytes() for file in page.downloads.glob("*.mid")}, "the file")


def test_bases_have_their_qualities(at):
    page = at("dna/basecall")
    page.choose("reads.npz")
    assert page.wait_for(".bases").accessible_name == "160 bases"
    assert [one.get_attribute("style") for one in page.all(".bases b")][:3] == [
        "--quality: 0;",
        "--quality: 0.05;",
        "--quality: 0.1;",
    ]


def test_a_label_has_its_probability_and_its_sequence(at):
    page = at("dna/splice")
    assert page.wait_for("p.chosen").text == "EI"
    assert "".join(one.text for one in page.all(".bases b")) == "ACGTNACGTAGGTAAGTTTTCCCC"
    assert page.heard() == "EI, 80%"


def test_sequences_may_come_in_lines(at, stub):
    page = at("dna/splice")
    page.wait_for(".bases")
    page.type("ACGTACGTAC\nGGTA AGTN")
    page.wait_for(".bases", "GGTAAGTN")
    assert stub.asked[-1][2] == b'{"record":"ACGTACGTACGGTAAGTN"}'


def test_sites_are_marked_on_their_strands(at):
    page = at("dna/scan")
    assert page.wait_for("p.chosen").text == "3 sites in 120 bases"
    assert [len(page.all(f".strand:nth-child({lane}) i")) for lane in (1, 2)] == [2, 1]
    assert len(page.all(".bases .site")) == 60
    assert page.wait_for("tbody tr").text.split() == ["stub", "5", "25", "+", "promoter", "0.9"]


def test_a_video_is_shown_with_what_happens_when(at):
    page = at("video/activity")
    page.choose("walk.mp4")
    page.wait_for(".lanes > li")
    assert [label.text for label in page.all(".lanes .label")] == ["walk", "run"]
    page.wait_until(lambda: page.run("return document.querySelector('video')?.readyState > 0"), "the video")
    assert page.heard() == "walk from 0 to 4.5, run from 4.5 to 7.9. walk, 80%"


def test_numbers_are_drawn_and_answered(at, stub):
    page = at("series/fruit")
    assert page.wait_for(".figures").text.split("\n") == ["value", "6.5", "5.5 to 7.5"]
    assert page.wait_for(".series").accessible_name == "What goes in: 3 positions between 1 and 3"
    page.type("1 2, 3;4")
    page.wait_for(".figures", "10")
    page.type("1, two")
    assert page.wait_for(".error").text.split("\n") == ["“two” is no number", "write numbers such as 1.5 or -2e3"]


def test_lines_of_numbers_are_positions(at, stub):
    page = at("series/steps")
    page.wait_for(".lanes")
    assert [label.text for label in page.all(".lanes .label")] == ["rest", "move"]
    assert stub.asked[-1][2] == b'{"record":[[0,1],[1,0],[3,2]]}'
    assert len(page.all(".series path")) == 2


def test_a_file_may_be_dropped(at, stub):
    page = at("dna/basecall")
    drop = """const files = new DataTransfer();
        files.items.add(new File(["reads"], "mine.json", {type: "application/json"}));
        const over = new DragEvent("dragover", {dataTransfer: files, bubbles: true, cancelable: true});
        const drop = new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true});
        const target = document.querySelector(".drop");
        target.dispatchEvent(over);
        const seen = target.classList.contains("over");
        target.dispatchEvent(drop);
        return [over.defaultPrevented, seen, target.classList.contains("over")]"""
    assert page.run(drop) == [True, True, False]
    page.wait_for(".bases")
    assert stub.asked == [("dna/basecall", "application/octet-stream", b"reads")]
    assert page.wait_for(".name").text == "mine.json"
