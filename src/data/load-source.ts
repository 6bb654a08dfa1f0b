import { downloadSource } from "./download";
import { dataFolders, downloadFolder, findSource, type Loaded, publicSource, readSource } from "./sources";

export interface LoadOptions {
  /** Folders to look in; defaults to `dataFolders()`. */
  readonly folders?: readonly string[];
  /** Whether to download what isn't found; defaults to false. */
  readonly download?: boolean;
}

/** The public data set called `name`, from the first folder that has it, verified. */
export async function loadSource(name: string, options: LoadOptions = {}): Promise<Loaded> {
  const source = publicSource(name);
  const { folders = dataFolders(), download = false } = options;
  let path = findSource(source, folders);
  if (!path && download) path = await downloadSource(source, downloadFolder());
  if (!path)
    throw new Error(
      `Cannot load ${name}: ${source.file} must be in ${folders.join(", ")}; telelink data fetch downloads it`,
    );
  return readSource(source, path);
}

/** The churn-bigml customers: 2,666 to train on, 667 to test on. */
export async function loadChurnBigml(options: LoadOptions = {}): Promise<{ train: Loaded; test: Loaded }> {
  return {
    train: await loadSource("churn-bigml-80", options),
    test: await loadSource("churn-bigml-20", options),
  };
}

/** The 7,043 customers of IBM Telco. */
export async function loadTelco(options: LoadOptions = {}): Promise<Loaded> {
  return loadSource("telco", options);
}
