"""The network of a translation pipeline in PyTorch, with the same weights and the same search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import linear


class TorchTranslation:
    """An encoder of one bidirectional layer, a decoder of one layer with attention and input feeding, a tied output.

    Args:
        encoder: the parameters of ``core.gru``.
        decoder: those of ``core.attention``.
    """

    def __init__(self, encoder: Mapping[str, np.ndarray], decoder: Mapping[str, np.ndarray]) -> None:
        self.source = torch.tensor(encoder["embedding.weight"])
        recurrent = {name[4:]: torch.tensor(array) for name, array in encoder.items() if name.startswith("rnn.")}
        width, hidden = self.source.shape[1], recurrent["weight_hh_l0"].shape[1]
        self.encoder = nn.GRU(width, hidden, bidirectional=True, batch_first=True)
        self.encoder.load_state_dict(recurrent)
        self.p = {name: torch.tensor(array) for name, array in decoder.items()}
        self.target = self.p["embedding.weight"]
        self.output = self.p.get("output.weight", self.target)
        self.hidden = self.p["attention.weight"].shape[0]
        self.cell = nn.GRUCell(self.target.shape[1] + self.hidden, self.hidden)
        self.cell.load_state_dict({name[4:]: self.p[name] for name in self.p if name.startswith("rnn.")})
        self.end = len(self.output) - 1

    @torch.inference_mode()
    def translate(
        self, sources: Sequence[np.ndarray], width: int, limits: Sequence[int], power: float
    ) -> list[list[int]]:
        """Return the best target of each source, without its end.

        Args:
            sources: ids.
            width: of the beam, which what has ended narrows.
            limits: tokens of each target, at most.
            power: of the length, that scores are divided by.
        """
        memory, mask = self._encode(sources)
        keys = linear(memory, self.p["attention.weight"])
        lengths = mask.sum(1, keepdim=True)
        mean = (memory * mask[..., None]).sum(1) / lengths
        rows = len(sources)
        state = torch.tanh(linear(mean, self.p["initial.weight"], self.p["initial.bias"]))
        state = state.repeat_interleave(width, 0)
        feed, tokens = torch.zeros_like(state), torch.full((rows * width,), self.end)
        scores = torch.full((rows, width), -torch.inf)
        scores[:, 0] = 0.0
        best, found = torch.full((rows,), -torch.inf), [[] for _ in sources]
        left, alive = torch.full((rows,), width), torch.arange(rows)
        written = torch.zeros((rows * width, 0), dtype=torch.long)
        limit = torch.tensor(limits)
        for step in range(1, max(limits) + 1):
            state = self.cell(torch.cat([self.target[tokens], feed], 1), state)
            query = state.view(len(alive), width, -1)
            weights = torch.bmm(query, keys.transpose(1, 2)).masked_fill(~mask[:, None], -torch.inf).softmax(2)
            context = torch.bmm(weights, memory).view(len(alive) * width, -1)
            joined = torch.cat([context, state], 1)
            feed = torch.tanh(linear(joined, self.p["combine.weight"], self.p["combine.bias"]))
            logits = linear(feed, self.output, self.p["output.bias"]).log_softmax(1)
            total = (scores.view(-1, 1) + logits).view(len(alive), -1)
            total, place = total.topk(width, 1)
            parent, token = place // (self.end + 1), place % (self.end + 1)
            there = (torch.arange(width) < left[:, None]) & torch.isfinite(total)
            last = limit[alive] == step
            ends = there & ((token == self.end) | last[:, None])
            rows_of = torch.arange(len(alive))[:, None] * width + parent
            for row, column in ends.nonzero().tolist():
                score, record = float(total[row, column]) / step**power, int(alive[row])
                if score > best[record]:
                    best[record] = score
                    end = [] if token[row, column] == self.end else [int(token[row, column])]
                    found[record] = written[rows_of[row, column]].tolist() + end
            left = left - ends.sum(1)
            goes_on = there & ~ends & (total / limit[alive, None] ** power > best[alive, None])
            scores = total.masked_fill(~goes_on, -torch.inf)
            written = torch.cat([written[rows_of.view(-1)], token.view(-1, 1)], 1)
            kept = goes_on.any(1).nonzero()[:, 0]
            if not len(kept):
                break
            chosen = rows_of[kept].view(-1)
            own = (kept[:, None] * width + torch.arange(width)).view(-1)
            state, feed, written, tokens = state[chosen], feed[chosen], written[own], token[kept].view(-1)
            alive, scores, left = alive[kept], scores[kept], left[kept]
            if len(kept) < len(keys):
                memory, keys, mask = memory[kept], keys[kept], mask[kept]
        return found

    def _encode(self, sources: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
        lengths = torch.tensor([len(source) for source in sources])
        ids = nn.utils.rnn.pad_sequence([torch.tensor(source, dtype=torch.long) for source in sources], True)
        embedded = self.source[ids]
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        memory, _ = nn.utils.rnn.pad_packed_sequence(self.encoder(packed)[0], batch_first=True)
        return memory, torch.arange(memory.shape[1]) < lengths[:, None]
