"""Logistic regression of scikit-learn, at tolerances far below its defaults."""

import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression


def make():
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(11)
    n = 150
    x = np.round(rng.normal(size=(n, 6)), 3)
    x[:, 3] = (x[:, 3] > 0.8).astype(float)
    x[:, 4] = np.round(x[:, 0] * 0.9 + x[:, 4] * 0.3, 3)
    z = x @ [0.9, -0.6, 0, 1.1, 0.4, 0] - 1.1
    y = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)
    w = np.round(rng.gamma(2, 0.5, n), 3)
    cases = {
        "l2": dict(C=1.0),
        "l2Strong": dict(C=0.05),
        "balanced": dict(C=1.0, class_weight="balanced"),
        "none": dict(C=np.inf),
        "l1": dict(C=0.1, l1_ratio=1.0, solver="saga"),
        "elasticNet": dict(C=0.1, l1_ratio=0.5, solver="saga"),
    }
    made = {"x": x.tolist(), "y": y.tolist(), "w": w.tolist(), "cases": {}}
    for name, options in cases.items():
        for weights in (None, w):
            options = {"solver": "newton-cholesky", "tol": 1e-13, "max_iter": 200_000, **options}
            model = LogisticRegression(**options).fit(x, y, sample_weight=weights)
            p = model.predict_proba(x)[:, 1]
            made["cases"][name + ("" if weights is None else "Weighted")] = {
                "coefficients": model.coef_[0].tolist(),
                "intercept": model.intercept_.tolist()[0],
                "p": p[:10].tolist(),
            }
            if name in ("l2", "none") and weights is not None:
                # Wald: the inverse of X'WX + I/C, the intercept last and without penalty.
                full = np.column_stack([x, np.ones(n)])
                information = full.T * (w * p * (1 - p)) @ full
                if name == "l2":
                    information += np.diag([1.0] * 6 + [0.0])
                made["cases"][name + "Weighted"]["errors"] = np.sqrt(np.diag(np.linalg.inv(information))).tolist()
    return made
