"""Rows that imbalanced-learn makes, with the random draws it made them from.

Every random state that its samplers create is replaced by one that records what it gives out. The tests feed the record
to the same algorithm here and expect the same rows.
"""

import sys

import imblearn
import numpy as np
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import (
    ADASYN,
    SMOTE,
    SMOTEN,
    SMOTENC,
    SVMSMOTE,
    BorderlineSMOTE,
    KMeansSMOTE,
    RandomOverSampler,
)
from imblearn.under_sampling import (
    CondensedNearestNeighbour,
    EditedNearestNeighbours,
    NearMiss,
    NeighbourhoodCleaningRule,
    OneSidedSelection,
    RandomUnderSampler,
    TomekLinks,
)
from sklearn.cluster import KMeans
from sklearn.svm import SVC
from sklearn.utils import check_random_state


class Recorder:
    """A NumPy random state that notes its draws in the form of Draws (src/resample/draws.ts)."""

    def __init__(self, seed, record):
        self.state = check_random_state(seed)
        self.record = record

    def note(self, kind, values):
        self.record.append({"kind": kind, "values": np.asarray(values).ravel().tolist()})

    def randint(self, low, high, size):
        drawn = self.state.randint(low=low, high=high, size=size)
        self.note("integers", drawn - low)
        return drawn

    def uniform(self, low=0.0, high=1.0, size=None):
        drawn = self.state.uniform(low=low, high=high, size=size)
        self.note("uniforms", (drawn - low) / (high - low))
        return drawn

    def choice(self, a, size, replace=True):
        pool = np.arange(a) if np.ndim(a) == 0 else np.asarray(a)
        if replace:
            drawn = self.state.randint(0, len(pool), size=size)
            self.note("integers", drawn)
        else:
            order = self.state.permutation(len(pool))
            self.note("permutation", order)
            drawn = order[:size]
        return pool[drawn]

    def permutation(self, rows):
        order = self.state.permutation(len(rows))
        self.note("permutation", order)
        return rows[order]

    def beta(self, a, b):
        drawn = self.state.beta(a, b)
        self.note("beta", [drawn])
        return drawn


def resampled(sampler, x, y):
    """The sampler's rows and the draws behind them."""
    record = []
    modules = [m for name, m in sys.modules.items() if name.startswith("imblearn.") and hasattr(m, "check_random_state")]
    for module in modules:
        module.check_random_state = lambda seed: Recorder(seed, record)
    try:
        rows, labels = sampler.fit_resample(x, y)
    finally:
        for module in modules:
            module.check_random_state = check_random_state
    return {"x": np.asarray(rows, dtype=float).tolist(), "y": labels.tolist(), "draws": record}


