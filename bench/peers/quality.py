import lightgbm
import numpy as np
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, precision_recall_curve, roc_auc_score
from sklearn.model_selection import StratifiedKFold

from tables import load

try:
    import catboost
except ImportError:
    catboost = None


def with_catboost(x, y, marks):
    def codes(rows):
        # Categories as text; missing ones are a category.
        return np.column_stack(
            [rows[:, j].astype(str) if marks[j] else rows[:, j] for j in range(rows.shape[1])]
        ).astype(object)

    model = catboost.CatBoostClassifier(
        iterations=300,
        learning_rate=0.05,
        depth=4,
        thread_count=1,
        verbose=0,
        random_seed=0,
        allow_writing_files=False,
    )
    model.fit(codes(x), y, cat_features=list(np.flatnonzero(marks)))
    return lambda rows: model.predict_proba(codes(rows))[:, 1]


def with_lightgbm(x, y, marks):
    settings = {
        "objective": "binary",
        "learning_rate": 0.05,
        "num_leaves": 15,
        "verbose": -1,
        "num_threads": 1,
        "seed": 0,
    }
    categories = [int(j) for j in np.flatnonzero(marks)]

    def data(rows, labels):
        return lightgbm.Dataset(rows, labels, categorical_feature=categories, free_raw_data=False)

    cv = lightgbm.cv(
        settings,
        data(x, y),
        1000,
        nfold=5,
        stratified=True,
        seed=0,
        callbacks=[lightgbm.early_stopping(50, verbose=False)],
    )
    rounds = len(cv["valid binary_logloss-mean"])
    return lightgbm.train(settings, data(x, y), rounds).predict


def scores(y, p):
    return {
        "rocAuc": roc_auc_score(y, p),
        "prAuc": average_precision_score(y, p),
        "brier": brier_score_loss(y, p),
    }


def prepare(params):
    name = "telco" if params["data"] == "telco" else "bigml-train"
    x, y = load(f"quality-{name}")
    marks = load(f"quality-{name}-marks")[0][0]
    if params["data"] == "telco":
        folds, _ = load("quality-telco-folds")
        fit = with_catboost if catboost else with_lightgbm

        def work():
            found = []
            for r in range(folds.shape[1]):
                for k in range(5):
                    test = folds[:, r] == k
                    found.append(scores(y[test], fit(x[~test], y[~test], marks)(x[test])))
            return {key: float(np.mean([one[key] for one in found])) for key in found[0]}

        return work

    x_test, y_test = load("quality-bigml-test")

    def work():
        p = with_lightgbm(x, y, marks)(x_test)
        held = np.zeros(len(y))
        for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(x, y):
            held[test] = with_lightgbm(x[train], y[train], marks)(x[test])
        precision, recall, at = precision_recall_curve(y, held)
        threshold = at[np.argmax(2 * precision[:-1] * recall[:-1] / (precision[:-1] + recall[:-1] + 1e-12))]
        return {**scores(y_test, p), "f1": f1_score(y_test, p >= threshold)}

    return work
