"""Scores customers on Spark by the SQL that `telelink export --format sql --dialect spark --table customers` writes.

    spark-submit score.py CUSTOMERS QUERY.sql SCORES

CUSTOMERS is a folder or file of Parquet or CSV, SCORES a folder of Parquet. Paths may be of any file system that the
cluster knows (s3a://…, hdfs://…). Here, on one machine: `python score.py …` with PySpark from PyPI.
"""

import sys

from pyspark.sql import SparkSession

customers, query, scores = sys.argv[1:]
spark = (
    SparkSession.builder.appName("telelink score")
    # A whole model is one expression, far beyond what a Java method may hold: compiling it would be tried in vain.
    .config("spark.sql.codegen.wholeStage", "false")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
read = spark.read.parquet if ".parquet" in customers else lambda path: spark.read.csv(path, header=True, inferSchema=True)
read(customers).createOrReplaceTempView("customers")
with open(query) as text:
    spark.sql(text.read()).write.mode("overwrite").parquet(scores)
spark.stop()