def make():
    # The input of imbalanced-learn's own tests of SMOTE, Borderline-SMOTE and ADASYN.
    small = np.array(
        [
            [0.11622591, -0.0317206], [0.77481731, 0.60935141], [1.25192108, -0.22367336], [0.53366841, -0.30312976],
            [1.52091956, -0.49283504], [-0.28162401, -2.10400981], [0.83680821, 1.72827342], [0.3084254, 0.33299982],
            [0.70472253, -0.73309052], [0.28893132, -0.38761769], [1.15514042, 0.0129463], [0.88407872, 0.35454207],
            [1.31301027, -0.92648734], [-1.11515198, -0.93689695], [-0.18410027, -0.45194484], [0.9281014, 0.53085498],
            [-0.14374509, 0.27370049], [-0.41635887, -0.38299653], [0.08711622, 0.93259929], [1.70580611, -0.11219234],
        ]
    )
    small_y = np.array([0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0])

    # Two overlapping clouds of 24 and 72 rows; three columns with levels beside two numeric ones, for SMOTE-NC.
    random = np.random.RandomState(7)
    clouds = np.vstack([random.normal(1.0, 1.2, (24, 3)), random.normal(0.0, 1.0, (72, 3))]).round(6)
    clouds_y = np.repeat([1, 0], [24, 72])
    levels = np.column_stack([random.randint(0, n, 96) for n in (2, 3, 5)]).astype(float)
    mixed = np.column_stack([clouds[:, 0], levels[:, 0], clouds[:, 1], levels[:, 1:]])
    many = np.column_stack([(random.randint(0, n, 96) + clouds_y * random.randint(0, 2, 96)) % n for n in (4, 5, 6, 7, 9, 11)])

    cases = {
        "smote": resampled(SMOTE(random_state=0), small, small_y),
        "smote ratio": resampled(SMOTE(random_state=3, sampling_strategy=0.6, k_neighbors=4), clouds, clouds_y),
        "smote counts": resampled(SMOTE(random_state=3, sampling_strategy={0: 80, 1: 60}), clouds, clouds_y),
        "borderline 1": resampled(BorderlineSMOTE(random_state=0), clouds, clouds_y),
        "borderline 2": resampled(BorderlineSMOTE(random_state=0, kind="borderline-2"), clouds, clouds_y),
        "svm": resampled(SVMSMOTE(random_state=0), clouds, clouds_y),
        "adasyn": resampled(ADASYN(random_state=0), small, small_y),
        "adasyn clouds": resampled(ADASYN(random_state=1, n_neighbors=4), clouds, clouds_y),
        "nc": resampled(SMOTENC([1, 3, 4], random_state=0), mixed, clouds_y),
        "n": resampled(SMOTEN(random_state=0), many, clouds_y),
        "over": resampled(RandomOverSampler(random_state=0), small, small_y),
        "under": resampled(RandomUnderSampler(random_state=0, sampling_strategy=0.5), clouds, clouds_y),
        "tomek": resampled(TomekLinks(), clouds, clouds_y),
        "tomek both": resampled(TomekLinks(sampling_strategy="all"), clouds, clouds_y),
        "enn": resampled(EditedNearestNeighbours(), clouds, clouds_y),
        "enn most": resampled(EditedNearestNeighbours(kind_sel="mode", n_neighbors=4, sampling_strategy="all"), clouds, clouds_y),
        "nearmiss 1": resampled(NearMiss(), clouds, clouds_y),
        "nearmiss 2": resampled(NearMiss(version=2, n_neighbors=4, sampling_strategy=0.5), clouds, clouds_y),
        "nearmiss 3": resampled(NearMiss(version=3), clouds, clouds_y),
        # The larger class comes first: elsewhere the peer takes numbers of rows within the class for those in the table.
        "cnn": resampled(CondensedNearestNeighbour(random_state=0), clouds[::-1], clouds_y[::-1]),
        "oss": resampled(OneSidedSelection(random_state=0), clouds, clouds_y),
        "ncr": resampled(NeighbourhoodCleaningRule(), clouds, clouds_y),
        "smote tomek": resampled(SMOTETomek(random_state=0), clouds, clouds_y),
        "smote enn": resampled(SMOTEENN(random_state=0), clouds, clouds_y),
    }
    kmeans = KMeansSMOTE(
        random_state=0, kmeans_estimator=KMeans(4, random_state=0, n_init=1), cluster_balance_threshold=0.2
    )
    cases["kmeans"] = resampled(kmeans, clouds, clouds_y)
    cases["kmeans"]["clusters"] = kmeans.kmeans_estimator_.labels_.tolist()
    svc = SVC(gamma="scale").fit(clouds, clouds_y)
    return {
        "version": imblearn.__version__,
        "small": {"x": small.tolist(), "y": small_y.tolist()},
        "clouds": {"x": clouds.tolist(), "y": clouds_y.tolist()},
        "mixed": {"x": mixed.tolist(), "y": clouds_y.tolist(), "levels": [0, 2, 0, 3, 5]},
        "many": {"x": many.tolist(), "y": clouds_y.tolist(), "levels": [4, 5, 6, 7, 9, 11]},
        "support": sorted(svc.support_.tolist()),
        # New rows only: those given are above.
        "cases": {name: new_rows(case, name) for name, case in cases.items()},
    }


def new_rows(case, name):
    kept = name.split()[0]
    if kept in ("under", "tomek", "enn", "nearmiss", "cnn", "oss", "ncr") or name in ("smote tomek", "smote enn"):
        return case
    count = 20 if name in ("smote", "adasyn", "over") else 96
    return {**case, "x": case["x"][count:], "y": case["y"][count:]}
