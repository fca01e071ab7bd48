"""The tables of a study's file, to the letter: a file that holds any other is none of ours."""

from __future__ import annotations

COLUMNS = {
    **dict.fromkeys(("cell", "dataset", "algorithm", "quality", "prior"), "TEXT"),
    "seed": "INTEGER",
    **dict.fromkeys(("status", "failure", "source", "task"), "TEXT"),
    "prior_step": "REAL",
    **dict.fromkeys(("n_train", "n_holdout", "n_public", "n_features", "n_classes"), "INTEGER"),
    **dict.fromkeys(("prior_js", "prior_energy", "prior_kl"), "REAL"),
    **dict.fromkeys(("accuracy", "balanced_accuracy", "log_loss", "model_kl"), "REAL"),
    **dict.fromkeys(("posterior_js", "posterior_energy", "posterior_kl"), "REAL"),
    "posterior_by_class": "TEXT",
    **dict.fromkeys(("fidelity_js", "fidelity_energy", "lift_js", "lift_energy"), "REAL"),
    **dict.fromkeys(("replica_accuracy", "replica_balanced_accuracy", "replica_log_loss", "replica_agreement"), "REAL"),
    **dict.fromkeys(("distilled_accuracy", "distilled_balanced_accuracy", "distilled_log_loss"), "REAL"),
    "distilled_agreement": "REAL",
    "distilled_from": "TEXT",
    "distilled_queries": "INTEGER",
    **dict.fromkeys(("alone_accuracy", "alone_balanced_accuracy", "alone_log_loss", "alone_agreement"), "REAL"),
    "queries": "INTEGER",
    **dict.fromkeys(("engine", "versions"), "TEXT"),
    "seconds": "REAL",
    **dict.fromkeys(("finished_at", "worker"), "TEXT"),
}
"""Columns of the table `cells` and their types."""

VOLATILE = ("seconds", "finished_at", "worker")
"""Columns that differ between two runs of the same study."""

STATUSES = ("done", "failed")

APPLICATION = 0x52455452  # "RETR": what the file says it is

TABLES = {
    "study": "CREATE TABLE study (design TEXT NOT NULL, digest TEXT NOT NULL, name TEXT NOT NULL, cells INTEGER "
    "NOT NULL, version TEXT NOT NULL, started_at TEXT NOT NULL)",
    "cells": f"CREATE TABLE cells ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())}, "
    "PRIMARY KEY (cell)) WITHOUT ROWID",
}
"""What makes each, which is also what the file keeps of it."""
