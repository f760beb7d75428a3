from seqpipe.config.collected_errors import one_or_all
from seqpipe.errors import ConfigError, Errors, Location, PluginError


def test_one_error_stays_as_it_is() -> None:
    error = ConfigError("wrong", "mend it")
    assert one_or_all([error]) is error


def test_order_of_files_then_lines() -> None:
    places = [Location("z", 10, 2), Location("a", 1, 1), Location("z", 9, 9), Location("z", 10, 1), None]
    error = one_or_all([ConfigError("wrong", "mend it", place) for place in places])
    assert isinstance(error, Errors)
    assert str(error).splitlines() == [
        f"{place}wrong (mend it)" for place in ("z:9:9: ", "z:10:1: ", "z:10:2: ", "a:1:1: ", "")
    ]


def test_a_plugin_that_is_broken_is_told_once() -> None:
    places = [Location("p", line) for line in (5, 2, 9)]
    broken = [PluginError("plugin 'x' is broken", "mend it", place) for place in places]
    assert str(one_or_all(broken)) == "p:2: plugin 'x' is broken (mend it)"
    other = ConfigError("wrong", "mend it", Location("p", 3))
    assert str(one_or_all([*broken, other, other])).splitlines() == [
        "p:2: plugin 'x' is broken (mend it)",
        "p:3: wrong (mend it)",
        "p:3: wrong (mend it)",
    ]
