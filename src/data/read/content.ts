import { isUtf8 } from "node:buffer";
import { markedEncoding } from "../dialect/encoding";

/** What a file's first bytes are. */
export type Content =
  | { readonly kind: "text" | "gzip" | "zstd" | "parquet" | "arrow" | "arrow-stream" | "xlsx" | "json" }
  | { readonly kind: "other"; readonly what: string };

interface Mark {
  readonly bytes: string;
  readonly content: Content;
  readonly at?: number;
}

const other = (what: string): Content => ({ kind: "other", what });
const marks: readonly Mark[] = [
  { bytes: "\x1f\x8b", content: { kind: "gzip" } },
  { bytes: "\x28\xb5\x2f\xfd", content: { kind: "zstd" } },
  { bytes: "PAR1", content: { kind: "parquet" } },
  { bytes: "ARROW1", content: { kind: "arrow" } },
  { bytes: "\xff\xff\xff\xff", content: { kind: "arrow-stream" } },
  { bytes: "FEA1", content: other("a Feather file of version 1 (write version 2, which is Arrow)") },
  { bytes: "PK\x03\x04", content: { kind: "xlsx" } },
  { bytes: "PK\x05\x06", content: other("an empty ZIP archive") },
  { bytes: "\xd0\xcf\x11\xe0", content: other("an old Office file such as .xls (save it as .xlsx or CSV)") },
  { bytes: "\xff\xfe\0\0", content: other("text in UTF-32 (save it as UTF-8)") },
  { bytes: "\0\0\xfe\xff", content: other("text in UTF-32 (save it as UTF-8)") },
  { bytes: "BZh", content: other("a file compressed with bzip2 (unpack it first)") },
  { bytes: "\xfd7zXZ", content: other("a file compressed with xz (unpack it first)") },
  { bytes: "7z\xbc\xaf", content: other("a 7-Zip archive (unpack it first)") },
  { bytes: "Rar!", content: other("a RAR archive (unpack it first)") },
  { bytes: "ustar", at: 257, content: other("a tar archive (unpack it first)") },
  { bytes: "%PDF", content: other("a PDF") },
  { bytes: "\x89PNG", content: other("an image (PNG)") },
  { bytes: "\xff\xd8\xff", content: other("an image (JPEG)") },
  { bytes: "GIF8", content: other("an image (GIF)") },
  {
    bytes: "SQLite format 3",
    content: other("an SQLite database (telelink score reads stores, with --table)"),
  },
  { bytes: "\x89HDF", content: other("an HDF5 file (write Parquet or CSV)") },
  { bytes: "Obj\x01", content: other("an Avro file (write Parquet or CSV)") },
  { bytes: "ORC", content: other("an ORC file (write Parquet or CSV)") },
  { bytes: "$FL2", content: other("an SPSS file (write CSV)") },
  { bytes: "<stata_dta>", content: other("a Stata file (write CSV)") },
  { bytes: "RDX", content: other("an R data file (write CSV)") },
  { bytes: "\x80\x04\x95", content: other("a Python pickle (write Parquet or CSV)") },
  { bytes: "\x80\x05\x95", content: other("a Python pickle (write Parquet or CSV)") },
  { bytes: "\x7fELF", content: other("a program") },
  { bytes: "{\\rtf", content: other("a rich-text document") },
];

/** What a file is by its first bytes (a kilobyte is enough), whatever its name. */
export function contentOf(head: Uint8Array): Content {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 1024)).toString("latin1");
  for (const { bytes, content, at = 0 } of marks) if (start.startsWith(bytes, at)) return content;
  const text = start.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^(<!doctype|<html|<\?xml|<[a-z]+[\s>])/i.test(text))
    return other(/html/i.test(text.slice(0, 200)) ? "a web page (HTML)" : "XML");
  if (/^\{\s*"/.test(text) || /^\[\s*\{/.test(text)) return { kind: "json" };
  if (/^(version https:\/\/git-lfs)/.test(text)) return other("a pointer of Git LFS (fetch the file itself)");
  if (markedEncoding(head)?.startsWith("utf-16")) return { kind: "text" };
  // Digits and letters of EBCDIC lie above 127, its blank is "@", and none of its ends of line is ours.
  const high = [...start].filter((one) => one >= "\x80").length;
  if (start.length > 40 && high > 0.4 * start.length && !/[\n\r]/.test(start) && !isUtf8Start(head))
    return other("text that may be EBCDIC (save it as UTF-8)");
  const zeros = [...start].filter((one) => one === "\0").length;
  const controls = [...start].filter((one) => one < " " && !"\t\n\r\0\x0b\x0c\x1a\x1b".includes(one)).length;
  if (controls > 0.05 * start.length || zeros > 0.1 * start.length)
    return other("binary data of a kind that is not known");
  return { kind: "text" };
}

/** Whether the first kilobyte is UTF-8, but for a character cut at its end. */
function isUtf8Start(head: Uint8Array): boolean {
  return [0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, Math.min(head.length, 1024) - cut)));
}

/** The kinds of file that can be read, for messages. */
export const readable = "CSV, JSON lines, Excel (.xlsx), Parquet or Arrow, also compressed with gzip or zstd";
