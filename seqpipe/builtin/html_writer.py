"""Results as a page for people."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from typing import Any, ClassVar

from pydantic import Field

from seqpipe.builtin.marked_text import COLOURS, MarkedText, marked_text
from seqpipe.builtin.result_fields import output_fields
from seqpipe.contracts import Layout, Writer
from seqpipe.data import Record

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_HUES = (215, 130, 30, 285, 185, 345, 60, 255, 100, 320, 160, 5)
"""Of each colour, in degrees; the first ones are those of people, places, organisations and the rest."""


class WriteHTML(Writer):
    """A page for the browser: each result in a box, entities in colour in their text.

    The page is one file that needs nothing else and runs nothing that comes from the data. It follows the light or dark
    scheme of the reader's system. Each entity has its type beside it, so colours are not needed to read it. A list of
    all types stands on top, where each can be hidden.
    """

    name: ClassVar[str] = "core.html"
    suffix: ClassVar[str] = ".html"
    media_type: ClassVar[str] = "text/html"

    title: str = Field("Results", description="of the page")

    def begin(self, first: Record | None) -> tuple[bytes, Layout]:
        """Return the head of the page; a page needs no end (HTML, optional tags)."""
        digest = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
        head = f"""<!doctype html>
<html lang="und">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'sha256-{digest}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{_escaped(self.title)}</title>
<style>{_STYLE}{_colours()}</style>
<script>{_SCRIPT}</script>
</head>
<body>
<h1>{_escaped(self.title)}</h1>
<fieldset id="types" hidden><legend>Types</legend></fieldset>
"""
        return head.encode(), None

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the box of a result."""
        fields, marked = output_fields(record), marked_text(record)
        shown = marked.shown if marked else {"id"}
        rows = [(_escaped(name), _value(value)) for name, value in fields.items() if name not in shown]
        body = f"<h2>{_escaped(record.id)}</h2>\n"
        if marked:
            body += f'<p class="text" dir="auto">{_marked(marked)}</p>\n'
        if rows:
            body += _list(rows) + "\n"
        return f"<article>\n{body}</article>\n".encode()


def _marked(marked: MarkedText) -> str:
    parts = []
    for text, mark in marked.parts():
        part = _escaped(text)
        if mark is not None:
            kind = _escaped(mark.type)
            part = (
                f'<mark class="c{mark.colour}" data-type="{kind}"><bdi>{part}</bdi>&nbsp;<small>{kind}</small></mark>'
            )
        parts.append(part)
    return "".join(parts)


def _value(value: Any) -> str:
    """Return a plain value as people read it: texts and numbers as they are, mappings as lists of names and values."""
    if isinstance(value, dict):
        return _list([(_escaped(name), _value(item)) for name, item in value.items()])
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else f'<span dir="auto">{_escaped(str(value))}</span>'


def _list(rows: list[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in rows)}</dl>"


def _escaped(text: str) -> str:
    """Return a text that a page shows as it is; what no page may have in it becomes a replacement character."""
    if not text.isprintable():
        text = _FORBIDDEN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return escape(text)


def _colours() -> str:
    return "".join(f".c{number}{{--hue:{_HUES[number]}}}" for number in range(COLOURS))


_STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1b1b1b; --faint: #5f5f5f; --line: #d8d8d8; --edge: 35%;
  --fill: 88%; --tag: 25%; --on-tag: #fff; --strength: 75% }
@media (prefers-color-scheme: dark) {
  :root { --page: #161616; --ink: #ededed; --faint: #a8a8a8; --line: #3a3a3a; --edge: 60%; --fill: 24%; --tag: 78%;
    --on-tag: #111; --strength: 50% } }
body { margin: 2rem auto; padding: 0 1rem; max-width: 50rem; background: var(--page); color: var(--ink);
  font: 1rem/1.8 system-ui, sans-serif }
h1 { font-size: 1.3rem } h2 { margin: 0; color: var(--faint); font-size: .8rem; font-weight: normal }
article { padding: .8rem 0; border-top: 1px solid var(--line) }
.text { margin: .2rem 0; white-space: pre-wrap; overflow-wrap: anywhere }
mark { padding: .1em .25em; border-radius: .3em; border-bottom: 2px solid hsl(var(--hue) var(--strength) var(--edge));
  background: hsl(var(--hue) var(--strength) var(--fill)); color: inherit; -webkit-box-decoration-break: clone;
  box-decoration-break: clone }
mark small { padding: 0 .35em; border-radius: .25em; background: hsl(var(--hue) var(--strength) var(--tag));
  color: var(--on-tag); font-size: .65em; font-weight: 600; vertical-align: .1em; user-select: none }
mark.off { padding: 0; border: 0; background: none } mark.off small { display: none }
fieldset { margin: 0 0 1rem; padding: .2rem .8rem; border: 1px solid var(--line); border-radius: .4em }
fieldset label { margin-right: 1.2rem; white-space: nowrap }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: .2rem 0; font-size: .9rem }
dt { color: var(--faint) } dd { margin: 0; overflow-wrap: anywhere } dd dl { margin: 0 }
@media print { fieldset { display: none } mark, small { print-color-adjust: exact } }
"""

_SCRIPT = """
addEventListener("DOMContentLoaded", () => {
  const types = new Map();
  for (const mark of document.querySelectorAll("mark")) {
    if (!types.has(mark.dataset.type)) types.set(mark.dataset.type, []);
    types.get(mark.dataset.type).push(mark);
  }
  const list = document.getElementById("types");
  for (const [type, marks] of [...types].sort((a, b) => b[1].length - a[1].length)) {
    const label = document.createElement("label"), box = document.createElement("input");
    const sample = document.createElement("mark");
    box.type = "checkbox";
    box.checked = true;
    box.onchange = () => marks.forEach(mark => mark.classList.toggle("off", !box.checked));
    sample.className = marks[0].className;
    sample.textContent = type;
    label.append(box, " ", sample, " " + marks.length);
    list.append(label);
  }
  list.hidden = types.size === 0;
});
"""
