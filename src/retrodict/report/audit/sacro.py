"""The audit in the forms of the SACRO tools, so that their viewers open it.

``sacro.json`` has the form of ACRO's results file (version, results, and for each its uid, status, type, properties,
files, outcome, command, summary, timestamp, comments, exception), which SACRO Viewer 0.4 and later opens;
``checksums/`` has the SHA-256 of each file that it names, as the viewer looks for them. ``sacro_ml.json`` has the form
of SACRO-ML's report.json: an entry an attack, with its metadata and one instance of its metrics.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Mapping

from scipy.stats import norm

from retrodict.auditing import AuditResult
from retrodict.auditing.document import Report
from retrodict.auditing.finding import WORDS
from retrodict.auditing.guess_sections import AttackLine
from retrodict.plain_text import json_text
from retrodict.report.audit.first_screen import title

FILE, ATTACKS_FILE, TABLE_FILE = "sacro.json", "sacro_ml.json", "findings.csv"
CHECKSUMS = "checksums"
VERSION = "0.4.0"
"""The version of ACRO's form that this is: the oldest that SACRO Viewer still opens."""

_STATUS = {"release": "pass", "review": "review", "reject": "fail"}
_UID = "retrodict_audit"
_HEADS = ("measure", "who", "verdict", "found", "low", "high", "harmless", "review above", "reject above", "sentence")


def findings_table(report: Report) -> str:
    """Return every measure beside its limits as CSV: what the viewer shows of an audit."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_HEADS)
    for one in report.findings:
        numbers = (one.value, one.low, one.high, one.harmless, one.review, one.reject)
        cells = ["" if number is None else f"{number:.6g}" for number in numbers]
        writer.writerow([one.measure, WORDS[one.way], one.verdict or "not judged", *cells, one.sentence])
    return buffer.getvalue()


def acro_results(found: AuditResult, report: Report, files: Mapping[str, bytes], when: str) -> str:
    """Return the text of ``sacro.json``.

    Parameters
    ----------
    found
        The audit.
    report
        Its report.
    files
        The files that it names, with their bytes: in the folder in which it will lie.
    when
        The time as ISO has it, without a zone.
    """
    marked: dict[str, list[list[int]]] = {}
    for place, one in enumerate(report.findings):
        if one.verdict in ("review", "reject"):
            marked.setdefault(one.verdict, []).append([place, _HEADS.index("verdict")])
    outcome: dict[str, dict[str, str]] = {"verdict": {}}
    for one in report.findings:
        outcome["verdict"][f"{one.measure}, {WORDS[one.way]}"] = one.verdict or "not judged"
    left = [f"not read: {one.type} at {one.path or 'the model itself'}" for one in report.unread]
    left += [f"not tested: {one.what}: {one.reason.text}" for one in report.not_tested]
    result = {
        "uid": _UID,
        "status": _STATUS[report.verdict],
        "type": "custom",
        "properties": {
            "method": "retrodict audit",
            "model": title(found),
            "sha256": (found.provenance.get("file") or {}).get("sha256", found.provenance["model"]["fingerprint"]),
            "appetite": report.appetite.name,
            "verdict": report.verdict,
        },
        "files": [
            {"name": name, "sdc": {"summary": {}, "cells": marked if name == TABLE_FILE else {}}} for name in files
        ],
        "outcome": outcome,
        "command": str(found.provenance.get("command", "")),
        "summary": f"{_STATUS[report.verdict]}; {' '.join(report.summary)}",
        "timestamp": when,
        "comments": [*left, *(f"to do: {one.sentence}" for one in report.next_actions)],
        "exception": "",
    }
    return json_text({"version": VERSION, "results": {_UID: result}}) + "\n"


def checksum(content: bytes) -> str:
    """Return what the viewer compares a file with."""
    return hashlib.sha256(content).hexdigest()


def sacro_ml_report(found: AuditResult, report: Report, when: str) -> str | None:
    """Return the text of ``sacro_ml.json``; ``None`` where no attack on membership was made.

    Parameters
    ----------
    found
        The audit.
    report
        Its report.
    when
        The time as SACRO-ML writes it: day/month/year hour:minute:second.
    """
    if not report.membership:
        return None
    model = found.provenance["model"]
    made = {}
    for one in report.membership:
        log = hashlib.sha256(f"{model['fingerprint']} {one.attack} {found.provenance['seed']}".encode()).hexdigest()[
            :32
        ]
        name = f"retrodict {one.attack}"
        made[f"{name}_{log}"] = {
            "log_id": log,
            "log_time": when,
            "metadata": {
                "attack_name": name,
                "attack_params": {"n_shadow_models": one.shadows, "way": one.way, "seed": found.provenance["seed"]},
                "global_metrics": {},
                "target_model": model["family"],
                "target_model_params": {},
                "target_train_params": {},
            },
            "attack_experiment_logger": {"attack_instance_logger": {"instance_0": _metrics(one)}},
        }
    return json_text(made) + "\n"


def _metrics(one: AttackLine) -> dict[str, float | int]:
    """Return one attack's numbers under the names of SACRO-ML.

    Its ``TPR@x%`` are at a false positive rate of x as a share, not per cent: 0.01 is 1%. Only what was measured is
    there.
    """
    # the variance of an AUC under no difference, without ties (Hanley & McNeil, 1982, as SACRO-ML has it)
    sd = math.sqrt((one.members + one.others + 1) / (12.0 * one.members * one.others))
    return {
        "AUC": one.auc,
        "P_HIGHER_AUC": float(norm.sf(one.auc, 0.5, sd)),
        "Advantage": one.advantage,
        "TPR@0.01%": one.tpr_at_fpr_01,
        "TPR@0.001%": one.tpr_at_fpr_001,
        "n_pos_test_examples": one.members,
        "n_neg_test_examples": one.others,
    }
