"""The operators of a trained predictor of tables, and what each of them may ask for."""

from __future__ import annotations

ML = "ai.onnx.ml"
DEFAULT = frozenset({"", "ai.onnx"})

TREES = frozenset({"TreeEnsembleClassifier", "TreeEnsembleRegressor", "TreeEnsemble"})

_ELEMENTWISE = """Abs Acos Acosh Add And Asin Asinh Atan Atanh BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast
CastLike Ceil Celu Clip Cos Cosh Div Elu Equal Erf Exp Floor Gelu Greater GreaterOrEqual HardSigmoid HardSwish Identity
IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg Not Or PRelu Pow Reciprocal Relu Round Selu
Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Sub Sum Swish Tan Tanh ThresholdedRelu Where Xor"""
_ACROSS = """ArgMax ArgMin AveragePool BatchNormalization Conv ConvTranspose CumSum Dropout Einsum Gemm
GlobalAveragePool GlobalMaxPool GroupNormalization Hardmax InstanceNormalization LayerNormalization LogSoftmax
LpNormalization LRN MatMul MatMulInteger MaxPool MeanVarianceNormalization RMSNormalization ReduceL1 ReduceL2
ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Softmax TopK"""
_SHAPES = """Concat Constant ConstantOfShape DepthToSpace Expand EyeLike Flatten Gather GatherElements GatherND OneHot
Pad Range Reshape ScatterElements ScatterND Shape Size Slice SpaceToDepth Split Squeeze Tile Transpose Trilu
Unsqueeze"""
_OTHERS = """DequantizeLinear DynamicQuantizeLinear QLinearConv QLinearMatMul QuantizeLinear GRU If LSTM RNN Scan"""
_LEARNED = """ArrayFeatureExtractor Binarizer CategoryMapper FeatureVectorizer Imputer LabelEncoder LinearClassifier
LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler ZipMap"""

ALLOWED: dict[str, frozenset[str]] = {
    "": frozenset(" ".join((_ELEMENTWISE, _ACROSS, _SHAPES, _OTHERS)).split()),
    ML: frozenset(_LEARNED.split()) | TREES,
    "com.microsoft": frozenset({"CDist"}),
}
"""What is run, by domain.

Not among them: loops without an end that the graph shows (`Loop`), whatever makes arrays of a size that only the values
of a row tell (`NonZero`, `Unique`, `Compress`), random numbers, sequences, images and text.
"""

SIZED_BY: dict[str, tuple[int, ...]] = {
    "ConstantOfShape": (0,),
    "Expand": (1,),
    "OneHot": (1,),
    "Pad": (1, 3),
    "Range": (0, 1, 2),
    "Tile": (1,),
    "If": (0,),
}
"""Inputs whose values say how large an output is, or which graph is run: they must not come from the rows.

Then what a run takes depends on the number of rows alone, and what was tried with as many rows can be relied on.
"""

ONLY_SHAPES = frozenset({"Shape", "Size"})
"""Operators whose outputs do not depend on the values of their inputs."""


def domain_of(domain: str) -> str:
    """Return a domain's one name: the default has two."""
    return "" if domain in DEFAULT else domain
