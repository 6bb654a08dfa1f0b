"""SHAP values of trees that were grown elsewhere: scikit-learn's by the shap package, LightGBM's by itself."""

import lightgbm
import numpy as np
import shap
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor


def make():
    rng = np.random.default_rng(5)
    n = 400
    x = np.round(rng.normal(size=(n, 5)), 2)
    label = (x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + 0.3 * rng.normal(size=n) > 0).astype(int)
    target = 5 * x[:, 0] + x[:, 1] ** 2 + rng.normal(size=n)

    def forest(model, y):
        model.fit(x, y)
        trees = [one.tree_ for one in model.estimators_]
        parts = {name: [] for name in ["feature", "threshold", "left", "missingLeft", "cover"]}
        roots = []
        for tree in trees:
            # Siblings stand side by side in our arrays: number the nodes anew, level by level.
            order = [0]
            place = {}
            for node in order:
                if tree.children_left[node] >= 0:
                    place[node] = len(order)
                    order += [tree.children_left[node], tree.children_right[node]]
            at = len(parts["feature"])
            roots.append(at)
            for node in order:
                leaf = node not in place
                value = tree.value[node][0]
                parts["feature"].append(-1 if leaf else int(tree.feature[node]))
                parts["threshold"].append(float(value[-1]) if leaf else float(tree.threshold[node]))
                parts["left"].append(-1 if leaf else at + place[node])
                parts["missingLeft"].append(0)
                parts["cover"].append(float(tree.weighted_n_node_samples[node]))
        values = shap.TreeExplainer(model).shap_values(x[:15].astype(np.float32), check_additivity=False)
        return {
            "trees": {**parts, "roots": roots + [len(parts["feature"])], "sets": []},
            "contributions": (values[:, :, 1] if values.ndim == 3 else values).tolist(),
        }

    group = rng.integers(0, 9, size=n)
    wide = np.column_stack([x, group]).astype(float)
    wide[rng.uniform(size=n) < 0.2, 1] = np.nan
    wide[rng.uniform(size=n) < 0.1, 5] = np.nan
    score = label + 0.5 * (group % 3 == 1) + 0.3 * rng.normal(size=n)
    options = {"objective": "regression", "num_leaves": 15, "verbosity": -1, "min_data_per_group": 20, "cat_smooth": 1}
    data = lightgbm.Dataset(wide, score, categorical_feature=[5], params={"verbosity": -1})
    booster = lightgbm.train(options, data, num_boost_round=20)
    parts = {name: [] for name in ["feature", "threshold", "left", "missingLeft", "cover", "sets"]}
    roots = []
    for info in booster.dump_model()["tree_info"]:
        order = [info["tree_structure"]]
        place = {}
        for k, one in enumerate(order):
            if "split_feature" in one:
                place[k] = len(order)
                order += [one["left_child"], one["right_child"]]
        at = len(parts["feature"])
        roots.append(at)
        for k, one in enumerate(order):
            leaf = k not in place
            parts["feature"].append(-1 if leaf else one["split_feature"])
            parts["left"].append(-1 if leaf else at + place[k])
            parts["cover"].append(one["leaf_count"] if leaf else one["internal_count"])
            # What was not missing in training is compared with the threshold as 0 when it is: none of these are asked.
            categorical = not leaf and one["decision_type"] == "=="
            parts["missingLeft"].append(int(not leaf and not categorical and one["default_left"]))
            if leaf:
                parts["threshold"].append(one["leaf_value"])
            elif categorical:
                parts["threshold"].append(len(parts["sets"]))
                parts["sets"].append(sum(1 << int(level) for level in one["threshold"].split("||")))
            else:
                parts["threshold"].append(one["threshold"])
    asked = wide[:40]
    return {
        # As scikit-learn sees them: some lie just beside a threshold.
        "x": x[:15].astype(np.float32).astype(float).tolist(),
        "classification": forest(RandomForestClassifier(5, random_state=1), label),
        "regression": forest(RandomForestRegressor(5, random_state=1, max_depth=6), target),
        "wide": [[None if np.isnan(v) else v for v in row] for row in asked.tolist()],
        "boosting": {
            "trees": {**parts, "roots": roots + [len(parts["feature"])]},
            "contributions": booster.predict(asked, pred_contrib=True).tolist(),
        },
    }
