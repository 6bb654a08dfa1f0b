"""Scores of survival predictions by scikit-survival and lifelines, on lifetimes drawn here and rounded so that they tie."""

import numpy as np
from lifelines.utils import concordance_index
from sksurv.metrics import (
    brier_score,
    concordance_index_censored,
    concordance_index_ipcw,
    cumulative_dynamic_auc,
    integrated_brier_score,
)
from sksurv.util import Surv


def draw(rng, n):
    x = rng.normal(size=n)
    lifetime = np.ceil(rng.exponential(20 * np.exp(-0.7 * x)) * 2) / 2
    censored = np.ceil(rng.uniform(5, 60, n) * 2) / 2
    return x, np.minimum(lifetime, censored), lifetime <= censored


def make():
    rng = np.random.default_rng(11)
    _, time, event = draw(rng, 250)
    x, test_time, test_event = draw(rng, 180)
    risk = np.round(x + 0.5 * rng.normal(size=180), 1)
    times = np.array([2.5, 5, 10, 15.5, 25, 35])
    scale = 20 * np.exp(-0.6 * risk)
    survival = np.exp(-times[None, :] / scale[:, None])
    moving = np.round(risk[:, None] + 0.05 * times[None, :] * rng.normal(size=(180, 6)), 2)
    train, test = Surv.from_arrays(event, time), Surv.from_arrays(test_event, test_time)
    auc, mean = cumulative_dynamic_auc(train, test, risk, times)
    auc_moving, mean_moving = cumulative_dynamic_auc(train, test, moving, times)
    return {
        "train": {"time": time.tolist(), "event": event.astype(int).tolist()},
        "test": {"time": test_time.tolist(), "event": test_event.astype(int).tolist()},
        "risk": risk.tolist(),
        "moving": moving.T.tolist(),
        "survival": survival.T.tolist(),
        "times": times.tolist(),
        "concordance": float(concordance_index_censored(test_event, test_time, risk)[0]),
        "lifelines": float(concordance_index(test_time, -risk, test_event)),
        "uno": float(concordance_index_ipcw(train, test, risk)[0]),
        "uno20": float(concordance_index_ipcw(train, test, risk, tau=20)[0]),
        "auc": auc.tolist(),
        "meanAuc": float(mean),
        "aucMoving": auc_moving.tolist(),
        "meanAucMoving": float(mean_moving),
        "brier": brier_score(train, test, survival, times)[1].tolist(),
        "integrated": float(integrated_brier_score(train, test, survival, times)),
    }
