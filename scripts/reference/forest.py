"""Single trees and forests of scikit-learn, the trees where no two splits tie: any random_state gives the same."""

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor


def make():
    rng = np.random.default_rng(18)
    x = np.round(rng.normal(size=(240, 5)), 4)
    signal = x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + 0.3 * rng.normal(size=240)
    label = (signal > 0.2).astype(int)
    target = np.round(signal * 10 + 50, 3)
    weights = np.round(rng.uniform(0.2, 2, size=240), 2)
    holes = x.copy()
    holes[rng.uniform(size=x.shape) < 0.15] = np.nan
    # The first column loses values where the label is 1: missingness itself then tells something.
    holes[(label == 1) & (rng.uniform(size=240) < 0.4), 0] = np.nan
    probe = np.round(rng.normal(size=(60, 5)), 4)
    probe_holes = probe.copy()
    probe_holes[rng.uniform(size=probe.shape) < 0.3] = np.nan

    def tree(model, x, y, probe, **fit):
        model.fit(x, y, **fit)
        for seed in range(1, 9):
            other = clone(model).set_params(random_state=seed).fit(x, y, **fit)
            assert np.array_equal(other.tree_.threshold, model.tree_.threshold), (model, "has ties")
        return {
            "nodes": int(model.tree_.node_count),
            "thresholds": sorted(float(t) for t, f in zip(model.tree_.threshold, model.tree_.feature) if f >= 0 and np.isfinite(t)),
            "importances": model.feature_importances_.tolist(),
            "predictions": (
                model.predict_proba(probe)[:, 1] if hasattr(model, "predict_proba") else model.predict(probe)
            ).tolist(),
        }

    classes = DecisionTreeClassifier
    numbers = DecisionTreeRegressor
    trees = {
        "gini": tree(classes(max_depth=3, min_samples_leaf=5, random_state=0), x, label, probe),
        "entropy": tree(classes(max_depth=3, min_samples_leaf=5, criterion="entropy", random_state=0), x, label, probe),
        "minRows": tree(classes(max_depth=4, min_samples_leaf=9, min_samples_split=25, random_state=0), x, label, probe),
        "classWeights": tree(classes(max_depth=3, min_samples_leaf=5, class_weight={0: 1, 1: 3}, random_state=0), x, label, probe),
        "balanced": tree(classes(max_depth=3, min_samples_leaf=5, class_weight="balanced", random_state=0), x, label, probe),
        "weights": tree(classes(max_depth=3, min_samples_leaf=5, random_state=0), x, label, probe, sample_weight=weights),
        "squared": tree(numbers(max_depth=5, min_samples_leaf=5, random_state=0), x, target, probe),
        "squaredWeights": tree(numbers(max_depth=4, min_samples_leaf=5, random_state=0), x, target, probe, sample_weight=weights),
        "missing": tree(classes(max_depth=4, min_samples_leaf=8, random_state=0), holes, label, probe_holes),
        "missingSquared": tree(numbers(max_depth=4, min_samples_leaf=8, random_state=0), holes, target, probe_holes),
    }
    many = [RandomForestClassifier(300, random_state=s).fit(x, label) for s in range(5)]
    means = np.mean([m.predict_proba(probe)[:, 1] for m in many], axis=0)
    spread = np.std([m.predict_proba(probe)[:, 1] for m in many], axis=0)
    several = [RandomForestRegressor(300, random_state=s).fit(x, target) for s in range(5)]
    def five(model, y, **options):
        """The mean predictions of five forests, and how far they are apart."""
        fitted = [model(300, random_state=s, **options).fit(x, y) for s in range(5)]
        each = [m.predict_proba(probe)[:, 1] if hasattr(m, "predict_proba") else m.predict(probe) for m in fitted]
        return {"predictions": np.mean(each, axis=0).tolist(), "spread": float(np.std(each, axis=0).mean())}

    bags = [
        RandomForestClassifier(300, oob_score=True, random_state=s).fit(x, label).oob_decision_function_[:, 1]
        for s in range(5)
    ]
    rules = []
    for columns in [1, 2, 5, 17, 61]:
        for rule in ["sqrt", "log2", None, 0.3, 0.99, 1]:
            one = DecisionTreeClassifier(max_depth=1, max_features=rule).fit(rng.normal(size=(20, columns)), label[:20])
            rules.append([columns, rule, int(one.max_features_)])
    return {
        "forests": {
            "entropy": five(RandomForestClassifier, label, criterion="entropy"),
            "minRows": five(RandomForestClassifier, label, min_samples_leaf=5, min_samples_split=20),
            "depth": five(RandomForestClassifier, label, max_depth=4),
            "balanced": five(RandomForestClassifier, label, class_weight="balanced", max_depth=4),
            "bootstrapShare": five(RandomForestClassifier, label, max_samples=0.2),
            "maxFeatures": five(RandomForestClassifier, label, max_features=4),
            "extraTrees": five(ExtraTreesClassifier, label),
            "extraTreesSquared": five(ExtraTreesRegressor, target, min_samples_leaf=3),
        },
        "outOfBag": {"predictions": np.mean(bags, axis=0).tolist(), "spread": float(np.std(bags, axis=0).mean())},
        "maxFeatures": rules,
        "x": x.tolist(),
        "holes": [[None if np.isnan(v) else v for v in row] for row in holes.tolist()],
        "label": label.tolist(),
        "target": target.tolist(),
        "weights": weights.tolist(),
        "probe": probe.tolist(),
        "probeHoles": [[None if np.isnan(v) else v for v in row] for row in probe_holes.tolist()],
        "trees": trees,
        "forest": {
            "predictions": means.tolist(),
            "spread": float(spread.mean()),
            "importances": np.mean([m.feature_importances_ for m in many], axis=0).tolist(),
        },
        "regressionForest": {
            "predictions": np.mean([m.predict(probe) for m in several], axis=0).tolist(),
            "spread": float(np.std([m.predict(probe) for m in several], axis=0).mean()),
        },
    }
