"""Least squares, ridge, lasso and elastic net of scikit-learn; ordinary standard errors by numpy."""

import numpy as np
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, Ridge


def make():
    rng = np.random.default_rng(3)
    n = 120
    x = rng.normal(size=(n, 6))
    x[:, 1] = 2000 + 12 * x[:, 1]  # far from zero
    x[:, 3] = x[:, 3] > 1  # mostly zero
    x[:, 4] = 0.17 * x[:, 0] + 1e-4 * x[:, 4]  # nearly a multiple
    x = np.round(x, 5)
    y = np.round(x @ [3, 0.4, 0, -5, 1, 0.2] + rng.normal(size=n) * 2, 4)
    w = np.round(rng.gamma(2, 0.5, n), 3)
    # A sum of two others, a copy, a constant: the shortest solution is asked for.
    twins = np.column_stack([x[:, [0, 2, 5]], x[:, 0] + x[:, 2], x[:, 5], np.full(n, 7.0)])
    cases = {
        "ordinary": (LinearRegression(), x),
        "ridge": (Ridge(alpha=2.0, tol=1e-14), x),
        "lasso": (Lasso(alpha=0.3, tol=1e-14, max_iter=1_000_000), x),
        "elasticNet": (ElasticNet(alpha=0.3, l1_ratio=0.4, tol=1e-14, max_iter=1_000_000), x),
        "twins": (LinearRegression(), twins),
    }
    made = {"x": x.tolist(), "twins": twins.tolist(), "y": y.tolist(), "w": w.tolist(), "cases": {}}
    for name, (model, given) in cases.items():
        for weights in (None, w):
            model.fit(given, y, sample_weight=weights)
            case = {"coefficients": model.coef_.tolist(), "intercept": float(model.intercept_)}
            case["p"] = model.predict(given)[:10].tolist()
            if name == "ordinary":
                # s² (X'WX)⁻¹ with s² = Σ w r² / (n − 7), the intercept last.
                s = np.ones(n) if weights is None else weights
                full = np.column_stack([given, np.ones(n)])
                variance = (s * (y - model.predict(given)) ** 2).sum() / (n - 7)
                inverse = np.linalg.inv(full.T * s @ full)
                case["errors"] = np.sqrt(variance * np.diag(inverse)).tolist()
            made["cases"][name + ("" if weights is None else "Weighted")] = case
    return made
