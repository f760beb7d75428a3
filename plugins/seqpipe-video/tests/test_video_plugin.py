"""The plugin ``video`` is found."""

from seqpipe.registry import Registry


def test_the_plugin_is_found_and_whole():
    assert Registry.discover().stages("video") == {}
