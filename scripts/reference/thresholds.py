"""Best thresholds by brute force over scikit-learn's metrics, gain tables by pandas, bootstrap intervals by resampling."""

import numpy as np
import pandas as pd
from sklearn import metrics


def make():
    rng = np.random.default_rng(17)
    n = 200
    y = (rng.random(n) < 0.3).astype(int)
    p = np.round(1 / (1 + np.exp(-(1.6 * y - 1 + rng.normal(0, 1, n)))), 6)
    cuts = np.unique(p)
    decisions = [p >= cut for cut in cuts]

    def best(score):
        return max(score(d) for d in decisions)

    def recall_floor(floor):
        return best(
            lambda d: metrics.precision_score(y, d) if metrics.recall_score(y, d) >= floor else -1
        )

    # One row's mean cost: a contact 3, a missed leaver 20, a contacted one 5.
    def cost(d):
        (tn, fp), (fn, tp) = metrics.confusion_matrix(y, d)
        return (3 * fp + 20 * fn + 5 * tp) / n

    # No two scores are equal here, so tenths are plain slices.
    assert len(cuts) == n
    tenths = pd.Series(y[np.argsort(-p)]).groupby(np.repeat(np.arange(10), n // 10))
    bands = pd.DataFrame({"positives": tenths.sum(), "rate": tenths.mean()})
    bands["lift"] = bands["rate"] / y.mean()
    bands["gain"] = bands["positives"].cumsum() / y.sum()
    bands["cumulativeLift"] = bands["gain"] / ((np.arange(10) + 1) / 10)

    draws = np.random.default_rng(1)
    samples = [draws.integers(0, n, n) for _ in range(4000)]

    def interval(metric):
        return np.quantile([metric(y[s], p[s]) for s in samples], [0.025, 0.975]).tolist()

    return {
        "y": y.tolist(),
        "p": p.tolist(),
        "fBeta": {str(b): best(lambda d: metrics.fbeta_score(y, d, beta=b)) for b in (0.5, 1, 2)},
        "recallAtLeast": {str(r): recall_floor(r) for r in (0.5, 0.8, 0.95)},
        "cost": min(cost(d) for d in [*decisions, np.zeros(n, bool)]),
        "bands": {key: bands[key].tolist() for key in bands},
        "aucInterval": interval(metrics.roc_auc_score),
        "brierInterval": interval(metrics.brier_score_loss),
    }
