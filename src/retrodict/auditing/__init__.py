"""Judge one model under a risk appetite: the room above all measures, below the report that shows it.

It is not called `audit`, since that is the name of the public function.
"""

from retrodict.auditing.appetite import Appetite, load_appetite
from retrodict.auditing.comparison import AuditComparison
from retrodict.auditing.compute import compute_audit
from retrodict.auditing.document import SCHEMA_VERSION, Report, report_schema
from retrodict.auditing.finding import Finding
from retrodict.auditing.request import AuditRequest
from retrodict.auditing.result import AuditResult

__all__ = [
    "SCHEMA_VERSION",
    "Appetite",
    "AuditComparison",
    "AuditRequest",
    "AuditResult",
    "Finding",
    "Report",
    "compute_audit",
    "load_appetite",
    "report_schema",
]
