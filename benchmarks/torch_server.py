"""The network of ``text/sentiment`` in PyTorch behind FastAPI: ``torch_server.py WEIGHTS PORT HOW``.

WEIGHTS is an archive of NumPy's that `serve_speed.py` writes. HOW says where the two threads are: ``loop``, PyTorch has
two, and is called in the event loop; ``pool``, PyTorch has two, and FastAPI calls it in as many threads as it likes;
``two``, FastAPI calls it in two threads, each of which computes alone. A request's texts are packed. The words are cut
by a regular expression, which costs less than what ``text.words`` does.
"""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import torch
import uvicorn
from anyio import to_thread
from fastapi import FastAPI
from pydantic import BaseModel
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_sequence, pad_packed_sequence

WORDS = re.compile(r"\w+|[^\w\s]")


class Comments(BaseModel):
    """What comes in."""

    records: list[str]


class Sentiment(nn.Module):
    """An embedding, a bidirectional GRU, three poolings side by side, and an output layer."""

    def __init__(self, arrays: Any) -> None:
        super().__init__()
        of_cell = {name[4:]: torch.tensor(arrays[name]) for name in arrays if name.startswith("rnn.")}
        embedding = torch.tensor(arrays["embedding.weight"])
        self.embedding = nn.Embedding.from_pretrained(embedding)
        self.gru = nn.GRU(embedding.shape[1], of_cell["weight_hh_l0"].shape[1], bidirectional=True)
        self.gru.load_state_dict(of_cell)
        self.query = torch.tensor(arrays["pool.query"])
        self.output = nn.Linear(arrays["output.weight"].shape[1], arrays["output.weight"].shape[0])
        self.output.load_state_dict({name: torch.tensor(arrays[f"output.{name}"]) for name in ("weight", "bias")})

    def forward(self, ids: list[Tensor]) -> Tensor:
        """Return the probabilities of one to five stars for each text."""
        packed = pack_sequence(ids, enforce_sorted=False)
        embedded = PackedSequence(
            self.embedding(packed.data), packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices
        )
        states, lengths = pad_packed_sequence(self.gru(embedded)[0], batch_first=True)
        outside = torch.arange(states.shape[1]) >= lengths[:, None]
        weights = (states @ self.query).masked_fill(outside, -torch.inf).softmax(1)
        pooled = [
            states.masked_fill(outside[..., None], -torch.inf).amax(1),
            states.sum(1) / lengths[:, None],
            (states * weights[..., None]).sum(1),
        ]
        return self.output(torch.cat(pooled, 1)).softmax(1)


def main() -> None:
    weights, port, how = sys.argv[1:]
    torch.set_num_threads(1 if how == "two" else 2)
    arrays = np.load(weights)
    ids = {str(word): index for index, word in enumerate(arrays["vocabulary"])}
    unknown = int(arrays["unknown"])
    network = Sentiment({name: arrays[name] for name in arrays.files}).eval()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if how == "two":
            to_thread.current_default_thread_limiter().total_tokens = 2
        yield

    app = FastAPI(lifespan=lifespan)

    @torch.inference_mode()
    def rate(comments: Comments) -> dict[str, Any]:
        rows = [[ids.get(word, unknown) for word in WORDS.findall(text.lower())] for text in comments.records]
        stars = network([torch.tensor(row or [unknown]) for row in rows])
        return {"records": [{"stars": int(row.argmax()) + 1, "probabilities": row.tolist()} for row in stars]}

    async def rate_in_loop(comments: Comments) -> dict[str, Any]:
        return rate(comments)

    app.post("/rate")(rate_in_loop if how == "loop" else rate)
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
