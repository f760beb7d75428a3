"""The plugin ``ray`` is found, and has an engine."""

from importlib.metadata import entry_points

import pytest

pytest.importorskip("seqpipe_ray", reason="Ray is not built for this system")


def test_the_plugin_is_found_and_whole():
    (plugin,) = entry_points(group="seqpipe", name="ray")
    (engine,) = plugin.load().seqpipe_register_engines()
    assert engine.name == "ray"
    assert engine.model_validate({"workers": 4, "address": "ray://head:10001"}).workers == 4
