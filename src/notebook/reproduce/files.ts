import { existsSync, readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { sha256Of } from "../../core/sha256";
import { packageRoot } from "../facts";
import { resolveModule } from "../kernel/compile/resolve-module";
import type { Traced } from "./trace";

/** The files of one notebook's folder that its outputs depend on, told by their paths from there. */
export class NotebookFiles {
  private readonly root: string;

  constructor(
    private readonly folder: string,
    private readonly hashes: Map<string, string>,
  ) {
    this.root = projectOf(folder);
  }

  /** The files that cells import by their paths, and all that these import in the same way. */
  imported(request: string, from: string, found: Set<string>): void {
    const module = resolveModule(request, from);
    const file = module?.kind === "file" ? module.path : undefined;
    if (file === undefined || found.has(file) || !existsSync(file)) return;
    found.add(file);
    if (!/\.[cm]?[jt]sx?$/.test(file)) return;
    const text = readFileSync(file, "utf8");
    for (const [, further] of text.matchAll(
      /(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*["'](\.[^"']*)["']/g,
    ))
      this.imported(further, dirname(file), found);
  }

  /** The files that the code names, in quotes or as words of a command: native readers tell nothing else. */
  named(code: string): Set<string> {
    const found = new Set<string>();
    const quoted = [...code.matchAll(/"([^"\n]+)"|'([^'\n]+)'|`([^`\n]+)`/g)].map(
      ([, a, b, c]) => a ?? b ?? c,
    );
    const bare = [...code.matchAll(/[\w.~/\\-]+\.\w{1,8}/g)].map(([word]) => word);
    for (const word of new Set([...quoted, ...bare])) {
      if (word.length > 500 || word.includes("\0")) continue;
      const file = resolve(this.folder, word);
      if (this.isThere(file)) found.add(file);
    }
    return found;
  }

  /** Whether it is a file that counts as an input. */
  isThere(file: string): boolean {
    return this.counts(file) && stateOf(file)?.isFile() === true;
  }

  /** The files below a pattern with *, ** and ?, as `metadata.telelink.inputs` lists them. */
  matching(pattern: string): string[] {
    const whole = resolve(this.folder, pattern).replaceAll("\\", "/");
    const start = whole.slice(0, whole.search(/[*?]|$/)).replace(/[^/]*$/, "") || "/";
    if (!existsSync(start)) return [];
    const source = whole
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*\*\/|\*\*|\*|\?/g, (text) =>
        text === "**/" ? "(?:.*/)?" : text === "**" ? ".*" : text === "*" ? "[^/]*" : "[^/]",
      );
    const wanted = new RegExp(`^${source}$`);
    if (statSync(start).isFile()) return [start];
    return readdirSync(start, { recursive: true })
      .map((name) => join(start, String(name)))
      .filter((file) => wanted.test(file.replaceAll("\\", "/")) && statSync(file).isFile());
  }

  /** What a run opened, as names and states: files read, folders listed, and files that it wrote itself. */
  traced({ read, listed, written, since }: Traced, also: ReadonlySet<string>): Record<string, string> {
    const out: Record<string, string> = {};
    const own = new Set([...written].filter((file) => this.counts(file)));
    for (const file of also) if (!read.has(file) && changedSince(file, since)) own.add(file);
    for (const file of own) out[`writes ${this.name(file)}`] = "";
    for (const file of [...read, ...also]) {
      if (own.has(file) || !this.counts(file)) continue;
      // What was another while the run went on may not be what it saw.
      out[`file ${this.name(file)}`] = changedSince(file, since) ? "changed while it ran" : this.state(file);
    }
    for (const folder of listed)
      if (this.counts(folder)) out[`folder ${this.name(folder)}`] = this.listing(folder, own);
    return out;
  }

  /** The states that the files and folders of an earlier run have now. */
  now(before: Readonly<Record<string, string>>, also: ReadonlySet<string>): Record<string, string> {
    const out: Record<string, string> = {};
    const at = (key: string): string => resolve(this.folder, key.slice(key.indexOf(" ") + 1));
    const keys = Object.keys(before);
    const own = new Set(keys.filter((key) => key.startsWith("writes ")).map(at));
    for (const key of keys) {
      if (key.startsWith("writes ")) out[key] = "";
      else if (key.startsWith("file ")) out[key] = this.state(at(key));
      else if (key.startsWith("folder ")) out[key] = this.listing(at(key), own);
    }
    for (const file of also)
      if (!own.has(file) && this.counts(file)) out[`file ${this.name(file)}`] = this.state(file);
    return out;
  }

  private name(file: string): string {
    return relative(this.folder, file).replaceAll("\\", "/") || ".";
  }

  private state(file: string): string {
    const at = stateOf(file);
    if (!at) return "missing";
    if (!at.isFile()) return "not a file";
    const key = `${file} ${at.size} ${at.mtimeMs}`;
    let known = this.hashes.get(key);
    if (known === undefined) {
      try {
        known = sha256Of(readFileSync(file));
      } catch {
        return "not readable";
      }
      this.hashes.set(key, known);
    }
    return known;
  }

  private listing(folder: string, own: ReadonlySet<string>): string {
    if (!stateOf(folder)?.isDirectory()) return "missing";
    const names = readdirSync(folder).filter((name) => !own.has(join(folder, name)) && !name.startsWith("."));
    return sha256Of(names.sort().join("\n"));
  }

  /** Whether a file is the project's or its user's, and not the system's, a package's or this program's own. */
  private counts(file: string): boolean {
    const inside = isBelow(file, this.root);
    const parts = relative(inside ? this.root : homedir(), file).split(sep);
    if (parts.includes("node_modules") || parts.some((part) => /^\.(?!\.?$)/.test(part))) return false;
    if (isBelow(file, join(packageRoot, "dist")) || file === join(packageRoot, "package.json")) return false;
    return inside || !systemFolders.some((folder) => isBelow(file, folder));
  }
}

const systemFolders = [
  ..."/proc /sys /dev /usr /lib /lib64 /etc /bin /sbin /run /var /opt /System /Library".split(" "),
  tmpdir(),
  dirname(dirname(process.execPath)),
];

/** What is at the path; undefined where nothing is, a file stands in its way, or nobody may look. */
function stateOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function isBelow(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function changedSince(file: string, since: number): boolean {
  return (stateOf(file)?.mtimeMs ?? 0) >= since;
}

/** The folder of the project: the nearest with a package.json or under version control, else the working directory. */
function projectOf(folder: string): string {
  const here = process.cwd();
  for (let at = folder; dirname(at) !== at; at = dirname(at))
    if (["package.json", ".git", "pyproject.toml"].some((name) => existsSync(join(at, name)))) return at;
  return isBelow(folder, here) ? here : dirname(folder);
}
