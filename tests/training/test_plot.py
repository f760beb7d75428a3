"""Plots."""

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.training.session.plot import HEIGHT, WIDTH, Series, line_chart, ticks


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.booleans())
def test_ticks_are_round_and_hold_the_range(low, span, whole):
    found = ticks(low, low + span, whole=whole)
    assert found[0] <= low + 1e-6 * max(span, 1)
    assert found[-1] >= low + span - 1e-6 * max(span, 1)
    assert 2 <= len(found) <= 9


@pytest.mark.parametrize("points", [[], [(1, 0.5)], [(1, 0.5), (2, math.nan), (3, 0.7)], [(n, n) for n in range(99)]])
def test_a_chart_is_svg_with_its_points_inside(points):
    root = ET.fromstring(line_chart("a < b & c", "epoch", Series("loss", points), marked=1))  # noqa: S314 - our own
    name = "{http://www.w3.org/2000/svg}"
    line = root.find(f"{name}polyline").get("points").split()
    assert len(line) == max(1, sum(math.isfinite(y) for _, y in points))
    for point in line:
        x, y = map(float, point.split(","))
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
    assert "a < b & c" in [text.text for text in root.iter(f"{name}text")]


def test_bounds_are_drawn_inside_where_they_are_numbers():
    points, bounds = [(1, 0.5), (2, 0.6)], [(1, 0.1, 0.9), (2, math.nan, 0.7)]
    chart = line_chart("a", "records", Series("accuracy", points), bounds=bounds)
    (bar,) = ET.fromstring(chart).iter("{http://www.w3.org/2000/svg}path")  # noqa: S314 - our own
    low, high = (float(end) for end in bar.attrib["d"].partition(",")[2].split("V"))
    assert 0 <= high < low <= HEIGHT
