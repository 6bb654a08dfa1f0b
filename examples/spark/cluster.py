"""What the scripts of this folder share: a session, a table in it, and the telelink command."""

import os
import shlex
import subprocess

from pyspark.sql import DataFrame, SparkSession


def session(name: str) -> SparkSession:
    spark = (
        SparkSession.builder.appName(name)
        # A whole model is one expression, far beyond what a Java method may hold: compiling it would be tried in vain.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    spark.sparkContext.addPyFile(os.path.abspath(__file__))
    return spark


def table(spark: SparkSession, path: str) -> DataFrame:
    """A folder or file of Parquet or CSV, of any file system that the cluster knows."""
    if ".parquet" in path:
        return spark.read.parquet(path)
    return spark.read.csv(path, header=True, inferSchema=True)


def telelink(*words: str) -> str:
    """What the command prints; TELELINK says how it is called where `npx telelink` isn't the way."""
    command = shlex.split(os.environ.get("TELELINK", "npx telelink"))
    done = subprocess.run([*command, *words], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"telelink {words[0]} ended with {done.returncode}: its words stand above")
    return done.stdout
