import { existsSync, mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { check } from "../core/checks";
import { attempt, writeAtomic } from "../data/files";
import { bundledTslab, dataFolders } from "./kernel-spec";

export interface InstallOptions {
  /** The environment whose share/jupyter takes it, as a Python's sys.prefix; the user's own folder by default. */
  readonly prefix?: string;
  /** The kernel's name; "tslab" by default, so that notebooks made for tslab open with it. */
  readonly name?: string;
}

/**
 * Registers the bundled tslab, with its repairs, where JupyterLab, VS Code, nbclient and papermill look for kernels.
 * Returns the folder of its kernel.json.
 */
export function installKernel(options: InstallOptions = {}): string {
  const folder = kernelFolder(options);
  const { argv, displayName, language } = bundledTslab();
  attempt(folder, () => mkdirSync(folder, { recursive: true }));
  const json = { argv, display_name: displayName, language, interrupt_mode: "signal" };
  writeAtomic(join(folder, "kernel.json"), `${JSON.stringify(json, undefined, 1)}\n`);
  return folder;
}

/** Removes what `installKernel` registered. @throws RangeError when it is not there. */
export function uninstallKernel(options: InstallOptions = {}): string {
  const folder = kernelFolder(options);
  check(existsSync(join(folder, "kernel.json")), "uninstall the kernel", "it must be installed", folder);
  rmSync(folder, { recursive: true });
  return folder;
}

function kernelFolder({ prefix, name = "tslab" }: InstallOptions): string {
  check(
    /^[a-z0-9._-]+$/i.test(name),
    "install the kernel",
    "its name must be letters, digits, . _ and -",
    name,
  );
  if (prefix !== undefined) {
    check(existsSync(prefix), "install the kernel", "the prefix must be a folder", prefix);
    return resolve(prefix, "share", "jupyter", "kernels", name);
  }
  // The user's own folder is the first that is neither from JUPYTER_PATH nor a prefix.
  const own =
    dataFolders({ ...process.env, JUPYTER_PATH: "" })[0] ?? join(homedir(), ".local", "share", "jupyter");
  return join(own, "kernels", name);
}
