"""The mention audit: how far each candidate gene of each mention can be believed, and why.

Signals are small functions, each of which says one thing or nothing (`word_signals`, `figure_signals`); a score is the
logistic function of a sum of their weights, and a grade is where the score lies (`grading`). Nothing is ever removed.
"""

from kg.authority.audit.auditor import Assessment, Auditor, Verdict, assessments_of
from kg.authority.audit.curation import Curation, Decision, Decisions
from kg.authority.audit.curation_file import CURATION_COLUMNS, read_curation
from kg.authority.audit.grades import keep_graded, read_grades
from kg.authority.audit.grading import GRADES, WEIGHTS, Judgement, judge
from kg.authority.audit.report import AUDIT_COLUMNS, write_audit
from kg.authority.audit.run import audit
from kg.authority.audit.subject import Candidate, Mention, Signal, mention_of
from kg.authority.audit.text import FigureText
from kg.folder import GRADES_TABLE

__all__ = [
    "AUDIT_COLUMNS",
    "CURATION_COLUMNS",
    "GRADES",
    "GRADES_TABLE",
    "WEIGHTS",
    "Assessment",
    "Auditor",
    "Candidate",
    "Curation",
    "Decision",
    "Decisions",
    "FigureText",
    "Judgement",
    "Mention",
    "Signal",
    "Verdict",
    "assessments_of",
    "audit",
    "judge",
    "keep_graded",
    "mention_of",
    "read_curation",
    "read_grades",
    "write_audit",
]
