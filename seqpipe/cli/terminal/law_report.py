"""What the conformance kit found, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from seqpipe.testing import Finding, Report


def lines(report: Report, *, verbose: bool) -> Iterator[str]:
    """Yield a line for each stage, under it what is broken, or with ``verbose`` every law; and the sum of it."""
    for stage in dict.fromkeys(one.stage for one in report.findings):
        of_stage = [one for one in report.findings if one.stage == stage]
        examples = len({one.example for one in of_stage})
        counts = Counter(one.verdict for one in of_stage)
        tried = f"{counts['holds']} hold, {counts['broken']} broken" if counts["broken"] else f"{counts['holds']} hold"
        yield f"{stage}: {examples} example{'s' * (examples != 1)}, {tried}"
        for one in of_stage:
            if verbose or one.verdict == "broken":
                yield from _finding(one)
    total = Counter(one.verdict for one in report.findings)
    told = ", ".join(f"{total[verdict]} {verdict}" for verdict in ("does not apply", "not tried") if total[verdict])
    yield ""
    verdict = "keeps all laws" if report.passed else "does not keep the laws"
    yield f"{report.plugin} {verdict}: {total['holds']} hold, {total['broken']} broken{f', {told}' if told else ''}"


def _finding(one: Finding) -> Iterator[str]:
    if one.verdict == "broken":
        yield f"  BROKEN {one.law}, on {one.example}"
        yield f"    law:   {one.says}"
        yield f"    found: {one.why}"
    else:
        why = f" ({one.why})" if one.why else ""
        yield f"  {one.verdict}: {one.law}, on {one.example}{why}"
