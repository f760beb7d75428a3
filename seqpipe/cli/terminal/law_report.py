"""What the conformance kit found, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from seqpipe.testing import Finding, Report


def lines(report: Report, *, verbose: bool) -> Iterator[str]:
    """Yield a line for each stage, under it what is broken and what was not tried; and the sum of it.

    With ``verbose`` there is a line for each law and example as well.
    """
    for stage in dict.fromkeys(finding.stage for finding in report.findings):
        of_stage = [finding for finding in report.findings if finding.stage == stage]
        examples = len({finding.example for finding in of_stage})
        counts = Counter(finding.verdict for finding in of_stage)
        tried = f"{counts['holds']} hold, {counts['broken']} broken" if counts["broken"] else f"{counts['holds']} hold"
        yield f"{stage}: {examples} example{'s' * (examples != 1)}, {tried}"
        if verbose:
            yield from (_line(finding) for finding in of_stage if finding.verdict != "broken")
        yield from _broken(of_stage)
        yield from _not_tried(of_stage)
    total = Counter(finding.verdict for finding in report.findings)
    told = ", ".join(f"{total[verdict]} {verdict}" for verdict in ("does not apply", "not tried") if total[verdict])
    yield ""
    verdict = "keeps all laws" if report.passed else "does not keep the laws"
    yield f"{report.plugin} {verdict}: {total['holds']} hold, {total['broken']} broken{f', {told}' if told else ''}"


def _line(finding: Finding) -> str:
    why = f" ({finding.why})" if finding.why else ""
    return f"  {finding.verdict}: {finding.law}, on {finding.example}{why}"


def _broken(of_stage: Sequence[Finding]) -> Iterator[str]:
    """Yield what is broken: once, if the same is found on several examples."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in of_stage:
        if finding.verdict == "broken":
            alike.setdefault((finding.law, finding.why), []).append(finding)
    for (law, why), findings in alike.items():
        more = len(findings) - 1
        others = f" and {more} other example{'s' * (more > 1)}" if more else ""
        yield f"  BROKEN {law}, on {findings[0].example}{others}"
        yield f"    law:   {findings[0].says}"
        yield f"    found: {why}"
        yield f"    cure:  {findings[0].cure}"


def _not_tried(of_stage: Sequence[Finding]) -> Iterator[str]:
    """Yield the laws that were tried on no example of a stage, by the reason."""
    tried = {finding.law for finding in of_stage if finding.verdict in ("holds", "broken")}
    laws: dict[str, dict[str, None]] = {}
    for finding in of_stage:
        if finding.law not in tried:
            laws.setdefault(finding.why, {})[finding.law] = None
            tried.add(finding.law)
    for why, names in laws.items():
        yield f"  not tried: {', '.join(names)} ({why})"
