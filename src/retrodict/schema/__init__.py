"""The schema: features, target, and the way between a table and the float matrix of inference."""

from retrodict.schema.feature import Feature, Kind, Target
from retrodict.schema.files import load_schema
from retrodict.schema.reconcile import reconcile
from retrodict.schema.table import Schema

__all__ = ["Feature", "Kind", "Schema", "Target", "load_schema", "reconcile"]
