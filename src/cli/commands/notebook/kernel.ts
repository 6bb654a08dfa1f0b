import { Command } from "commander";
import { print, printJson, printTable } from "../../support/output";

/** `telelink kernel`: the kernels that notebooks run under. */
export function kernelCommand(): Command {
  const kernel = new Command("kernel")
    .description("list the Jupyter kernels, and register tslab with its repairs")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink kernel list
  $ telelink kernel install     # before opening notebooks in JupyterLab or VS Code
  $ telelink kernel uninstall`,
    );
  kernel
    .command("list", { isDefault: true })
    .description("list the kernels that notebooks can name")
    .option("--json", "print JSON")
    .action(list);
  kernel
    .command("install")
    .description("register the built-in tslab for JupyterLab, VS Code, nbclient and papermill")
    .option(
      "--prefix <folder>",
      "the Python environment that takes it (default: the user's own Jupyter folder)",
    )
    .option("--name <name>", "the kernel's name", "tslab")
    .addHelpText(
      "after",
      `
Unlike the kernelspec that tslab installs, this one loses no output, needs no tslab on PATH, runs
@tensorflow/tfjs-node on Node 23 and later, and ends with the program that started it.

Examples:
  $ telelink kernel install
  $ telelink kernel install --prefix "$(python3 -c 'import sys; print(sys.prefix)')"`,
    )
    .action(install);
  kernel
    .command("uninstall")
    .description("remove what install registered")
    .option("--prefix <folder>", "the Python environment that has it")
    .option("--name <name>", "the kernel's name", "tslab")
    .action(uninstall);
  return kernel;
}

async function list(options: { json?: boolean }): Promise<void> {
  const { listKernelSpecs } = await import("../../../notebook/kernel-spec.js");
  const specs = listKernelSpecs();
  if (options.json) printJson(specs);
  else
    printTable(
      ["name", "language", "shown as", "from"],
      specs.map((spec) => [spec.name, spec.language, spec.displayName, spec.folder || "built in"]),
    );
}

async function install(options: { prefix?: string; name: string }): Promise<void> {
  const { installKernel } = await import("../../../notebook/install-kernel.js");
  const { asUsage } = await import("../../support/notebook/parameters.js");
  print(asUsage(() => installKernel(options)));
}

async function uninstall(options: { prefix?: string; name: string }): Promise<void> {
  const { uninstallKernel } = await import("../../../notebook/install-kernel.js");
  const { asUsage } = await import("../../support/notebook/parameters.js");
  print(asUsage(() => uninstallKernel(options)));
}
