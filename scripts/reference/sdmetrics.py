"""SDMetrics 0.32.0 (not in scripts/peers.txt: it declares pandas < 3, with which it nevertheless runs):

    pip install --no-deps sdmetrics==0.32.0 copulas==0.14.1 plotly tqdm

Its Quality and Diagnostic reports, distances and new rows on its own demo table, on a small table with every kind of
gap, and on IBM Telco and churn-bigml cut in two (values only; the rows stay where they are).
"""

import os
import pathlib
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")


def make():
    from sdmetrics.demos import load_demo
    from sdmetrics.single_table.privacy.dcr_utils import calculate_dcr

    out = {}
    real, synthetic, metadata = (part["student_placements"] if "tables" not in part else part["tables"]["student_placements"]
                                 for part in load_demo(modality="single_table"))
    out["demo"] = report(real, synthetic, metadata) | {
        "real": columns(real, metadata),
        "synthetic": columns(synthetic, metadata),
        "dcr": calculate_dcr(synthetic, real, metadata).tolist(),
        "overfitting": overfitting(real, synthetic, metadata),
    }
    real, synthetic, metadata = gaps()
    out["gaps"] = report(real, synthetic, metadata) | {
        "real": columns(real, metadata),
        "synthetic": columns(synthetic, metadata),
        "dcr": calculate_dcr(synthetic, real, metadata).tolist(),
    }
    folder = os.environ.get("TELELINK_DATA")
    if folder:
        out["telco"] = halves(pathlib.Path(folder) / "Telco-Customer-Churn.csv", [], 3500)
        out["bigml"] = halves(pathlib.Path(folder) / "churn-bigml-80.csv", ["Area code"], 1300)
    return out


def report(real, synthetic, metadata):
    # Under pandas 3 texts have a type of their own, which NewRowSynthesis does not know.
    texts = {name: object for name, kind in metadata["columns"].items() if kind["sdtype"] == "categorical"}
    real, synthetic = real.astype(texts), synthetic.astype(texts)
    from sdmetrics.reports.single_table import DiagnosticReport, QualityReport
    from sdmetrics.single_table import NewRowSynthesis

    made = {}
    for name in ("default", "zero"):
        quality = QualityReport()
        if name == "zero":
            quality.real_correlation_threshold = quality.real_association_threshold = 0
        quality.generate(real, synthetic, metadata, verbose=False)
        shapes = quality.get_details("Column Shapes")
        pairs = quality.get_details("Column Pair Trends")
        made[name] = {
            "score": quality.get_score(),
            "shapes": quality.get_properties()["Score"][0],
            "trends": quality.get_properties()["Score"][1],
            "by_column": clean(shapes["Score"]),
            "by_pair": clean(pairs["Score"]),
        }
    diagnostic = DiagnosticReport()
    diagnostic.generate(real, synthetic, metadata, verbose=False)
    made["diagnostic"] = {
        "score": diagnostic.get_score(),
        "validity": clean(diagnostic.get_details("Data Validity")["Score"]),
    }
    made["new_rows"] = NewRowSynthesis.compute(real, synthetic, metadata) if len(real) < 1000 else None
    return made


def overfitting(real, synthetic, metadata):
    from sdmetrics.single_table.privacy import DCROverfittingProtection

    half = len(real) // 2 + 1
    validation = real[half:].reset_index(drop=True)
    found = DCROverfittingProtection.compute_breakdown(real[:half], synthetic, validation, metadata, table_name=None)
    return {"rows": half, "score": found["score"]}


def gaps():
    """Missing numbers, levels, dates and booleans; a constant; levels that only one table has."""
    rng = np.random.default_rng(5)

    def table(n, shift):
        level = rng.choice(["a", "b", "c", "d" if shift else "e"], n)
        number = rng.normal(shift, 1, n) + (level == "a")
        date = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D")
        frame = pd.DataFrame(
            {
                "key": np.arange(n),
                "number": np.where(rng.random(n) < 0.1, np.nan, number),
                "twice": 2 * number + rng.normal(0, 0.3, n),
                "whole": rng.integers(0, 12, n).astype(float),
                "level": pd.Series(np.where(rng.random(n) < 0.05, None, level), dtype=object),
                "follows": pd.Series(np.where(level == "a", "x", np.where(rng.random(n) < 0.2, "x", "y")), dtype=object),
                "flag": pd.Series(np.where(number > 0, "True", "False"), dtype=object),
                "date": pd.Series(date.strftime("%Y-%m-%d")),
                "same": 3.0,
            }
        )
        return frame

    kinds = {"key": "id", "level": "categorical", "follows": "categorical", "flag": "boolean", "date": "datetime"}
    metadata = {"columns": {name: {"sdtype": kinds.get(name, "numerical")} for name in
                            ["key", "number", "twice", "whole", "level", "follows", "flag", "date", "same"]}}
    metadata["columns"]["date"]["datetime_format"] = "%Y-%m-%d"
    metadata["primary_key"] = "key"
    return table(160, 0), table(140, 0.4), metadata


def halves(path, levels, cut):
    frame = pd.read_csv(path)
    if "TotalCharges" in frame:
        frame["TotalCharges"] = pd.to_numeric(frame["TotalCharges"], errors="coerce")
        frame["SeniorCitizen"] = frame["SeniorCitizen"].astype(str)
        frame = frame.drop(columns="customerID")
    for name in frame.columns:
        if name in levels or not pd.api.types.is_numeric_dtype(frame[name]) or frame[name].dtype == bool:
            frame[name] = frame[name].astype(str).astype(object)
    kinds = {name: "numerical" if pd.api.types.is_numeric_dtype(frame[name]) else "categorical" for name in frame}
    metadata = {"columns": {name: {"sdtype": kind} for name, kind in kinds.items()}}
    return report(frame[:cut], frame[cut:].reset_index(drop=True), metadata) | {"cut": cut}


def columns(frame, metadata):
    out = []
    for name, column in metadata["columns"].items():
        values = [None if pd.isna(value) else value for value in frame[name]]
        kind = column["sdtype"]
        if kind == "numerical":
            values = [None if value is None else float(value) for value in values]
        else:
            values = [None if value is None else str(value) for value in values]
        out.append({"name": name, "kind": kind, "values": values})
    return out


def clean(scores):
    return [None if pd.isna(value) else float(value) for value in scores]
