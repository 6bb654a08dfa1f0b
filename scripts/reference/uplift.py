"""Uplift scores by scikit-uplift 0.5.1 on a campaign drawn here, with tied predictions."""

import numpy as np
from sklift.metrics import qini_auc_score, qini_curve, uplift_at_k, uplift_auc_score, uplift_curve


def make():
    rng = np.random.default_rng(5)
    n = 400
    x = rng.normal(size=n)
    treated = rng.integers(0, 2, n)
    y = (rng.uniform(size=n) < 0.4 + 0.1 * x.clip(-2, 2) * treated).astype(int)
    good = np.round(x + 0.5 * rng.normal(size=n), 1)
    out = {"y": y.tolist(), "treated": treated.tolist(), "effect": good.tolist(), "noise": np.round(rng.normal(size=n), 1).tolist()}
    for name in ["effect", "noise"]:
        e = np.array(out[name])
        out[f"{name}Scores"] = {
            "qini": float(qini_auc_score(y, e, treated)),
            "uplift": float(uplift_auc_score(y, e, treated)),
            "at30": float(uplift_at_k(y, e, treated, strategy="overall", k=0.3)),
        }
    for name, curve in [("qiniCurve", qini_curve), ("upliftCurve", uplift_curve)]:
        rows, gain = curve(y, good, treated)
        out[name] = [rows.tolist(), gain.tolist()]
    return out
