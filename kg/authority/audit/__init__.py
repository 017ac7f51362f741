"""The mention audit: how far each candidate gene of each mention can be believed, and why.

Signals are small functions, each of which says one thing or nothing (`word_signals`, `figure_signals`); a score is the
logistic function of a sum of their weights, and a grade is where the score lies (`grading`). Nothing is ever removed.
"""

from kg.authority.audit.grades import GRADES_TABLE, keep_graded, write_grades
from kg.authority.audit.grading import GRADES, WEIGHTS, judge, score
from kg.authority.audit.report import AUDIT_COLUMNS, write_audit
from kg.authority.audit.run import Auditor, Verdict, audit
from kg.authority.audit.subject import Candidate, Mention, Signal
from kg.authority.audit.text import FigureText

__all__ = [
    "AUDIT_COLUMNS",
    "GRADES",
    "GRADES_TABLE",
    "WEIGHTS",
    "Auditor",
    "Candidate",
    "FigureText",
    "Mention",
    "Signal",
    "Verdict",
    "audit",
    "judge",
    "keep_graded",
    "score",
    "write_audit",
    "write_grades",
]
