"""retrodict: from a trained model back to the data behind it.

The public surface: `load_model`, `inspect_model`, `implied_prior`, `load_prior`, `fit_prior`, `new_prior`,
`reconstruct`, `invert`; `rebuild`, which finds the training table itself where a model states it; `evaluate`, which
says how near a reconstruction comes to real rows as a distribution, and `record_risk`, `matched_error`,
`aligned_error`, `calibration` and `controls`, which do so row by row; `membership_attacks`, who was in the table by
the model's own outputs; `infer`, one column of known rows, and `attribute_risk`, what of that is owed to having been
trained on; `replicate`, which says how well models trained on a reconstruction do, `migrate`, which makes one of
another kind, and `query_curve`, what so many model calls give; `error_budget`, where the divergence comes from;
`calibrate`, whether the draws are what they are said to be; `audit`, all of it in one folder, and `sanitize`, which
takes out of a model what prediction does not need; `check`, what settings store or expose, before training; `doctor`,
what is installed and what it enables; and the modules `priors`, `models`, `disclosures`, `schema`, `evaluation`,
`theory`, `study` and `inference` for those who need more. Each name is imported when it is first used, so that the
command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrodict import disclosures, errors, evaluation, inference, models, priors, schema, study, theory
    from retrodict.budget import EstimatedBudget, error_budget
    from retrodict.checking.check import check
    from retrodict.checking.result import Check
    from retrodict.disclosures import Disclosures, inspect_model
    from retrodict.evaluation import (
        AttributeRisk,
        Fidelity,
        MembershipAttacks,
        Migration,
        QueryCurve,
        RecordMatch,
        RecordRisk,
        Replicas,
        SimulationCalibration,
        aligned_error,
        attribute_risk,
        calibrate,
        evaluate,
        matched_error,
        membership_attacks,
        migrate,
        query_curve,
        record_risk,
        replicate,
    )
    from retrodict.evaluation.calibration import calibration
    from retrodict.evaluation.controls import controls
    from retrodict.models import load_model
    from retrodict.models.doctor import doctor
    from retrodict.priors import fit_prior, implied_prior, load_prior, uniform_prior
    from retrodict.reconstruction import Inversion, Rebuilt, Reconstruction
    from retrodict.reconstruction.attributes.infer import infer
    from retrodict.reconstruction.attributes.result import Inferred
    from retrodict.reconstruction.invert import invert
    from retrodict.reconstruction.new_prior import new_prior
    from retrodict.reconstruction.rebuild import rebuild
    from retrodict.reconstruction.reconstruct import reconstruct
    from retrodict.report.audit.write import audit
    from retrodict.sanitizing import Sanitized, sanitize
    from retrodict.schema import Feature, Schema, Target, load_schema

__all__ = [
    "AttributeRisk",
    "Check",
    "Disclosures",
    "EstimatedBudget",
    "Feature",
    "Fidelity",
    "Inferred",
    "Inversion",
    "MembershipAttacks",
    "Migration",
    "QueryCurve",
    "Rebuilt",
    "Reconstruction",
    "RecordMatch",
    "RecordRisk",
    "Replicas",
    "Sanitized",
    "Schema",
    "SimulationCalibration",
    "Target",
    "aligned_error",
    "attribute_risk",
    "audit",
    "calibrate",
    "calibration",
    "check",
    "controls",
    "disclosures",
    "doctor",
    "error_budget",
    "errors",
    "evaluate",
    "evaluation",
    "fit_prior",
    "implied_prior",
    "infer",
    "inference",
    "inspect_model",
    "invert",
    "load_model",
    "load_prior",
    "load_schema",
    "matched_error",
    "membership_attacks",
    "migrate",
    "models",
    "new_prior",
    "priors",
    "query_curve",
    "rebuild",
    "reconstruct",
    "record_risk",
    "replicate",
    "sanitize",
    "schema",
    "study",
    "theory",
    "uniform_prior",
]

__version__: str

_HOMES = {
    "disclosures": ("Disclosures", "inspect_model"),
    "evaluation": (
        *("Fidelity", "RecordMatch", "aligned_error", "calibration", "controls", "evaluate", "matched_error"),
        *("SimulationCalibration", "calibrate"),
        *("RecordRisk", "record_risk", "MembershipAttacks", "membership_attacks"),
        *("AttributeRisk", "attribute_risk"),
        *("Migration", "QueryCurve", "Replicas", "migrate", "query_curve", "replicate"),
    ),
    "checking.check": ("check",),
    "checking.result": ("Check",),
    "models": ("load_model",),
    "models.doctor": ("doctor",),
    "priors": ("fit_prior", "implied_prior", "load_prior", "uniform_prior"),
    "reconstruction": ("Inversion", "Rebuilt", "Reconstruction", "invert", "rebuild", "reconstruct"),
    "reconstruction.attributes": ("Inferred", "infer"),
    "reconstruction.new_prior": ("new_prior",),
    "sanitizing": ("Sanitized", "sanitize"),
    "report.audit.write": ("audit",),
    "schema": ("Feature", "Schema", "Target", "load_schema"),
    "budget": ("EstimatedBudget", "error_budget"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name == "__version__":
        return _version()
    if name not in __all__:
        raise AttributeError(f"module 'retrodict' has no attribute '{name}'")
    home = _HOME_OF.get(name)
    value = import_module(f"retrodict.{name}") if home is None else getattr(import_module(f"retrodict.{home}"), name)
    globals()[name] = value
    return value


def _version() -> str:
    """Return the installed release: that of the git tag that it was built from."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("retrodict")
    except PackageNotFoundError:  # read from a folder of sources that was not installed
        found = "0+unknown"
    globals()["__version__"] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
