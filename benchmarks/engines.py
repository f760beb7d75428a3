"""The engines: each makes of a problem a function that runs once and returns its results by name."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import onnxruntime
import torch
from cases import WORDS, Array, Problem

from seqpipe.network.embedding import embed, embed_gradient
from seqpipe.network.packing import Packing

Results = dict[str, Array]
Call = Callable[[], Results]


def seqpipe_call(problem: Problem) -> Call:
    """Return seqpipe's call; what depends on the weights alone is prepared before in inference, each time in training.

    Threads share the sequences; parts of them are batches of their own, as in a run.
    """
    case = problem.case
    make = _seqpipe_forward if case.mode == "forward" else _seqpipe_training
    rows = np.array_split(np.arange(case.batch), case.threads)
    parts = [make(problem, own) for own in rows]
    if case.threads == 1:
        return parts[0]
    pool = ThreadPoolExecutor(case.threads)
    by_sequence = ["outputs", *(["inputs"] if (case.mode, case.input) == ("training", "dense") else [])]

    def call() -> Results:
        joined = {name: np.empty((case.steps, case.batch, case.hidden), np.float32) for name in by_sequence}

        def share(part: Call, own: Array) -> Results:
            found = part()
            for name, array in joined.items():
                array[:, own[0] : own[-1] + 1] = found.pop(name).reshape(case.steps, len(own), case.hidden)
            return found

        first, *others = pool.map(share, parts, rows)
        for other in others:
            for name, value in other.items():
                first[name] += value
        return first | joined

    return call


def _seqpipe_forward(problem: Problem, rows: Array) -> Call:
    case, network = problem.case, problem.case.network
    one_hot = case.input == "one_hot"
    weights = network.prepare(problem.parameters, problem.embedding if one_hot else None)
    inputs = problem.ids[:, rows].ravel() if one_hot else problem.vectors[:, rows].reshape(-1, case.hidden)
    lengths = np.full(len(rows), case.steps)
    if one_hot:  # long enough that folding the embedding has paid, which is then done
        network.forward(np.arange(WORDS, dtype=np.int32), Packing.of([WORDS]), weights)
    return lambda: {"outputs": network.forward(inputs, Packing.of(lengths), weights)[0]}


def _seqpipe_training(problem: Problem, rows: Array) -> Call:
    case, network = problem.case, problem.case.network
    lengths, grad_outputs = np.full(len(rows), case.steps), problem.grad_outputs[:, rows].reshape(-1, case.hidden)
    vectors, ids = problem.vectors[:, rows].reshape(-1, case.hidden), problem.ids[:, rows].ravel()

    def call() -> Results:
        inputs = embed(problem.embedding, ids) if case.input == "one_hot" else vectors
        weights, packing = network.prepare(problem.parameters), Packing.of(lengths)
        outputs, _, back = network.forward(inputs, packing, weights, keep=True)
        grad_inputs, gradients, _ = back(grad_outputs)
        assert grad_inputs is not None
        if case.input == "one_hot":
            gradients["embedding"] = embed_gradient(problem.embedding, ids, grad_inputs)
        else:
            gradients["inputs"] = grad_inputs
        return {"outputs": outputs, **gradients}

    return call


def torch_call(problem: Problem) -> Call:
    """Return PyTorch's call: inference mode, or autograd."""
    case = problem.case
    layer = getattr(torch.nn, case.cell.upper())(case.hidden, case.hidden)
    layer.load_state_dict({name: torch.from_numpy(value) for name, value in problem.parameters.items()})
    embedding = torch.nn.Embedding(WORDS, case.hidden)
    embedding.load_state_dict({"weight": torch.from_numpy(problem.embedding)})
    ids, vectors = torch.from_numpy(problem.ids), torch.from_numpy(problem.vectors)
    grad_outputs = torch.from_numpy(problem.grad_outputs)

    def forward() -> Results:
        torch.set_num_threads(case.threads)
        with torch.inference_mode():
            return {"outputs": layer(embedding(ids) if case.input == "one_hot" else vectors)[0].numpy()}

    def training() -> Results:
        torch.set_num_threads(case.threads)
        layer.zero_grad(set_to_none=True)
        embedding.zero_grad(set_to_none=True)
        inputs = embedding(ids) if case.input == "one_hot" else vectors.requires_grad_()
        vectors.grad = None
        outputs, _ = layer(inputs)
        outputs.backward(grad_outputs)
        trained = {"inputs": vectors} if case.input == "dense" else {"embedding": embedding.weight}
        found = {name: value.grad for name, value in (*layer.named_parameters(), *trained.items())}
        return {"outputs": outputs.detach().numpy(), **{n: g.numpy() for n, g in found.items() if g is not None}}

    return forward if case.mode == "forward" else training


