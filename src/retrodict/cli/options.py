"""Arguments and options that several subcommands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CLASSIFIERS = (
    *("logistic_regression", "linear_discriminant", "naive_bayes", "k_neighbours", "kernel_logistic"),
    *("decision_tree", "random_forest", "extra_trees", "hist_gradient_boosting", "mlp"),
)
REGRESSORS = (
    *("linear_regression", "bayesian_ridge", "huber", "k_neighbours", "kernel_ridge"),
    *("decision_tree", "random_forest", "extra_trees", "hist_gradient_boosting", "mlp"),
)
EXTRAS = ("lightgbm", "xgboost")
"""What `--to` takes, as its help says: written out, since the family itself takes seconds to import."""

ModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A model file, saved with skops.io.dump.")]
Trust = Annotated[
    list[str] | None,
    typer.Option("--trust", metavar="TYPE", help="Accept this type in a skops file; may be given several times."),
]
TrustPickle = Annotated[
    bool, typer.Option("--trust-pickle", help="Read a pickle or joblib file. It can run any code: know its maker.")
]
SchemaFile = Annotated[
    Path | None,
    typer.Option("--schema", metavar="FILE", help="Names, kinds, bounds and categories of the features (YAML)."),
]
NoiseScale = Annotated[
    float | None, typer.Option(metavar="X", help="Regressors: sd of the target around the prediction.")
]
ErrorRate = Annotated[
    float | None, typer.Option(metavar="X", help="Classifiers that give labels only: share of labels that differ.")
]
LinkSlope = Annotated[
    float | None, typer.Option(metavar="X", help="Classifiers that give margins only: log-odds a unit of margin.")
]
PriorFile = Annotated[
    Path | None,
    typer.Option(
        "--prior", metavar="FILE", help="What is assumed of the features (YAML); else what the model file implies."
    ),
]
Seed = Annotated[int, typer.Option(metavar="S", help="The same seed gives the same rows.")]
OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder for the result.")]
EngineName = Annotated[str, typer.Option("--engine", help="auto, rejection, smc or enumeration.")]
Budget = Annotated[
    int | None,
    typer.Option("--max-queries", metavar="N", help="Rows the model may score; else a million, or a hundred a row."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output and nothing else there.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, no summary: errors only.")]
