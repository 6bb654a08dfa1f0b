"""Shifted-beta-geometric and beta-discrete-Weibull with covariates: maximum of the likelihood of single customers by scipy,
information by its differences; survival by quadrature over chances to leave with mpmath."""

import numpy as np
from mpmath import mp, mpf, quad
from scipy.optimize import minimize
from scipy.special import betaln


def customers(rng, rows):
    plan = rng.integers(0, 2, rows).astype(float)
    fee = np.round(rng.uniform(10, 60, rows), 1)
    mean = 1 / (1 + np.exp(1.9 - 0.9 * plan + 0.01 * fee))
    theta = rng.beta(mean * 3, (1 - mean) * 3)
    # A chance that grows with age: more than the square root of all renewals was survived.
    left = np.array([1 + np.argmax(rng.random(200) < 1 - (1 - t) ** np.diff(np.arange(201) ** 1.2)) for t in theta])
    watched = rng.integers(3, 25, rows)
    entry = np.where(rng.random(rows) < 0.3, rng.integers(1, 3, rows), 0)
    kept = np.minimum(left, watched) > entry
    time, event = np.minimum(left, watched), (left <= watched).astype(int)
    weights = rng.integers(1, 4, rows)
    return [v[kept] for v in [plan, fee, time, event, entry, weights]]


def log_survival(alpha, beta, c, t):
    return betaln(alpha, beta + t**c) - betaln(alpha, beta)


def survival_by_quadrature(alpha, beta, c, t):
    """E (1 − θ)^(t^c) for θ ~ Beta(α, β), which is what the beta functions stand for."""
    mp.dps = 80
    a, b = mpf(str(alpha)), mpf(str(beta))
    # θ = v^(1/α) takes the singularity of the density at 0 away.
    density = lambda v: (1 - v ** (1 / a)) ** (b - 1)
    power = mpf(t) ** mpf(str(c))
    cuts = [0, mpf("0.5"), mpf("0.9"), 1]
    return float(quad(lambda v: density(v) * (1 - v ** (1 / a)) ** power, cuts) / quad(density, cuts))


def fit(data, weibull, penalty):
    plan, fee, time, event, entry, weights = data
    raw = np.column_stack([plan, fee])
    mean = np.average(raw, axis=0, weights=weights)
    sd = np.sqrt(np.sum(weights[:, None] * (raw - mean) ** 2, axis=0) / (weights.sum() - 1))
    z = (raw - mean) / sd
    base = 3 if weibull else 2

    def minus_log_likelihood(theta):
        odds = theta[0] + z @ theta[base : base + 2]
        precision = np.exp(theta[1] + z @ theta[base + 2 :])
        mu = 1 / (1 + np.exp(-odds))
        c = np.exp(theta[2]) if weibull else 1.0
        alpha, beta = mu * precision, (1 - mu) * precision
        now, before, start = (log_survival(alpha, beta, c, t.astype(float)) for t in [time, time - 1, entry])
        seen = np.where(event == 1, before + np.log(-np.expm1(now - before)), now)
        return -np.sum(weights * (seen - start))

    def objective(theta):
        return minus_log_likelihood(theta) + penalty / 2 * np.sum(theta[base:] ** 2)

    start = np.array([-1.5, 1.0] + [0.1] * (base - 2) + [0.0] * 4)
    found = minimize(objective, start, method="BFGS", options={"gtol": 1e-5})
    n = len(start)
    h = 2e-3
    at = lambda *steps: objective(found.x + sum(steps))
    unit = np.eye(n) * h
    information = np.array(
        [
            [(at(unit[i], unit[j]) - at(unit[i], -unit[j]) - at(-unit[i], unit[j]) + at(-unit[i], -unit[j])) / (4 * h * h) for j in range(n)]
            for i in range(n)
        ]
    )
    # To the columns as given.
    back = np.eye(n)
    for which in [0, 1]:
        for j in range(2):
            k = base + 2 * which + j
            back[k, k] = 1 / sd[j]
            back[which, k] = -mean[j] / sd[j]
    covariance = back @ np.linalg.inv(information) @ back.T
    return {
        "logs": [float(v) for v in back @ found.x],
        "errorsOfLogs": [float(v) for v in np.sqrt(np.diag(covariance))],
        "logLikelihood": float(-minus_log_likelihood(found.x)),
    }


# α, β, c, renewals.
CASES = [(0.7, 1.2, 1, 5), (0.25, 1.6, 1.58, 7), (4, 30, 0.6, 24), (0.05, 0.4, 2, 3)]


def make():
    data = customers(np.random.default_rng(11), 160)
    names = ["plan", "fee", "time", "event", "entry", "weights"]
    return {
        "data": {name: [float(v) for v in values] for name, values in zip(names, data)},
        "shiftedBetaGeometric": fit(data, False, 0),
        "betaDiscreteWeibull": fit(data, True, 0),
        "penalised": fit(data, True, 2),
        "survival": [[*case, survival_by_quadrature(*case)] for case in CASES],
    }
