"""Encoders of scikit-learn on a small table with missing values and levels that training did not see."""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler


def make():
    rng = np.random.default_rng(5)
    n = 30
    frame = pd.DataFrame(
        {
            "minutes": np.round(rng.gamma(3, 60, n), 1),
            "plan": rng.choice(["basic", "plus", "Max", "zero"], n),
            "calls": rng.integers(0, 9, n).astype(float),
            "area": rng.choice(["408", "415", "510"], n),
        }
    )
    train, test = frame.iloc[:20].copy(), frame.iloc[20:].copy()
    train = train[train.plan != "zero"]
    gaps = frame[["minutes", "calls"]].copy()
    gaps.iloc[[1, 4, 22], 0] = np.nan
    made = {
        "columns": {name: frame[name].tolist() for name in frame},
        "train": train.index.tolist(),
        "test": test.index.tolist(),
        "missing": [[1, 4, 22]],
    }
    both = ColumnTransformer(
        [
            ("minutes", StandardScaler(), ["minutes"]),
            ("plan", OneHotEncoder(drop="first", handle_unknown="ignore"), ["plan"]),
            ("calls", StandardScaler(), ["calls"]),
            ("area", OneHotEncoder(drop="first", handle_unknown="ignore"), ["area"]),
        ],
        sparse_threshold=0,
    ).fit(train)
    made["names"] = [name.split("__")[1] for name in both.get_feature_names_out()]
    made["standard"] = both.transform(test).T.tolist()
    robust = RobustScaler().fit(train[["minutes", "calls"]])
    z = robust.transform(test[["minutes", "calls"]])
    made["robust"] = (z / np.sqrt(1 + (z / 3) ** 2)).T.tolist()
    for strategy in ("median", "mean"):
        fill = make_pipeline(SimpleImputer(strategy=strategy), StandardScaler()).fit(gaps.loc[train.index])
        made[strategy] = fill.transform(gaps.loc[test.index]).T.tolist()
    return made
