"""Verdicts as curators have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.authority.audit.curation import genes_meant
from kg.authority.audit.grading import GRADES
from kg.authority.audit.subject import Signal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.authority.audit.auditor import Verdict
    from kg.authority.audit.curation import Decision, Decisions

__all__ = ["as_decided"]


def as_decided(verdicts: list[Verdict], decisions: Decisions) -> Iterator[Verdict]:
    """Yield the verdicts on a mention as curators have them, those on genes that they added last.

    Parameters
    ----------
    verdicts
        On the candidates that the file has, at least one.
    decisions
        Those on the figure, by the mention's number and the gene.
    """
    number = verdicts[0].mention
    own = {v.entrez: decisions[number, v.entrez] for v in verdicts if (number, v.entrez) in decisions}
    meant = genes_meant({(number, ncbigene): decision for ncbigene, decision in own.items()})
    others = {ncbigene: decision for (_, ncbigene), decision in meant.items()}
    symbols = {verdict.entrez: verdict.hgnc_symbol for verdict in verdicts}
    for verdict in verdicts:
        of_gene = own.get(verdict.entrez)
        if of_gene is not None:
            yield _decided(verdict, of_gene, is_right=of_gene.decision == "accept")
        elif verdict.entrez in others:
            decision = others[verdict.entrez]
            yield _decided(verdict, decision, is_right=True, instead=symbols[decision.ncbigene])
        else:
            yield verdict
    for ncbigene, decision in others.items():
        if ncbigene not in symbols:
            gene = verdicts[0]._replace(hgnc_symbol=str(decision.other_symbol), entrez=ncbigene, signals=())
            yield _decided(gene, decision, is_right=True, instead=symbols[decision.ncbigene])


def _decided(verdict: Verdict, decision: Decision, *, is_right: bool, instead: str = "") -> Verdict:
    """Return a verdict as a curator has it, the decision as its first reason; `instead` is what it was read as."""
    what = "accepted" if is_right else "rejected"
    if instead:
        what += f" in the place of {instead} ({decision.ncbigene})"
    elif decision.other_gene is not None:
        what += f" for {decision.other_symbol} ({decision.other_gene})"
    note = f": {decision.note}" if decision.note else ""
    reason = Signal("curation", f"{what} by {decision.curator} on {decision.date}{note}")
    score, grade = (1.0, GRADES[0]) if is_right else (0.0, GRADES[-1])
    return verdict._replace(score=score, grade=grade, signals=(reason, *verdict.signals), decision=decision)
