"""Which weights of another program are which of a pipeline's.

Recurrent layers have the same parameters under the same names as in PyTorch (``weight_ih_l0``, ...), and so have
embeddings and linear layers (``weight``, ``bias``). Only what the layers themselves are called differs.
"""

from __future__ import annotations

from collections.abc import Mapping

from seqpipe.errors import ConfigError, did_you_mean
from seqpipe.interchange.state_dict import Shapes, TorchRecurrent, described, layers_of, shape_text

Layers = dict[str, dict[str, tuple[int, ...]]]


def match(theirs: Shapes, ours: Shapes, names: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the name of the weights for each parameter of a pipeline; None for a bias that they have not (zeros).

    Args:
        theirs: the shapes of the weights, by name.
        ours: the shapes of the parameters, by name.
        names: of weights, or of layers (what stands before the last dot): of which parameter, or parameters, they are;
            None: they are left out. What is not named is matched by shape, where only one layer fits.

    Raises:
        ConfigError: a name is not known, a parameter or a weight is left over, or several layers fit.
    """
    left, wanted = dict(theirs), dict(ours)
    matches: dict[str, str | None] = {}
    for given, target in names.items():
        matches |= _named(given, target, left, wanted, _fitting(theirs))
    _match_by_shape(left, wanted, matches)
    if left or wanted:
        missing = f"nothing fits {_listed(wanted)}" if wanted else "all parameters are filled"
        over = f"{_listed(left)} left over" if left else "nothing is left over"
        raise ConfigError(f"the weights are not those of the pipeline: {missing}; {over}", _fitting(theirs))
    return matches


_ADVICE = "change the stages, or say which weights are which: `imports: {names: {fc: core.output}}`"


def _fitting(theirs: Shapes) -> str:
    """Return the advice that names the layers of the file, and the core that computes what its recurrent ones do."""
    layers = layers_of(theirs)
    cores = [layer for layer in layers if isinstance(layer, TorchRecurrent)]
    return f"the file has {'; '.join([described(layers), *map(_fitting_core, cores)])}; {_ADVICE}"


def _fitting_core(layer: TorchRecurrent) -> str:
    if not layer.stage:
        return f"no stage has the projections of {layer.name!r}"
    both = str(layer.bidirectional).lower()
    declared = f"core: {layer.stage}, hidden: {layer.hidden}, layers: {layer.layers}, bidirectional: {both}"
    return f"`{declared}` fits {layer.name!r}"


def _named(
    given: str, target: str | None, left: dict[str, tuple[int, ...]], wanted: dict[str, tuple[int, ...]], advice: str
) -> dict[str, str | None]:
    """Take what a name of the table names out of what is left and wanted."""
    theirs = [name for name in left if name == given or name.startswith(f"{given}.")]
    if not theirs:
        known = {*left, *(name.rpartition(".")[0] for name in left)} - {""}
        otherwise = f"the file has {described(layers_of(left))}"
        raise ConfigError(f"there are no weights {given!r} in the file", did_you_mean(given, known, otherwise))
    matches: dict[str, str | None] = {}
    for name in theirs:
        shape = left.pop(name)
        if target is None:
            continue
        parameter = target + name.removeprefix(given)
        if wanted.get(parameter) != shape:
            there = f"is {shape_text(wanted[parameter])}" if parameter in wanted else "is not there"
            raise ConfigError(f"{name!r} is {shape_text(shape)}, but parameter {parameter!r} {there}", advice)
        del wanted[parameter]
        matches[parameter] = name
    if target is not None:
        matches |= _without_bias(target, wanted)
    return matches


def _without_bias(layer: str, wanted: dict[str, tuple[int, ...]]) -> dict[str, str | None]:
    """Give zeros to the biases of a layer all of whose weights have been found."""
    rest = [name for name in wanted if name.rpartition(".")[0] == layer]
    if not all(_is_bias(name.rpartition(".")[2]) for name in rest):
        return {}
    for name in rest:
        del wanted[name]
    return dict.fromkeys(rest)


def _match_by_shape(
    left: dict[str, tuple[int, ...]], wanted: dict[str, tuple[int, ...]], matches: dict[str, str | None]
) -> None:
    """Match the layers that are left by their shapes."""
    theirs, ours = _layers(left), _layers(wanted)
    fitting = {layer: [candidate for candidate in theirs if _fits(theirs[candidate], ours[layer])] for layer in ours}
    for layer, candidates in fitting.items():
        rivals = [other for other in ours if set(fitting[other]) & set(candidates)]
        if len(candidates) > 1 or len(rivals) > 1:
            which, of_which = " or ".join(candidates), " or ".join(rivals)
            raise ConfigError(f"by their shapes, {which} could be {of_which}", _ADVICE)
        for candidate in candidates:
            for leaf in ours[layer]:
                name = f"{candidate}.{leaf}" if candidate else leaf
                matches[f"{layer}.{leaf}"] = name if name in left else None
                left.pop(name, None)
                del wanted[f"{layer}.{leaf}"]


def _layers(shapes: Shapes) -> Layers:
    layers: Layers = {}
    for name, shape in shapes.items():
        layer, _, leaf = name.rpartition(".")
        layers.setdefault(layer, {})[leaf] = shape
    return layers


def _fits(theirs: Shapes, ours: Shapes) -> bool:
    """Whether a layer's weights are another's parameters, but perhaps for biases, of which it has all or none."""
    missing = set(ours) - set(theirs)
    biases = {leaf for leaf in ours if _is_bias(leaf)}
    same = all(ours.get(leaf) == shape for leaf, shape in theirs.items())
    return bool(theirs) and same and (not missing or missing == biases)


def _is_bias(leaf: str) -> bool:
    return leaf.startswith("bias")


def _listed(shapes: Shapes) -> str:
    shown = [f"{name} ({shape_text(shape)})" for name, shape in list(shapes.items())[:_SHOWN]]
    return ", ".join(shown) + (f" and {len(shapes) - _SHOWN} more" if len(shapes) > _SHOWN else "")


_SHOWN = 6
