"""scikit-learn's estimators, by the module that each is imported from."""

from __future__ import annotations

HOMES: dict[str, tuple[str, ...]] = {
    "calibration": ("CalibratedClassifierCV",),
    "cluster": (
        *("AffinityPropagation", "AgglomerativeClustering", "Birch", "BisectingKMeans", "DBSCAN"),
        *("FeatureAgglomeration", "HDBSCAN", "KMeans", "MeanShift", "MiniBatchKMeans", "OPTICS"),
        *("SpectralBiclustering", "SpectralClustering", "SpectralCoclustering"),
    ),
    "compose": ("ColumnTransformer", "TransformedTargetRegressor"),
    "covariance": (
        *("EllipticEnvelope", "EmpiricalCovariance", "GraphicalLasso", "GraphicalLassoCV", "LedoitWolf"),
        *("MinCovDet", "OAS", "ShrunkCovariance"),
    ),
    "cross_decomposition": ("CCA", "PLSCanonical", "PLSRegression", "PLSSVD"),
    "decomposition": (
        *("DictionaryLearning", "FactorAnalysis", "FastICA", "IncrementalPCA", "KernelPCA"),
        *("LatentDirichletAllocation", "MiniBatchDictionaryLearning", "MiniBatchNMF", "MiniBatchSparsePCA"),
        *("NMF", "PCA", "SparseCoder", "SparsePCA", "TruncatedSVD"),
    ),
    "discriminant_analysis": ("LinearDiscriminantAnalysis", "QuadraticDiscriminantAnalysis"),
    "dummy": ("DummyClassifier", "DummyRegressor"),
    "ensemble": (
        *("AdaBoostClassifier", "AdaBoostRegressor", "BaggingClassifier", "BaggingRegressor"),
        *("ExtraTreesClassifier", "ExtraTreesRegressor", "GradientBoostingClassifier"),
        *("GradientBoostingRegressor", "HistGradientBoostingClassifier", "HistGradientBoostingRegressor"),
        *("IsolationForest", "RandomForestClassifier", "RandomForestRegressor", "RandomTreesEmbedding"),
        *("StackingClassifier", "StackingRegressor", "VotingClassifier", "VotingRegressor"),
    ),
    "feature_extraction": ("DictVectorizer", "FeatureHasher"),
    "feature_extraction.image": ("PatchExtractor",),
    "feature_extraction.text": ("CountVectorizer", "HashingVectorizer", "TfidfTransformer", "TfidfVectorizer"),
    "feature_selection": (
        *("GenericUnivariateSelect", "RFE", "RFECV", "SelectFdr", "SelectFpr", "SelectFromModel", "SelectFwe"),
        *("SelectKBest", "SelectPercentile", "SequentialFeatureSelector", "VarianceThreshold"),
    ),
    "frozen": ("FrozenEstimator",),
    "gaussian_process": ("GaussianProcessClassifier", "GaussianProcessRegressor"),
    "impute": ("KNNImputer", "MissingIndicator", "SimpleImputer"),
    "isotonic": ("IsotonicRegression",),
    "kernel_approximation": (
        *("AdditiveChi2Sampler", "Nystroem", "PolynomialCountSketch", "RBFSampler", "SkewedChi2Sampler"),
    ),
    "kernel_ridge": ("KernelRidge",),
    "linear_model": (
        *("ARDRegression", "BayesianRidge", "ElasticNet", "ElasticNetCV", "GammaRegressor", "HuberRegressor"),
        *("Lars", "LarsCV", "Lasso", "LassoCV", "LassoLars", "LassoLarsCV", "LassoLarsIC", "LinearRegression"),
        *("LogisticRegression", "LogisticRegressionCV", "MultiTaskElasticNet", "MultiTaskElasticNetCV"),
        *("MultiTaskLasso", "MultiTaskLassoCV", "OrthogonalMatchingPursuit", "OrthogonalMatchingPursuitCV"),
        *("PassiveAggressiveClassifier", "PassiveAggressiveRegressor", "Perceptron", "PoissonRegressor"),
        *("QuantileRegressor", "RANSACRegressor", "Ridge", "RidgeCV", "RidgeClassifier", "RidgeClassifierCV"),
        *("SGDClassifier", "SGDOneClassSVM", "SGDRegressor", "TheilSenRegressor", "TweedieRegressor"),
    ),
    "manifold": ("ClassicalMDS", "Isomap", "LocallyLinearEmbedding", "MDS", "SpectralEmbedding", "TSNE"),
    "mixture": ("BayesianGaussianMixture", "GaussianMixture"),
    "model_selection": (
        *("FixedThresholdClassifier", "GridSearchCV", "RandomizedSearchCV", "TunedThresholdClassifierCV"),
    ),
    "multiclass": ("OneVsOneClassifier", "OneVsRestClassifier", "OutputCodeClassifier"),
    "multioutput": ("ClassifierChain", "MultiOutputClassifier", "MultiOutputRegressor", "RegressorChain"),
    "naive_bayes": ("BernoulliNB", "CategoricalNB", "ComplementNB", "GaussianNB", "MultinomialNB"),
    "neighbors": (
        *("KNeighborsClassifier", "KNeighborsRegressor", "KNeighborsTransformer", "KernelDensity"),
        *("LocalOutlierFactor", "NearestCentroid", "NearestNeighbors", "NeighborhoodComponentsAnalysis"),
        *("RadiusNeighborsClassifier", "RadiusNeighborsRegressor", "RadiusNeighborsTransformer"),
    ),
    "neural_network": ("BernoulliRBM", "MLPClassifier", "MLPRegressor"),
    "pipeline": ("FeatureUnion", "Pipeline"),
    "preprocessing": (
        *("Binarizer", "FunctionTransformer", "KBinsDiscretizer", "KernelCenterer", "LabelBinarizer"),
        *("LabelEncoder", "MaxAbsScaler", "MinMaxScaler", "MultiLabelBinarizer", "Normalizer", "OneHotEncoder"),
        *("OrdinalEncoder", "PolynomialFeatures", "PowerTransformer", "QuantileTransformer", "RobustScaler"),
        *("SplineTransformer", "StandardScaler", "TargetEncoder"),
    ),
    "random_projection": ("GaussianRandomProjection", "SparseRandomProjection"),
    "semi_supervised": ("LabelPropagation", "LabelSpreading", "SelfTrainingClassifier"),
    "svm": ("LinearSVC", "LinearSVR", "NuSVC", "NuSVR", "OneClassSVM", "SVC", "SVR"),
    "tree": ("DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor"),
}
"""Of every public estimator; those that a release lacks are refused when they are asked for."""

HOME_OF = {name: home for home, names in HOMES.items() for name in names}
"""Module of each estimator."""
