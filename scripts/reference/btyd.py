"""Purchase models by lifetimes 0.11.3 (MIT) on the CDNOW customers that it ships; cohorts as Fader and Hardie publish them."""

import warnings

import numpy as np
from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter, ParetoNBDFitter
from lifetimes.datasets import load_cdnow_summary_data_with_monetary_value


def floats(values):
    return [float(v) for v in np.ravel(values)]


def model(fitter, data, names):
    some = data.iloc[SOME]
    x, t, age = some["frequency"], some["recency"], some["T"]
    return {
        "parameters": [float(fitter.params_[name]) for name in names],
        "alive": floats(fitter.conditional_probability_alive(x, t, age)),
        "expected39": floats(fitter.conditional_expected_number_of_purchases_up_to_time(39, x, t, age)),
        "expectedOfNew": floats(fitter.expected_number_of_purchases_up_to_time(np.array([1, 39, 78]))),
    }


SOME = list(range(0, 2357, 117))


def make():
    warnings.simplefilter("ignore")
    data = load_cdnow_summary_data_with_monetary_value()
    history = [data[c] for c in ["frequency", "recency", "T"]]
    bg = BetaGeoFitter().fit(*history)
    mbg = ModifiedBetaGeoFitter().fit(*history)
    pareto = ParetoNBDFitter().fit(*history)
    buyers = data[data["frequency"] > 0]
    gg = GammaGammaFitter().fit(buyers["frequency"], buyers["monetary_value"])
    some = data.iloc[SOME]
    value = gg.conditional_expected_average_profit(some["frequency"], some["monetary_value"])
    rounded = BetaGeoFitter()
    rounded.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    worth = bg_value(bg, gg, some)
    return {
        "cdnow": {
            "frequency": [int(v) for v in data["frequency"]],
            "recency": floats(data["recency"]),
            "age": floats(data["T"]),
            "monetaryValue": floats(data["monetary_value"]),
        },
        "some": SOME,
        "bgNbd": model(bg, data, ["r", "alpha", "a", "b"]),
        "mbgNbd": model(mbg, data, ["r", "alpha", "a", "b"]),
        "paretoNbd": model(pareto, data, ["r", "alpha", "s", "beta"]),
        "counts": [float(rounded.probability_of_n_purchases_up_to_time(39, n)) for n in range(8)],
        "gammaGamma": {
            "parameters": [float(gg.params_[name]) for name in ["p", "q", "v"]],
            "logLikelihood": -float(gg._negative_log_likelihood_) * len(buyers),
            "expectedValue": floats(value),
        },
        "lifetimeValue": floats(worth),
    }


def bg_value(bg, gg, some):
    """Twelve months at 1 % a month; lifetimes counts 4.345 weeks a month."""
    return gg.customer_lifetime_value(
        bg, some["frequency"], some["recency"], some["T"], some["monetary_value"], time=12, discount_rate=0.01, freq="W"
    )
