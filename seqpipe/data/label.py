"""Labels as text."""

from __future__ import annotations

from seqpipe.data.unicode_form import normalized


def label_of(value: object) -> str:
    """Return the label that a value stands for: its text, composed (NFC), without spaces around it.

    So a label is the same however it was typed: ``"café "`` with a combining accent is ``"café"``. A label of nothing
    but spaces, such as a symbol that is read, stays as it is.
    """
    text = normalized("NFC", str(value))
    return text.strip() or text
