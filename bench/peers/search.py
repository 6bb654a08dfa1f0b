from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import RandomizedSearchCV

from tables import load

space = {
    "n_estimators": [200, 300, 400, 500, 600],
    "max_depth": [None, 10, 15, 20],
    "min_samples_split": [2, 5, 10],
    "min_samples_leaf": [1, 2, 4],
}


def prepare(params):
    x, y = load(params["train"])
    forest = RandomForestClassifier(random_state=42, n_jobs=1)
    search = RandomizedSearchCV(
        forest, space, n_iter=10, cv=3, scoring="f1", random_state=42, n_jobs=params["threads"]
    )

    def work():
        search.fit(x, y)
        return lambda: {"f1": search.best_score_, "trees": search.best_params_["n_estimators"]}

    return work
