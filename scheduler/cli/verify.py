"""``flexweave verify``: says whether an answer is legal, complete and as certified."""

import typer
from rich.text import Text

from scheduler.cli.exits import IMPOSSIBLE
from scheduler.cli.inputs import Answer, AsJson, Source, answered
from scheduler.cli.screen import show, show_json
from scheduler.models import Certificate
from scheduler.report.tables import line
from scheduler.report.wording import counted, number, percent
from scheduler.verify import Disagreement, verify

EXAMPLES = (
    "flexweave verify fixtures/demo out/demo",
    "flexweave verify fixtures/tiny out/tiny --json",
)


def command(scenario: Source, out: Answer, as_json: AsJson = False) -> None:
    """Judge a written answer again, by a checker that knows no solver.

    Everything is computed anew from the scenario and the assignments, and compared with what OUT
    says. Exit code 1 means that the answer is illegal, or not as certified.
    """
    school, solution = answered(scenario, out)
    found = verify(school, solution)
    if as_json:
        show_json(_document(solution.certificate, found))
    else:
        show(_confirmed(solution.certificate) if not found else map(_denied, [*found]))
    if found:
        raise typer.Exit(IMPOSSIBLE)


def _document(certificate: Certificate, found: list[Disagreement]) -> dict[str, object]:
    numbers = certificate.model_dump(include={"value", "bound", "gap", "status"})
    disagreements = [{"where": one.where, "text": one.text} for one in found]
    return {"confirmed": not found, **numbers, "disagreements": disagreements}


def _confirmed(certificate: Certificate) -> list[Text]:
    counts = certificate.counts
    findings = sum(certificate.findings_per_rule.values())
    lines = [
        "Confirmed: the answer is legal, complete and as certified.",
        f"  places  {counts.get('placed', 0):,} of {counts.get('places', 0):,} filled",
        f"  value   {number(certificate.value)} points, with {counted(findings, 'finding')}",
    ]
    if certificate.status == "impossible":
        lines.append("  status  impossible: some promises were waived, each is a finding")
    elif certificate.bound is not None:
        lines.append(f"  bound   {number(certificate.bound)}, as certified when it was solved")
        lines.append(f"  gap     {percent(certificate.gap)}")
    return [line(text) for text in lines]


def _denied(found: Disagreement) -> Text:
    return line(str(found))
