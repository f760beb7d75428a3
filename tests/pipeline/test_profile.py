"""What pipelines say that they take and give."""

from __future__ import annotations

import pytest

import seqpipe
from seqpipe.registry import Registry
from seqpipe.shipped import all_shipped

SHIPPED = [name for name, _ in all_shipped("pipelines", Registry.discover()) if name != "text/sentiment-language"]

SAID = {
    "audio/keywords": ("sound", "words", "many-to-many"),
    "audio/music-chorales": ("music", "music", "one-to-many"),
    "audio/music-chorales-satb": ("music", "music", "one-to-many"),
    "audio/speech-digits": ("sound", "text", "many-to-many"),
    "audio/speech-stream": ("sound", "words", "many-to-many"),
    "dna/basecall": ("signal", "bases", "many-to-many"),
    "dna/promoter": ("dna", "label", "many-to-one"),
    "dna/promoter-scan": ("dna", "sites", "many-to-one"),
    "text/ner": ("text", "entities", "many-to-many"),
    "text/sentiment": ("text", "stars", "many-to-one"),
    "text/translate-de-en": ("text", "translation", "encoder-decoder"),
    "video/activity": ("video", "segments", "many-to-one"),
    "video/activity-pose": ("poses", "label", "many-to-one"),
    "video/activity-pose-stream": ("poses", "segments", "many-to-one"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_shipped_pipelines_take_and_give(name):
    profile = seqpipe.load(name).profile
    assert (profile.takes, profile.gives, profile.topology) == SAID[name]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_pipeline_says_what_it_is(name):
    profile = seqpipe.load(name).profile
    assert profile.description.endswith((".", "?", "go; one line a word."))
    assert profile.takes
    assert profile.gives
    loaded = seqpipe.load(name)
    assert profile.streams == (loaded.pipeline.not_streamable() is None and not loaded.reader.whole)


def test_the_writer_of_the_file_comes_before_others_of_its_form():
    profile = seqpipe.load("audio/music-chorales").profile
    assert profile.writer_of("audio/midi") is profile.writer
    other = profile.writer_of("image/svg+xml")
    assert other is not None
    assert other.name == "audio.roll_svg"
    assert profile.writer_of("image/png") is None


def test_the_beginning_of_a_comment_is_its_first_paragraph(tmp_path):
    file = tmp_path / "stars.yaml"
    file.write_text("# Stars of\n# films.\n#\n# How it was trained.\nmodel: text/sentiment\n", "utf-8")
    assert seqpipe.load(file).profile.description == "Stars of films."
    file.write_text("model: text/sentiment\n", "utf-8")
    assert seqpipe.load(file).profile.description == ""
