"""The types outside skops' own list that a file may build without a word of the user, and how each is built."""

from __future__ import annotations

from collections.abc import Mapping

_OBJECTS = (
    # what neighbour trees measure by; their arrays are checked with the tree
    "sklearn.metrics._dist_metrics.ChebyshevDistance64",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.metrics._dist_metrics.ManhattanDistance64",
    "sklearn.metrics._dist_metrics.MinkowskiDistance64",
    # compiled code follows what these hold: it is checked before it is used
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.neighbors._ball_tree.BallTree",
    "sklearn.neighbors._kd_tree.KDTree",
    # plain holders of parameters, in Python: nothing runs when they are built
    "sklearn._loss.loss.HalfTweedieLoss",
    "sklearn._loss.loss.HalfTweedieLossIdentity",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.compose._column_transformer._RemainderColsList",  # the columns left over, in scikit-learn 1.5 to 1.8
    "sklearn.compose._column_transformer.make_column_selector",
    "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
    "sklearn.gaussian_process.kernels.ConstantKernel",
    "sklearn.gaussian_process.kernels.DotProduct",
    "sklearn.gaussian_process.kernels.Matern",
    "sklearn.gaussian_process.kernels.Product",
    "sklearn.gaussian_process.kernels.RBF",
    "sklearn.gaussian_process.kernels.RationalQuadratic",
    "sklearn.gaussian_process.kernels.Sum",
    "sklearn.gaussian_process.kernels.WhiteKernel",
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.model_selection._split.KFold",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.multiclass._ConstantPredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
)

_AS_TYPES = (
    # what a column selector names (`dtype_include=np.number`): as types alone, which hold nothing and are never called
    "builtins.bytes",
    "builtins.complex",
    "builtins.object",
    "numpy.character",
    "numpy.complexfloating",
    "numpy.flexible",
    "numpy.floating",
    "numpy.generic",
    "numpy.inexact",
    "numpy.integer",
    "numpy.number",
    "numpy.signedinteger",
    "numpy.unsignedinteger",
    "pandas.BooleanDtype",
    "pandas.CategoricalDtype",
    "pandas.StringDtype",
    "pandas.core.arrays.boolean.BooleanDtype",
    "pandas.core.arrays.string_.StringDtype",
    "pandas.core.dtypes.dtypes.CategoricalDtype",
)

_SPARSE = tuple(
    f"scipy.sparse._{form}.{form}_{kind}"
    for form in ("bsr", "coo", "csc", "csr", "dia")
    for kind in ("array", "matrix")
)
"""Their indices are checked before they are used."""

_FUNCTIONS = (
    # histogram boosting's check of its input; what a partial holds is audited, and walked, under its own name
    "sklearn.utils.validation.check_array",
    # how columns were chosen: arithmetic on what they are given
    "sklearn.feature_selection._univariate_selection.chi2",
    "sklearn.feature_selection._univariate_selection.f_classif",
    "sklearn.feature_selection._univariate_selection.f_regression",
)

REVIEWED: Mapping[str, frozenset[str]] = {
    **{name: frozenset({"ObjectNode"}) for name in _OBJECTS},
    **{name: frozenset({"TypeNode"}) for name in _AS_TYPES},
    **{name: frozenset({"SparseMatrixNode"}) for name in _SPARSE},
    **{name: frozenset({"FunctionNode"}) for name in _FUNCTIONS},
    "sklearn.tree._tree.Tree": frozenset({"TreeNode"}),
    "sklearn.utils._bunch.Bunch": frozenset({"DictNode", "ObjectNode"}),
    # what an imputer keeps of its input: skops reads it off an empty array, never a pickle
    "numpy.dtype": frozenset({"DTypeNode"}),
    # of scores by name, which boosted trees keep: as a dictionary, or as the type of its values
    "collections.OrderedDict": frozenset({"DictNode", "TypeNode"}),
    "functools.partial": frozenset({"PartialNode"}),
}
"""For each accepted type, skops' nodes that may build it. Another node would call the type with arguments of the file's
choice, which is how a checked type becomes an unchecked one."""
