import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { HttpProblem } from "./problem";

/**
 * The CSV file that `path` names inside the data folder, or that lies alone in the folder it names. People also write it
 * as they see it from outside, `data/master`. Ways out of the folder and links that lead out of it are refused without
 * saying what lies there.
 */
export function dataFile(folder: string, path: string): string {
  const refuse = (detail: string): never => {
    throw new HttpProblem(422, detail);
  };
  if (path.includes("\0") || path === "") refuse("Name a CSV file inside the data folder");
  const root = existsSync(folder) ? realpathSync(folder) : resolve(folder);
  const inner = path.replace(/^(\.\/)*(data\/|data$)/, "");
  const fromOutside = !existsSync(resolve(root, path)) && inner !== path;
  const wanted = resolve(root, fromOutside ? inner : path);
  const inside = (text: string): boolean => text === root || text.startsWith(root + sep);
  if (!inside(wanted)) refuse("The path must stay inside the data folder");
  if (!existsSync(wanted)) refuse(`There is no ${path} in the data folder. It holds ${listed(folder)}`);
  const real = realpathSync(wanted);
  if (!inside(real)) refuse("The path must stay inside the data folder");
  if (statSync(real).isDirectory()) {
    const files = csvFiles(folder).filter((file) =>
      file.startsWith(`${relative(root, real).split(sep).join("/")}/`),
    );
    if (files.length !== 1)
      refuse(
        `${path} is a folder; name one of its files: ${files.slice(0, 10).join(", ") || "it holds no CSV file"}`,
      );
    return join(root, files[0]);
  }
  if (!/\.csv$/i.test(real)) refuse("The file's name must end in .csv");
  return real;
}

/** A file of the data folder as paths name it. */
export function pathInside(folder: string, file: string): string {
  return relative(realpathSync(folder), file).split(sep).join("/");
}

/** The CSV files of the data folder and its folders, three deep, at most 200. */
export function csvFiles(folder: string): string[] {
  const found: string[] = [];
  const walk = (at: string, depth: number): void => {
    let entries: import("node:fs").Dirent[];
    try {
      entries = readdirSync(join(folder, at), { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (found.length >= 200) return;
      const path = at ? `${at}/${entry.name}` : entry.name;
      if (entry.isDirectory() && depth > 0 && !entry.name.startsWith(".")) walk(path, depth - 1);
      else if (entry.isFile() && /\.csv$/i.test(entry.name)) found.push(path);
    }
  };
  walk("", 3);
  return found;
}

function listed(folder: string): string {
  const files = csvFiles(folder);
  return files.length === 0 ? "no CSV file" : files.slice(0, 10).join(", ");
}
