"""Models seen as a likelihood over a schema."""

from retrodict.models.contract import Classifier, Model, Regressor
from retrodict.models.file_audit import FileAudit
from retrodict.models.link_calibration import calibrate_link
from retrodict.models.metering import Meter
from retrodict.models.opening import audit_file, load_model

__all__ = [
    "Classifier",
    "FileAudit",
    "Meter",
    "Model",
    "Regressor",
    "audit_file",
    "calibrate_link",
    "load_model",
]
