"""scikit-learn's own folds where they are deterministic (shuffle=False)."""

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    train_test_split,
)


def tests_of(splitter, *arguments):
    return [test.tolist() for _, test in splitter.split(*arguments)]


def make():
    rng = np.random.default_rng(3)
    labels = rng.choice(["yes", "no", "maybe"], p=[0.2, 0.7, 0.1], size=103)
    groups = rng.integers(0, 19, size=103)
    x = np.zeros((103, 1))
    sizes = []
    for share in (0.1, 0.2, 0.25, 0.333, 0.5, 7):
        train, test = train_test_split(np.arange(103), test_size=share, random_state=0)
        sizes.append([share, len(train), len(test)])
    time = TimeSeriesSplit(n_splits=4, gap=2, max_train_size=30, test_size=9)
    return {
        "labels": labels.tolist(),
        "groups": groups.tolist(),
        "kFold": {str(k): tests_of(KFold(k), x) for k in (2, 5, 10)},
        "stratifiedKFold": {str(k): tests_of(StratifiedKFold(k), x, labels) for k in (2, 5, 9)},
        "groupKFold": {str(k): tests_of(GroupKFold(k), x, labels, groups) for k in (2, 5, 9)},
        "stratifiedGroupKFold": {
            str(k): tests_of(StratifiedGroupKFold(k), x, labels, groups) for k in (2, 3, 5)
        },
        "timeFolds": [[a.tolist(), b.tolist()] for a, b in TimeSeriesSplit(n_splits=5).split(x)],
        "timeFoldsGap": [[a.tolist(), b.tolist()] for a, b in time.split(x)],
        "sizes": sizes,
    }
