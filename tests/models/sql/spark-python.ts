import { spawnSync } from "node:child_process";
import { peerPython } from "../../support";

/** A Python with PySpark, where Java is there too; undefined otherwise. */
export const sparkPython: string | undefined = [peerPython("spark")].find(
  (file) =>
    file !== undefined &&
    spawnSync(file, ["-c", "import pyspark"]).status === 0 &&
    spawnSync("java", ["-version"]).status === 0,
);
