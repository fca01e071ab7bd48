"""What graphs state of planted data is what was planted; what no reader knows is listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import helper, numpy_helper
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OrdinalEncoder, StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

import retrodict as rd
from retrodict.disclosures import (
    Categories,
    ClassShares,
    GradientSums,
    Moments,
    NodeCounts,
    NodeSums,
    PossibleRows,
    Range,
    Rows,
    SampleSize,
    TargetMoments,
    Thresholds,
    TrainingDate,
    TrainingErrors,
    TrainingSettings,
    Values,
)
from retrodict.errors import ModelError
from tests.families.onnx.graphs import NAMES, graph, labels, mixed, network, numbers, of_table, own_outputs, table

X = numbers()
TWO = labels(X)


def split_points(trees: list[Any]) -> dict[str, list[float]]:
    """Return the split points of scikit-learn's trees by column."""
    found: dict[str, set[float]] = {}
    for tree in trees:
        for feature, point in zip(tree.tree_.feature, tree.tree_.threshold, strict=True):
            if feature >= 0:
                found.setdefault(NAMES[feature], set()).add(float(point))
    return {name: sorted(points) for name, points in found.items()}


def stated(found: Any) -> dict[str, list[float]]:
    return {fact.features[0]: fact.thresholds.tolist() for fact in found.of(Thresholds)}


def test_split_points_and_shares_of_a_forest() -> None:
    forest = RandomForestClassifier(4, max_depth=3, random_state=0)
    found = rd.inspect_model(graph(forest, X, TWO))
    assert found.unread == ()
    assert stated(found) == split_points(forest.estimators_)  # eighths and their midpoints are whole in 32 bits
    (shares,) = found.of(NodeSums)
    leaves = [tree.tree_.children_left < 0 for tree in forest.estimators_]
    own = [tree.tree_.value[leaf, 0, 1] for tree, leaf in zip(forest.estimators_, leaves, strict=True)]
    told = [np.nanmax(sums, axis=1)[leaf] for sums, leaf in zip(shares.sums, shares.leaves, strict=True)]
    assert shares.statistic == "class share"
    np.testing.assert_allclose(np.concatenate(told), np.concatenate(own), atol=1e-6)
    assert not found.of(NodeCounts)
    assert not found.of(SampleSize)


@pytest.mark.parametrize("classes", [2, 3])
def test_boosted_trees_state_gradients_and_their_start(classes: int) -> None:
    target = labels(X, classes)
    model = GradientBoostingClassifier(n_estimators=4, max_depth=2, random_state=0)
    found = rd.inspect_model(graph(model, X, target))
    (sums,), (start,) = found.of(GradientSums), found.of(ClassShares)
    trees = list(model.estimators_.ravel())
    assert (sums.statistic, sums.trees) == ("sum", len(trees))
    assert stated(found) == split_points(trees)
    np.testing.assert_allclose(start.shares, pd.Series(target).value_counts(normalize=True).sort_index(), atol=1e-6)
    assert start.exact not in (True, False)


def test_a_regressor_states_where_it_started() -> None:
    value = X[:, 0] * 3 + 7
    found = rd.inspect_model(graph(GradientBoostingRegressor(n_estimators=4, random_state=0), X, value))
    (start,), (sums,) = found.of(TargetMoments), found.of(GradientSums)
    assert start.mean == pytest.approx(value.mean(), rel=1e-6)
    assert "if the trees were boosted" in sums.exact


def test_counts_where_an_exporter_keeps_them() -> None:
    tree = DecisionTreeClassifier(max_depth=3, random_state=0)
    made = graph(tree, X, TWO)
    counts = tree.tree_.n_node_samples
    for attribute in made.graph.node[0].attribute:
        if attribute.name == "nodes_hitrates":
            attribute.floats[:] = counts.astype(float)
    (fact,) = rd.inspect_model(made).of(NodeCounts)
    assert fact.counts[0].tolist() == counts.tolist()
    assert fact.personal is bool((counts[tree.tree_.children_left < 0] == 1).any())
    bare = rd.sanitize(made, rows=200)
    assert bare.identical
    assert not bare.after.of(NodeCounts)


