import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { check } from "../core/checks";

/** How to start a kernel, as a kernel.json states it. */
export interface KernelSpec {
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
  /** The command; `{connection_file}` and `{resource_dir}` are filled in at the start. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly interruptMode: "signal" | "message";
  /** The folder of kernel.json; "" for the bundled kernels. */
  readonly folder: string;
}

/** The program of the bundled kernel; it is a process of its own, so it is the built one, also in tests. */
const program: string = resolve(__dirname, "..", "..", "dist", "notebook", "kernel", "main.js");

/** tslab as this package runs it, with a compiler of its own: needs no Python and no registration. */
export function bundledTslab(language: "typescript" | "javascript" = "typescript"): KernelSpec {
  const js = language === "javascript";
  return {
    name: js ? "jslab" : "tslab",
    displayName: js ? "JavaScript" : "TypeScript",
    language,
    argv: [process.execPath, program, "{connection_file}", ...(js ? ["--js"] : [])],
    // A runner asks at the end what is still to be said, so that no cell waits for the types of the one before.
    env: { TELELINK_TYPES: "later" },
    interruptMode: "signal",
    folder: "",
  };
}

/**
 * The kernel called `name`: tslab and jslab are the bundled ones, a path is a folder with a kernel.json, and any other
 * name is looked up where Jupyter looks.
 * @throws RangeError that lists the kernels there are.
 */
export function findKernelSpec(name: string): KernelSpec {
  if (name === "tslab") return bundledTslab();
  if (name === "jslab") return bundledTslab("javascript");
  if (/[\\/]/.test(name)) return readKernelSpec(resolve(name));
  const wanted = name.toLowerCase();
  for (const folder of kernelFolders()) {
    if (basename(folder).toLowerCase() === wanted) return readKernelSpec(folder);
  }
  const names = listKernelSpecs().map((spec) => spec.name);
  check(
    false,
    "start the kernel",
    `its name must be one of ${names.join(", ")}, or the folder of a kernel.json (${howToGet(name)})`,
    name,
  );
}

/** What brings a kernel that is not here. */
function howToGet(name: string): string {
  const python =
    "python -m pip install ipykernel, in the environment whose jupyter or python is first on PATH";
  return /^(?:python|ipython)/i.test(name) ? python : "install it for Jupyter, or give --kernel";
}

/** The bundled kernels, then the installed ones, each name once. */
export function listKernelSpecs(): KernelSpec[] {
  const specs = [bundledTslab(), bundledTslab("javascript")];
  for (const folder of kernelFolders()) {
    const name = basename(folder).toLowerCase();
    if (!specs.some((spec) => spec.name === name)) specs.push(readKernelSpec(folder));
  }
  return specs;
}

/** The kernelspec in `folder`. */
export function readKernelSpec(folder: string): KernelSpec {
  const file = join(folder, "kernel.json");
  const action = `read ${file}`;
  check(existsSync(file), action, "the file must exist");
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw new RangeError(`Cannot ${action}: it must be JSON, but ${(error as Error).message}`);
  }
  const argv = json.argv;
  check(
    Array.isArray(argv) && argv.length > 0 && argv.every((part) => typeof part === "string"),
    action,
    "argv must be a list of words",
  );
  return {
    name: basename(folder).toLowerCase(),
    displayName: String(json.display_name ?? basename(folder)),
    language: String(json.language ?? "").toLowerCase(),
    argv: [ownPython(argv[0] as string, folder), ...(argv as string[]).slice(1)],
    env: (json.env ?? {}) as Record<string, string>,
    interruptMode: json.interrupt_mode === "message" ? "message" : "signal",
    folder,
  };
}

/** A kernelspec of a Python environment that says just "python" means that environment's. */
function ownPython(command: string, folder: string): string {
  if (!/^python[\d.]*$/.test(command)) return command;
  const prefix = resolve(folder, "..", "..", "..", "..");
  const found = [join(prefix, "bin", "python"), join(prefix, "python.exe")].find((file) => existsSync(file));
  return found ?? command;
}

function kernelFolders(): string[] {
  const found: string[] = [];
  for (const folder of dataFolders()) {
    const kernels = join(folder, "kernels");
    if (!existsSync(kernels)) continue;
    for (const name of readdirSync(kernels).sort()) {
      if (existsSync(join(kernels, name, "kernel.json"))) found.push(join(kernels, name));
    }
  }
  return found;
}

/**
 * Where Jupyter keeps data, first come first served (jupyter_core.paths.jupyter_path). Jupyter adds the prefix of the
 * Python it runs in; here the prefixes of every program folder on PATH stand for it.
 */
export function dataFolders(env: NodeJS.ProcessEnv = process.env): string[] {
  const split = (paths: string | undefined): string[] =>
    (paths ?? "").split(delimiter).filter((p) => p !== "");
  const home = homedir();
  const user =
    env.JUPYTER_DATA_DIR ??
    (process.platform === "win32"
      ? join(env.APPDATA ?? home, "jupyter")
      : process.platform === "darwin"
        ? join(home, "Library", "Jupyter")
        : join(env.XDG_DATA_HOME ?? join(home, ".local", "share"), "jupyter"));
  const prefixes = [
    env.VIRTUAL_ENV,
    env.CONDA_PREFIX,
    env.TELELINK_PYTHON && dirname(dirname(env.TELELINK_PYTHON)),
    ...split(env.PATH).map(dirname),
  ].filter((prefix) => prefix !== undefined && prefix !== "");
  const system =
    process.platform === "win32"
      ? [join(env.PROGRAMDATA ?? "C:\\ProgramData", "jupyter")]
      : ["/usr/local/share/jupyter", "/usr/share/jupyter"];
  const all = [
    ...split(env.JUPYTER_PATH),
    user,
    ...prefixes.map((p) => join(p as string, "share", "jupyter")),
    ...system,
  ];
  return [...new Set(all)];
}
