"""The deep churn network of the reference protocol by Keras itself: what its seeds give, beside ours and the published row.

    python scripts/reference/keras_churn.py data/tables/keras-churn.json [--seeds 20]

It needs tensorflow-cpu, scikit-learn and pandas, and churn-bigml in a data folder. Columns, scaling, layers, class
weights and the early stopping that watches the test customers are those of src/models/network/reference-network.ts.
"""

import argparse
import json
import os
import pathlib
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy
import pandas
import tensorflow
from sklearn import metrics
from sklearn.preprocessing import StandardScaler

root = pathlib.Path(__file__).resolve().parent.parent.parent


def read(name: str) -> pandas.DataFrame:
    folders = [os.environ.get("TELELINK_DATA"), root.parent / "shared" / "data", root / "data" / "raw"]
    return pandas.read_csv(next(pathlib.Path(f) / name for f in folders if f and (pathlib.Path(f) / name).exists()))


def encoded():
    """Numbers and one-hot levels, standardised by the training rows; minutes and charges are dropped."""
    train, test = read("churn-bigml-80.csv"), read("churn-bigml-20.csv")
    aim = "Churn"
    dropped = [f"Total {part} {unit}" for part in ["day", "eve", "night", "intl"] for unit in ["minutes", "charge"]]
    kept = [name for name in train.columns if name not in [*dropped, aim]]
    both = pandas.get_dummies(pandas.concat([train, test])[kept], columns=["State", "Area code"], dtype=float)
    for name in both.columns:
        if not pandas.api.types.is_numeric_dtype(both[name]):
            both[name] = (both[name] == "Yes").astype(float)
    scaler = StandardScaler().fit(both.iloc[: len(train)])
    x = scaler.transform(both).astype("float32")
    labels = lambda table: (table[aim].astype(str) == "True").to_numpy().astype("float32")
    return x[: len(train)], labels(train), x[len(train) :], labels(test)


def run(seed: int, x, y, held, came) -> dict:
    tensorflow.keras.backend.clear_session()
    tensorflow.keras.utils.set_random_seed(seed)
    layers = tensorflow.keras.layers
    net = tensorflow.keras.Sequential(
        [
            layers.Dense(128, activation="relu", input_shape=(x.shape[1],)),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(32, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    net.compile(optimizer=tensorflow.keras.optimizers.Adam(0.001), loss="binary_crossentropy")
    ones = y.mean()
    stop = tensorflow.keras.callbacks.EarlyStopping("val_loss", patience=10, restore_best_weights=True)
    made = net.fit(x, y, batch_size=32, epochs=25, verbose=0, validation_data=(held, came), callbacks=[stop],
                   class_weight={0: 0.5 / (1 - ones), 1: 0.5 / ones})
    p = net.predict(held, verbose=0)[:, 0]
    said = p >= 0.3
    return {
        "seed": seed,
        "epochs": len(made.history["loss"]),
        "accuracy": metrics.accuracy_score(came, said),
        "precision": metrics.precision_score(came, said),
        "recall": metrics.recall_score(came, said),
        "f1": metrics.f1_score(came, said),
        "rocAuc": metrics.roc_auc_score(came, p),
        "found": int((said & (came == 1)).sum()),
    }


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out")
    arguments.add_argument("--seeds", type=int, default=20)
    asked = arguments.parse_args()
    data = encoded()
    start = time.process_time()
    runs = []
    out = pathlib.Path(asked.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    for seed in range(42, 42 + asked.seeds):
        runs.append(run(seed, *data))
        made = {
            "versions": {"tensorflow": tensorflow.__version__, "numpy": numpy.__version__},
            "columns": int(data[0].shape[1]),
            "seconds": round(time.process_time() - start, 1),
            "runs": [{key: round(float(value), 6) for key, value in one.items()} for one in runs],
        }
        out.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print({key: [min(one[key] for one in runs), max(one[key] for one in runs)] for key in runs[0]})


if __name__ == "__main__":
    main()
