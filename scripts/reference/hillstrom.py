"""Qini of scikit-uplift's and causalml's learners on Hillstrom's campaign, for notebook 05.

    python -m venv uplift && uplift/bin/pip install scikit-uplift causalml lightgbm pandas
    uplift/bin/python scripts/reference/hillstrom.py ../shared/data/hillstrom.csv data/tables/hillstrom.json

Women's e-mail against none, by visits: the rows of even place (counted from 0 among all 64,000) teach, those of odd
place judge, as in src/studies/retention/mailing.ts. The figure is scikit-uplift's `qini_auc_score`, which `qiniScore`
equals.
"""

import json
import sys
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
from causalml.inference.meta import BaseRRegressor, BaseTRegressor, BaseXRegressor
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklift.metrics import qini_auc_score
from sklift.models import ClassTransformation, SoloModel, TwoModels

warnings.filterwarnings("ignore")
source, out = sys.argv[1:3]
frame = pd.read_csv(source)
frame["place"] = np.arange(len(frame))
frame = frame[frame.treatment != "Mens E-Mail"].reset_index(drop=True)
x = pd.get_dummies(
    frame[["recency", "history", "mens", "womens", "zip_code", "newbie", "channel"]],
    columns=["zip_code", "channel"],
    drop_first=True,
).astype(float)
treated = (frame.treatment == "Womens E-Mail").astype(int)
visit = frame.visit.astype(int)
teach = (frame.place % 2 == 0).to_numpy()
judge = ~teach

settings = dict(n_estimators=100, learning_rate=0.06, num_leaves=6, min_child_samples=150, reg_lambda=10, verbose=-1)


def classifier():
    return LGBMClassifier(random_state=0, n_jobs=1, **settings)


def regressor():
    return LGBMRegressor(random_state=0, n_jobs=1, **settings)


def logistic():
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


rows = []


def add(library, name, effect):
    score = qini_auc_score(visit[judge], np.asarray(effect).ravel(), treated[judge])
    rows.append({"library": library, "name": name, "qini": float(score)})
    print(library, name, round(float(score), 4))


for name, model in {
    "two models, LightGBM": TwoModels(classifier(), classifier()),
    "two models, logistic regression": TwoModels(logistic(), logistic()),
    "one model, LightGBM": SoloModel(classifier()),
    "class transformation, LightGBM": ClassTransformation(classifier()),
}.items():
    model.fit(x[teach], visit[teach], treated[teach])
    add("scikit-uplift", name, model.predict(x[judge]))

for name, model in {
    "T-learner, LightGBM": BaseTRegressor(regressor()),
    "X-learner, LightGBM": BaseXRegressor(regressor()),
    "R-learner, LightGBM": BaseRRegressor(regressor(), random_state=0),
}.items():
    arguments = dict(X=x[teach].to_numpy(), treatment=treated[teach].to_numpy(), y=visit[teach].to_numpy().astype(float))
    if name != "T-learner, LightGBM":
        arguments["p"] = np.full(int(teach.sum()), float(treated[teach].mean()))
    model.fit(**arguments)
    predicted = dict(X=x[judge].to_numpy())
    if name == "X-learner, LightGBM":
        predicted["p"] = np.full(int(judge.sum()), float(treated[teach].mean()))
    add("causalml", name, model.predict(**predicted))

with open(out, "w") as file:
    json.dump(
        {
            "versions": {one: version(one) for one in ["scikit-uplift", "causalml", "lightgbm", "scikit-learn"]},
            "rows": {"teach": int(teach.sum()), "judge": int(judge.sum())},
            "peers": rows,
        },
        file,
        indent=2,
    )
    file.write("\n")
