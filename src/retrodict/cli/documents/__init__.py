"""What each command prints with ``--json``: one declaration a command, which ``--print-schema`` shows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel

HOMES = {
    "inspect": "files.Inspected",
    "reconstruct": "rows.Reconstructed",
    "rebuild": "rows.Rebuilt",
    "invert": "rows.Inverted",
    "infer": "attributes.Inferred",
    "implied-prior": "files.PriorSummary",
    "fit-prior": "files.PriorSummary",
    "evaluate": "evaluation.Fidelity",
    "record-risk": "evaluation.RecordRisk",
    "matched-error": "evaluation.Matched",
    "aligned-error": "evaluation.Matched",
    "calibration": "evaluation.Calibration",
    "controls": "evaluation.Controls",
    "membership-attacks": "evaluation.Membership",
    "attribute-risk": "attributes.AttributeRisk",
    "replicate": "evaluation.Replicas",
    "migrate": "evaluation.Migration",
    "query-curve": "evaluation.QueryCurve",
    "error-budget": "budgets.EstimatedBudget",
    "calibrate": "simulated.SimulationCalibration",
    "check": "checks.Check",
    "audit": "audits.Audit",
    "app": "installed.App",
    "sanitize": "audits.Sanitized",
    "theory": "budgets.Theory",
    "demo": "studies.Demo",
    "doctor": "installed.Diagnosis",
    "new prior": "files.NewPrior",
    "study init": "studies.Written",
    "study run": "studies.Status",
    "study status": "studies.Status",
    "study export": "studies.Exported",
    "study report": "study_report.Report",
}
"""Of each command, by its words."""


def document_of(command: str) -> type[BaseModel]:
    """Return the declaration of what a command prints.

    Parameters
    ----------
    command
        Its words without ``retrodict``: ``study run``.
    """
    home, name = HOMES[command].split(".")
    declared: type[BaseModel] = getattr(import_module(f"{__name__}.{home}"), name)
    return declared