def test_neighbours_keep_their_rows_and_labels() -> None:
    found = rd.inspect_model(graph(KNeighborsClassifier(3), X, TWO))
    (rows,), (size,) = found.of(Rows), found.of(SampleSize)
    assert rows.rows.tolist() == X.tolist()
    assert rows.labels == tuple(TWO)
    assert (rows.features, rows.personal, size.n) == (tuple(NAMES), True, len(X))
    value = np.round(X[:, 0] * 4) / 4
    (rows,) = rd.inspect_model(graph(make_pipeline(StandardScaler(), KNeighborsRegressor(2)), X, value)).of(Rows)
    np.testing.assert_allclose(rows.rows.astype(float), X, atol=1e-6)  # back through the scaler
    assert rows.labels == tuple(value)


def test_kernels_keep_rows() -> None:
    model = SVC()
    (rows,) = rd.inspect_model(graph(model, X, labels(X, 3))).of(Rows)
    assert rows.rows.tolist() == X[model.support_].tolist()
    assert list(rows.labels) == list(labels(X, 3)[model.support_])
    model = SVR()
    (rows,) = rd.inspect_model(graph(model, X, X[:, 0])).of(Rows)
    assert rows.rows.tolist() == X[model.support_].tolist()
    process = GaussianProcessRegressor(RBF(), alpha=0.1)
    found = rd.inspect_model(graph(process, X, X[:, 0]))
    assert found.of(Rows)[0].rows.tolist() == X.tolist()
    assert [(fact.n, fact.width) for fact in found.of(PossibleRows)] == [(len(X), 1)]  # the weights of the rows


def test_scalers_imputers_and_lists() -> None:
    frame = table()
    target = labels(np.column_stack([frame["dose"], frame["age"] * 0]))
    found = rd.inspect_model(of_table(mixed(LogisticRegression()), target))
    moments = {fact.features[0]: (fact.mean, fact.variance) for fact in found.of(Moments)}
    assert moments == {
        name: (pytest.approx(frame[name].mean(), rel=1e-6), pytest.approx(frame[name].var(ddof=0), rel=1e-5))
        for name in ("age", "dose")
    }
    assert all("standardises" in fact.exact for fact in found.of(Moments))
    (sites,) = found.of(Categories)
    assert (sites.features, sites.categories) == (("site",), ("north", "south", "west"))
    assert found.unread == ()
    coded = rd.inspect_model(of_table(mixed(RandomForestClassifier(2, random_state=0), OrdinalEncoder()), target))
    assert coded.of(Categories)[0].categories == ("north", "south", "west")
    scaled = rd.inspect_model(graph(make_pipeline(MinMaxScaler(), LinearRegression()), X, X[:, 0]))
    for fact, name, column in zip(scaled.of(Range), NAMES, X.T, strict=True):
        assert fact.features == (name,)
        np.testing.assert_allclose((fact.low, fact.high), (column.min(), column.max()), atol=1e-6)
    holes = X.copy()
    holes[::5, 1] = np.nan
    filled = rd.inspect_model(
        graph(make_pipeline(SimpleImputer(strategy="median"), LinearRegression()), holes, X[:, 0])
    )
    assert [fact.mean for fact in filled.of(Moments)] == pytest.approx(np.nanmedian(holes, axis=0).tolist())


