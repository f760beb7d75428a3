"""``seqpipe evaluate``."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import safe_open
from safetensors.numpy import save_file

import seqpipe


def test_a_table_of_metrics(folder, command):
    result = command("evaluate", "colours.yaml", "--data", "train.tsv")
    assert (result.code, result.err) == (0, "")
    assert result.lines[0].split() == ["accuracy", "1", "[1,", "1]"]
    assert [line.split()[0] for line in result.lines] == ["accuracy", "f1", "mcc", "records_per_second"]


def test_json_has_value_and_bounds_of_each_metric(folder, command):
    Path("test.tsv").write_text("xya\tred\nyb\tred\nxa\tred\nb\tblue\n")
    result = command("evaluate", "colours.yaml", "--data", "test.tsv", "--json")
    figures = json.loads(result.out)
    assert list(figures) == ["accuracy", "f1", "mcc", "records_per_second", "report", "errors"]
    assert figures["accuracy"]["value"] == 0.75
    assert figures["accuracy"]["low"] < 0.75 < figures["accuracy"]["high"]
    numbers = [figure for name, figure in figures.items() if name not in ("report", "errors")]
    assert all(figure["low"] <= figure["value"] <= figure["high"] for figure in numbers)


def test_json_has_all_that_a_report_has(folder, command):
    Path("test.tsv").write_text("xya\tred\nyb\tred\nxa\tred\nb\tblue\n")
    found = json.loads(command("evaluate", "colours.yaml", "--data", "test.tsv", "--json", "--errors", "2").out)
    report = found["report"]
    assert list(report) == [
        "pipeline", "data", "records", "classes", "confusion", "calibration", "lengths", "speed"
    ]  # fmt: skip
    assert (report["pipeline"], report["data"], report["records"]) == ("colours", "test.tsv", 4)
    assert report["classes"]["red"] == {
        "precision": 1, "recall": 2 / 3, "f1": 0.8, "true": 3, "given": 2, "right": 2
    }  # fmt: skip
    assert report["confusion"]["counts"] == [[1, 0], [1, 2]]
    (error,) = found["errors"]  # the others are right
    assert (error["id"], error["text"], error["accuracy"], error["target"]) == ("test.tsv:2", "yb", 0, "red")
    assert error["found"][0]["label"] == "blue"
    assert error["counted_by"] == "gradient"
    assert [part["text"] for part in error["parts"]] == ["y", "b"]


def test_a_page(folder, command):
    Path("test.tsv").write_text("xya\tred\nyb\tred\nxa\tred\nb\tblue\n")
    evaluate = ("evaluate", "colours.yaml", "--data", "test.tsv", "--report", "out/first")
    result = command(*evaluate)
    assert (result.code, result.err) == (0, "")
    assert [line.split()[0] for line in result.lines] == ["accuracy", "f1", "mcc", "records_per_second"]
    page = Path("out/first/report.html").read_text()
    assert "<h1>How good is colours?</h1>" in page
    assert "<bdi>test.tsv:2</bdi>" in page
    result = command(*evaluate)
    assert (result.code, result.out) == (2, "")
    where = str(Path("out/first/report.html"))
    assert result.err == f"{where}: is there already (add --overwrite to replace it, or write elsewhere)\n"
    assert command(*evaluate, "--overwrite", "--errors", "0").code == 0
    assert "<h2>Errors</h2>" not in Path("out/first/report.html").read_text()


def test_a_page_from_python(folder):
    for _ in range(2):
        assert seqpipe.evaluate("colours.yaml", "train.tsv", report=folder / "judged")["accuracy"].value == 1
    assert "How good is colours?" in Path("judged/report.html").read_text()


def test_a_page_where_there_is_a_file(folder, command):
    result = command("evaluate", "colours.yaml", "--data", "train.tsv", "--report", "train.tsv/x")
    where = str(Path("train.tsv/x"))
    assert (result.code, result.out) == (4, "")
    assert result.err == f"{where}: cannot be written: not a directory (check the path)\n"


def test_the_worst_records(folder, command):
    Path("test.tsv").write_text("xya\tred\nyb\tred\nxa\tred\n")
    result = command("evaluate", "colours.yaml", "--data", "test.tsv", "--errors", "3")
    head, row = result.lines[-2:]
    assert head.split() == ["record", "accuracy", "target", "found"]
    assert row.startswith("test.tsv:2  0         red     blue; ")
    as_json = command("evaluate", "colours.yaml", "--data", "test.tsv", "--errors", "1", "--json")
    assert [error["id"] for error in json.loads(as_json.out)["errors"]] == ["test.tsv:2"]
    assert as_json.err == ""


def test_no_record_is_wrong(folder, command):
    result = command("evaluate", "colours.yaml", "--data", "train.tsv", "--errors", "3")
    assert [line.split()[0] for line in result.lines] == ["accuracy", "f1", "mcc", "records_per_second"]


def test_limit_and_threads(folder, command):
    Path("test.tsv").write_text("xya\tred\nyb\tred\n")
    result = command("evaluate", "colours.yaml", "--data", "test.tsv", "--limit", "1", "--threads", "2", "--json")
    assert json.loads(result.out)["accuracy"]["value"] == 1


def test_the_reader_of_the_model_where_the_file_says_none(folder, command):
    text = Path("colours.yaml").read_text()
    Path("colours.yaml").write_text(text[: text.index("train:")])
    assert command("evaluate", "colours.yaml", "--data", "train.tsv").code == 0
    with safe_open("colours.safetensors", "np") as file:
        header = json.loads(file.metadata()["seqpipe"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    del header["facts"]["data_reader"], header["checksum"]
    save_file(tensors, "colours.safetensors", {"seqpipe": json.dumps(header)})
    result = command("evaluate", "colours.yaml", "--data", "train.tsv")
    assert (result.code, result.out) == (4, "")
    assert result.err == "train.tsv:1: the record has no target (name the column that holds it: `target: ...`)\n"


def test_no_records(folder, command):
    Path("empty.tsv").touch()
    result = command("evaluate", "colours.yaml", "--data", "empty.tsv")
    assert (result.code, result.out) == (4, "")
    assert result.err == "empty.tsv: there are no records to evaluate on (name a file that has some)\n"


def test_no_such_data(folder, command):
    result = command("evaluate", "colours.yaml", "--data", "tran.tsv")
    assert (result.code, result.err) == (4, "tran.tsv: no such file or folder (did you mean 'train.tsv'?)\n")


def test_labels_restrict_what_is_answered_but_not_what_is_true(folder, command):
    Path("test.tsv").write_text("xya\tred\nyb\tblue\nxa\tred\nb\tblue\n")
    result = command("evaluate", "colours.yaml", "--data", "test.tsv", "--labels", "red", "--json")
    figures = json.loads(result.out)
    assert figures["accuracy"]["value"] == 0.5
    assert figures["f1"]["value"] == (2 / 3 + 0) / 2


def test_a_label_that_is_not_known(folder, command):
    result = command("evaluate", "colours.yaml", "--data", "train.tsv", "--labels", "red,bleu")
    assert (result.code, result.err) == (2, "the pipeline has no label 'bleu' (did you mean 'blue'?)\n")


def test_what_is_sought(folder, command):
    Path("test.tsv").write_text("xya\tred\nyb\tblue\nxa\tred\nb\tblue\n")
    options = ("--data", "test.tsv", "--set", "decoder.positive=red", "--json")
    figures = json.loads(command("evaluate", "colours.yaml", *options).out)
    assert figures["sensitivity"]["value"] == figures["specificity"]["value"] == 1


def test_from_python(folder):
    figures = seqpipe.evaluate("colours.yaml", "train.tsv")
    assert figures["accuracy"].value == 1


BAD = "xya\tred\nno tab\nyb\tblue\nb\xff\tred\nxa\tred\tmore\n".encode("latin-1")
LEFT_OUT = """\
warning: left out: test.tsv:2: core.tsv: 1 cell instead of 2 (text, colour) (check the tabs of this line)
warning: left out: test.tsv:4: core.tsv: not valid UTF-8: 0xff is byte 2 of the line (save it as UTF-8, or \
set `encoding`)
warning: left out: test.tsv:5: core.tsv: 3 cells instead of 2 (text, colour) (check the tabs of this line)
"""


def test_bad_records_are_left_out(folder, command):
    Path("test.tsv").write_bytes(BAD)
    result = command("evaluate", "colours.yaml", "--data", "test.tsv", "--on-error", "skip", "--json")
    assert (result.code, result.err) == (3, LEFT_OUT)
    assert json.loads(result.out)["accuracy"]["value"] == 1
    result = command("evaluate", "colours.yaml", "--data", "test.tsv")
    assert (result.code, result.out) == (4, "")
    assert result.err == "test.tsv:2: core.tsv: 1 cell instead of 2 (text, colour) (check the tabs of this line)\n"


def test_a_record_without_a_target_among_others(folder, command):
    Path("test.jsonl").write_text(
        '{"text": "xya", "c": "red"}\n{"text": "b", "c": null}\n{"text": "yb", "c": "blue"}\n'
    )
    reader = ("--set", "train.data.reader={reader: core.jsonl, target: c}")
    missing = "test.jsonl:2: the record has no target (name the column that holds it: `target: ...`)\n"
    result = command("evaluate", "colours.yaml", "--data", "test.jsonl", *reader)
    assert (result.code, result.err) == (4, missing)
    result = command("evaluate", "colours.yaml", "--data", "test.jsonl", *reader, "--on-error", "skip")
    assert (result.code, result.err) == (3, f"warning: left out: {missing}")
    assert result.lines[0].split()[:2] == ["accuracy", "1"]


def test_nothing_but_bad_records(folder, command):
    Path("test.tsv").write_text("no tab\n")
    result = command("evaluate", "colours.yaml", "--data", "test.tsv", "--on-error", "skip")
    assert (result.code, result.out) == (4, "")
    assert result.err.splitlines()[1] == "test.tsv: there are no records to evaluate on (name a file that has some)"
