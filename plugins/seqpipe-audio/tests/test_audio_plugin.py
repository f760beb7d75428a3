"""The plugin ``audio`` is found, and every stage in it has a name of the plugin's."""

from importlib.metadata import entry_points


def test_the_plugin_is_found_and_whole():
    (plugin,) = entry_points(group="seqpipe", name="audio")
    names = {stage.name for stage in plugin.load().seqpipe_register_stages()}
    assert {"audio.midi", "audio.voices"} <= names
    assert all(name.startswith("audio.") for name in names)
