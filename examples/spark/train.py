"""Trains on a sample that Spark draws, then calibrates and judges the model on all other customers by SQL.

    spark-submit --py-files cluster.py train.py CUSTOMERS TARGET POSITIVE WORK [--rows 200000] [--least 20000]
        [--id COLUMN] [--seed 42] [-- options of telelink train]

Each class gives its share of --rows, the rarer one at least --least (or all but a tenth of it). Which customer is drawn
follows from the customer (--id; else from the whole row) and the seed alone, so that the sample is the same however the
cluster is cut, and no customer of several rows is both learned from and judged by: one with any row of the rarer class counts
as of it. Of the others, half calibrate the model (a line over its log odds, which also undoes a larger share of the rarer
class) and half judge it; each row stands for as many of its class as were drawn away. Into WORK go sample/, churn.tlm, scores/ (Parquet), judged.json, and calibrated.sql, the query
that scores a table of Spark as the model does and calibrates it. WORK is a folder that this machine and the cluster see.
"""

import argparse
import json
import math
import pathlib
import sys

from pyspark.sql import Window
from pyspark.sql import functions as f

from cluster import session, table, telelink

SCALE = 10**9  # of a row's lot
STEP = 1000  # log odds are counted by thousandths
EDGE = 1e-12  # no chance is nearer to 0 or 1, whose log odds have no end


def log_odds(column: str) -> str:
    """As SQL."""
    p = f"least(greatest({column}, {EDGE}), 1 - {EDGE})"
    return f"ln({p} / (1 - {p}))"


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


def counted(scored, part: str) -> list[tuple[float, float, float]]:
    """(log odds, leavers, stayers), by falling log odds: all that calibration and figures need. More of the one class may
    have gone into the sample than of the other: counts are what they were before."""
    odds = f.round(f.expr(log_odds("p")) * STEP).alias("odds")
    left, all_of_them = f.sum(f.col("telelink_left") * f.col("telelink_weight")), f.sum("telelink_weight")
    rows = scored.where(f.col("telelink_part") == part).groupBy(odds).agg(left, all_of_them).collect()
    return sorted(((o / STEP, left, n - left) for o, left, n in rows), reverse=True)


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
    for name in filter(None, (given.target, given.id)):
        if name not in everyone.columns:
            raise SystemExit(f"no column {name}; there are {', '.join(everyone.columns)}")
    target = f.trim(f.col(f"`{given.target}`").cast("string"))
    labelled = everyone.where(target.isNotNull())
    left = (target == given.positive).cast("int")
    total, leavers = labelled.agg(f.count("*"), f.sum(left)).first()
    unlabelled = everyone.count() - total
    if not 0 < (leavers or 0) < total:
        raise SystemExit(f"{given.target} is {given.positive} for {leavers or 0} of {total} customers: nothing to learn")

    every = f.xxhash64(*[f.col(f"`{c}`").cast("string") for c in everyone.columns], f.lit(given.seed))
    rare = (left == int(leavers <= total - leavers)).cast("int")
    parted = labelled.withColumn("telelink_left", left).withColumn("telelink_customer", every).withColumn("telelink_rare", rare)
    if given.id:
        # A row that names nobody is a customer of its own.
        named = f.col(f"`{given.id}`").cast("string")
        customer = f.when(named.isNull(), every).otherwise(f.xxhash64(named, f.lit(given.seed)))
        of_any_row = f.max("telelink_rare").over(Window.partitionBy("telelink_customer"))
        parted = parted.withColumn("telelink_customer", customer).withColumn("telelink_rare", of_any_row)
    share = min(0.8, given.rows / total)
    of_rarer = max(share, min(0.9, given.least / parted.agg(f.sum("telelink_rare")).first()[0]))
    taken = f.when(f.col("telelink_rare") == 1, of_rarer).otherwise(share)
    lot = f.pmod("telelink_customer", f.lit(SCALE)) / SCALE
    # What is left of the lots above the bound, cut in the middle.
    part = f.when(lot < taken, "sample").when(lot < (taken + 1) / 2, "calibrate").otherwise("judge")
    parted = parted.withColumn("telelink_part", part).withColumn("telelink_weight", 1 / (1 - taken)).drop("telelink_customer", "telelink_rare")
    sample = given.work / "sample"
    parted.where(f.col("telelink_part") == "sample").drop("telelink_part", "telelink_left", "telelink_weight").write.mode("overwrite").parquet(str(sample))

    model = given.work / "churn.tlm"
    names = ["--id", given.id] if given.id else []
    print(telelink("train", "--data", str(sample), "--target", given.target, "--positive", given.positive, *names,
                   "--seed", str(given.seed), "--out", str(model), *more))
    query = telelink("export", str(model), "--format", "sql", "--dialect", "spark", "--table", "customers",
                     "--keep", "telelink_part", "telelink_left", "telelink_weight", *([given.id] if given.id else []))
    parted.where(f.col("telelink_part") != "sample").createOrReplaceTempView("customers")
    scores = str(given.work / "scores")
    spark.sql(query).withColumnRenamed("score", "p").write.mode("overwrite").parquet(scores)

    scored = spark.read.parquet(scores)
    a, b = line(counted(scored, "calibrate"))
    counts = counted(scored, "judge")
    raw, calibrated = figures(counts, 0, 1), figures(counts, a, b)
    keep = ["--keep", given.id] if given.id else []
    plain = telelink("export", str(model), "--format", "sql", "--dialect", "spark", "--table", "customers", *keep)
    inner = plain.strip().rstrip(";")
    (given.work / "calibrated.sql").write_text(
        f"SELECT *, 1 / (1 + exp(-({a!r}) - ({b!r}) * {log_odds('score')})) AS calibrated FROM (\n{inner}\n)\n",
        encoding="utf-8",
    )
    held = dict(scored.groupBy("telelink_part").count().collect())
    sampled = total - sum(held.values())
    said = {
        "customers": total, "leavers": leavers, "unlabelled": unlabelled, "sampled": sampled,
        "shares": {"rarer": of_rarer, "others": share},
        "calibrated_on": held["calibrate"], "judged_on": held["judge"],
        "calibration": {"intercept": a, "slope": b}, "raw": raw, "calibrated": calibrated,
    }
    (given.work / "judged.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    print(f"{total} customers, {leavers} of them {given.target} = {given.positive}; {unlabelled} without {given.target} left out")
    print(f"learned from {sampled} ({of_rarer:.1%} of the rarer class, {share:.1%} of the others); "
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
