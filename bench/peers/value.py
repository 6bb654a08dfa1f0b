import warnings

import pandas as pd
from lifelines import CoxPHFitter
from lifetimes import BetaGeoFitter, GammaGammaFitter

from tables import load

warnings.simplefilter("ignore")


def history(name):
    x, _ = load(name)
    return pd.DataFrame(x, columns=["frequency", "recency", "T", "monetary"])


def fitted(frame):
    process = BetaGeoFitter().fit(frame["frequency"], frame["recency"], frame["T"])
    repeat = frame[frame["frequency"] > 0]
    return process, GammaGammaFitter().fit(repeat["frequency"], repeat["monetary"])


def prepare(params):
    if params["kind"] == "cox":
        x, time = load(params["data"])
        frame = pd.DataFrame(x[:, :-1], columns=[f"x{j}" for j in range(x.shape[1] - 1)])
        frame["time"], frame["event"] = time, x[:, -1]

        def work():
            model = CoxPHFitter().fit(frame, "time", "event")
            return lambda: {"logLikelihood": float(model.log_likelihood_)}

        return work
    frame = history(params["data"])
    if params["kind"] == "fit":

        def work():
            process, amounts = fitted(frame)
            repeat = int((frame["frequency"] > 0).sum())
            # Its likelihood of purchases is of scaled times; estimates are compared in tests/models/clv.
            return lambda: {"amounts": float(-amounts._negative_log_likelihood_ * repeat)}

        return work
    process, amounts = fitted(history("purchases-2357"))

    def work():
        value = amounts.customer_lifetime_value(
            process, frame["frequency"], frame["recency"], frame["T"], frame["monetary"],
            time=12, discount_rate=0.01, freq="W",
        )
        return {"mean": float(value.mean())}

    return work
