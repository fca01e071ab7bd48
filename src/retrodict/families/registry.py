"""The families, by the names of their packages: adding one is a folder and a line here."""

FAMILIES: tuple[str, ...] = (
    "retrodict.families.catboost",
    "retrodict.families.lightgbm",
    "retrodict.families.mlflow",
    "retrodict.families.onnx",
    "retrodict.families.statsmodels",
    "retrodict.families.xgboost",
    "retrodict.families.sklearn",
)
"""Asked in this order whether a file is theirs; a type belongs to the family of its nearest class."""
