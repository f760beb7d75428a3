"""A browser for all tests of the page, and a server for each."""

from pathlib import Path

import pytest

from .browser import Visitor, missing, visiting
from .stub_server import Stub, running, tone

VIDEO = Path(__file__).parents[4] / "pipelines" / "inputs" / "walk-and-run.mp4"


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    if reason := missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("browser")
    (folder / "tone.wav").write_bytes(tone(rate=48_000))
    with visiting(folder, folder / "tone.wav") as visitor:
        visitor.downloads = folder
        yield visitor


@pytest.fixture
def visitor(browser: Visitor):
    browser.see()
    yield browser
    assert browser.noise() == []


@pytest.fixture
def stub():
    with running(Stub(), VIDEO.read_bytes()) as stub:
        yield stub
