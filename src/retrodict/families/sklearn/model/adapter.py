"""From a fitted scikit-learn estimator to a model, or one line that says why it is none."""

from __future__ import annotations

import warnings as python_warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, is_classifier, is_clusterer, is_outlier_detector, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from retrodict.errors import ModelError, RequestError, RetrodictError
from retrodict.families.assumed import assumptions_of
from retrodict.families.sklearn import MODELS
from retrodict.families.sklearn.model.input import layout_of
from retrodict.families.sklearn.model.likelihood import route_of
from retrodict.families.sklearn.model.models import SklearnClassifier, SklearnRegressor, stored_noise
from retrodict.families.sklearn.model.schema import Known, known_of
from retrodict.families.sklearn.open.releases import differs, installed
from retrodict.families.sklearn.open.trial_rows import TRIAL_ROWS, sklearn_alone, trial_rows, use
from retrodict.families.sklearn.structure.delegates import SEARCHES
from retrodict.models.family import Opened, Settings
from retrodict.models.trial import can_fork, endured
from retrodict.plain_text import article, one_line

_NEEDED = f"{MODELS} is needed"


def wrap(opened: Opened, settings: Settings) -> SklearnClassifier | SklearnRegressor:
    """Return a fitted estimator as a model; see `load_model` for the settings.

    Parameters
    ----------
    opened
        What was found or given, and its provenance.
    settings
        What the user states of it.

    Raises
    ------
    ModelError
        If it is no fitted classifier or regressor of one output.
    SchemaError
        If the schema does not fit it.
    RequestError
        If a setting is out of range, or means nothing to this kind of model.
    """
    estimator, origin, audit, warnings = opened.object, opened.origin, opened.audit, opened.warnings
    noise_scale, assumed = settings.noise_scale, assumptions_of(settings)
    where = "" if origin is None else f"{origin} holds "
    try:
        _check_kind(estimator)
        _check_fitted(estimator)
        known = known_of(estimator, settings.schema)
        if audit is not None and can_fork() and sklearn_alone(estimator):
            _try(estimator, known)
        _check_one_output(estimator, known)
        classifier = is_classifier(estimator)
        if classifier:
            route_of(estimator, assumed)  # settings that are none show now, not at the first call
    except ModelError as error:
        raise ModelError(f"{where or 'got '}{error}") from error
    except RetrodictError:
        raise
    except MemoryError as error:
        raise ModelError(
            f"{where or 'got '}a {type(estimator).__name__} that takes more memory than there is"
        ) from error
    except Exception as error:  # a damaged or foreign estimator fails anywhere
        by = "" if audit is None or not differs(audit.written_by) else f", written by {audit.written_by},"
        raise ModelError(
            f"{where or 'got '}a {type(estimator).__name__}{by} whose parts do not fit together "
            f"({type(error).__name__}: {one_line(error, 200)}); fit and save it again with the "
            f"installed {installed()}"
        ) from error
    if classifier:
        if noise_scale is not None:
            raise RequestError("a noise scale is for regressors, and this model is a classifier; leave it out")
        return SklearnClassifier(estimator, known, known.schema, opened.fingerprint, audit, warnings, assumed)
    noise, source = stored_noise(estimator)
    model = SklearnRegressor(estimator, known, known.schema, opened.fingerprint, audit, warnings, noise, source)
    return model if noise_scale is None else model.with_noise(noise_scale, "stated by the user")


def _check_kind(estimator: Any) -> None:
    name = type(estimator).__name__
    if not isinstance(estimator, BaseEstimator):
        raise ModelError(f"{article(name)}; {_NEEDED}")
    if is_classifier(estimator) or is_regressor(estimator):
        return
    for test, words in ((is_clusterer, "a clusterer"), (is_outlier_detector, "an outlier detector")):
        if test(estimator):
            raise ModelError(f"{article(name)}, {words}; {_NEEDED}")
    words = ", a transformer" if hasattr(estimator, "transform") else ""
    raise ModelError(f"{article(name)}{words}; {_NEEDED}")


def _check_fitted(estimator: Any) -> None:
    name = type(estimator).__name__
    searched = isinstance(estimator, SEARCHES) and hasattr(estimator, "cv_results_")
    if searched and not hasattr(estimator, "best_estimator_"):
        raise ModelError(f"a {name} with refit=False, which keeps no model; save one that was refitted")
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        raise ModelError(f"a {name} that is not fitted; fit it, then save it") from None
    if is_classifier(estimator) and not hasattr(estimator, "classes_"):
        raise ModelError(f"a {name} without classes_; {_NEEDED}, and a classifier stores its classes")


def _try(estimator: Any, known: Known) -> None:
    """Ask for a few rows in a copy of this process first: what ends it there would end this process."""
    ended = endured(lambda: use(estimator, layout_of(known, known.schema).build(trial_rows(known.schema))))
    if ended is not None:
        raise ModelError(
            f"a {type(estimator).__name__} that makes scikit-learn fail: asked for {TRIAL_ROWS} rows, in a process "
            f"of its own, {ended}; it is damaged, or made to do harm: save the model again"
        )


def _check_one_output(estimator: Any, known: Known) -> None:
    """Refuse several outputs; where no attribute tells, one row is scored."""
    name = type(estimator).__name__
    several = f"a {name} with several outputs a row; one is needed: save one model for each output"
    multilabel = getattr(estimator, "multilabel_", False) or isinstance(getattr(estimator, "classes_", None), list)
    if multilabel or (getattr(estimator, "n_outputs_", 1) != 1 and not is_classifier(estimator)):
        raise ModelError(several)
    if known.undetermined:
        return  # no row is known to fit
    row = trial_rows(known.schema)[:1]
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")
        try:
            shape = np.shape(estimator.predict(layout_of(known, known.schema).build(row)))
        except Exception:  # a row of zeros need not suit the model; real rows are checked when they are scored
            return
    if len(shape) > 1 and shape[1] > 1:
        raise ModelError(several)
