"""The schema: features, target, and the way between a table and the float matrix of inference."""

from retrodict.schema.feature import Feature, Kind, Target
from retrodict.schema.files import load_schema
from retrodict.schema.labels import class_of, label_text
from retrodict.schema.reconcile import check_classes, filled, reconcile
from retrodict.schema.table import Schema, free_name

__all__ = [
    "Feature",
    "Kind",
    "Schema",
    "Target",
    "check_classes",
    "class_of",
    "filled",
    "free_name",
    "label_text",
    "load_schema",
    "reconcile",
]
