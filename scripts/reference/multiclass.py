"""Three classes: multinomial logistic regression, boosted trees, and the metrics of their probabilities."""

import numpy as np
from lightgbm import LGBMClassifier
from sklearn import metrics
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression


class LogOdds(ClassifierMixin, BaseEstimator):
    """A fitted classifier whose decision function is each class's log odds, which the sigmoid calibrates here."""

    def __init__(self, model):
        self.model = model
        self.classes_ = model.classes_

    def fit(self, x, y):
        return self

    def decision_function(self, x):
        p = self.model.predict_proba(x)
        return np.log(p) - np.log1p(-p)

    def predict(self, x):
        return self.model.predict(x)


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
    half, other = slice(0, 200), slice(200, 400)
    fitted = LogisticRegression(C=100, tol=1e-10, max_iter=10_000).fit(x[half], y[half])

    def calibrated(model, method):
        return CalibratedClassifierCV(FrozenEstimator(model), method=method).fit(x[other], y[other]).predict_proba(x[test])

    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "train": 400,
        "logistic": logistic.tolist(),
        "balanced": of(LogisticRegression(C=0.7, tol=1e-10, max_iter=10_000, class_weight="balanced")).tolist()[:50],
        "uncalibrated": fitted.predict_proba(x[200:450]).tolist(),
        "temperature": calibrated(fitted, "temperature").tolist()[:50],
        "sigmoid": calibrated(LogOdds(fitted), "sigmoid").tolist()[:50],
        "lightgbmLogLoss": metrics.log_loss(y[test], trees),
        "accuracy": metrics.accuracy_score(y[test], called),
        "macroF1": metrics.f1_score(y[test], called, average="macro"),
        "macroRocAuc": metrics.roc_auc_score(y[test], logistic, multi_class="ovr", average="macro"),
        "logLoss": metrics.log_loss(y[test], logistic),
        "confusion": metrics.confusion_matrix(y[test], called).tolist(),
    }
