"""Metrics of scikit-learn and scipy on 80 rows with ties and weights."""

import numpy as np
from scipy import stats
from sklearn import metrics as m
from sklearn.calibration import calibration_curve


def make():
    rng = np.random.default_rng(7)
    y = (rng.random(80) < 0.3).astype(int)
    p = np.clip(np.round(0.25 + 0.3 * y + rng.normal(0, 0.2, 80), 2), 0, 1)
    w = np.round(rng.gamma(2, 1, 80), 3)
    w[[3, 10]] = 0
    t = np.round(rng.gamma(2, 30, 80), 2)
    t[:6] = 0
    q = np.round(t * rng.gamma(8, 1 / 8, 80) + rng.gamma(1, 10, 80) + 0.1, 2)
    made = {"y": y.tolist(), "p": p.tolist(), "w": w.tolist(), "target": t.tolist(), "predicted": q.tolist()}

    def decisions(weights, threshold):
        d = p >= threshold
        tn, fp, fn, tp = m.confusion_matrix(y, d, sample_weight=weights).ravel()
        return {
            "confusion": [tp, fp, tn, fn],
            "accuracy": m.accuracy_score(y, d, sample_weight=weights),
            "precision": m.precision_score(y, d, sample_weight=weights),
            "recall": m.recall_score(y, d, sample_weight=weights),
            "specificity": m.recall_score(y, d, sample_weight=weights, pos_label=0),
            "f1": m.f1_score(y, d, sample_weight=weights),
            "f2": m.fbeta_score(y, d, beta=2, sample_weight=weights),
            "balancedAccuracy": m.balanced_accuracy_score(y, d, sample_weight=weights),
            "matthews": m.matthews_corrcoef(y, d, sample_weight=weights),
        }

    def scores(weights):
        fpr, tpr, roc = m.roc_curve(y, p, sample_weight=weights)
        prec, rec, pr = m.precision_recall_curve(y, p, sample_weight=weights)
        return {
            "rocAuc": m.roc_auc_score(y, p, sample_weight=weights),
            "averagePrecision": m.average_precision_score(y, p, sample_weight=weights),
            "logLoss": m.log_loss(y, p, sample_weight=weights),
            "brier": m.brier_score_loss(y, p, sample_weight=weights),
            "brierSkill": m.d2_brier_score(y, p, sample_weight=weights),
            "roc": [fpr.tolist(), tpr.tolist(), roc[1:].tolist()],
            "pr": [prec.tolist(), rec.tolist(), pr.tolist()],
        }

    def regression(weights):
        return {
            "mae": m.mean_absolute_error(t, q, sample_weight=weights),
            "rmse": m.root_mean_squared_error(t, q, sample_weight=weights),
            "r2": m.r2_score(t, q, sample_weight=weights),
            "mape": m.mean_absolute_percentage_error(t[6:], q[6:], sample_weight=None if weights is None else weights[6:]),
            "pinball": m.mean_pinball_loss(t, q, alpha=0.8, sample_weight=weights),
            "poisson": m.mean_poisson_deviance(t, q, sample_weight=weights),
            "tweedie15": m.mean_tweedie_deviance(t, q, power=1.5, sample_weight=weights),
            "gamma": m.mean_tweedie_deviance(t[6:], q[6:], power=2, sample_weight=None if weights is None else weights[6:]),
            "inverse": m.mean_tweedie_deviance(t[6:], q[6:], power=3, sample_weight=None if weights is None else weights[6:]),
        }

    made["plain"] = {"at5": decisions(None, 0.5), "at3": decisions(None, 0.3), **scores(None), **regression(None)}
    made["weighted"] = {"at5": decisions(w, 0.5), "at3": decisions(w, 0.3), **scores(w), **regression(w)}
    made["ks"] = stats.ks_2samp(p[y == 1], p[y == 0]).statistic
    made["spearman"] = stats.spearmanr(t, q).statistic
    made["uniform"] = [v.tolist() for v in calibration_curve(y, p, n_bins=10)]
    made["quantile"] = [v.tolist() for v in calibration_curve(y, p, n_bins=5, strategy="quantile")]
    interval = stats.binomtest(7, 40).proportion_ci(0.95, method="wilson")
    made["wilson"] = [interval.low, interval.high]
    return plain(made)


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value.item() if hasattr(value, "item") else value
