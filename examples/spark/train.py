"""Trains on a sample that Spark draws, then calibrates and judges the model on all other customers by SQL.

    spark-submit --py-files cluster.py train.py CUSTOMERS TARGET POSITIVE WORK [--rows 200000] [--least 20000]
        [--id COLUMN] [--seed 42] [-- options of telelink train]

Each class gives its share of --rows, the rarer one at least --least (or all but a tenth of it). Which customer is drawn
follows from the row and the seed alone, so that the sample is the same however the cluster is cut; equal rows fall on the
same side. Of the others, half calibrate the model (a line over its log odds, which also undoes a larger share of the rarer
class) and half judge it; each of them stands for as many customers of its class as were drawn away. Into WORK go sample/, churn.tlm, scores/ (Parquet), judged.json, and calibrated.sql, the query
that scores a table of Spark as the model does and calibrates it. WORK is a folder that this machine and the cluster see.
"""

import argparse
import json
import math
import pathlib
import sys

from pyspark.sql import functions as f

from cluster import session, table, telelink

SCALE = 10**9  # of a row's lot
STEP = 1000  # log odds are counted by thousandths


def arguments() -> tuple[argparse.Namespace, list[str]]:
    words = sys.argv[1:]
    at = words.index("--") if "--" in words else len(words)
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("customers")
    given.add_argument("target")
    given.add_argument("positive")
    given.add_argument("work", type=pathlib.Path)
    given.add_argument("--rows", type=int, default=200_000)
    given.add_argument("--least", type=int, default=20_000)
    given.add_argument("--id")
    given.add_argument("--seed", type=int, default=42)
    return given.parse_args(words[:at]), words[at + 1 :]


def counted(scored, part: str, of_leavers: float, of_stayers: float) -> list[tuple[float, float, float]]:
    """(log odds, leavers, stayers), by falling log odds: all that calibration and figures need. More of the one class may
    have gone into the sample than of the other: counts are what they were before."""
    odds = f.round(f.ln(f.col("p") / (1 - f.col("p"))) * STEP).alias("odds")
    rows = scored.where(f.col("part") == part).groupBy(odds).agg(f.sum("left"), f.count("*")).collect()
    return sorted(
        ((o / STEP, left / (1 - of_leavers), (n - left) / (1 - of_stayers)) for o, left, n in rows), reverse=True)


def line(counts) -> tuple[float, float]:
    """Intercept and slope of the outcome's log odds over the model's, by Newton's method."""
    a, b = 0.0, 1.0
    for _ in range(50):
        g = [0.0, 0.0]
        h = [1e-9, 0.0, 1e-9]
        for x, left, stayed in counts:
            p = 1 / (1 + math.exp(-a - b * x))
            n, miss = left + stayed, left - (left + stayed) * p
            g = [g[0] + miss, g[1] + miss * x]
            w = n * p * (1 - p)
            h = [h[0] + w, h[1] + w * x, h[2] + w * x * x]
        size = h[0] * h[2] - h[1] ** 2
        da, db = (h[2] * g[0] - h[1] * g[1]) / size, (h[0] * g[1] - h[1] * g[0]) / size
        a, b = a + da, b + db
        if abs(da) + abs(db) < 1e-10:
            return a, b
    raise SystemExit("the calibration has no end: the score parts both classes; use a larger sample or other columns")


def figures(counts, a: float, b: float) -> dict:
    """Log loss, Brier score, ROC AUC and deciles of the judged customers."""
    leavers, stayers = (sum(c[k] for c in counts) for k in (1, 2))
    loss = brier = area = above = 0.0
    deciles = [[0.0, 0.0, 0.0] for _ in range(10)]
    seen = 0.0
    for x, left, stayed in counts:
        p = min(1 - 1e-12, max(1e-12, 1 / (1 + math.exp(-a - b * x))))
        loss -= left * math.log(p) + stayed * math.log(1 - p)
        brier += left * (1 - p) ** 2 + stayed * p**2
        area += stayed * (above + left / 2)
        above += left
        decile = deciles[min(9, int(10 * seen / (leavers + stayers)))]
        decile[0] += left + stayed
        decile[1] += (left + stayed) * p
        decile[2] += left
        seen += left + stayed
    n = leavers + stayers
    return {
        "share": leavers / n,
        "logLoss": loss / n,
        "brierLoss": brier / n,
        "rocAuc": area / (leavers * stayers),
        "deciles": [{"share": c / n, "predicted": p / c, "left": k / c} for c, p, k in deciles if c],
    }


