"""The plugin ``dna`` is found."""

from importlib.metadata import entry_points


def test_the_plugin_is_found_and_whole():
    (plugin,) = entry_points(group="seqpipe", name="dna")
    names = {stage.name for stage in plugin.load().seqpipe_register_stages()}
    assert all(name.startswith("dna.") for name in names)
