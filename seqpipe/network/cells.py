"""The cells that seqpipe has; `seqpipe.network.cell` says what a description means."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from seqpipe.kernels.units import SOURCES
from seqpipe.network.cell import Cell, Torch

RNN_TANH = Cell("rnn_tanh", f"{SOURCES}.cells.rnn_tanh", ("a",), torch=Torch("RNN", "tanh"))
"""The plain recurrent cell."""

RNN_RELU = Cell("rnn_relu", f"{SOURCES}.cells.rnn_relu", ("a",), torch=Torch("RNN", "relu"))
"""The plain recurrent cell with ReLU instead of tanh."""

GRU = Cell("gru", f"{SOURCES}.cells.gru", ("r", "z", "n"), apart=1, kept=1, torch=Torch("GRU"))
"""The gated recurrent unit, whose reset gate applies after the product with the state, as in PyTorch."""

LSTM = Cell("lstm", f"{SOURCES}.cells.lstm", ("i", "f", "g", "o"), ("a", "c"), bias={"f": 1.0}, torch=Torch("LSTM"))
"""The long short-term memory; it starts with its forget gates open (R. Jozefowicz et al., 2015)."""

MINGRU = Cell("mingru", f"{SOURCES}.cells.mingru", ("z", "h"), recurrent=False)
"""The minimal gated recurrent unit: no product with the state, so that a step costs next to nothing."""

CELLS: Mapping[str, Cell] = MappingProxyType({cell.name: cell for cell in (RNN_TANH, RNN_RELU, GRU, LSTM, MINGRU)})
"""All of them, by name."""
