"""Lifetimes by lifelines 0.30.3 on its shipped data (Waltons' flies, Rossi's released prisoners), and by scikit-survival."""

import warnings

import numpy as np
import pandas as pd
from lifelines import (
    CoxPHFitter,
    KaplanMeierFitter,
    LogLogisticAFTFitter,
    LogNormalAFTFitter,
    NelsonAalenFitter,
    WeibullAFTFitter,
    WeibullFitter,
)
from lifelines.datasets import load_rossi, load_waltons
from lifelines.statistics import multivariate_logrank_test, proportional_hazard_test
from lifelines.utils import restricted_mean_survival_time
from scipy.stats import rankdata
from sksurv.nonparametric import kaplan_meier_estimator, nelson_aalen_estimator


EXACT = {"precision": 1e-14, "r_precision": 1e-16}
COLUMNS = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]


def floats(values):
    return [float(v) for v in np.ravel(values)]


def mean_ranks(times, events, _weights):
    ranks = np.zeros(len(times))
    ended = np.asarray(events, bool)
    ranks[ended] = rankdata(np.asarray(times)[ended])
    return pd.Series(ranks, index=times.index)


def efron_survival(fitted, rows, rossi, times):
    """exp(-H0(t) exp(eta)) with Efron's baseline, as R's survfit.coxph has it; lifelines' baseline is Breslow's."""
    theta = np.exp(fitted.predict_log_partial_hazard(rossi)).to_numpy()
    week, arrest = rossi["week"].to_numpy(), rossi["arrest"].to_numpy() == 1
    hazards = []
    for t in times:
        total = 0
        for s in np.unique(week[arrest & (week <= t)]):
            tied = arrest & (week == s)
            total += sum(1 / (theta[week >= s].sum() - l / tied.sum() * theta[tied].sum()) for l in range(tied.sum()))
        hazards.append(total)
    return np.exp(-np.outer(np.exp(fitted.predict_log_partial_hazard(rows)), hazards))


def cox(fitted, rows, rossi):
    times = [1, 10, 25, 40, 52]
    return {
        "coefficients": floats(fitted.params_),
        "standardErrors": floats(fitted.standard_errors_),
        "p": floats(fitted.summary["p"]),
        "logLikelihood": float(fitted.log_likelihood_),
        "times": times,
        "survival": floats(efron_survival(fitted, rows, rossi, times)),
        "risk": floats(fitted.predict_log_partial_hazard(rows)),
    }


def aft(fitted, rows, sign):
    """Parameters in the order columns, intercept, ln sigma; lifelines has 1 / sigma for two of the distributions."""
    times = [1, 10, 25, 52, 100]
    location, spread = fitted.params_.index.get_level_values(0).unique()
    order = [(location, name) for name in [*COLUMNS, "Intercept"]] + [(spread, "Intercept")]
    signs = np.array([1.0] * (len(order) - 1) + [sign])
    return {
        "coefficients": floats(fitted.params_[order] * signs),
        "standardErrors": floats(fitted.standard_errors_[order]),
        "logLikelihood": float(fitted.log_likelihood_),
        "times": times,
        "survival": floats(fitted.predict_survival_function(rows, times=times).values.T),
        "median": floats(fitted.predict_median(rows)),
    }


