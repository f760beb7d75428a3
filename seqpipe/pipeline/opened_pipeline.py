"""A pipeline file and the model that it names, into a pipeline that runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.config import Document, Resolve, apply_overrides, dump, load, load_standard_input, merge, parse_document
from seqpipe.config.declaration import Declaration, declaration
from seqpipe.contracts import PipelineStage, Precision, Reader, Stage
from seqpipe.contracts.learned import problem_with
from seqpipe.data import Spec
from seqpipe.errors import ConfigError, Errors, Location, ModelError, SeqpipeError
from seqpipe.paths import exists
from seqpipe.pipeline.assembly import assemble, check_order
from seqpipe.pipeline.model import Model
from seqpipe.pipeline.parameters import Existing, Zeros
from seqpipe.pipeline.pipeline import Pipeline
from seqpipe.registry import Registry
from seqpipe.shipped import MODEL_ENDING, is_shipped_name, pipeline_path, shipped


@dataclass(frozen=True, eq=False, slots=True)
class OpenedPipeline:
    """A pipeline file that has been read, with the model that it names; or a model, which says the same.

    Attributes:
        declared: what the file or the model says.
        model: None where the file names none, or none is wanted.
        model_path: where the model lies.
    """

    declared: Declaration
    model: Model | None
    model_path: Path | None

    @property
    def reader(self) -> Reader:
        """What reads the inputs of a run, in which there are no targets; without a declared one, `core.lines`."""
        return (self.declared.reader or ReadLines()).without_target()

    @property
    def source(self) -> Spec:
        """What the reader gives."""
        return self.reader.spec

    @property
    def precision(self) -> Precision:
        """Of the weights: what the file says, or else the model's own."""
        return self.declared.precision or (self.model.precision if self.model else "float32")

    def pipeline(self) -> Pipeline:
        """Build the trained pipeline.

        Raises:
            ConfigError: stages that do not fit, or that are not those of the model.
            ModelError: there is no model, or its weights do not fit.
        """
        declared = self.declared
        if self.model is None:
            check_order(declared.stages, declared.locations)
            raise ModelError(
                "the pipeline has no model yet",
                "train it with `seqpipe train`, then name the file it writes as `model: ...`",
                declared.document.where(),
            )
        _check_agreement(declared, self.model)
        _check_learned(declared, self.model, Location(str(self.model_path)))
        supply = Existing(self.model.parameters, str(self.model_path))
        learned, precision = self.model.learned, self.precision
        pipeline = assemble(declared.stages, self.source, learned, supply, declared.locations, precision)
        supply.finish()
        return pipeline

    def untrained(self) -> Pipeline:
        """Build the pipeline with zeros for weights and nothing learned: the sizes of vocabularies are upper bounds.

        Raises:
            ConfigError: stages that do not fit.
        """
        declared = self.declared
        return assemble(declared.stages, self.source, [{}] * len(declared.stages), Zeros(), declared.locations)


def open_pipeline(
    name: str,
    registry: Registry,
    overrides: Iterable[str] = (),
    *,
    with_model: bool = True,
    standard_input: bool = False,
) -> OpenedPipeline:
    """Read a pipeline file and its model.

    Args:
        name: a path, or a shipped name such as ``text/sentiment``: of a pipeline file, of a model, which says as well
            how its inputs are read, or of the folder of a training.
        registry: has the plugins.
        overrides: from ``--set``.
        with_model: False to train, when the model is what will be written.
        standard_input: whether the name ``-`` stands for a pipeline file on standard input.

    Raises:
        UsageError: there is no such file.
        ConfigError: it is wrong.
        ModelError: the model that it names is missing or damaged.
    """
    if name == "-" and standard_input:
        document = load_standard_input(_resolve_in(registry))
    else:
        document = _document(pipeline_path(name, registry), registry)
    overrides = list(overrides)
    document = apply_overrides(document, [override for override in overrides if override.startswith("model=")])
    wanted = with_model or not document.keys(("stages",))
    model_path = _model_path(document, registry) if wanted else None
    model = None
    if model_path is not None:
        model = _load(model_path, document.where(("model",)))
        if not document.keys(("stages",)):
            document = merge(_document_of(model, model_path), document)
    declared = declaration(apply_overrides(document, overrides), registry)
    return OpenedPipeline(declared, model, model_path)


