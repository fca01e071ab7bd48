"""Results of statsmodels as likelihoods over their raw columns."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from jaxtyping import Float
from statsmodels.base.model import Results
from statsmodels.base.wrapper import ResultsWrapper
from statsmodels.discrete import discrete_model as discrete
from statsmodels.genmod.families.family import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.othermod.betareg import BetaModel
from statsmodels.regression.linear_model import RegressionModel
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.regression.quantile_regression import QuantReg
from statsmodels.robust.robust_linear_model import RLM

from retrodict.errors import ModelError, RequestError
from retrodict.families.plain_model import PlainModel, PlainRegressor, completed
from retrodict.families.statsmodels.binary import LIMITED, logs_of
from retrodict.families.statsmodels.classes import binary_target, labels_of, listed_target
from retrodict.families.statsmodels.design import Design, design_of
from retrodict.families.statsmodels.noises import noise_of_result
from retrodict.families.statsmodels.parts import bare, held, target_names
from retrodict.families.statsmodels.restore import copied, loads
from retrodict.families.statsmodels.strip import plan_of, written
from retrodict.models.contract import About, Model
from retrodict.models.family import Opened, Settings
from retrodict.models.links import softmax
from retrodict.models.opening import fingerprint_of
from retrodict.plain_text import article, error_line
from retrodict.results.arguments import check_positive
from retrodict.results.notes import Note
from retrodict.sanitizing.capability import Outputs
from retrodict.sanitizing.plan import Plan
from retrodict.schema import Schema, Target

Array = np.ndarray

REGRESSIONS = (RegressionModel, QuantReg, RLM, MixedLM, GLM, discrete.CountModel, BetaModel)
"""Models whose result predicts a mean (or a quantile) from the columns of its design matrix alone."""

_REFUSED = {
    "statsmodels.tsa": "a model of a time series, whose rows are not independent of one another",
    "statsmodels.duration": "a model of survival times, which are censored",
    "statsmodels.gam": "an additive model, whose smooth terms take a table of their own",
    "statsmodels.multivariate": "a model of several targets, or of none",
    "statsmodels.discrete.count_model": "a mixture with zeros, whose share has columns of its own",
    "statsmodels.discrete.truncated_model": "a model of counts that were cut off, or of two kinds of count",
}
"""What is said of kinds of model that are no `p(y|x)` of one target."""


@dataclass(frozen=True, eq=False)
class _Result(PlainModel):
    """What all results share.

    Parameters
    ----------
    design
        Its raw columns, and the way from them to its own input.
    """

    design: Design = field(default=None, repr=False)  # type: ignore[assignment]

    @property
    def family(self) -> str:
        """The name of the model that was fitted."""
        model = bare(self.made).model
        kind = getattr(model, "family", None)
        return type(model).__name__ + (f" ({type(kind).__name__})" if isinstance(model, GLM) else "")

    @property
    def about(self) -> About:
        """What it says of itself: whether its numbers are whole ones, it does not."""
        numbers = frozenset(feature.name for feature in self.design.features if not feature.listed)
        remedy = "put all that its formula names into its table, and fit it again" if self.design.formula else None
        return About(self.own, numbers, warnings=self.warnings, audit=self.audit, remedy=remedy)

    def frame(self, X: Float[Array, "n d"]) -> pd.DataFrame:
        """Return rows of the bound schema as a table of its own columns, by name wherever the names are its own."""
        values = self.schema.decode(X)
        if set(self.schema.names) == set(self.own.names):
            return values[list(self.own.names)]
        return values.set_axis(list(self.own.names), axis=1)

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"made": written(self.made)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state | {"made": loads(state["made"])})

    def asked(self, X: Float[Array, "n d"], **how: Any) -> Array:
        """Return what `predict` of the result says of rows of the bound schema."""
        if not len(X):  # formulas can't be evaluated on no rows
            one = self.asked(np.zeros((1, X.shape[1])), **how)
            return one[:0]
        plain = not self.design.formula and self.schema.plain and self.schema.names == self.own.names
        given = self.design.matrix(X) if plain else self.design.given(self.frame(X))
        with warnings.catch_warnings(), np.errstate(over="ignore", under="ignore"):
            warnings.simplefilter("ignore")
            try:
                said = self.made.predict(given, **how)
            except Exception as error:  # a formula may call anything, and find it no more
                raise ModelError(f"the {self.family} can't predict: {error_line(error, 200)}") from error
        return np.asarray(said, dtype=np.float64)

    def retrained(self, X: Float[Array, "n d"], y: Float[Array, " n"], seed: int) -> Model:
        """Return a result of the same settings, fitted to other rows; see `Retrainable`."""
        from retrodict.families.statsmodels.retrain import retrained

        return retrained(self, X, y, seed)

    def duplicate(self) -> Self:
        """Return a copy as it would be read from a file; see `Strippable`."""
        return replace(self, made=copied(self.made))

    def plan(self) -> Plan:
        """Return what prediction does not need; see `Strippable`."""
        return plan_of(self.made)

    def renewed(self) -> Self:
        """Return it as it is after it was written and read again; see `Strippable`."""
        made = copied(self.made)
        return replace(self, made=made, fingerprint=fingerprint_of(made), audit=None)

    def written(self, *, as_pickle: bool = False) -> bytes:
        """Return its file, a pickle either way: statsmodels has no other kind; see `Strippable`."""
        del as_pickle
        return written(self.made)

    def outputs(self, X: Float[Array, "n d"]) -> Outputs:
        """Return predictions of what its file holds, for rows in its own schema; see `Strippable`."""
        try:
            again = replace(self, made=copied(self.made)).bind(self.own)
            return {"predict": (again.asked(X),)}
        except Exception:  # what was taken out may be what it needs to be read, or to predict
            return {}


class _Classifier(_Result):
    @property
    def likelihood(self) -> str:
        """Where ``p(y|x)`` comes from."""
        raise NotImplementedError

    def log_proba(self, X: Float[Array, "n d"]) -> Float[Array, "n k"]:
        """Return ``log p(y|x)`` in the order of the bound schema's classes; see `Classifier`."""
        logs = self._logs(X)
        order = [self.own.target.classes.index(label) for label in self.schema.target.classes]
        return logs if order == list(range(logs.shape[1])) else logs[:, order]

    def _logs(self, X: Array) -> Float[Array, "n k"]:
        raise NotImplementedError


