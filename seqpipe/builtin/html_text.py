"""Texts and values of data in pages for the browser."""

from __future__ import annotations

import re
from html import escape
from typing import Any

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def escaped(text: str) -> str:
    """Return a text that a page shows as it is; what no page may have in it becomes a replacement character."""
    if not text.isprintable():
        text = _FORBIDDEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return escape(text)


def value_in_html(value: Any) -> str:
    """Return a plain value as people read it: texts and numbers as they are, mappings as lists of names and values."""
    if isinstance(value, dict):
        return list_in_html([(escaped(name), value_in_html(item)) for name, item in value.items()])
    if isinstance(value, list):
        return ", ".join(map(value_in_html, value))
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else f'<span dir="auto">{escaped(str(value))}</span>'


def list_in_html(rows: list[tuple[str, str]]) -> str:
    """Return names and values, both in HTML, as a list."""
    return f"<dl>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in rows)}</dl>"
