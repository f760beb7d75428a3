"""The style of a report: light and dark, on paper, and on a telephone."""

STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1b1b1b; --faint: #5f5f5f; --line: #d8d8d8; --good: 215 70% 45%;
  --bad: 22 85% 45%; --strongest: .5 }
@media (prefers-color-scheme: dark) {
  :root { --page: #161616; --ink: #ededed; --faint: #a8a8a8; --line: #3a3a3a; --good: 213 75% 62%; --bad: 24 85% 58%;
    --strongest: .55 } }
* { box-sizing: border-box }
body { margin: 2rem auto; padding: 0 1rem; max-width: 54rem; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere } h2 { margin: 2.5rem 0 .5rem; font-size: 1.15rem }
h3 { margin: 0; font-size: .85rem; font-weight: normal; color: var(--faint); overflow-wrap: anywhere }
.about { margin: .2rem 0 1.5rem; color: var(--faint); overflow-wrap: anywhere }
figure { overflow-x: auto; margin: .5rem 0 1.4rem }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }
figcaption { position: sticky; left: 0; margin-bottom: .4rem; font-size: .9rem; color: var(--faint) }
th, td { padding: .25rem .7rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top;
  max-width: 24rem; overflow-wrap: break-word }
thead th { font-weight: normal; color: var(--faint); white-space: nowrap } tbody th { font-weight: 600 }
.numbers td, .numbers thead th + th { text-align: end; white-space: nowrap }
td.right { background: hsl(var(--good) / calc(var(--share) * var(--strongest))) }
td.wrong { background: hsl(var(--bad) / calc(var(--share) * var(--strongest))) }
svg { display: block; width: 100%; max-width: 34rem; height: auto; margin: .5rem 0 1rem; font-size: 13px;
  fill: var(--ink) }
svg.square { max-width: 25rem }
.grid { stroke: var(--line) } .ideal { fill: none; stroke: var(--faint); stroke-dasharray: 5 4 }
.bar { fill: hsl(var(--good) / .45) } .point { fill: hsl(var(--good) / .75) }
article { padding: .8rem 0; border-top: 1px solid var(--line) }
article p { margin: .25rem 0; white-space: pre-wrap; overflow-wrap: anywhere }
article .counted { font-size: .85rem; color: var(--faint) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: .3rem 0; font-size: .95rem }
dt { color: var(--faint) } dd { margin: 0; overflow-wrap: anywhere }
mark { color: inherit; border-radius: .2em; background: hsl(var(--good) / calc(var(--share) * var(--strongest)));
  -webkit-box-decoration-break: clone; box-decoration-break: clone }
mark.against { background: hsl(var(--bad) / calc(var(--share) * var(--strongest))); text-decoration: underline dotted }
del { text-decoration: line-through; background: hsl(var(--bad) / .25) }
ins { text-decoration: underline; background: hsl(var(--good) / .25) }
@media (max-width: 30rem) { body { margin-top: 1rem } th, td { padding: .25rem .45rem } }
@media print {
  body { max-width: none; margin: 0; font-size: .85rem } figure { overflow: visible } h2 { break-after: avoid }
  article, svg, tr { break-inside: avoid } td, mark, del, ins, .bar, .point { print-color-adjust: exact } }
"""