class BinaryModel(_Classifier):
    """A logit, probit or binomial model."""

    @property
    def likelihood(self) -> str:
        """Where ``p(y|x)`` comes from."""
        return f"linear predictor through the {type(_link(self.made)).__name__} link"

    def _logs(self, X: Array) -> Float[Array, "n 2"]:
        logs = logs_of(_link(self.made))
        assert logs is not None
        return logs(self.asked(X, which="linear"))


class MultinomialModel(_Classifier):
    """A multinomial logit."""

    @property
    def likelihood(self) -> str:
        """Where ``p(y|x)`` comes from."""
        return "linear predictors through softmax"

    def _logs(self, X: Array) -> Float[Array, "n k"]:
        scores = self.asked(X, which="linear")
        return softmax(scores) if len(scores) else scores


class OrderedClassifier(_Classifier):
    """A model of ordered classes: a latent value between thresholds."""

    @property
    def likelihood(self) -> str:
        """Where ``p(y|x)`` comes from."""
        return "latent value between thresholds"

    def _logs(self, X: Array) -> Float[Array, "n k"]:
        model = bare(self.made).model
        edges = model.transform_threshold_params(np.asarray(bare(self.made).params))
        off = edges[None, :] - self.asked(X, which="linpred")[:, None]
        low, high = off[:, :-1], off[:, 1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            left = _log_between(model.distr.logcdf(high), model.distr.logcdf(low))
            right = _log_between(model.distr.logsf(low), model.distr.logsf(high))
        return np.where(low + high > 0.0, right, left)  # from the tail that is nearer


def _log_between(more: Array, less: Array) -> Array:
    """Return ``log(exp(more) - exp(less))``."""
    return np.asarray(more + np.log1p(-np.exp(less - more)))


@dataclass(frozen=True, eq=False)
class RegressionResult(_Result, PlainRegressor):
    """A regression with the noise that its likelihood states."""

    def predict(self, X: Float[Array, "n d"]) -> Float[Array, " n"]:
        """Return the library's own predictions; see `Regressor`."""
        return self.asked(X)


def wrap(opened: Opened, settings: Settings) -> Model:
    """Return a result as a model; see `Opening.model_of`."""
    made = opened.object
    where = opened.origin or "what was given"
    if not isinstance(made, Results | ResultsWrapper):
        kind = article(type(made).__name__)
        raise ModelError(f"{where} is {kind} of statsmodels and no fitted result; give what its method fit returns")
    if settings.error_rate is not None or settings.link_slope is not None:
        raise RequestError("results of statsmodels need no error rate and no link slope; leave them out")
    _refuse(made, where)
    design = design_of(made)
    cls, target = _kind(made)
    own = completed(Schema(design.features, target, design.named), settings.schema)
    notes = (*opened.warnings, *_doubts(made))
    if issubclass(cls, _Classifier):
        if settings.noise_scale is not None:
            raise RequestError("a noise scale is for regressors, and this model is a classifier; leave it out")
        return cls(made, own, own, opened.fingerprint, opened.audit, notes, design=design)
    noise, source = noise_of_result(made)
    found = RegressionResult(
        made, own, own, opened.fingerprint, opened.audit, notes, noise=noise, noise_source=source, design=design
    )
    if settings.noise_scale is None:
        return found
    return found.with_noise(check_positive(settings.noise_scale, "the noise scale"), "stated by the user")


def _kind(made: Any) -> tuple[type[_Classifier] | type[RegressionResult], Target]:
    model = bare(made).model
    if isinstance(model, discrete.MNLogit):
        return MultinomialModel, listed_target(made, labels_of(made))
    if isinstance(model, OrderedModel):
        return OrderedClassifier, listed_target(made, list(model.labels))
    if _link(made) is not None:
        return BinaryModel, binary_target(made)
    return RegressionResult, Target(target_names(made)[0])


def _link(made: Any) -> Any:
    """Return the link of a model of a binary outcome; ``None`` of all others."""
    model = bare(made).model
    if isinstance(model, discrete.BinaryModel) and not isinstance(model, discrete.MultinomialModel):
        return model.link
    family = getattr(model, "family", None)
    return family.link if isinstance(model, GLM) and isinstance(family, Binomial) else None


def is_read(made: Any) -> bool:
    """Whether a result is one that predicts here; others can still be inspected."""
    try:
        _refuse(made, "it")
    except ModelError:
        return False
    return True


def _refuse(made: Any, where: str) -> None:
    model = getattr(bare(made), "model", None)
    home = type(model).__module__
    for package, why in _REFUSED.items():
        if home.startswith(package):
            raise ModelError(f"{where} is {why}; models of one target are read: {_READ}")
    known = (*REGRESSIONS, discrete.BinaryModel, discrete.MNLogit, OrderedModel)
    if not isinstance(model, known) or not hasattr(made, "predict") or not hasattr(model, "data"):
        raise ModelError(f"{where} is a result of {type(model).__name__}, which is not read; these are: {_READ}")
    link = _link(made)
    if link is not None and logs_of(link) is None:
        raise ModelError(f"{where} has the link {type(link).__name__}, which is not known; fit it with another link")
    params = np.asarray(bare(made).params)
    if params.size < 1 or not np.isfinite(params).all():
        raise ModelError(f"{where} has coefficients that are no numbers; fit it again")
    if not design_of(made).features:
        raise ModelError(f"{where} predicts one number, whatever the row; fit it on a column")


_READ = (
    "OLS, WLS, GLS, GLM, GEE, Logit, Probit, MNLogit, OrderedModel, Poisson, NegativeBinomial, GeneralizedPoisson, "
    "QuantReg, RLM, MixedLM, BetaModel"
)


def _doubts(made: Any) -> tuple[Note, ...]:
    model = bare(made).model
    link, found = _link(made), []
    if link is not None and type(link).__name__ in LIMITED:
        said = f"with the link {type(link).__name__} a mean may leave 0 to 1; there it is taken as the nearest of these"
        found.append(Note("limited_link", said, link=type(link).__name__))
    offsets = [name for name in ("offset", "exposure") if np.ndim(held(model, name)) > 0]
    if offsets:
        said = f"it was fitted with the {' and '.join(offsets)} of each row, and predicts as the library does without"
        found.append(Note("offset", said, names=offsets))
    return tuple(found)