def test_naive_bayes_keeps_moments_of_classes() -> None:
    model = GaussianNB()
    found = rd.inspect_model(graph(model, X, labels(X, 3)))
    told = {(fact.within, fact.features[0]): (fact.mean, fact.variance) for fact in found.of(Moments)}
    for i, label in enumerate(model.classes_):
        for j, name in enumerate(NAMES):
            assert told[label, name] == pytest.approx((model.theta_[i, j], model.var_[i, j]), rel=1e-5)
    assert found.of(ClassShares)[0].shares == pytest.approx(model.class_prior_.tolist())
    assert found.unread == ()


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_split_points_of_boosters(library: str) -> None:
    pytest.importorskip(library)
    from onnxmltools import convert_lightgbm, convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    types, target = [("X", FloatTensorType([None, 3]))], (X[:, 0] > 0).astype(int)
    if library == "xgboost":
        import xgboost

        model = xgboost.XGBClassifier(n_estimators=4, max_depth=3).fit(X, target)
        points = model.get_booster().trees_to_dataframe().query("Feature != 'Leaf'")
        own = {f"x{name[1:]}": sorted(set(part.tolist())) for name, part in points.groupby("Feature")["Split"]}
        found = rd.inspect_model(convert_xgboost(model, initial_types=types))
        values = {fact.features[0]: set(fact.taken.tolist()) for fact in found.of(Values)}
        assert all(values[f"x{i}"] <= set(X[:, i].tolist()) for i in range(3) if f"x{i}" in values)
        assert values.keys() == own.keys()
    else:
        import lightgbm

        model = lightgbm.LGBMClassifier(n_estimators=4, num_leaves=4, min_child_samples=5, verbose=-1).fit(X, target)
        points = model.booster_.trees_to_dataframe().dropna(subset=["threshold"])
        own = {
            f"x{name[7:]}": sorted(set(part.tolist())) for name, part in points.groupby("split_feature")["threshold"]
        }
        found = rd.inspect_model(convert_lightgbm(model, initial_types=types))
    told = stated(found)
    assert told.keys() == own.keys()
    for name, ends in own.items():  # LightGBM's splits beside zero are told as one
        np.testing.assert_allclose(_off_zero(told[name]), _off_zero(np.unique(np.float32(ends))), rtol=1e-6)
    assert found.of(GradientSums)[0].trees == 4


def _off_zero(points: Any) -> list[float]:
    return [point for point in points if abs(point) > 1e-30]


def test_catboost_writes_its_settings_its_date_and_its_losses(tmp_path: Path) -> None:
    catboost = pytest.importorskip("catboost")
    settings = {"iterations": 3, "depth": 2, "random_seed": 41, "learning_rate": 0.3}
    model = catboost.CatBoostClassifier(**settings, verbose=0, allow_writing_files=False).fit(X, TWO)
    model.save_model(tmp_path / "x.onnx", format="onnx")
    found = rd.inspect_model(tmp_path / "x.onnx")
    told: dict[str, Any] = {}
    for fact in found.of(TrainingSettings):
        told |= fact.settings
    assert (told["random_seed"], told["boosting_options.iterations"]) == (41, 3)
    assert found.of(TrainingErrors)[0].errors.tolist() == model.get_evals_result()["learn"]["Logloss"]
    assert len(found.of(TrainingDate)) == 1
    bare = rd.sanitize(tmp_path / "x.onnx", rows=200)
    assert bare.identical
    assert not [fact for kind in (TrainingSettings, TrainingErrors, TrainingDate) for fact in bare.after.of(kind)]


def test_layers_are_known_and_what_looks_like_rows_is_said() -> None:
    assert rd.inspect_model(graph(MLPClassifier((12, 9), max_iter=5, random_state=0), X, TWO)).unread == ()
    assert not rd.inspect_model(network(hidden=12)).of(PossibleRows)
    made = network()
    kernel = [
        numpy_helper.from_array(X.T.astype(np.float32), "rows"),
        numpy_helper.from_array(np.ones((len(X), 3), np.float32), "duals"),
    ]
    del made.graph.node[:]
    del made.graph.initializer[:]
    made.graph.initializer.extend(kernel)
    made.graph.node.extend([
        helper.make_node("MatMul", ["input", "rows"], ["k"]),
        helper.make_node("MatMul", ["k", "duals"], ["s"]),
        helper.make_node("Softmax", ["s"], ["output"]),
    ])  # fmt: skip
    assert {(fact.n, fact.width) for fact in rd.inspect_model(made).of(PossibleRows)} >= {(3, len(X))}


