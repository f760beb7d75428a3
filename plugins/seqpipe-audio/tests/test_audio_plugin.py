"""The plugin ``audio`` is found, and every stage in it has a name of the plugin's."""

from seqpipe.registry import Registry


def test_the_plugin_is_found_and_whole():
    stages = Registry.discover().stages("audio")
    assert {"audio.midi", "audio.voices"} <= {stage.name for stage in stages.values()}
