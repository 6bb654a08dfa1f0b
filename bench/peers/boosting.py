import lightgbm
from sklearn.metrics import log_loss

from tables import load


def prepare(params):
    x, y = load(f"customers-{params['rows']}-{params['columns']}")
    held, truth = load(f"customers-test-{params['columns']}")

    def work():
        options = {"objective": "binary", "num_threads": params["threads"], "verbosity": -1}
        model = lightgbm.train(options, lightgbm.Dataset(x, y), num_boost_round=100)
        return lambda: {"logLoss": log_loss(truth, model.predict(held))}

    return work
