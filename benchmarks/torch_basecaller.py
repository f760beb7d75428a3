"""The network of a basecaller in PyTorch, with the weights of a pipeline's: convolutions, LSTMs in turns, scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn


class TorchBasecaller(nn.Module):
    """The cores of a pipeline, which must be convolutions with swish and an LSTM in alternating directions.

    Args:
        cores: the stages.
        parameters: the arrays of each.
    """

    def __init__(self, cores: Sequence[Any], parameters: Sequence[dict[str, np.ndarray]]) -> None:
        super().__init__()
        *convolutions, recurrent = cores
        self.convolutions = nn.ModuleList()
        channels = 1
        for core, arrays in zip(convolutions, parameters, strict=False):
            assert core.activation == "swish"
            assert core.window % 2 == 1
            convolution = nn.Conv1d(channels, core.width, core.window, core.stride, core.window // 2)
            convolution.load_state_dict({name: torch.tensor(array) for name, array in arrays.items()})
            self.convolutions.append(convolution)
            channels = core.width
        assert recurrent.bidirectional == "alternating"
        arrays = parameters[-1]
        self.layers = nn.ModuleList()
        for layer in range(recurrent.layers):
            own = nn.LSTM(channels, recurrent.hidden, batch_first=True)
            end = f"_l{layer}" + ("_reverse" if layer % 2 else "")
            names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            own.load_state_dict({f"{name}_l0": torch.tensor(arrays[f"rnn.{name}{end}"]) for name in names})
            self.layers.append(own)
            channels = recurrent.hidden
        weight, bias = (torch.tensor(arrays[f"output.{name}"]) for name in ("weight", "bias"))
        self.output = nn.Linear(channels, len(bias))
        self.output.load_state_dict({"weight": weight, "bias": bias})

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """Return logits, (chunks, frames, moves), of normalised samples, (chunks, samples)."""
        values = samples[:, None]
        for convolution in self.convolutions:
            values = nn.functional.silu(convolution(values))
        values = values.transpose(1, 2)
        for index, layer in enumerate(self.layers):
            values = values.flip(1) if index % 2 else values
            values, _ = layer(values)
            values = values.flip(1) if index % 2 else values
        return self.output(values)
