"""What a program gets for its records, and for those that fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from seqpipe.api import Loaded
from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.builtin.readers.tables import ReadTSV
from seqpipe.data import Record
from seqpipe.engine.results import OnCallError
from seqpipe.errors import InputError, RecordError, SeqpipeError, UsageError
from seqpipe.limits import Limits
from tests.stub_pipeline import stub_pipeline

REFUSED = {"stage": "stub.shout", "message": "refused", "todo": "mend it"}


def loaded(threads: int = 1, **parameters: Any) -> Loaded:
    reader = ReadTSV(**parameters) if parameters else ReadLines()
    return Loaded("shout", stub_pipeline(), reader, Limits(), threads)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ("bad", REFUSED),
        ("nameless", REFUSED),
        (
            "bug",
            {
                "stage": "stub.shout",
                "message": "failed with ZeroDivisionError: in bug",
                "todo": "check the record, or tell the stage's author",
            },
        ),
    ],
)
def test_what_a_stage_refuses_is_left_out_or_told(threads: int, given: str, error: dict[str, str]) -> None:
    shout = loaded(threads)
    texts = ["one", given, "three", "none", "a many"]
    assert [result["shout"] for result in shout(texts, on_error="skip")] == ["ONE", "THREE", "A", "MANY"]
    for results in (shout(texts, on_error="include"), list(shout.iterate(iter(texts), on_error="include"))):
        assert [result.get("shout") for result in results] == ["ONE", None, "THREE", "A", "MANY"]
        assert results[1] == {"id": "2", "text": given, "error": error}


def test_a_payload_of_no_use_is_a_record_that_failed() -> None:
    given = ["one", 5, {"id": "c", "txt": "three"}, {"text": "four"}]
    assert [result["id"] for result in loaded()(given, on_error="skip")] == ["1", "4"]
    _, second, third, _ = loaded()(given, on_error="include")
    assert second == {
        "id": "2",
        "error": {"stage": "core.lines", "message": "a text must be a str, not int", "todo": "pass a str"},
    }
    assert (third["id"], third["error"]["message"]) == ("c", "no key 'text' for the payload")


@pytest.mark.parametrize("on_error", ["skip", "include"])
def test_a_column_that_no_result_can_have_is_what_is_wrong(on_error: OnCallError) -> None:
    given = [{"text": "one", "odd": object()}, {"text": "two", "odd": 2}]
    results = loaded()(given, on_error=on_error)
    assert results[-1] == {"id": "2", "text": "two", "odd": 2, "shout": "TWO"}
    told = {"stage": "", "message": "'odd' holds object", "todo": "give numbers, texts, lists and mappings"}
    assert results[:-1] == [{"id": "1", "error": told}] * (on_error == "include")


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (["one", "bad", 5], RecordError, "record 2: stub.shout: refused (mend it)"),
        (["one", 5, "bad"], InputError, "record 2: a text must be a str, not int (pass a str)"),
        (
            [{"text": "one", "odd": {1}}],
            RecordError,
            "record 1: 'odd' holds set (give numbers, texts, lists and mappings)",
        ),
    ],
)
def test_the_first_that_fails_is_raised(given: list[Any], kind: type[SeqpipeError], message: str) -> None:
    for call in (loaded(), loaded().iterate):
        with pytest.raises(kind) as caught:
            list(call(given))  # type: ignore[operator]
        assert str(caught.value) == message


@pytest.mark.parametrize("threads", [1, 2])
def test_a_bug_is_raised_as_it_is(threads: int) -> None:
    with pytest.raises(ZeroDivisionError):
        loaded(threads)(["one", "bug"])


def test_results_before_the_one_that_fails_come_first() -> None:
    results = loaded().iterate(["one", "bad"])
    assert next(results)["shout"] == "ONE"
    with pytest.raises(RecordError):
        next(results)


def test_of_a_record_in_pieces_the_first_bad_piece_is_told_and_no_later_one() -> None:
    def pieces() -> Iterator[Record]:
        for text in ("one", "bad", "three", "four"):
            yield Record("call", text, last=text == "four")
            yield Record("other", text.replace("bad", "two"), last=text == "four")
        yield Record("call", "anew")

    results = list(loaded().iterate(pieces(), on_error="include"))
    calls = [result.get("shout", "error") for result in results if result["id"] == "call"]
    assert calls == ["ONE", "error", "ANEW"]
    assert [result["shout"] for result in results if result["id"] == "other"] == ["ONE", "TWO", "THREE", "FOUR"]


def test_a_file_that_cannot_be_read_on_is_a_failure_and_the_next_one_is_read(tmp_path: Any) -> None:
    for name, table in (("a.tsv", "text\tn\none\t1\ntwo\nthree\t3\n"), ("b.tsv", "n\n1\n"), ("c.tsv", "text\nfour\n")):
        (tmp_path / name).write_text(table)
    read = loaded(payload="text").read
    paths = [str(tmp_path / name) for name in ("a.tsv", "b.tsv", "c.tsv")]
    assert [result["shout"] for result in read(*paths, on_error="skip")] == ["ONE", "THREE", "FOUR"]
    results = list(read(*paths, on_error="include"))
    assert [(result["id"], result["error"]["stage"]) for result in results if "error" in result] == [
        (f"{paths[0]}:3", "core.tsv"),
        (f"{paths[1]}:1", "core.tsv"),
    ]


def test_what_an_input_calls_error_stands_beside_the_error() -> None:
    (result,) = loaded()([{"text": "bad", "error": 404}], on_error="include")
    assert (result["input.error"], result["error"]) == (404, REFUSED)


def test_another_word_for_on_error_is_refused() -> None:
    shout = loaded()
    for call in (shout, shout.iterate, shout.read):
        with pytest.raises(UsageError) as caught:
            call([], on_error="skipp")  # type: ignore[operator]
        assert str(caught.value) == "on_error is 'skipp' (did you mean 'skip'?)"
