"""What the conformance kit found, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from seqpipe.testing import Finding, Report


def lines(report: Report, *, verbose: bool) -> Iterator[str]:
    """Yield a line for each stage, under it what is broken, or with ``verbose`` every law; and the sum of it."""
    for stage in dict.fromkeys(finding.stage for finding in report.findings):
        of_stage = [finding for finding in report.findings if finding.stage == stage]
        examples = len({finding.example for finding in of_stage})
        counts = Counter(finding.verdict for finding in of_stage)
        tried = f"{counts['holds']} hold, {counts['broken']} broken" if counts["broken"] else f"{counts['holds']} hold"
        yield f"{stage}: {examples} example{'s' * (examples != 1)}, {tried}"
        for finding in of_stage:
            if verbose or finding.verdict == "broken":
                yield from _finding(finding)
    total = Counter(finding.verdict for finding in report.findings)
    told = ", ".join(f"{total[verdict]} {verdict}" for verdict in ("does not apply", "not tried") if total[verdict])
    yield ""
    verdict = "keeps all laws" if report.passed else "does not keep the laws"
    yield f"{report.plugin} {verdict}: {total['holds']} hold, {total['broken']} broken{f', {told}' if told else ''}"


def _finding(finding: Finding) -> Iterator[str]:
    if finding.verdict == "broken":
        yield f"  BROKEN {finding.law}, on {finding.example}"
        yield f"    law:   {finding.says}"
        yield f"    found: {finding.why}"
    else:
        why = f" ({finding.why})" if finding.why else ""
        yield f"  {finding.verdict}: {finding.law}, on {finding.example}{why}"
