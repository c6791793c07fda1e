"""What can be said of a query without any data: that it can't match, that it matches everything, which
clauses say nothing new.

The findings are never wrong; they are complete for conditions on one value at a time (intervals, sets of
texts, nil, booleans, dates) in any nesting of AND, OR and NOT, and silent beyond. `cells` cuts the values of
a field into finitely many kinds, `formula` turns a query into a formula over them, `solver` looks for a kind
of run that satisfies it, `findings` asks the questions.
"""

from pql.plan.analysis.findings import Finding, FindingKind, analyze

__all__ = ["Finding", "FindingKind", "analyze"]
