"""What a rule says of settings is what a model trained with them really states: not more, and above all not less."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import pytest

import retrodict as rd
from retrodict.auditing import load_appetite
from retrodict.auditing.appetite import ByQuery, FromFile
from retrodict.checking.rules import FILE_MEASURES, OUTPUTS, Rule
from tests.checking.trained import FAMILIES, N, disagreements, found_in, made, names_of, stated

SIZE = {"rows": N, "columns": 4}
REVIEWED = [(family, name) for family, advice in FAMILIES.items() for name in sorted(advice.REVIEWED)]
FILE_RULES = [
    pytest.param(family, rule, id=f"{family} {rule.code}")
    for family, advice in FAMILIES.items()
    for rule in advice.RULES
    if rule.measure in FILE_MEASURES and names_of(rule, advice)
]


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _estimator(family: str, name: str, settings: Any) -> Any:
    pytest.importorskip(family)
    return made(family, name, settings)


@pytest.mark.slow
@pytest.mark.parametrize(("family", "name"), REVIEWED, ids=[name for _, name in REVIEWED])
def test_a_file_states_what_is_said_and_nothing_else(family: str, name: str) -> None:
    estimator = _estimator(family, name, {})
    check = rd.check(estimator, **SIZE)
    found = found_in(family, estimator)
    assert found.unread == ()
    assert disagreements(check, stated(found)) == []


@pytest.mark.parametrize(("family", "rule"), FILE_RULES)
def test_a_risky_setting_discloses_and_the_lowered_one_does_not(family: str, rule: Rule) -> None:
    name = names_of(rule, FAMILIES[family])[0]
    risky = _estimator(family, name, rule.example)
    (own,) = [one for one in rd.check(risky, **SIZE).rules if one.rule == rule.code and not one.path]
    assert own.fired
    told = stated(found_in(family, risky))
    if rule.code not in DATA:
        assert rule.measure in told
    if not rule.lowered:
        return
    lowered = _estimator(family, name, {**rule.example, **rule.lowered})  # the remedy alone is changed
    (own,) = [one for one in rd.check(lowered, **SIZE).rules if one.rule == rule.code and not one.path]
    assert own.answer == "no"
    assert disagreements(rd.check(lowered, **SIZE), stated(found_in(family, lowered))) == []


FOREST, BOOSTED, HISTOGRAM = "RandomForestClassifier", "GradientBoostingClassifier", "HistGradientBoostingClassifier"
STRIPPED = [one for one in FILE_RULES if one.values[1].stripped]  # type: ignore[union-attr]


@pytest.mark.slow
@pytest.mark.parametrize(("family", "rule"), STRIPPED)
def test_what_sanitising_takes_out_is_gone(family: str, rule: Rule) -> None:
    name = names_of(rule, FAMILIES[family])[0]
    assert rule.measure not in stated(found_in(family, _estimator(family, name, rule.example), strip=True))


HISTOGRAM_OF_VALUES = "HistGradientBoostingRegressor"
VARIANTS: list[tuple[str, str, dict[str, Any]]] = [
    *(
        ("sklearn", FOREST, {"min_samples_leaf": least, "bootstrap": draw})
        for least in (2, 5)
        for draw in (True, False)
    ),
    ("sklearn", FOREST, {"min_samples_leaf": 0.02, "max_depth": 4, "n_estimators": 50}),
    ("sklearn", FOREST, {"min_weight_fraction_leaf": 0.05, "warm_start": True}),
    ("sklearn", "ExtraTreesRegressor", {"min_samples_leaf": 2, "bootstrap": True, "oob_score": True}),
    ("sklearn", "DecisionTreeRegressor", {"min_samples_leaf": 2}),
    ("sklearn", BOOSTED, {"min_samples_leaf": 2, "subsample": 0.5, "max_leaf_nodes": 5}),
    ("sklearn", BOOSTED, {"init": "zero", "n_iter_no_change": 3}),
    ("sklearn", HISTOGRAM, {"early_stopping": True, "max_bins": 16}),
    ("sklearn", HISTOGRAM, {"warm_start": True, "min_samples_leaf": 1}),
    ("sklearn", "SVC", {"kernel": "linear"}),
    ("sklearn", "SVC", {"kernel": "poly", "probability": True}),
    ("sklearn", "MLPClassifier", {"early_stopping": True}),
    ("sklearn", "SGDClassifier", {"early_stopping": True, "average": True}),
    ("sklearn", "LogisticRegression", {"warm_start": True, "C": 100.0}),
    ("sklearn", "RidgeCV", {"store_cv_results": True}),
    ("sklearn", "BaggingClassifier", {"oob_score": True}),
    ("sklearn", "QuantileTransformer", {"n_quantiles": 15}),
    ("sklearn", "OneHotEncoder", {"min_frequency": 5, "handle_unknown": "infrequent_if_exist"}),
    ("sklearn", "CalibratedClassifierCV", {"ensemble": False}),
    ("xgboost", "XGBRegressor", {"min_child_weight": 2, "tree_method": "exact"}),
    ("xgboost", "XGBClassifier", {"min_child_weight": 0, "max_depth": 10, "reg_lambda": 0}),
    ("xgboost", "XGBClassifier", {"booster": "gblinear"}),
    ("xgboost", "XGBClassifier", {"booster": "dart", "scale_pos_weight": 50}),
    ("xgboost", "XGBRegressor", {"objective": "count:poisson"}),
    ("lightgbm", "LGBMRegressor", {"min_data_in_leaf": 1, "boosting": "dart"}),
    ("lightgbm", "LGBMClassifier", {"min_child_samples": 2, "min_child_weight": 0, "linear_tree": True}),
    *(("xgboost", name, {"n_estimators": 100}) for name in ("XGBClassifier", "XGBRegressor")),
    ("xgboost", "XGBRegressor", {"n_estimators": 100, "min_child_weight": 2}),
    *(("lightgbm", name, {"n_estimators": 100}) for name in ("LGBMClassifier", "LGBMRegressor")),
    *(("lightgbm", "LGBMRegressor", {"n_estimators": 100, "min_child_samples": n}) for n in (2, 10)),
    *(("sklearn", name, {"max_iter": 100, "min_samples_leaf": 2}) for name in (HISTOGRAM, HISTOGRAM_OF_VALUES)),
    *(("sklearn", name, {"n_estimators": 100, "min_samples_leaf": 2}) for name in (BOOSTED, FOREST)),
    ("catboost", "CatBoostClassifier", {"grow_policy": "Lossguide", "min_data_in_leaf": 10}),
    ("statsmodels", "OLS", {"remove_data": True}),
    ("statsmodels", "MNLogit", {"remove_data": True}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("family", "name", "settings"), VARIANTS, ids=[f"{name} {own}" for _, name, own in VARIANTS])
def test_other_settings_too(family: str, name: str, settings: dict[str, Any]) -> None:
    estimator = _estimator(family, name, settings)
    assert disagreements(rd.check(estimator, **SIZE), stated(found_in(family, estimator))) == []


DATA = {"category_hashes", "values_between_splits"}
"""Rules of facts that need other rows than the small table: categories; numbers that lie close together."""


def test_the_same_tests_catch_a_rule_that_says_too_much_or_too_little() -> None:
    estimator = made("sklearn", "DecisionTreeClassifier", {})
    check, told = rd.check(estimator, **SIZE), stated(found_in("sklearn", estimator))
    assert disagreements(check, told) == []
    silent = replace(check, rules=tuple(replace(one, answer="no") for one in check.rules))
    assert "too little: from_file.personal_facts" in disagreements(silent, told)
    loud = replace(check, rules=(*check.rules, replace(check.rules[0], measure="from_file.stored_rows", answer="yes")))
    assert disagreements(loud, told) == ["too much: from_file.stored_rows"]


def test_rules_are_about_the_measures_of_the_appetite_and_as_severe() -> None:
    appetite = load_appetite()
    known = {f"from_file.{one}" for one in FromFile.model_fields} | {f"by_query.{one}" for one in ByQuery.model_fields}
    assert set(FILE_MEASURES) | {OUTPUTS} <= known
    for family, advice in FAMILIES.items():
        for rule in advice.RULES:
            way, _, name = rule.measure.partition(".")
            limit = getattr(getattr(appetite, way), name)
            if isinstance(limit, str):
                expected = limit
            else:
                expected = "reject" if limit.reject is not None else "note" if limit.review is None else "review"
            assert rule.severity == expected, (family, rule.code)


def test_every_rule_names_estimators_and_settings_that_there_are() -> None:
    for family, advice in FAMILIES.items():
        pytest.importorskip(family)
        names = set(advice.names())
        assert names >= advice.REVIEWED
        for rule in advice.RULES:
            assert names.issuperset(rule.estimators), rule.code
            assert rule.lowered or rule.instead or rule.remedy, rule.code
            for name in rule.estimators:
                if name in advice.REVIEWED:
                    settings = rd.check(made(family, name, {}), **SIZE)
                    assert settings.estimator == name
