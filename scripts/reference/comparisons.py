"""DeLong's covariance straight from its definition, and tests of scipy."""

import numpy as np
from scipy import stats


def make():
    rng = np.random.default_rng(13)
    n = 90
    y = (rng.random(n) < 0.35).astype(int)
    a = np.round(y + rng.normal(0, 1.2, n), 1)
    b = np.round(0.6 * a + 0.3 * y + rng.normal(0, 0.8, n), 1)

    def components(s):
        psi = (s[y == 1][:, None] > s[y == 0][None, :]) + 0.5 * (s[y == 1][:, None] == s[y == 0][None, :])
        return psi.mean(), psi.mean(axis=1), psi.mean(axis=0)

    (auc_a, up_a, down_a), (auc_b, up_b, down_b) = components(a), components(b)
    cov = np.cov(up_a, up_b) / len(up_a) + np.cov(down_a, down_b) / len(down_a)
    error = np.sqrt(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1])
    differences = np.round(rng.normal(0.01, 0.02, 25), 4)
    t = differences.mean() / np.sqrt((1 / 25 + 1 / 4) * differences.var(ddof=1))
    return {
        "y": y.tolist(),
        "a": a.tolist(),
        "b": b.tolist(),
        "auc": [auc_a, np.sqrt(cov[0, 0])],
        "deLong": [auc_a - auc_b, error, 2 * stats.norm.sf(abs(auc_a - auc_b) / error)],
        "differences": differences.tolist(),
        "corrected": 2 * stats.t.sf(abs(t), 24),
    }
