import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";

/** Name and SHA-256 of a file, or of a folder's Parquet files one after the other; standard input ("-") and pipes have none. */
export async function fileOrigin(file: string): Promise<{ name: string; sha256: string }> {
  if (file === "-") return { name: "standard input", sha256: "" };
  const [{ parquetFiles }, { isPipe }] = await Promise.all([
    import("./parquet-files.js"),
    import("./open-table.js"),
  ]);
  if (await isPipe(file)) return { name: basename(file), sha256: "" };
  const hash = createHash("sha256");
  for (const one of (await parquetFiles(file, [])) ?? [file])
    for await (const piece of createReadStream(one)) hash.update(piece as Buffer);
  return { name: basename(file), sha256: hash.digest("hex") };
}
