import { readFileSync, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import type { Cell } from "../nbformat";

const types: Readonly<Record<string, string>> = {
  ...{ ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif" },
  ...{ ".webp": "image/webp", ".svg": "image/svg+xml" },
};
// A larger picture is left out, and said to be: a page holds 1 MB by default.
const largest = 5e6;

/**
 * The pictures that a cell's text may mean, as data URLs: its attachments, and files below or beside the notebook's
 * folder. What lies on the network is not asked for.
 */
export function picturesOf(cell: Cell, folder: string | undefined): (address: string) => string | undefined {
  return (address) => {
    const path = decoded(address);
    if (path.startsWith("attachment:")) return attachment(cell, path.slice("attachment:".length));
    if (folder === undefined || /^[a-z][a-z\d+.-]*:|^\/\//i.test(path)) return undefined;
    const file = resolve(folder, path.replace(/[?#].*$/, ""));
    const type = types[extname(file).toLowerCase()];
    const at = statSync(file, { throwIfNoEntry: false });
    if (!type || !at?.isFile() || at.size > largest) return undefined;
    return `data:${type};base64,${readFileSync(file).toString("base64")}`;
  };
}

function attachment(cell: Cell, name: string): string | undefined {
  for (const [mime, data] of Object.entries(cell.attachments?.[name] ?? {})) {
    if (!mime.startsWith("image/")) continue;
    const text = String(data).replace(/\s/g, "");
    // A drawing may stand there as it is.
    const plain = mime === "image/svg+xml" && String(data).trimStart().startsWith("<");
    return `data:${mime};base64,${plain ? Buffer.from(String(data)).toString("base64") : text}`;
  }
  return undefined;
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
