"""BLEU and chrF as sacreBLEU computes them (M. Post, 2018), as functions of sums over records. Needs sacrebleu."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

import numpy.typing as npt

from seqpipe import Metric, Outcome, PluginError, Record

_NGRAMS = 4  # of words, in BLEU
_CHARACTERS = 6  # of characters, in chrF
_RECALL = 2  # counts so many times as much as precision, in chrF


def require_sacrebleu() -> None:
    """Raise an error that says how to install sacreBLEU, if it is not there.

    Raises:
        PluginError: it is not.
    """
    if find_spec("sacrebleu") is None:
        raise PluginError("BLEU and chrF need sacrebleu, which is not installed", "pip install 'seqpipe-text[eval]'")


def bleu(field: str, name: str = "bleu", *, lowercase: bool = False) -> Metric:
    """BLEU with one reference, from 0 to 100 (K. Papineni et al., 2002; the tokenizer 13a, smoothing exp).

    Args:
        field: the result that holds the translation.
        name: the metric's key.
        lowercase: compare in lower case.
    """

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        score = _scorer(lowercase=lowercase).sentence_score(_text(field, outcome), [str(record.target)])
        return (*score.counts, *score.totals, score.sys_len, score.ref_len)

    def value(sums: npt.NDArray[Any]) -> float:
        whole = sums.round().astype(int).tolist()
        correct, total, (given, true) = whole[:_NGRAMS], whole[_NGRAMS : 2 * _NGRAMS], whole[2 * _NGRAMS :]
        return float(_scorer(lowercase=lowercase).compute_bleu(correct, total, given, true, "exp").score)

    case = "lc" if lowercase else "mixed"
    return Metric(name, counts, value, signature=_signature(f"nrefs:1|case:{case}|eff:no|tok:13a|smooth:exp"))


def chrf(field: str, name: str = "chrf") -> Metric:
    """chrF2 with one reference, from 0 to 100 (M. Popović, 2015): the F-score of n-grams of up to six characters.

    Args:
        field: the result that holds the translation.
        name: the metric's key.
    """

    def counts(record: Record, outcome: Outcome) -> Sequence[float]:
        from sacrebleu.metrics.helpers import extract_all_char_ngrams  # noqa: PLC0415 - an extra

        sums: list[float] = []
        texts = (_text(field, outcome), str(record.target))
        for given, true in zip(*(extract_all_char_ngrams(text, _CHARACTERS) for text in texts), strict=True):
            sums += (given.total() if true else 0, true.total(), (given & true).total())
        return sums

    def value(sums: npt.NDArray[Any]) -> float:
        orders = [row for row in sums.reshape(_CHARACTERS, 3).tolist() if row[0] and row[1]]
        if not orders:
            return 0.0
        precision = sum(both / given for given, _, both in orders) / len(orders)
        recall = sum(both / true for _, true, both in orders) / len(orders)
        weighted = _RECALL**2 * precision + recall
        return 100 * (1 + _RECALL**2) * precision * recall / weighted if weighted else 0.0

    signature = _signature(f"nrefs:1|case:mixed|eff:yes|nc:{_CHARACTERS}|nw:0|space:no")
    return Metric(name, counts, value, signature=signature)


@cache
def _scorer(*, lowercase: bool) -> Any:
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415 - an extra, and slow to import

    return BLEU(lowercase=lowercase, effective_order=True)  # of which only the counts are used


def _signature(how: str) -> str:
    try:
        return f"{how}|version:{version('sacrebleu')}"
    except PackageNotFoundError:
        return how


def _text(field: str, outcome: Outcome) -> str:
    return str(outcome[0][field]) if outcome else ""
