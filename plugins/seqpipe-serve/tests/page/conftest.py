"""A browser for all tests of the page, and a server for each."""

from pathlib import Path

import numpy as np
import pytest

from .browser import Visitor, missing, visiting
from .stub_server import Stub, running, wave_file

INPUTS = Path(__file__).parents[4] / "pipelines" / "inputs"


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    if reason := missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("browser")
    spoken = np.fromfile(INPUTS / "digits.raw", "<i2")
    (folder / "spoken.wav").write_bytes(wave_file(np.concatenate([spoken, np.zeros_like(spoken)]), 8000))
    with visiting(folder, folder / "spoken.wav") as visitor:
        visitor.downloads = folder
        yield visitor


@pytest.fixture
def visitor(browser: Visitor):
    browser.see()
    yield browser
    assert browser.noise() == []


@pytest.fixture
def stub():
    with running(Stub(), (INPUTS / "walk-and-run.mp4").read_bytes()) as stub:
        yield stub