def _document(path: Path, registry: Registry) -> Document:
    """Return what a file says: a pipeline file, or a model, which is a pipeline that names it and nothing else."""
    if path.suffix == MODEL_ENDING:
        return parse_document(dump({"model": path.name}), str(path), path.parent)
    return load(path, _resolve_in(registry))


def _resolve_in(registry: Registry) -> Resolve:
    """Return what finds the file that another one extends, by its path or its shipped name."""
    return lambda base, folder: shipped("pipelines", base, registry) if is_shipped_name(base) else folder / base


def _model_path(document: Document, registry: Registry) -> Path | None:
    if ("model",) not in document or not isinstance(name := document.values(("model",)), str):
        return None
    try:
        return shipped("models", name, registry) if is_shipped_name(name) else document.folder(("model",)) / name
    except SeqpipeError as error:
        raise error.at(document.where(("model",))) from None


def _load(path: Path, named: Location) -> Model:
    try:
        return Model.load(path)
    except ModelError as error:
        if exists(path):
            raise
        raise ModelError(
            f"no model {str(path)!r}", "train it with `seqpipe train`, or correct its name", named
        ) from error


def _document_of(model: Model, path: Path) -> Document:
    """Return what a model says about its pipeline: the stages that it was trained with, and what was around them."""
    values: dict[str, Any] = {"name": model.name, "stages": list(model.stages)}
    for section in ("read", "write"):
        if isinstance(said := model.facts.get(section), Mapping):
            values[section] = without_path(said)
    try:
        return parse_document(dump(values), str(path), path.parent)
    except (Errors, ConfigError, TypeError, ValueError):
        raise ModelError(
            "it does not say which stages it was trained with", "fetch it again", Location(str(path))
        ) from None


def without_path(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return what declares a reader or a writer without its path, which a model must not choose."""
    return {key: value for key, value in declared.items() if key != "path"}


def _check_agreement(declared: Declaration, model: Model) -> None:
    """Check that the stages are those that the model was trained with, but for what may be adjusted.

    Raises:
        ConfigError: they are not.
    """
    if len(declared.stages) != len(model.stages):
        raise ConfigError(
            f"the pipeline has {len(declared.stages)} stages, its model was trained with {len(model.stages)}",
            _AGREE,
            declared.document.where(("stages",)),
        )
    for index, (stage, trained) in enumerate(zip(declared.stages, model.stages, strict=True)):
        if trained.get(stage.kind) != stage.name:
            was = next((value for key, value in trained.items() if key in _KINDS), "another one")
            raise ConfigError(
                f"this stage is {stage.name}, in the model it is {was}", _AGREE, declared.locations[index]
            )
        for key in _differences(stage, trained):
            where = declared.document.where(("stages", index, key))
            raise ConfigError(
                f"{stage.name} has {key}: {stage.declaration()[key]}, the model was trained with {trained[key]}",
                "leave it out, or train again" if where.source.startswith("--set ") else _AGREE,
                where,
            )


def _differences(stage: Stage, trained: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parameters that are others than in training, but for adjustable ones and those that are newer."""
    for key, value in stage.declaration().items():
        if key in stage.adjustable or key not in trained:
            continue
        own = getattr(stage, key, None)
        inner = (own,) if isinstance(own, Stage) else own if isinstance(own, tuple) else ()
        if inner and all(isinstance(one, Stage) for one in inner):
            then = trained[key] if isinstance(trained[key], list) else [trained[key]]
            if len(then) != len(inner) or any(map(_differs, inner, then)):
                yield key
        elif trained[key] != value:
            yield key


def _differs(stage: Stage, trained: Any) -> bool:
    """Whether a stage among another one's parameters is another than in training."""
    named = isinstance(trained, Mapping) and trained.get(stage.kind) == stage.name
    return not named or any(_differences(stage, trained))


def _check_learned(declared: Declaration, model: Model, where: Location) -> None:
    """Check that what the model holds for each stage is what this learns.

    Raises:
        ModelError: it is not.
    """
    for stage, learned in zip(declared.stages, model.learned, strict=True):
        if isinstance(stage, PipelineStage) and (problem := problem_with(learned, stage.learns)):
            todo = "fetch it again, or train it again"
            raise ModelError(f"what {stage.name} has learned is damaged: {problem}", todo, where)


_AGREE = "take out the stages to use the model's, or train again"
_KINDS = ("tokenizer", "encoder", "core", "decoder")
