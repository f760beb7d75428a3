"""The model card: what a model is, what it was made of, how good it is (M. Mitchell et al., 2019)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from seqpipe.config import dump
from seqpipe.metrics import Figure
from seqpipe.pipeline import Model
from seqpipe.pipeline.parameters import count
from seqpipe.training.evaluation.outcomes import RATE
from seqpipe.training.loop.progress import TrainingProgress
from seqpipe.training.session.task import Task


@dataclass(frozen=True, eq=False, slots=True)
class TrainingSummary:
    """How the training went.

    Attributes:
        progress: at its end.
        best: the index of the best epoch.
        figures: of the model as it is written; empty without dev data.
        threads: that the speed was measured with.
        size: of the model's file, in bytes.
    """

    progress: TrainingProgress
    best: int
    figures: Mapping[str, Figure]
    threads: int
    size: int


def card(task: Task, model: Model, summary: TrainingSummary) -> str:
    """Return the card as Markdown."""
    sections = {
        "Data": _data(task),
        "Figures": _figures(task, summary),
        "Training": _training(task, model, summary),
        "Size and speed": _size(model, summary),
        "Stages": ["```yaml", *dump({"stages": list(model.stages)}).splitlines(), "```"],
    }
    lines = [f"# {model.name}", "", f"A model of seqpipe. Run it: `seqpipe run {_FILE} INPUT`."]
    for title, section in sections.items():
        lines += ["", f"## {title}", "", *section]
    return "\n".join(lines) + "\n"


_FILE = "model.safetensors"


def _data(task: Task) -> Iterator[str]:
    data = task.facts["data"]
    yield f"- learned from: {data['records']:,} records of {', '.join(f'`{path}`' for path in data['train'])}"
    if data["dev_records"]:
        where = ", ".join(f"`{path}`" for path in data.get("dev", ())) or "the same, held out"
        yield f"- watched on: {data['dev_records']:,} records of {where}"
    if "fold" in task.facts:
        fold = task.facts["fold"]
        yield f"- fold {fold['number']} of {fold['of']}: {fold['records']:,} other records are kept apart to measure it"
    if "subset" in task.facts:
        subset = task.facts["subset"]
        yield f"- {subset['percent']:g} % of what there is to learn from, for a learning curve"
    if "vectors" in task.facts:
        begun = task.facts["vectors"]
        entries = f"{begun['entries']:,} of {begun['of']:,} embedded entries"
        share = f"{100 * begun['share']:.1f} % of what the training data have of them"
        yield f"- {entries}, {share}, began with vectors of `{begun['file']}`"
    yield f"- licence: {task.settings.license or 'not stated; say it as `license` in the section `train`'}"


def _figures(task: Task, summary: TrainingSummary) -> Iterator[str]:
    if not task.dev:
        yield "Not known: there were no dev data. Measure it with `seqpipe evaluate`."
        return
    yield "On the dev data, with the bounds between which a figure lies with a confidence of 95 %."
    yield ""
    yield "| metric | value | low | high |"
    yield "|---|---|---|---|"
    for name, figure in summary.figures.items():
        if name != RATE:
            yield f"| {name} | {figure.value:.4g} | {figure.low:.4g} | {figure.high:.4g} |"
    yield ""
    yield "![The metric over the epochs](metric.svg)"


def _training(task: Task, model: Model, summary: TrainingSummary) -> Iterator[str]:
    progress = summary.progress
    best = progress.epochs[summary.best]
    if model.facts.get("command"):
        yield f"- command: `{model.facts['command']}`, with the configuration in `training.yaml`"
    yield f"- {len(progress.epochs)} epochs, {progress.steps:,} steps, {_duration(progress.seconds)}"
    yield f"- the model is that of epoch {best.number}, whose mean loss was {best.loss:.4g}"
    yield f"- seed: {task.settings.seed}"
    yield ""
    yield "![The loss over the epochs](loss.svg)"


def _size(model: Model, summary: TrainingSummary) -> Iterator[str]:
    yield f"- {count(model.parameters):,} parameters, {summary.size / 1e6:,.1f} MB"
    if RATE in summary.figures:
        threads = f"{summary.threads} thread{'s' * (summary.threads > 1)}"
        rate = summary.figures[RATE].value
        yield f"- {rate:,.0f} records a second, on {threads} of the machine that it was trained on"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
