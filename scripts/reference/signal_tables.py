"""What CatBoost and `telelink train --model auto` make of tables whose signal sits in dates, in free text and in a column of
hundreds of levels: ROC AUC on a quarter of the rows, held out by strata.

    python scripts/reference/signal_tables.py OUT.json [--folder FOLDER]

It needs catboost, scikit-learn, pandas and a built telelink (npm run build). Without --folder the three tables are
simulated here; with it every .csv file in FOLDER that has a column churn is taken, and customer_id is left out. CatBoost
gets dates as days before the last one, and text as a text feature; it is run with its defaults and with 300 trees at rate .05.
"""

import argparse
import json
import pathlib
import platform
import resource
import subprocess
import tempfile

import catboost
import numpy as np
import pandas as pd
import sklearn
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

root = pathlib.Path(__file__).resolve().parent.parent.parent
GOOD = "friendly quick solved thanks helpful works fine happy".split()
BAD = "slow outage cancel wrong bill waited again broken".split()
PLAIN = "the call was about my line and phone on monday with agent new plan home today office".split()


def simulated():
    rng = np.random.default_rng(3)

    def drawn(z):
        return np.where(rng.uniform(size=len(z)) < 1 / (1 + np.exp(-z)), "Yes", "No")

    def day(numbers):
        return (pd.Timestamp("2022-01-01") + pd.to_timedelta(numbers, unit="D")).strftime("%Y-%m-%d")

    n = 2000
    signup = rng.integers(0, 700, n)
    login = np.minimum(1095, signup + rng.integers(0, 400, n))
    z = 0.012 * (1095 - login - 350) - 0.002 * (signup - 350)
    calls = rng.integers(0, 9, n)
    yield "dates", pd.DataFrame({"signup": day(signup), "last_login": day(login), "calls": calls, "churn": drawn(z)})
    mood = rng.normal(size=n)
    words = [
        " ".join(rng.choice(BAD if rng.uniform() < 0.25 * (m > 0) else GOOD if rng.uniform() < 0.25 * (m < 0) else PLAIN)
                 for _ in range(rng.integers(5, 16)))
        for m in mood
    ]
    yield "text", pd.DataFrame({"comment": words, "calls": calls, "churn": drawn(1.6 * np.sign(mood))})
    n = 6000
    effect = 1.2 * rng.normal(size=800)
    shop = (800 * rng.uniform(size=n) ** 1.5).astype(int)
    months = rng.integers(1, 60, n)
    z = effect[shop] - 0.02 * (months - 30)
    yield "levels", pd.DataFrame({"shop": [f"shop {k}" for k in shop], "months": months, "churn": drawn(z)})


def read(folder):
    for path in sorted(pathlib.Path(folder).glob("*.csv")):
        table = pd.read_csv(path)
        if "churn" in table:
            yield path.stem, table.drop(columns=["customer_id"], errors="ignore")


def peers(train, test, y, held):
    x, z = train.copy(), test.copy()
    levels, texts = [], []
    for name in x:
        if pd.api.types.is_numeric_dtype(x[name]):
            continue
        x[name], z[name] = x[name].fillna("").astype(str), z[name].fillna("").astype(str)
        if x[name].str.match(r"^(\d{4}-\d\d-\d\d|$)").all():
            last = pd.to_datetime(x[name]).max()
            x[name], z[name] = ((last - pd.to_datetime(t[name])).dt.days.astype(float) for t in (x, z))
        elif x[name].str.contains(" ").mean() > 0.5 and x[name].nunique() > 0.5 * len(x):
            texts.append(name)
        else:
            levels.append(name)
    for name, options in (("catboost", {}), ("catboost300", {"iterations": 300, "learning_rate": 0.05})):
        model = catboost.CatBoostClassifier(random_seed=0, verbose=False, allow_writing_files=False, thread_count=1, **options)
        model.fit(x, y, cat_features=levels, text_features=texts)
        yield name, roc_auc_score(held, model.predict_proba(z)[:, 1])


def ours(train, test, held):
    with tempfile.TemporaryDirectory() as folder:
        at = pathlib.Path(folder)
        train.to_csv(at / "train.csv", index=False)
        test.to_csv(at / "test.csv", index=False)
        run = ["node", str(root / "dist/cli/main.js")]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*run, "train", "--data", at / "train.csv", "--target", "churn", "--out", at / "m.tlm", "--accept-loss"],
                       check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*run, "predict", at / "m.tlm", "--data", at / "test.csv", "--out", at / "p.csv"], check=True,
                       capture_output=True)
        made = pd.read_csv(at / "p.csv")
        chance = made[next(name for name in made if "probability" in name.lower())]
        return roc_auc_score(held, chance), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    given = argparse.ArgumentParser()
    given.add_argument("out")
    given.add_argument("--folder")
    asked = given.parse_args()
    node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    made = {
        "versions": {"python": platform.python_version(), "catboost": catboost.__version__, "scikit-learn": sklearn.__version__,
                     "pandas": pd.__version__, "node": node},
        "division": "75/25, stratified, random_state 0",
        "tables": {},
    }
    for name, table in read(asked.folder) if asked.folder else simulated():
        labels = table["churn"].astype(str).str.lower().isin(["yes", "true", "1"]).astype(int)
        rows = np.arange(len(table))
        a, b = train_test_split(rows, test_size=0.25, stratify=labels, random_state=0)
        auc, cpu = ours(table.iloc[a], table.iloc[b].drop(columns="churn"), labels.iloc[b])
        figures = {"rows": len(table), "auto": auc, "autoCpuSeconds": cpu}
        x = table.drop(columns="churn")
        figures.update(peers(x.iloc[a], x.iloc[b], labels.iloc[a], labels.iloc[b]))
        made["tables"][name] = {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}
        pathlib.Path(asked.out).write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