def make():
    warnings.simplefilter("ignore")
    flies = load_waltons()
    t, e = flies["T"].to_numpy(float), flies["E"].to_numpy(float)
    km = KaplanMeierFitter().fit(t, e)
    na = NelsonAalenFitter(nelson_aalen_smoothing=True).fit(t, e)
    times, plain, low_high = kaplan_meier_estimator(e.astype(bool), t, conf_type="log-log")
    _, discrete = nelson_aalen_estimator(e.astype(bool), t)
    rng = np.random.default_rng(7)
    entry = np.floor(rng.uniform(0, np.maximum(t - 1, 1))) * (rng.uniform(size=t.size) < 0.5) + 0.5
    weights = rng.integers(1, 4, t.size).astype(float)
    late = KaplanMeierFitter().fit(t, e, entry=entry)
    weighted = KaplanMeierFitter().fit(t, e, weights=weights)
    control = (flies["group"] == "control").to_numpy(int)
    third = control + (np.arange(t.size) % 3 == 0)
    rank = {}
    for name, w in [("log-rank", None), ("wilcoxon", "wilcoxon"), ("tarone-ware", "tarone-ware"), ("peto", "peto")]:
        two = multivariate_logrank_test(t, control, e, weightings=w)
        three = multivariate_logrank_test(t, third, e, weightings=w)
        rank[name] = [two.test_statistic, two.p_value, three.test_statistic, three.p_value]

    rossi = load_rossi()
    first = rossi.iloc[[0, 17, 100]]
    r_entry = np.floor(rossi["week"].to_numpy() * rng.uniform(0, 0.9, len(rossi))) * (rng.uniform(size=len(rossi)) < 0.4)
    r_entry = np.maximum(0, r_entry - 0.5)
    r_weights = rng.integers(1, 4, len(rossi)).astype(float)
    plain_cox = CoxPHFitter().fit(rossi, "week", "arrest", fit_options=EXACT)
    ph = {
        transform: [floats(r.test_statistic), floats(r.p_value)]
        for transform in ["rank", "km", "identity", "log"]
        # lifelines ranks events of one time by their place in the file; R's cox.zph gives them their mean rank
        for r in [proportional_hazard_test(plain_cox, rossi, time_transform=mean_ranks if transform == "rank" else transform)]
    }
    penalised = CoxPHFitter(penalizer=10 / len(rossi)).fit(rossi, "week", "arrest", fit_options=EXACT)
    truncated = CoxPHFitter().fit(rossi.assign(entry=r_entry), "week", "arrest", entry_col="entry", fit_options=EXACT)
    weighted_cox = CoxPHFitter().fit(rossi.assign(w=r_weights), "week", "arrest", weights_col="w", fit_options=EXACT)
    aft_fits = {
        "weibull": (WeibullAFTFitter(), -1),
        "log-normal": (LogNormalAFTFitter(), 1),
        "log-logistic": (LogLogisticAFTFitter(), -1),
    }
    weibull = WeibullFitter().fit(t, e)
    return {
        "waltons": {"time": floats(t), "event": floats(e), "entry": floats(entry), "weights": floats(weights)},
        "groups": {"two": control.tolist(), "three": third.tolist()},
        "kaplanMeier": {
            "times": floats(km.survival_function_.index[1:]),
            "survival": floats(km.survival_function_.iloc[1:]),
            "lower": floats(km.confidence_interval_.iloc[1:, 0]),
            "upper": floats(km.confidence_interval_.iloc[1:, 1]),
            "median": float(km.median_survival_time_),
            "sksurvTimes": floats(times),
            "sksurvSurvival": floats(plain),
            "sksurvBand": floats(low_high),
            "truncated": [floats(late.survival_function_.index), floats(late.survival_function_)],
            "weighted": floats(weighted.survival_function_.iloc[1:]),
            "restrictedMean50": float(restricted_mean_survival_time(km, t=50)),
        },
        "nelsonAalen": {
            "smooth": floats(na.cumulative_hazard_.iloc[1:]),
            "discrete": floats(discrete),
        },
        "logRank": rank,
        "weibull": [float(weibull.lambda_), float(weibull.rho_), float(weibull.log_likelihood_)],
        "rossi": {
            "columns": COLUMNS,
            "rows": rossi[COLUMNS].to_numpy(float).tolist(),
            "time": floats(rossi["week"]),
            "event": floats(rossi["arrest"]),
            "entry": floats(r_entry),
            "weights": floats(r_weights),
            "predicted": [0, 17, 100],
        },
        "cox": cox(plain_cox, first, rossi),
        "coxPenalised": cox(penalised, first, rossi),
        "coxTruncated": {"coefficients": floats(truncated.params_), "standardErrors": floats(truncated.standard_errors_), "logLikelihood": float(truncated.log_likelihood_)},
        "coxWeighted": {"coefficients": floats(weighted_cox.params_), "logLikelihood": float(weighted_cox.log_likelihood_)},
        "likelihoodRatio": float(plain_cox.log_likelihood_ratio_test().test_statistic),
        "proportionalHazards": ph,
        "schoenfeld": floats(plain_cox.compute_residuals(rossi, "schoenfeld").sort_index().iloc[:5]),
        "aft": {name: aft(f.fit(rossi, "week", "arrest", fit_options={"gtol": 1e-8}), first, sign) for name, (f, sign) in aft_fits.items()},
        "aftTruncated": aft(WeibullAFTFitter().fit(rossi.assign(entry=r_entry), "week", "arrest", entry_col="entry", fit_options={"gtol": 1e-8}), first.assign(entry=0), -1),
    }


