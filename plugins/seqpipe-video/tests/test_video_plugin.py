"""The plugin ``video`` is found, and every stage in it has a name of the plugin's."""

from importlib.metadata import entry_points


def test_the_plugin_is_found_and_whole():
    (plugin,) = entry_points(group="seqpipe", name="video")
    names = {stage.name for stage in plugin.load().seqpipe_register_stages()}
    assert {"video.poses", "video.skeleton"} <= names
    assert all(name.startswith("video.") for name in names)
