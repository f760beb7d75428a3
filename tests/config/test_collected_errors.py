from seqpipe.config.collected_errors import one_or_all
from seqpipe.errors import ConfigError, Errors, Location


def test_one_error_stays_as_it_is() -> None:
    error = ConfigError("wrong")
    assert one_or_all([error]) is error


def test_order_of_files_then_lines() -> None:
    places = [Location("z", 10, 2), Location("a", 1, 1), Location("z", 9, 9), Location("z", 10, 1), None]
    error = one_or_all([ConfigError("wrong", where=place) for place in places])
    assert isinstance(error, Errors)
    assert str(error).splitlines() == ["z:9:9: wrong", "z:10:1: wrong", "z:10:2: wrong", "a:1:1: wrong", "wrong"]