def test_whatever_no_reader_knows_is_listed() -> None:
    made = network()
    made.doc_string = "fitted on the table of Tuesday"
    made.metadata_props.add(key="remark", value="row 7 is odd")
    odd = np.arange(5, dtype=np.float32) / 3
    made.graph.initializer.append(numpy_helper.from_array(odd, "kept"))
    made.graph.initializer.append(numpy_helper.from_array(X.astype(np.float32), "unused"))
    found = rd.inspect_model(made)
    paths = {one.path for one in found.unread}
    assert paths == {"doc_string", "metadata_props['remark']", "graph.initializer['kept']"}
    assert [fact.source for fact in found.of(PossibleRows)] == ["graph.initializer['unused']"]
    known = rd.inspect_model(made, train=pd.DataFrame(X, columns=["x0", "x1", "x2"]))
    assert max(fact.known_rows or 0 for fact in known.of(PossibleRows)) == len(X)
    hidden = onnx.ModelProto.FromString(made.SerializeToString() + b"\xfa\x3f\x0bsecret text")
    assert "unknown fields" in {one.path for one in rd.inspect_model(hidden).unread}
    bare = rd.sanitize(hidden, rows=200)
    assert bare.identical
    assert (bare.after.unread, bare.after.of(PossibleRows)) == ((), ())
    assert b"secret" not in bare.model.written()
    assert b"Tuesday" not in bare.model.written()


def test_histograms_state_their_split_points() -> None:
    model = HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=5)
    found = rd.inspect_model(graph(model, X, TWO))
    nodes = [nodes for stage in model._predictors for tree in stage for nodes in [tree.nodes]]
    own: dict[str, set[float]] = {}
    for each in nodes:
        for one in each[each["is_leaf"] == 0]:
            own.setdefault(NAMES[one["feature_idx"]], set()).add(float(one["num_threshold"]))
    assert stated(found) == {name: sorted(points) for name, points in own.items()}


def test_trees_of_version_5() -> None:
    def floats(*values: float) -> onnx.TensorProto:
        return helper.make_tensor("", 1, [len(values)], values)

    trees = helper.make_node(
        "TreeEnsemble", ["input"], ["scores"], domain="ai.onnx.ml", n_targets=2, aggregate_function=1,
        tree_roots=[0, 2], nodes_modes=helper.make_tensor("", onnx.TensorProto.UINT8, [3], [0, 3, 0]),
        nodes_featureids=[0, 2, 1], nodes_splits=floats(3.5, 1.25, 4.5), nodes_truenodeids=[1, 0, 2],
        nodes_trueleafs=[0, 1, 1], nodes_falsenodeids=[2, 1, 3], nodes_falseleafs=[1, 1, 1],
        leaf_targetids=[0, 1, 0, 1], leaf_weights=floats(5.25, 12.0, -12.25, 7.5),
    )  # fmt: skip
    made = network(outputs=2)
    del made.graph.node[:]
    del made.graph.initializer[:]
    made.graph.node.extend([trees, helper.make_node("Softmax", ["scores"], ["output"])])
    made.opset_import.append(helper.make_opsetid("ai.onnx.ml", 5))
    found = rd.inspect_model(made)
    assert stated(found) == {"x0": [3.5], "x1": [4.5], "x2": [1.25]}
    assert found.of(GradientSums)[0].equations == 5
    rows = np.array([[0.0, 0.0, 2.0], [0.0, 9.0, 0.0], [9.0, 0.0, 0.0]])
    own = own_outputs(made, {"input": rows.astype(np.float32)})[0]
    np.testing.assert_allclose(np.exp(rd.load_model(made).log_proba(rows)), own, atol=1e-6)
    broken = onnx.ModelProto.FromString(made.SerializeToString())
    next(one for one in broken.graph.node[0].attribute if one.name == "nodes_falsenodeids").ints[0] = 9
    with pytest.raises(ModelError, match="a child or leaf that is no node"):
        rd.load_model(broken)
