import lightgbm
import numpy as np
from sklearn.ensemble import RandomForestClassifier

from tables import load


def prepare(params):
    params["warmups"] = params.get("peerWarmups", params["warmups"])
    params["repeat"] = params.get("peerRepeat", params["repeat"])
    x, y = load("protocol-train")
    held, _ = load("protocol-test")
    asked = np.ascontiguousarray(held[np.arange(params["rows"]) % len(held)])
    if params["model"] == "forest":
        model = RandomForestClassifier(300, random_state=1, n_jobs=1).fit(x, y)
        return lambda: {"mean": float(model.predict_proba(asked)[:, 1].mean())}
    options = {"objective": "binary", "num_threads": 1, "verbosity": -1}
    model = lightgbm.train(options, lightgbm.Dataset(x, y), num_boost_round=100)
    return lambda: {"mean": float(model.predict(asked, num_threads=1).mean())}
