import lightgbm
import numpy as np
import shap
from sklearn.ensemble import RandomForestClassifier

from tables import load


def prepare(params):
    x, y = load("protocol-train")
    asked = np.ascontiguousarray(load("protocol-test")[0][: params["rows"]])
    if params["model"] == "forest":
        forest = RandomForestClassifier(300, random_state=1, n_jobs=1).fit(x, y)
        explainer = shap.TreeExplainer(forest)

        def explain():
            values = explainer.shap_values(asked, check_additivity=False)[:, :, 1]
            return {"meanAbsolute": float(np.abs(values).mean())}

        return explain
    options = {"objective": "binary", "num_threads": 1, "verbosity": -1}
    model = lightgbm.train(options, lightgbm.Dataset(x, y), num_boost_round=100)

    def contribute():
        values = model.predict(asked, pred_contrib=True, num_threads=1)[:, :-1]
        return {"meanAbsolute": float(np.abs(values).mean())}

    return contribute
