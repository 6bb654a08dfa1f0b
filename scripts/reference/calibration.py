"""Platt's sigmoid and isotonic regression of scikit-learn; beta calibration as unpenalised logistic regression."""

import numpy as np
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression


def make():
    rng = np.random.default_rng(9)
    n = 120
    f = np.round(rng.normal(size=n), 2)
    p = np.clip(np.round(1 / (1 + np.exp(-2.5 * f)), 2), 0.01, 0.99)
    y = (rng.random(n) < 1 / (1 + np.exp(-f + 0.8))).astype(float)
    w = np.round(rng.gamma(2, 0.5, n), 3)
    w[:3] = 0
    at = np.round(np.linspace(0, 1, 41), 4)
    made = {"f": f.tolist(), "p": p.tolist(), "y": y.tolist(), "w": w.tolist(), "at": at.tolist()}
    for name, weights in (("plain", None), ("weighted", w)):
        platt = _SigmoidCalibration().fit(f, y, sample_weight=weights)
        isotonic = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(p, y, sample_weight=weights)
        features = np.column_stack([np.log(p), -np.log1p(-p)])
        beta = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-13).fit(features, y, sample_weight=weights)
        made[name] = {
            # sklearn writes 1 / (1 + exp(a f + b)).
            "platt": [-float(platt.a_), -float(platt.b_)],
            "isotonic": isotonic.predict(at).tolist(),
            "beta": [*beta.coef_[0].tolist(), float(beta.intercept_[0])],
        }
    return made
