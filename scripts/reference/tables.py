"""What the usual learners of Python make of tables that nobody tuned for: LightGBM with rounds by cross-validation,
CatBoost, HistGradientBoosting, logistic regression, and the mean of three, judged on rows held out of 2 folds, or as many as asked for.

    python scripts/reference/tables.py OUT.json [--rows 4000] [--repeats 5] [--folds 2] [--only NAME,NAME]

It needs scikit-learn, lightgbm, catboost and pandas. Which table has which target is read from data/sources.json; the
rows and folds follow from row numbers by arithmetic (`taken` and `fold`), so that other programs judge on the same ones.
Figures are written after each table: a run that is stopped leaves what it has.
"""

import argparse
import json
import os
import pathlib
import platform
import time

root = pathlib.Path(__file__).resolve().parent.parent.parent
TABLES = ["german-credit", "ibm-hr", "marketing-campaign", "iranian-churn", "churn-bigml-80", "bank-churn",
          "ecommerce-churn", "telco", "telco-with-holes", "credit-default", "bank-marketing", "shoppers", "adult",
          "isp-churn"]
MIXER = 2654435761


def mixed(i: int, salt: int) -> int:
    """A number from 0 to 2^32 - 1 that looks drawn at random: Knuth's multiplicative hash, twice."""
    x = ((i + 1) * MIXER + salt * 2246822519) % 2**32
    x ^= x >> 15
    return (x * MIXER) % 2**32


def taken(n: int, most: int) -> list[int]:
    """The rows judged: all, or those of the smallest hashes."""
    if n <= most:
        return list(range(n))
    return sorted(sorted(range(n), key=lambda i: (mixed(i, 0), i))[:most])


def fold(rows: list[int], y, repeat: int, folds: int) -> list[int]:
    """The fold of each row: each class in the order of its hashes, dealt out in turn."""
    out = [0] * len(rows)
    for label in (0, 1):
        own = [k for k in range(len(rows)) if y[k] == label]
        for at, k in enumerate(sorted(own, key=lambda k: (mixed(rows[k], repeat + 1), rows[k]))):
            out[k] = at % folds
    return out


def read(source: dict, schema: dict, most: int):
    import pandas as pd

    folders = [os.environ.get("TELELINK_DATA"), root.parent / "shared" / "data", root / "data" / "raw"]
    path = next(pathlib.Path(f) / source["file"] for f in folders if f and (pathlib.Path(f) / source["file"]).exists())
    with open(path, encoding="utf-8") as file:
        separator = ";" if file.readline().count(";") > 5 else ","
    table = pd.read_csv(path, sep=separator)
    table.columns = [name.strip() for name in table.columns]
    aim = schema["target"]["column"]
    positive = str(schema["target"]["positive"]).strip()
    table = table[table[aim].notna()].reset_index(drop=True)
    y = (table[aim].astype(str).str.strip() == positive).astype(int).to_numpy()
    dropped = [aim] + [c["name"] for c in schema["columns"] if c["type"] in ("id", "date", "text")]
    x = table.drop(columns=dropped)
    for name in list(x.columns):
        if x[name].dtype == object or x[name].dtype.name in ("str", "string"):
            number = pd.to_numeric(x[name], errors="coerce")
            if number.notna().mean() > 0.95:
                x[name] = number
            elif x[name].nunique() > 0.2 * len(x):
                x = x.drop(columns=[name])
            else:
                x[name] = x[name].fillna("missing").astype(str).astype("category")
        elif x[name].dtype == bool:
            x[name] = x[name].astype(int)
    rows = taken(len(y), most)
    return x.iloc[rows].reset_index(drop=True), y[rows], rows


