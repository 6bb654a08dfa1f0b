"""Three classes: multinomial logistic regression, boosted trees, and the metrics of their probabilities."""

import numpy as np
from lightgbm import LGBMClassifier
from sklearn import metrics
from sklearn.linear_model import LogisticRegression


def make():
    rng = np.random.default_rng(23)
    n = 600
    x = np.round(rng.normal(size=(n, 4)), 4)
    scores = np.stack([1.5 * x[:, 0], 0.4 + x[:, 1] * x[:, 2], -x[:, 0] + 0.8 * x[:, 3]], 1)
    chances = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    y = np.array([rng.choice(3, p=p) for p in chances])
    train, test = slice(0, 400), slice(400, n)

    def of(model):
        return model.fit(x[train], y[train]).predict_proba(x[test])

    logistic = of(LogisticRegression(C=0.7, tol=1e-10, max_iter=10_000))
    trees = of(LGBMClassifier(n_estimators=40, num_leaves=6, learning_rate=0.1, verbose=-1))
    called = logistic.argmax(1)
    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "train": 400,
        "logistic": logistic.tolist(),
        "lightgbmLogLoss": metrics.log_loss(y[test], trees),
        "accuracy": metrics.accuracy_score(y[test], called),
        "macroF1": metrics.f1_score(y[test], called, average="macro"),
        "macroRocAuc": metrics.roc_auc_score(y[test], logistic, multi_class="ovr", average="macro"),
        "logLoss": metrics.log_loss(y[test], logistic),
        "confusion": metrics.confusion_matrix(y[test], called).tolist(),
    }
