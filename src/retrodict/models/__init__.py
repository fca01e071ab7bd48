"""Models seen as a likelihood over a schema."""

from retrodict.models.base import Classifier, Model, Regressor
from retrodict.models.calibration import calibrate_link
from retrodict.models.file_audit import FileAudit
from retrodict.models.loading import audit_file, load_model
from retrodict.models.metering import Meter
from retrodict.models.sklearn_models import SklearnClassifier, SklearnRegressor

__all__ = [
    "Classifier",
    "FileAudit",
    "Meter",
    "Model",
    "Regressor",
    "SklearnClassifier",
    "SklearnRegressor",
    "audit_file",
    "calibrate_link",
    "load_model",
]
