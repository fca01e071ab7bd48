"""Arguments and options that several commands share: one name has one type, one metavar and one meaning everywhere.

What an option means stands in the first sentence of its help; what it means to one command may follow (`more`).
"""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import Annotated, Any

import typer

from retrodict.inference.engines import engine_help
from retrodict.results.store.places import is_address

CLASSIFIERS = (
    *("logistic_regression", "linear_discriminant", "naive_bayes", "k_neighbours", "kernel_logistic"),
    *("decision_tree", "random_forest", "extra_trees", "hist_gradient_boosting", "mlp"),
)
REGRESSORS = (
    *("linear_regression", "bayesian_ridge", "huber", "k_neighbours", "kernel_ridge"),
    *("decision_tree", "random_forest", "extra_trees", "hist_gradient_boosting", "mlp"),
)
EXTRAS = ("catboost", "lightgbm", "xgboost")
"""What `--to` takes, as its help says: written out, since the family itself takes seconds to import."""

ModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A model file; its bytes tell which kind.")]
RebuiltFolder = Annotated[
    Path, typer.Argument(metavar="DIR", help="The folder that reconstruct or rebuild has written.")
]

OUT = typer.Option("--out", metavar="PATH", help="Where the result goes.")
TRAIN = typer.Option("--train", metavar="FILE", help="The training rows with their target (CSV or Parquet).")
HOLDOUT = typer.Option(
    "--holdout", metavar="FILE", help="Other rows of the same source that the model did not see (CSV or Parquet)."
)
TARGET = typer.Option("--target", metavar="COLUMN", help="The target's column in real rows, if it is not plain.")
MODEL = typer.Option("--model", metavar="FILE", help="The base model's file.")
PRIOR = typer.Option("--prior", metavar="FILE", help="What is assumed of the features (YAML).")
SEED = typer.Option("--seed", metavar="S", help="The same seed gives the same result.")
ROWS = typer.Option("--rows", metavar="N", help="How many rows are asked for.")
KNOWN = typer.Option("--known", metavar="FILE", help="Rows of which something is known (CSV or Parquet).")
DRAWS = typer.Option("--draws", metavar="N", help="How many draws of the features are made.")
LIMIT = typer.Option("--limit", metavar="N", help="Rows of a table that are looked at, at most.")
WORKERS = typer.Option("--workers", metavar="N", help="How many work at a time, else one a core.")
BACKEND = typer.Option("--backend", metavar="NAME", help="local or ray.")
ADDRESS = typer.Option("--address", metavar="HOST:PORT", help="Of a running Ray cluster; else one is started here.")
SECONDS = typer.Option("--seconds", metavar="S", help="Take about so long at most.")
ENGINE = typer.Option("--engine", metavar="NAME", help=f"How draws are made: {engine_help()}.")
MAX_QUERIES = typer.Option("--max-queries", metavar="N", help="Rows that the model may score, at most.")
ESTIMATORS = typer.Option("--estimators", metavar="A,B", help="Which estimators are trained, by their names.")
SOFT_LABELS = typer.Option(
    "--soft-labels", help="Train on the model's probabilities: as a rule the new model and the old agree more."
)
TEMPERATURE = typer.Option("--temperature", metavar="T", help="Above 1 flatter probabilities, below 1 sharper ones.")
METHOD = typer.Option(
    "--method",
    metavar="NAME",
    help="plain, or distil: also train on rows chosen so that the new model and the old agree, within --queries.",
)
QUERIES = typer.Option("--queries", metavar="N", help="Model calls of distilling; else four for each row.")
ROUNDS = typer.Option("--rounds", metavar="N", help="Of distilling: later ones add rows on which the two disagree.")
TOLERANCE = typer.Option("--tolerance", metavar="X", help="Share of a column's range within which two numbers agree.")
APPETITE = typer.Option(
    "--appetite", metavar="NAME|FILE", help="Limits: internal, safe-setting, public-release, or a YAML file."
)
SHADOWS = typer.Option("--shadows", metavar="N", help="Shadow models that attacks on membership train; 0 is none.")
SHADOW_ESTIMATOR = typer.Option(
    "--shadow-estimator", metavar="NAME", help="What shadow models are where the model's own kind can't be trained."
)
SUBGROUP = typer.Option("--subgroup", metavar="A,B", help="Listed columns whose values are looked at one by one.")
CACHE = typer.Option("--cache", metavar="DIR", help="Keep here what shadow models said, for the next time.")
COLUMN = typer.Option("--column", metavar="NAME", help="The feature that is inferred.")
SEEN = typer.Option(
    "--seen", metavar="OUTPUT", help="What is known of each output: target, label, probabilities or prediction."
)
CONFIDENCE = typer.Option("--confidence", metavar="P", help="Of intervals of numbers, and of lists of categories.")
DIGITS = typer.Option("--digits", metavar="N", help="Decimals of known probabilities; significant ones of predictions.")
QUICK = typer.Option("--quick", help="A first look by audit: fewer rows, two replicas, no budget; two minutes.")

Target = Annotated[str | None, TARGET]
Seed = Annotated[int, SEED]


def more(option: Any, text: str) -> Any:
    """Return an option whose help says more than its meaning.

    Parameters
    ----------
    option
        One of this module.
    text
        What follows its own help: of this command alone.
    """
    own = copy(option)
    own.help = f"{option.help} {text}"
    return own


def _place(text: str) -> Any:
    """Return a path, or an address as it is: its slashes stay two."""
    return text if is_address(text) else Path(text)


def placed(option: Any) -> Any:
    """Return an option whose value may be an address too."""
    own = copy(option)
    own.parser = _place
    return own


OutFolder = Annotated[Path, more(OUT, "A new folder.")]
OutPlace = Annotated[Path, placed(more(OUT, "A new folder; with a backend also s3://bucket/folder and the like."))]
MaxQueries = Annotated[int | None, more(MAX_QUERIES, "Else a million, or a hundred a row.")]
Prior = Annotated[Path | None, more(PRIOR, "Else what the model file implies.")]


def names(text: str | None) -> list[str] | None:
    """Return the names of a list that is separated by commas."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
