"""What the server says of itself: pipelines, addresses, figures."""

from __future__ import annotations

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families


@pytest.fixture(scope="module")
def pipelines(server):
    return {entry["name"]: entry for entry in server.ask("GET", "/v1").json["pipelines"]}


def test_each_pipeline_says_what_it_takes_and_gives(pipelines):
    said = {
        name: (entry["input"]["kind"], entry["output"]["kind"], entry["topology"], entry["streams"])
        for name, entry in pipelines.items()
    }
    assert said == {
        "text/sentiment": ("text", "stars", "many-to-one", False),
        "text/ner": ("text", "entities", "many-to-many", False),
        "audio/speech-digits": ("sound", "text", "many-to-many", False),
        "audio/speech-stream": ("sound", "words", "many-to-many", True),
        "audio/music-chorales": ("music", "music", "one-to-many", False),
    }


def test_each_pipeline_says_how_it_is_asked(pipelines):
    sentiment, speech = pipelines["text/sentiment"], pipelines["audio/speech-digits"]
    assert sentiment["description"] == "Comments and reviews of films to one to five stars."
    assert sentiment["stages"] == ["text.words", "core.one_hot", "core.gru", "text.stars"]
    assert sentiment["input"] | {"suffixes": 0} == {
        "kind": "text", "suffixes": 0, "rate": None, "columns": ["text"], "optional": False
    }  # fmt: skip
    assert (speech["input"]["rate"], ".wav" in speech["input"]["suffixes"]) == (8000, True)
    assert pipelines["audio/music-chorales"]["input"]["optional"]
    assert "audio/midi" in pipelines["audio/music-chorales"]["output"]["types"]


def test_examples_are_answered(server, pipelines):
    for name, entry in pipelines.items():
        for example in entry["examples"]:
            if "record" in example:
                assert server.post(name, example).status == 200
            else:
                content = server.ask("GET", example["url"]).body
                headers = {"content-type": "application/octet-stream"}
                assert server.ask("POST", f"/v1/{name}?filename={example['file']}", content, headers).status == 200
    assert sum(len(entry["examples"]) for entry in pipelines.values()) >= 10


def test_a_pipeline_alone_says_the_same(server, pipelines):
    assert server.ask("GET", "/v1/text/ner").json == pipelines["text/ner"]


def test_the_description_lists_what_is_there(server):
    described = server.ask("GET", "/openapi.json").json
    assert described["openapi"] == "3.1.0"
    for path, methods in described["paths"].items():
        if "get" in methods and "{" not in path:
            assert server.ask("GET", path).status == 200
        assert set(methods) <= {"get", "post", "delete", "parameters"}
    assert "/v1/audio/speech-stream/sessions/{token}" in described["paths"]
    assert "/v1/text/ner/sessions" not in described["paths"]
    references = set(re.findall(r"#/components/(\w+)/(\w+)", str(described)))
    assert references
    assert all(name in described["components"][kind] for kind, name in references)


def test_figures_count_what_was_asked(server):
    def counted() -> float:
        text = server.ask("GET", "/metrics").body.decode()
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == "seqpipe_requests_total" and sample.labels == {"pipeline": "text/ner", "status": "200"}
        )

    before = counted()
    server.post("text/ner", {"record": "Ann left."})
    server.post("text/ner", {"record": 5})
    assert counted() == before + 1


def test_names_that_clients_make_up_are_not_counted_one_by_one(server):
    for number in range(3):
        server.post(f"nothing/{number}", {"record": "x"})
    assert b"nothing/" not in server.ask("GET", "/metrics").body


def test_a_pipeline_that_is_a_file_has_its_declared_name(start, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("# Stars.\n#\n# More.\nname: my-stars\nmodel: text/sentiment\n", "utf-8")
    running = start(str(file), "--set", "mine:decoder.probabilities=false")
    (entry,) = running.ask("GET", "/v1").json["pipelines"]
    assert (entry["name"], entry["description"]) == ("my-stars", "Stars.")
    (answer,) = running.post("my-stars", {"record": "A fine film."}).json["records"]
    assert answer["results"][0] == {"id": "1", "text": "A fine film.", "stars": 5, "known": 3}
