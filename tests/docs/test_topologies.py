"""The pictures of docs/topologies.md are those that the script draws, and all are shown."""

from __future__ import annotations

import runpy
from xml.etree import ElementTree as ET

import pytest

from tests.docs.pages import ROOT

DRAWN = runpy.run_path(str(ROOT / "docs" / "draw_topologies.py"))


@pytest.mark.parametrize("name", DRAWN["TOPOLOGIES"])
def test_the_pictures_are_up_to_date(name):
    text = (ROOT / "docs" / "images" / f"{name}.svg").read_text(encoding="utf-8")
    assert text == DRAWN["picture"](name), "run: python docs/draw_topologies.py"
    assert ET.fromstring(text).get("aria-label") == name  # noqa: S314 - a file of the project
    page = (ROOT / "docs" / "topologies.md").read_text(encoding="utf-8")
    assert f"](images/{name}.svg)" in page
