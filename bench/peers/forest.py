from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

from tables import load


def prepare(params):
    x, y = load(params["train"])
    held, truth = load(params["test"])
    model = RandomForestClassifier(
        params["trees"], max_depth=params.get("depth"), n_jobs=params["threads"], random_state=1
    )

    def work():
        model.fit(x, y)
        return lambda: {
            "rocAuc": roc_auc_score(truth, model.predict_proba(held)[:, 1]),
            "nodes": sum(tree.tree_.node_count for tree in model.estimators_),
        }

    return work
