"""Types that were reviewed and state nothing of the training data beyond settings, coefficients and what they hold."""

from __future__ import annotations

from sklearn import calibration, linear_model, multiclass, preprocessing, svm

SILENT: dict[type, None] = dict.fromkeys(
    (
        # coefficients alone
        linear_model.LogisticRegression,
        linear_model.RidgeClassifier,
        linear_model.PassiveAggressiveClassifier,
        linear_model.PassiveAggressiveRegressor,
        svm.LinearSVC,
        svm.LinearSVR,
        # settings alone
        preprocessing.Normalizer,
        preprocessing.Binarizer,
        preprocessing.PolynomialFeatures,
        preprocessing.FunctionTransformer,
        # two coefficients of a curve over scores
        calibration._SigmoidCalibration,
        # a class that all rows of a fold had
        multiclass._ConstantPredictor,
    )
)