def onnx_call(problem: Problem) -> Call:
    """Return ONNX Runtime's call, forward only, of the graph that PyTorch exports: Gather, the cell, Squeeze."""
    case = problem.case
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = case.threads, 1
    options.add_session_config_entry("session.force_spinning_stop", "1")  # or its threads slow whoever comes next
    session = onnxruntime.InferenceSession(
        onnx_model(problem).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    inputs = {"inputs": problem.ids if case.input == "one_hot" else problem.vectors}
    return lambda: {"outputs": session.run(None, inputs)[0]}


def onnx_model(problem: Problem, *, lengths: bool = False) -> onnx.ModelProto:
    """Return the graph of a problem; with ``lengths`` it takes those of padded sequences as well."""
    case, helper, kinds = problem.case, onnx.helper, onnx.TensorProto
    order = {"rnn": [0], "gru": [1, 0, 2], "lstm": [0, 3, 1, 2]}[case.cell]  # of ONNX's gates among PyTorch's

    def reordered(name: str) -> Array:
        parts = np.split(problem.parameters[name], len(order))
        return np.concatenate([parts[part] for part in order])

    bias = np.concatenate([reordered("bias_ih_l0"), reordered("bias_hh_l0")])[None]
    constants = {"W": reordered("weight_ih_l0")[None], "R": reordered("weight_hh_l0")[None], "B": bias}
    constants |= {"axis": np.array([1])}
    nodes, vectors = [], "inputs"
    if case.input == "one_hot":
        constants["embedding"], vectors = problem.embedding, "vectors"
        nodes.append(helper.make_node("Gather", ["embedding", "inputs"], ["vectors"]))
    options = {"linear_before_reset": 1} if case.cell == "gru" else {}
    cell_inputs = [vectors, "W", "R", "B", *(["lengths"] if lengths else [])]
    nodes.append(helper.make_node(case.cell.upper(), cell_inputs, ["Y"], hidden_size=case.hidden, **options))
    nodes.append(helper.make_node("Squeeze", ["Y", "axis"], ["outputs"]))
    shape = ["steps", "batch"] if case.input == "one_hot" else ["steps", "batch", case.hidden]
    kind = kinds.INT32 if case.input == "one_hot" else kinds.FLOAT
    given = [helper.make_tensor_value_info("inputs", kind, shape)]
    given += [helper.make_tensor_value_info("lengths", kinds.INT32, ["batch"])] if lengths else []
    returned = [helper.make_tensor_value_info("outputs", kinds.FLOAT, ["steps", "batch", case.hidden])]
    weights = [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "recurrent", given, returned, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


ENGINES: dict[str, Callable[[Problem], Call]] = {
    "seqpipe": seqpipe_call,
    "pytorch": torch_call,
    "onnxruntime": onnx_call,
}


def calls(problem: Problem) -> dict[str, Call]:
    """Return the call of each engine that can run the problem."""
    training = problem.case.mode == "training"
    return {name: make(problem) for name, make in ENGINES.items() if not (training and name == "onnxruntime")}


def check(problem: Problem, results: dict[str, Results]) -> None:
    """Raise AssertionError unless all engines found the same.

    The bound is of float32: 1e-4 of the largest value forward, 1e-3 for gradients, which sum over all steps.
    """
    for name, found in results.items():
        for key, value in results["seqpipe"].items():
            other = found[key].reshape(value.shape)
            limit = (1e-4 if key == "outputs" else 1e-3) * np.abs(other).max()
            difference = np.abs(value - other).max()
            assert difference <= limit, f"{problem.case}: seqpipe and {name} differ in {key} by {difference}"
