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
        "paretoAlive": pareto_alive(),
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


def pareto_alive():
    """P(alive) of Pareto/NBD by quadrature at 30 digits, with one rate's scale far below the other's."""
    from mpmath import mp, mpf, quad

    mp.dps = 30
    rows = []
    r, s = mpf("0.6"), mpf("0.7")
    for alpha, beta in [(10, 0.6), (10, 0.4), (0.3, 20), (0.001, 20), (1e9, 1e-9)]:
        a, b = mpf(alpha), mpf(beta)
        for x, t, age in [(0, 0, 30), (3, 10, 30), (200, 29, 30)]:
            cuts = {t, age} | {t + c * mpf(2) ** k for c in (a, b) for k in range(-3, 60) if t + c * mpf(2) ** k < age}
            gone = quad(lambda u: s * (a + u) ** (-(r + x)) * (b + u) ** (-(s + 1)), sorted(cuts))
            alive = (a + age) ** (-(r + x)) * (b + age) ** (-s)
            rows.append([alpha, beta, x, t, age, float(alive / (alive + gone))])
    return rows
