import { resolve } from "node:path";
import { basename, dirname } from "node:path/posix";
import { check } from "../../core/checks";
import type { Parameters } from "../parameters/parameters";

/** What the files of a notebook's run are called. */
export interface Named {
  readonly path: string;
  readonly name: string;
}

// What no file system, or not every one, takes in a name.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unfit = /[\\/:*?"<>|\u0000-\u001f]+/g;

/**
 * The name that a template gives: {notebook} is the file's name without its ending, {folder} that of its folder, and
 * any other word in braces the parameter of that name.
 * @throws RangeError for a word that is no parameter of the run, and for a name that is empty.
 */
export function outputName(template: string, path: string, parameters: Parameters): string {
  const own: Record<string, string> = {
    notebook: path === "-" ? "stdin" : basename(path.replaceAll("\\", "/")).replace(/\.ipynb$/, ""),
    folder: basename(dirname(resolve(path).replaceAll("\\", "/"))),
  };
  const name = template.replace(/\{([^{}]*)\}/g, (_, word: string) => {
    const value = own[word] ?? parameters[word];
    const there = [...Object.keys(own), ...Object.keys(parameters)].join(", ");
    check(
      value !== undefined,
      `name the output of ${path}`,
      `a word in braces must be one of ${there}`,
      word,
    );
    return word === "notebook"
      ? String(value)
      : (typeof value === "object" && value !== null && !("text" in value)
          ? JSON.stringify(value)
          : String(value)
        ).replace(unfit, "-");
  });
  check(!/[\\/]/.test(name), `name the output of ${path}`, "--name must be a name without folders", name);
  check(!/^\.*$/.test(name), `name the output of ${path}`, "the name must not be empty", name);
  return name;
}

/**
 * Throws where two notebooks would write the same file: names that differ by case only are one on some systems, and
 * the failed run of `a` is called as the notebook `a.failed`.
 */
export function checkNames(all: readonly Named[], folder: string): void {
  const taken = new Map<string, Named>();
  for (const one of all) {
    for (const name of [one.name, `${one.name}.failed`, `${one.name}.partial`]) {
      const key = name.normalize("NFC").toLowerCase();
      const other = taken.get(key);
      check(
        other === undefined,
        "run the notebooks",
        `no two may be written to one file, but ${other?.path} and ${one.path} would both be ${name}.ipynb in ${folder}: run them with --out folders of their own, or give --name "{folder}-{notebook}"`,
      );
      taken.set(key, one);
    }
  }
}
