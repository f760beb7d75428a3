import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.config.parser import parse
from seqpipe.errors import ConfigError, Errors, Location, SeqpipeError


def refusal(text: str) -> str:
    with pytest.raises(SeqpipeError) as caught:
        parse(text, "p.yaml", Path())
    assert isinstance(caught.value, ConfigError | Errors)
    return str(caught.value)


def test_values_and_their_places() -> None:
    root = parse("a:\n  - b: 1\n    c: [x, 'no', \"2\"]\n  - |\n    two\n    lines\n", "p.yaml", Path("folder"))
    assert root.written() == {"a": [{"b": 1, "c": ["x", "no", "2"]}, "two\nlines\n"]}
    places = {path: (node.key, node.where, node.folder) for path, node in root.leaves()}
    here = Path("folder")
    assert places == {
        ("a", 0, "b"): (Location("p.yaml", 2, 5), Location("p.yaml", 2, 8), here),
        ("a", 0, "c", 0): (None, Location("p.yaml", 3, 9), here),
        ("a", 0, "c", 1): (None, Location("p.yaml", 3, 12), here),
        ("a", 0, "c", 2): (None, Location("p.yaml", 3, 18), here),
        ("a", 1): (None, Location("p.yaml", 4, 5), here),
    }


def test_keys_that_yaml_1_1_takes_for_booleans_are_text() -> None:
    assert parse("on: 1\nno: 2\n'1': 3\n'<<': 4", "p.yaml", Path()).written() == {"on": 1, "no": 2, "1": 3, "<<": 4}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_is_null(text: str) -> None:
    assert parse(text, "p.yaml", Path()).written() is None


def test_all_errors_are_reported_in_the_order_of_the_file() -> None:
    text = "a: &x 1\nb: *x\nb: 2\n1: 2\n<<: {c: 3}\n? [1, 2]\n: !!str 3\n~: 4\n? *x\n: ${broken}\nc: ]\n"
    assert refusal(text).splitlines() == [
        "p.yaml:1:4: anchors and aliases are not supported (write the value out, or quote text with & or *)",
        "p.yaml:2:4: anchors and aliases are not supported (write the value out, or quote text with & or *)",
        "p.yaml:3:1: key 'b' is written twice (keep one of the two; the first is on line 2)",
        'p.yaml:4:1: a key must be text, not 1 (put it in quotes: "1")',
        "p.yaml:5:1: merge keys ('<<') are not supported (write the keys out, or use extends)",
        "p.yaml:6:3: a key must be text, not a list of 2 (put text with [ or { in quotes)",
        "p.yaml:7:3: tags are not supported (put text with ! in quotes)",
        'p.yaml:8:1: a key must be text, not ~ (put it in quotes: "~")',
        "p.yaml:9:3: anchors and aliases are not supported (write the value out, or quote text with & or *)",
        (
            "p.yaml:10:3: '${' does not begin a reference to an environment variable "
            "(write ${env:NAME} or ${env:NAME:-default}, or $${ for the characters '${')"
        ),
        "p.yaml:11:4: a value cannot start with ']' (put it in quotes)",
    ]


def test_one_document_to_a_file() -> None:
    assert refusal("a: 1\n---\nb: 2\n") == "p.yaml:2:1: a second document starts here (keep one to a file)"


def test_directives() -> None:
    message = "p.yaml:1:1: directives are not supported (remove the lines that begin with %)"
    assert refusal("%YAML 1.1\n---\na: 1\n") == message
    assert refusal("%TAG ! tag:x:\n---\na: 1\n") == message


def test_keys_and_values_of_extreme_length() -> None:
    assert refusal(f"{'k' * 129}: 1") == "p.yaml:1:1: a key of more than 128 characters (make it shorter)"
    assert refusal(f"a: {'x' * 100_001}") == (
        "p.yaml:1:4: a value of more than 100000 characters (keep data in a file of its own)"
    )
    assert refusal(f"a: {'1' * 401}") == (
        "p.yaml:1:4: a number of 401 characters (write at most 400, or quote it to make it text)"
    )


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{"])
def test_deep_nesting_fails_at_once(opening: str) -> None:
    start = time.process_time()
    message = refusal(opening * 500)
    assert time.process_time() - start < 1
    assert message.endswith("lists and mappings are more than 32 levels deep (make it flatter)")


@given(st.text(alphabet="ab1~ :-?#,[]{}&*!|>'\"%@`$\\\n\t\u2028é", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text, "p.yaml", Path())
        errors = []
    except ConfigError as error:
        errors = [error]
    except Errors as several:
        errors = several.errors
    assert all(error.where and error.todo for error in errors)


def test_32_levels_are_allowed() -> None:
    assert parse("[" * 31 + "x" + "]" * 31, "p.yaml", Path()).written() is not None


def test_too_many_values_fail_at_once() -> None:
    start = time.process_time()
    assert refusal("a:\n" + "- 1\n" * 200_000) == (
        "p.yaml:19999:3: more than 20000 keys and values (keep data in a file of its own)"
    )
    assert time.process_time() - start < 4
