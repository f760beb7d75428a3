"""The shipped models of sites do what their cards say, and refuse what is no sequence of theirs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import seqpipe

PLUGIN = Path(__file__).parent.parent
SHIPPED = PLUGIN / "src" / "seqpipe_dna"
ROOT = PLUGIN.parent.parent
INPUTS = {"splice": "splice.tsv", "promoter": "promoters.tsv"}
LENGTHS = {"splice": 60, "promoter": 81}
MODELS = list(INPUTS)


def expected(model):
    card = (SHIPPED / "models" / f"{model}.md").read_text(encoding="utf-8")
    rows = card.partition("## Expected outputs")[2].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")]
    return {name: (site, float(probability)) for name, site, probability in cells[2:]}


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    return request.param


def sequences(model):
    lines = (SHIPPED / "pipelines" / "inputs" / INPUTS[model]).read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def test_the_card_tells_the_truth(model):
    look = seqpipe.load(f"dna/{model}")
    results = {result["name"]: result for result in look.read(SHIPPED / "pipelines" / "inputs" / INPUTS[model])}
    assert {*results} == {*expected(model)}
    for name, (site, probability) in expected(model).items():
        assert results[name]["site"] == site
        assert results[name]["probabilities"][site] == pytest.approx(probability, abs=0.011)


def test_a_sequence_gives_the_same_alone_in_any_case_and_as_rna(model):
    look = seqpipe.load(f"dna/{model}")
    texts = list(sequences(model).values())
    together = look(texts)
    assert [look([text])[0]["probabilities"] for text in texts] == [one["probabilities"] for one in together]
    others = look([text.lower().replace("t", "u") for text in texts])
    assert [one["probabilities"] for one in others] == [one["probabilities"] for one in together]


def test_a_sequence_that_nothing_is_known_of_is_not_surely_a_site(model):
    (result,) = seqpipe.load(f"dna/{model}")(["N" * LENGTHS[model]])
    assert max(share for site, share in result["probabilities"].items() if site not in ("N", "other")) < 0.75


def test_bad_sequences_are_named_and_the_others_go_on(model, tmp_path):
    good = next(iter(sequences(model).values()))
    wrong = ["", "MELP" + good[4:], good[:-1], good[:20] + "-" + good[21:]]
    lines = [f"{number}\t{text}" for number, text in enumerate([good, *wrong, good])]
    path = tmp_path / "mine.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "seqpipe", "run", f"dna/{model}", str(path), "--on-error", "skip"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == ["0", "5"]
    for line, what in [
        (2, "the sequence is empty (leave it out)"),
        (3, "'E' at 2 is no base: is it a protein?"),
        (4, f"the sequence has {len(good) - 1} bases, not {len(good)}"),
        (5, "'-' at 21 is a gap"),
    ]:
        assert any(f"mine.tsv:{line}: " in error and what in error for error in done.stderr.splitlines()), line


def test_a_class_that_was_never_learned_is_named(model, tmp_path):
    path = tmp_path / "test.tsv"
    good = next(iter(sequences(model).values()))
    path.write_text(f"exon\tmine\t{good}\n", encoding="utf-8")
    command = [sys.executable, "-m", "seqpipe", "evaluate", f"dna/{model}", "--data", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "1 of 1 records have a label that the model does not know, and count as wrong, such as 'exon'" in done.stderr


def test_the_page_says_what_comes_out():
    page = (ROOT / "docs" / "sites.md").read_text(encoding="utf-8")
    (line,) = [line for line in page.splitlines() if line.startswith('{"id"')]
    shown = json.loads(line)
    assert sequences("splice")[shown["name"]] == shown["sequence"]
    assert f"--text {shown['sequence']}" in page
    (result,) = seqpipe.load("dna/splice")([shown["sequence"]])
    assert result["site"] == shown["site"]
    assert result["probabilities"] == pytest.approx(shown["probabilities"], abs=0.001)


@pytest.mark.parametrize(
    "setting", ["stages.2.cores.0.width=33", "stages.2.cores.1={core: core.gru, hidden: 32}", "stages.2.cores=[]"]
)
def test_members_of_another_kind_are_refused(model, setting):
    with pytest.raises(seqpipe.ConfigError, match=r"core\.ensemble has cores|cores"):
        seqpipe.load(f"dna/{model}", settings=[setting])


@pytest.mark.parametrize("name", [f"{model}.yaml" for model in MODELS] + [f"inputs/{name}" for name in INPUTS.values()])
def test_the_shipped_pipeline_is_that_of_the_repository(name):
    assert (SHIPPED / "pipelines" / name).read_bytes() == (ROOT / "pipelines" / name).read_bytes()
