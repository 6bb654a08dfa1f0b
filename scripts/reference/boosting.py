"""Boosted trees of LightGBM, deterministic and on few rows, where its histograms and ours see the same bins."""

import lightgbm
import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor


def make():
    rng = np.random.default_rng(11)
    n, held = 800, 120
    x = np.round(rng.normal(size=(n + held, 4)), 3)
    group = rng.integers(0, 12, size=n + held)
    effect = rng.normal(size=12)
    signal = np.sin(2 * x[:, 0]) + x[:, 1] * (x[:, 2] > 0) + effect[group] + 0.5 * rng.normal(size=n + held)
    label = (signal > 0.3).astype(int)
    count = rng.poisson(np.exp(0.5 * signal))
    amount = np.round(np.where(rng.uniform(size=n + held) < 0.4, 0, np.exp(0.5 * signal)), 3)
    target = np.round(10 * signal, 2)
    weights = np.round(rng.uniform(0.2, 2, size=n + held), 2)
    x = np.column_stack([x, group])
    x[rng.uniform(size=n + held) < 0.2, 1] = np.nan

    base = {
        "learning_rate": 0.1,
        "num_leaves": 15,
        "verbosity": -1,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "feature_pre_filter": False,
    }

    def booster(y, categorical=False, weight=None, trees=30, **options):
        columns = [0, 1, 2, 3] + ([4] if categorical else [])
        data = lightgbm.Dataset(
            x[:n, columns],
            y[:n],
            weight=None if weight is None else weight[:n],
            categorical_feature=[4] if categorical else [],
            params={"verbosity": -1},
        )
        model = lightgbm.train({**base, **options}, data, num_boost_round=trees)
        # Splits nearly tie on so few rows: how much the scores move when four rows are left out says how far two
        # right implementations may be apart.
        scores = model.predict(x[n:, columns], raw_score=True)
        moves = []
        for k in range(6):
            rows = [i for i in range(n) if i % 200 != 7 * k]
            part = lightgbm.Dataset(
                x[rows][:, columns],
                y[rows],
                weight=None if weight is None else weight[rows],
                categorical_feature=[4] if categorical else [],
                params={"verbosity": -1},
            )
            other = lightgbm.train({**base, **options}, part, num_boost_round=trees)
            moves.append(np.abs(other.predict(x[n:, columns], raw_score=True) - scores).mean())
        first = model.dump_model()["tree_info"][0]["tree_structure"]
        return {
            "first": {"feature": first["split_feature"], "threshold": first["threshold"]},
            "scores": scores.tolist(),
            "moves": float(np.mean(moves)),
            "gains": model.feature_importance("gain").tolist(),
        }

    share = label[:n].mean()
    balanced = np.where(label == 1, 0.5 / share, 0.5 / (1 - share))

    def sampled(**options):
        """Held-out mean squared errors over twelve seeds: what is drawn differs, what it costs should not."""
        errors = []
        for seed in range(12):
            data = lightgbm.Dataset(x[:n, :4], target[:n], params={"verbosity": -1})
            model = lightgbm.train({**base, "objective": "regression", "seed": seed, **options}, data, num_boost_round=60)
            errors.append(np.mean((model.predict(x[n:, :4]) - target[n:]) ** 2))
        return {"mean": float(np.mean(errors)), "deviation": float(np.std(errors, ddof=1))}

    def monotone(directions):
        """scikit-learn's on so few values that its bins and ours are the same."""
        coarse = np.floor(10 * x[:, :4] + 0.5) / 10
        model = HistGradientBoostingRegressor(
            max_iter=1, max_leaf_nodes=5, early_stopping=False, monotonic_cst=directions
        )
        return {"directions": directions, "scores": model.fit(coarse[:n], target[:n]).predict(coarse[n:]).tolist()}

    return {
        "monotone": [monotone(one) for one in ([1, 0, -1, 0], [-1, 0, 1, 0], [-1, -1, 0, 1], [1, 1, -1, -1])],
        "rows": n,
        "x": [[None if np.isnan(v) else v for v in row] for row in x.tolist()],
        "label": label.tolist(),
        "target": target.tolist(),
        "count": count.tolist(),
        "amount": amount.tolist(),
        "weights": weights.tolist(),
        "models": {
            "logistic": booster(label, objective="binary"),
            "squared": booster(target, objective="regression"),
            "absolute": booster(target, objective="regression_l1"),
            "quantile": booster(target, objective="quantile", alpha=0.8),
            "poisson": booster(count, objective="poisson"),
            "tweedie": booster(amount, objective="tweedie", tweedie_variance_power=1.4),
            "weights": booster(label, objective="binary", weight=weights),
            "penalties": booster(target, objective="regression", lambda_l1=3.0, lambda_l2=10.0),
            "depth": booster(target, objective="regression", max_depth=3),
            "minRows": booster(target, objective="regression", min_data_in_leaf=60),
            "balanced": booster(label, objective="binary", weight=balanced),
            "bins": booster(target, objective="regression", max_bin=16),
            "minHessian": booster(label, objective="binary", min_data_in_leaf=1, min_sum_hessian_in_leaf=8.0),
            # Stumps: further down LightGBM passes over columns that had no such gain above, even where they have it.
            "minGain": booster(target, objective="regression", max_depth=1, min_gain_to_split=4000.0),
            "levels": booster(target, categorical=True, objective="regression"),
            "levelsLogistic": booster(label, categorical=True, objective="binary"),
        },
        "sampled": {
            "goss": sampled(data_sample_strategy="goss", top_rate=0.2, other_rate=0.2),
            "rowShare": sampled(bagging_fraction=0.5, bagging_freq=1),
            "columnShare": sampled(feature_fraction=0.5),
        },
    }