def learners():
    import lightgbm
    from catboost import CatBoostClassifier
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    def lightgbm_cv(x, y, new):
        settings = dict(objective="binary", learning_rate=0.05, num_leaves=15, verbose=-1, num_threads=1, seed=1)
        data = lightgbm.Dataset(x, y, free_raw_data=False)
        found = lightgbm.cv(settings, data, 600, nfold=5, stratified=True, seed=1,
                            callbacks=[lightgbm.early_stopping(30, verbose=False)])
        rounds = len(found["valid binary_logloss-mean"])
        return lightgbm.train(settings, data, rounds).predict(new)

    def catboost(x, y, new):
        names = [c for c in x.columns if x[c].dtype.name == "category"]
        model = CatBoostClassifier(iterations=300, learning_rate=0.05, depth=4, thread_count=1, verbose=0,
                                   random_seed=1, allow_writing_files=False, cat_features=names)
        return model.fit(x, y).predict_proba(new)[:, 1]

    def hgb(x, y, new):
        model = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=1)
        return model.fit(x, y).predict_proba(new)[:, 1]

    def logistic(x, y, new):
        numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
        levels = OneHotEncoder(handle_unknown="ignore")
        prepare = make_column_transformer((numbers, make_column_selector(dtype_exclude="category")),
                                          (levels, make_column_selector(dtype_include="category")))
        return make_pipeline(prepare, LogisticRegression(max_iter=1000)).fit(x, y).predict_proba(new)[:, 1]

    return {"LightGBM, rounds by CV": lightgbm_cv, "CatBoost": catboost, "HistGradientBoosting": hgb,
            "Logistic regression (scikit-learn)": logistic}


def figures(y, p) -> dict:
    from sklearn import metrics

    return {
        "rocAuc": metrics.roc_auc_score(y, p),
        "averagePrecision": metrics.average_precision_score(y, p),
        "logLoss": metrics.log_loss(y, p),
        "brierLoss": metrics.brier_score_loss(y, p),
    }


def judge(x, y, rows, repeats: int, folds: int) -> dict:
    """Each learner's figures and CPU seconds, one entry a held-out fold."""
    out: dict = {}
    for repeat in range(repeats):
        part = fold(rows, y, repeat, folds)
        for held in range(folds):
            test = [k for k in range(len(rows)) if part[k] == held]
            train = [k for k in range(len(rows)) if part[k] != held]
            said = {}
            for name, learner in learners().items():
                start = time.process_time()
                said[name] = learner(x.iloc[train], y[train], x.iloc[test])
                seconds = time.process_time() - start
                out.setdefault(name, []).append({**figures(y[test], said[name]), "seconds": seconds})
            three = [n for n in said if n != "HistGradientBoosting"]
            mean = sum(said[n] for n in three) / 3
            seconds = sum(out[n][-1]["seconds"] for n in three)
            out.setdefault("Mean of LightGBM, CatBoost and logistic regression", []).append(
                {**figures(y[test], mean), "seconds": seconds})
    return out


def main() -> None:
    import catboost
    import lightgbm
    import sklearn

    given = argparse.ArgumentParser()
    given.add_argument("out", type=pathlib.Path)
    given.add_argument("--rows", type=int, default=4000)
    given.add_argument("--repeats", type=int, default=5)
    given.add_argument("--folds", type=int, default=2)
    given.add_argument("--only", default=",".join(TABLES))
    options = given.parse_args()
    catalogue = json.loads((root / "data" / "sources.json").read_text())
    made = {
        "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__,
                     "lightgbm": lightgbm.__version__, "catboost": catboost.__version__},
        "rows": options.rows,
        "repeats": options.repeats,
        "tables": {},
    }
    for name in options.only.split(","):
        source = next(one for one in catalogue["sources"] if one["name"] == name)
        x, y, rows = read(source, catalogue["schemas"][source["schema"]], options.rows)
        made["tables"][name] = {"rows": len(rows), "positives": int(y.sum()),
                                "learners": judge(x, y, rows, options.repeats, options.folds)}
        options.out.write_text(json.dumps(made, indent=1) + "\n")
        print(name, len(rows), int(y.sum()), flush=True)


if __name__ == "__main__":
    main()
