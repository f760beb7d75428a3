"""A wrong record on a page: what is true, what was found, and what in it counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from seqpipe.attribution import Attribution
from seqpipe.builtin.html_text import escaped, value_in_html
from seqpipe.builtin.result_fields import plain
from seqpipe.contracts import Comparison
from seqpipe.metrics import LabelComparison, LabelSetComparison, Span, SpanComparison, TextComparison, ValueComparison
from seqpipe.metrics.comparisons import Probabilities
from seqpipe.metrics.edits import edits
from seqpipe.training.evaluation.report.label_names import NOTHING
from seqpipe.training.evaluation.report.worst import WrongRecord

LONGEST = 1000
"""Characters of a text that are shown, and words of texts that are aligned."""
MOST = 5
"""Parts that are named as those that counted most."""


def article(comparison: Comparison | None, error: WrongRecord) -> str:
    """Return a record in HTML."""
    value = "" if error.value is None else f" · {escaped(error.metric)} {error.value:.4g}"
    body = [f"<h3><bdi>{escaped(error.record.id)}</bdi>{value}</h3>"]
    text = error.record.payload if isinstance(error.record.payload, str) else None
    if text is not None:
        body.append(f'<p dir="auto">{_marked(text, error.attribution)}</p>')
    if error.attribution and (line := _most(error.attribution)):
        body.append(f'<p class="counted">{line}</p>')
    true, given = _sides(comparison, error)
    body.append(f'<dl><dt>true</dt><dd dir="auto">{true}</dd><dt>found</dt><dd dir="auto">{given}</dd></dl>')
    return "<article>\n" + "\n".join(body) + "\n</article>\n"


def _marked(text: str, attribution: Attribution | None) -> str:
    """Return the beginning of a text, its parts the darker the more they counted."""
    parts, place = [], 0
    most = max((abs(part.share) for part in attribution.parts), default=0.0) if attribution else 0.0
    for part in attribution.parts if attribution else ():
        if part.start < place or part.stop > LONGEST:
            continue  # windows overlap; the first one that has a place marks it
        against = ' class="against"' if part.share < 0 else ""
        share, shown = abs(part.share) / most, escaped(text[part.start : part.stop])
        parts.append(f'{escaped(text[place : part.start])}<mark{against} style="--share:{share:.3f}">{shown}</mark>')
        place = part.stop
    return "".join(parts) + _short(text[place:], LONGEST - place)


def _most(attribution: Attribution) -> str:
    """Return the parts that counted most, in words."""
    shown = (
        f"<q><bdi>{escaped(name)}</bdi></q> {'&minus;' if share < 0 else ''}{abs(share):.0%}"
        for name, share in attribution.most(MOST)
    )
    return f"Counted most: {', '.join(shown)}"


def _sides(comparison: Comparison | None, error: WrongRecord) -> tuple[str, str]:
    """Return what is true and what was found, in HTML."""
    record, outcome = error.record, error.outcome
    match comparison:
        case LabelComparison() if len(pairs := comparison.pairs(record, outcome)) == 1:
            chances = comparison.probabilities_of(outcome) or {}
            true, given = (_label(label, chances) for label in pairs[0])
        case LabelSetComparison():
            true, given = (_short(", ".join(sorted(labels)) or NOTHING) for labels in comparison.sets(record, outcome))
        case ValueComparison() if outcome:
            pairs_of = dict(zip(comparison.names, comparison.values(record, outcome[0]), strict=True))
            true, given = (
                _short(", ".join(f"{name} {pair[side]:.4g}" for name, pair in pairs_of.items())) for side in (0, 1)
            )
        case SpanComparison():
            text = record.text if comparison.in_text else None
            true, given = (_spans(text, spans) for spans in comparison.spans(record, outcome))
        case TextComparison():
            true, given = _texts(*comparison.texts(record, outcome))
        case _:
            found = [plain(dict(result), "found", record) for result in outcome]
            true = value_in_html(plain(record.target, "target", record))
            given = value_in_html(found[0] if len(found) == 1 else found)
    return true, given


def _label(label: str, chances: Probabilities) -> str:
    """Return a label with its probability, where that is known."""
    return _short(f"{label} ({chances[label]:.0%})" if label in chances else label or NOTHING)


def _spans(text: str | None, spans: set[Span]) -> str:
    """Return spans in their order, each with its type and what stands there, or where it is."""
    named = []
    for kind, start, stop in sorted(spans, key=lambda span: span[1:]):
        what = f"{start} to {stop}" if text is None else text[start:stop]
        named.append(f"{kind} {what}")
    return _short("; ".join(named) or NOTHING)


def _texts(true: str, given: str) -> tuple[str, str]:
    """Return two texts with the words in which they differ."""
    first, second = true.split(), given.split()
    if max(len(first), len(second)) > LONGEST:
        return _short(true), _short(given)
    columns = edits(first, second)
    return (
        " ".join(_differing("del", [(column.true, column.given) for column in columns])) or "(nothing)",
        " ".join(_differing("ins", [(column.given, column.true) for column in columns])) or "(nothing)",
    )


def _differing(element: str, pairs: Iterable[tuple[str | None, str | None]]) -> Iterator[str]:
    for own, other in pairs:
        if own is not None:
            yield escaped(own) if own == other else f"<{element}>{escaped(own)}</{element}>"


def _short(text: str, most: int = LONGEST) -> str:
    return escaped(text[: max(most, 0)]) + (" …" if len(text) > max(most, 0) else "")
