"""Makes synthetic customers on all machines of a cluster, from a model of `telelink synth fit`.

    spark-submit --py-files cluster.py --files model.json synthesise.py MODEL ROWS OUT [--piece 1000000] [--seed 42]

Each piece is drawn by the telelink command of the machine it falls to (Node.js has to be there), with a seed of its own, so
that the same seed makes the same rows on any cluster. OUT is a folder of Parquet. Types are those that Spark finds in the
first thousand rows; a cell that does not fit one stops the work.
"""

import argparse
import csv
import io
import math

from pyspark.sql import functions as f
from pyspark.sql.types import StringType, StructField, StructType

from cluster import session, telelink


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("model")
    given.add_argument("rows", type=int)
    given.add_argument("out")
    given.add_argument("--piece", type=int, default=1_000_000)
    given.add_argument("--seed", type=int, default=42)
    options = given.parse_args()
    model, rows, piece, seed = options.model, options.rows, options.piece, options.seed

    def drawn(k: int, n: int) -> list[list[str]]:
        text = telelink("synth", "sample", "--model", model, "--rows", str(n), "--seed", str(seed * 1_000_000 + k),
                        "--threads", "1")
        return list(csv.reader(io.StringIO(text)))

    spark = session("telelink synthesise")
    context = spark.sparkContext
    header, *head = drawn(0, min(rows, 1000))
    texts = StructType([StructField(name, StringType()) for name in header])
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows([header, *[[c.replace("\n", " ") for c in row] for row in head]])
    types = spark.read.csv(context.parallelize(lines.getvalue().splitlines()), header=True, inferSchema=True).dtypes
    pieces = math.ceil(rows / piece)
    made = context.parallelize(range(pieces), pieces).flatMap(lambda k: drawn(k, min(piece, rows - k * piece))[1:])
    told = spark.createDataFrame(made.map(lambda row: [cell or None for cell in row]), texts)
    # A number in an identifier's place keeps its leading zeros: only plain numbers become numbers.
    plain = {name for at, (name, kind) in enumerate(types)
             if kind in ("int", "bigint", "double") and not any(row[at][:1] == "0" and row[at][1:2].isdigit() for row in head)}
    cast = [f.col(f"`{name}`").cast("double" if kind == "double" else "bigint").alias(name) if name in plain
            else f.col(f"`{name}`") for name, kind in types]
    told.select(*cast).write.mode("overwrite").parquet(options.out)
    print(f"{rows} customers in {pieces} pieces; wrote {options.out}")
    spark.stop()


if __name__ == "__main__":
    main()