def main() -> None:
    given, more = arguments()
    given.work.mkdir(parents=True, exist_ok=True)
    spark = session("telelink train")
    everyone = table(spark, given.customers)
    if given.target not in everyone.columns:
        raise SystemExit(f"no column {given.target}; there are {', '.join(everyone.columns)}")
    target = f.trim(f.col(f"`{given.target}`").cast("string"))
    labelled = everyone.where(target.isNotNull())
    left = (target == given.positive).cast("int")
    total, leavers = labelled.agg(f.count("*"), f.sum(left)).first()
    unlabelled = everyone.count() - total
    if not 0 < (leavers or 0) < total:
        raise SystemExit(f"{given.target} is {given.positive} for {leavers or 0} of {total} customers: nothing to learn")

    share = min(0.8, given.rows / total)
    rarer = min(leavers, total - leavers)
    more_of_it = max(share, min(0.9, given.least / rarer))
    of_leavers, of_stayers = (more_of_it, share) if leavers == rarer else (share, more_of_it)
    lot = f.pmod(f.xxhash64(*[f.col(f"`{c}`").cast("string") for c in everyone.columns], f.lit(given.seed)), f.lit(SCALE))
    bound = f.when(left == 1, int(of_leavers * SCALE)).otherwise(int(of_stayers * SCALE))
    # What is left of the lots above the bound, cut in the middle.
    part = f.when(lot < bound, "sample").when(lot < (bound + SCALE) / 2, "calibrate").otherwise("judge")
    parted = labelled.withColumn("part", part).withColumn("left", left)
    sample = given.work / "sample"
    parted.where(f.col("part") == "sample").drop("part", "left").write.mode("overwrite").parquet(str(sample))

    model = given.work / "churn.tlm"
    names = ["--id", given.id] if given.id else []
    print(telelink("train", "--data", str(sample), "--target", given.target, "--positive", given.positive, *names,
                   "--seed", str(given.seed), "--out", str(model), *more))
    query = telelink("export", str(model), "--format", "sql", "--dialect", "spark", "--table", "customers",
                     "--keep", "part", "left", *([given.id] if given.id else []))
    parted.where(f.col("part") != "sample").createOrReplaceTempView("customers")
    scores = str(given.work / "scores")
    spark.sql(query).withColumnRenamed("score", "p").write.mode("overwrite").parquet(scores)

    scored = spark.read.parquet(scores)
    a, b = line(counted(scored, "calibrate", of_leavers, of_stayers))
    counts = counted(scored, "judge", of_leavers, of_stayers)
    raw, calibrated = figures(counts, 0, 1), figures(counts, a, b)
    keep = ["--keep", given.id] if given.id else []
    plain = telelink("export", str(model), "--format", "sql", "--dialect", "spark", "--table", "customers", *keep)
    inner = plain.strip().rstrip(";")
    (given.work / "calibrated.sql").write_text(
        f"SELECT *, 1 / (1 + exp(-({a!r}) - ({b!r}) * ln(score / (1 - score)))) AS calibrated FROM (\n{inner}\n)\n",
        encoding="utf-8",
    )
    held = dict(scored.groupBy("part").count().collect())
    sampled = total - sum(held.values())
    said = {
        "customers": total, "leavers": leavers, "unlabelled": unlabelled, "sampled": sampled,
        "shares": {"leavers": of_leavers, "stayers": of_stayers},
        "calibrated_on": held["calibrate"], "judged_on": held["judge"],
        "calibration": {"intercept": a, "slope": b}, "raw": raw, "calibrated": calibrated,
    }
    (given.work / "judged.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    print(f"{total} customers, {leavers} of them {given.target} = {given.positive}; {unlabelled} without {given.target} left out")
    print(f"learned from {sampled} ({of_leavers:.1%} of those who left, {of_stayers:.1%} of those who stayed); "
          f"calibrated on {held['calibrate']} others, judged on {held['judge']} more, weighed as all customers are")
    for name, row in (("as learned", raw), ("calibrated", calibrated)):
        print(f"  {name}: log loss {row['logLoss']:.4f}, Brier {row['brierLoss']:.4f}, ROC AUC {row['rocAuc']:.4f}")
    print("  tenths of the customers, by falling chance: predicted / came")
    for row in calibrated["deciles"]:
        print(f"    {row['predicted']:6.1%} / {row['left']:6.1%}  {'█' * round(40 * row['left'])}")
    print(f"wrote {given.work}/churn.tlm, calibrated.sql, judged.json")
    spark.stop()


if __name__ == "__main__":
    main()
