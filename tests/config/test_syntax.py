from pathlib import Path

import pytest

from seqpipe.config.parser import parse
from seqpipe.errors import ConfigError

QUOTED = "put it in quotes"
INDENTATION = (
    "wrong indentation, or text after the end of a value "
    "(align the entries of a mapping or list, or put the whole value in quotes)"
)
COLON = "a ':' that does not follow a key (put a value that contains ': ' in quotes, or fix the indentation)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:\n\tb: 1\n", "2:1: YAML does not allow tabs for indentation (use spaces)"),
        ("a: >\n\tb", "2:1: YAML does not allow tabs for indentation (use spaces)"),
        ("a: @x", f"1:4: a value cannot start with '@' ({QUOTED})"),
        ("a: %x", f"1:4: a value cannot start with '%' ({QUOTED})"),
        ("a: ]", f"1:4: a value cannot start with ']' ({QUOTED})"),
        ("a: b: c", f"1:5: {COLON}"),
        ("a: b\n  c: d", f"2:4: {COLON}"),
        ("b: 1\na\n", "2:1: a key without ':' (write 'key: value')"),
        ("a: - b", "1:4: a '-' where no list can start (begin the list on a line of its own)"),
        ("a: 'x\n", "1:4: a quote that is never closed (close it)"),
        ("a: 'x\n---\n", "1:4: a quote that is never closed (close it)"),
        (
            r'a: "\q"',
            r"1:6: unknown escape \q in double quotes (write \\ for a backslash, or use single quotes)",
        ),
        (r'a: "\xZZ"', r"1:7: an escape in double quotes is truncated (write, for example, \u00e9)"),
        ("a: [1, 2\nb: 3\n", "1:4: a list without ',' or ']' after an entry (close '[' with ']')"),
        ("a: {b: 1\nc: 2", "1:4: a mapping without ',' or '}' after an entry (close '{' with '}')"),
        ("a:\n  b: 1\n c: 2\n", f"3:2: {INDENTATION}"),
        ("a: 'x' y", f"1:8: {INDENTATION}"),
        ("a: [", "1:5: the file ends inside a list or mapping (close it)"),
        ("a: *", "1:5: anchors and aliases are not supported (put text with & or * in quotes)"),
        ("a: !x!y z", "1:4: tags are not supported (put text with ! in quotes)"),
        ("a: 1\n...\nb: 2", "3:1: text after the end of the document (keep one document to a file)"),
        (
            "a: |x\n  b",
            (
                "1:5: not valid YAML: expected chomping or indentation indicators, but found 'x' "
                "(fix it, or put the value in quotes)"
            ),
        ),
    ],
)
def test_wording(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "p.yaml", Path())
    assert str(caught.value) == f"p.yaml:{message}"
