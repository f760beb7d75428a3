"""A recurrent network beside its twin in NumPy: outputs, and derivatives that are exact or finite differences."""

import numpy as np

from seqpipe.network.packing import Packing
from tests import naive_recurrent as naive

LENGTHS = [4, 0, 7, 1, 7, 3]


def parameters_of(network, rng, dtype=np.float64):
    return {name: rng.uniform(-0.7, 0.7, shape).astype(dtype) for name, shape in network.shapes().items()}


def state_of(network, rng, dtype=np.float64):
    return tuple(rng.uniform(-0.7, 0.7, zeros.shape).astype(dtype) for zeros in network.zero_state(len(LENGTHS)))


def twin(network, parameters, values, lengths, state, masks=None):
    """Run the twin over each sequence; return flat outputs and the final state."""
    outputs, finals, begin = [], [], 0
    for row, length in enumerate(lengths):
        part = slice(begin, begin + length)
        own = None if masks is None else [mask[part] for mask in masks]
        rows = tuple(array[:, row] for array in state)
        output, final = naive.forward(network, parameters, values[part], rows, own)
        outputs.append(output)
        finals.append(final)
        begin += length
    return np.concatenate(outputs), tuple(np.stack(arrays, 1) for arrays in zip(*finals, strict=True))


class Problem:
    """A random linear function of outputs and final state, of a network with dropout, and all it depends on."""

    def __init__(self, network, rng, dtype=np.float64):
        self.network, self.packing = network, Packing.of(LENGTHS)
        self.inputs = rng.standard_normal((sum(LENGTHS), 5)).astype(dtype)
        self.state = state_of(network, rng, dtype)
        self.parameters = parameters_of(network, rng, dtype)
        shape = (sum(LENGTHS), network.output_size)
        self.masks = [2 * rng.integers(0, 2, shape).astype(dtype) for _ in range(network.layers - 1)]
        self.weights = (rng.standard_normal(shape).astype(dtype), *state_of(network, rng, dtype))

    def value(self, outputs, final):
        return sum((a * w).sum() for a, w in zip((outputs, *final), self.weights, strict=True))

    def forward(self):
        masks = [self.packing.pack(mask) for mask in self.masks]
        return self.network.forward(
            self.packing.pack(self.inputs),
            self.packing,
            self.network.prepare(self.parameters),
            self.state,
            dropout_masks=masks,
            keep=True,
        )

    def central_difference(self, array, place):
        """Return the derivative by one number of one of the arrays, from this network's own forward pass."""
        centre, values = array[place], []
        for step in (1e-5, -1e-5):
            array[place] = centre + step
            outputs, final, _ = self.forward()
            values.append(self.value(self.packing.unpack(outputs), final))
        array[place] = centre
        return (values[0] - values[1]) / 2e-5

    def exact_derivative(self, name, place):
        """Return the derivative by one number of one of the arrays, from the twin, by a complex step."""
        states = self.network.cell.states
        arrays = {"inputs": self.inputs, **dict(zip(states, self.state, strict=True)), **self.parameters}
        arrays[name] = arrays[name].astype(complex)
        arrays[name][place] += 1e-30j
        state = tuple(arrays[name] for name in states)
        parameters = {key: arrays[key] for key in self.parameters}
        found = twin(self.network, parameters, arrays["inputs"], LENGTHS, state, self.masks)
        return self.value(*found).imag / 1e-30

    def gradients(self):
        """Return each array that the value depends on with its gradient, by name."""
        back = self.forward()[2]
        grad_inputs, gradients, grad_state = back(self.packing.pack(self.weights[0]), self.weights[1:])
        arrays = {"inputs": (self.inputs, self.packing.unpack(grad_inputs))}
        arrays |= {name: (self.state[i], grad_state[i]) for i, name in enumerate(self.network.cell.states)}
        return arrays | {name: (self.parameters[name], gradient) for name, gradient in gradients.items()}

    def check_gradients(self, rng):
        """Compare some numbers of each gradient with the exact derivative and with a finite difference."""
        gradients = self.gradients()
        assert gradients.keys() == {"inputs", *self.network.cell.states, *self.network.shapes()}
        for name, (array, gradient) in gradients.items():
            assert gradient.shape == array.shape
            for index in rng.integers(0, array.size, 3):
                place = np.unravel_index(index, array.shape)
                assert abs(self.exact_derivative(name, place) - gradient[place]) <= 1e-8
                assert abs(self.central_difference(array, place) - gradient[place]) <= 1e-6
