"""Scores customers on Spark by the SQL that `telelink export --format sql --dialect spark --table customers` writes.

    spark-submit --py-files cluster.py score.py CUSTOMERS QUERY.sql SCORES

CUSTOMERS is a folder or file of Parquet or CSV, SCORES a folder of Parquet. Paths may be of any file system that the
cluster knows (s3a://…, hdfs://…). Here, on one machine: `python score.py …` with PySpark from PyPI.
"""

import sys

from cluster import session, table

customers, query, scores = sys.argv[1:]
spark = session("telelink score")
table(spark, customers).createOrReplaceTempView("customers")
with open(query, encoding="utf-8") as text:
    spark.sql(text.read()).write.mode("overwrite").parquet(scores)
spark.stop()
