"""Types that were reviewed and state nothing of the training data beyond settings, coefficients and what they hold."""

from __future__ import annotations

from sklearn import (
    calibration,
    decomposition,
    feature_extraction,
    feature_selection,
    kernel_approximation,
    linear_model,
    multiclass,
    neighbors,
    neural_network,
    preprocessing,
    svm,
)
from sklearn.feature_extraction import image, text

_COEFFICIENTS = (
    linear_model.LogisticRegression,
    linear_model.RidgeClassifier,
    linear_model.PoissonRegressor,
    linear_model.GammaRegressor,
    linear_model.TweedieRegressor,
    linear_model.TheilSenRegressor,
    svm.LinearSVC,
    svm.LinearSVR,
    neighbors.NeighborhoodComponentsAnalysis,
    # its chains are draws of hidden units from the model, not of rows
    neural_network.BernoulliRBM,
    # beside its coefficients, those on folds and their scores: of parts of the table that no attribute names
    linear_model.LogisticRegressionCV,
)
_SETTINGS = (
    preprocessing.Normalizer,
    preprocessing.Binarizer,
    preprocessing.PolynomialFeatures,
    preprocessing.FunctionTransformer,
    feature_extraction.FeatureHasher,
    text.HashingVectorizer,
    image.PatchExtractor,
    # the dictionary is given
    decomposition.SparseCoder,
)
_DRAWN = (
    # weights drawn without a look at the data
    kernel_approximation.AdditiveChi2Sampler,
    kernel_approximation.SkewedChi2Sampler,
    kernel_approximation.PolynomialCountSketch,
)
_PARTS = (
    # two coefficients of a curve over scores
    calibration._SigmoidCalibration,
    # one that scores are divided by; older releases have no such curve
    *(vars(calibration)[name] for name in ("_TemperatureScaling",) if name in vars(calibration)),
    # a class that all rows of a fold had
    multiclass._ConstantPredictor,
)
_CHOICES = (
    # which columns were chosen, and nothing of what they were chosen by
    feature_selection.SequentialFeatureSelector,
)
SILENT: dict[type, None] = dict.fromkeys((*_COEFFICIENTS, *_SETTINGS, *_DRAWN, *_PARTS, *_CHOICES))
