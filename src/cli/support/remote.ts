import { statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Address } from "../../data/remote/address";
import { note } from "./output";

/** What messages call a source, without what is secret of its address, and the name that its file here has. */
export async function namesOfSource(
  text: string,
): Promise<{ readonly shown: string; readonly file: string }> {
  const address = await known(text);
  return address ? { shown: address.shown, file: localName(address) } : { shown: text, file: text };
}

/**
 * Does the work with a file of this machine: the one that `source` names, or a copy of the object or table at that
 * address (s3://, https://, postgresql://), which is removed afterwards.
 */
export async function withSource<Out>(source: string, work: (file: string) => Promise<Out>): Promise<Out> {
  const address = await known(source);
  if (!address) return work(source);
  return inFolder(async (folder) => {
    const file = join(folder, localName(address));
    if (address.kind === "postgres") {
      const { saveTable } = await import("../../data/remote/postgres.js");
      await saveTable(address.url, address.table, address.shown, file);
    } else {
      const { saveObject } = await import("../../data/remote/objects.js");
      await saveObject(address.url, address.shown, file);
    }
    note(`read ${address.shown} (${statSync(file).size} bytes)`);
    return named(file, address.shown, () => work(file));
  });
}

/** Does the work that writes a file; where `target` is an address, what was written is put there once it is whole. */
export async function withTarget<File extends string | undefined, Out>(
  target: File,
  work: (file: File) => Promise<Out>,
): Promise<Out> {
  const address = target === undefined ? undefined : await known(target);
  if (!address) return work(target);
  return inFolder(async (folder) => {
    const file = join(folder, localName(address));
    const done = await named(file, address.shown, () => work(file as File));
    if (address.kind === "postgres") {
      const [{ putTable }, { readTableBatches }] = await Promise.all([
        import("../../data/remote/postgres.js"),
        import("../../data/read/read-table.js"),
      ]);
      const batches = await readTableBatches(file);
      const { schema } = batches;
      // Reading one lets go of the file.
      for await (const _ of batches) break;
      const columns = schema.columns.map(({ name, type }) => ({ name, numeric: type === "numeric" }));
      await putTable(address.url, address.table, address.shown, file, columns);
    } else {
      const { putObject } = await import("../../data/remote/objects.js");
      await putObject(address.url, address.shown, file);
    }
    note(`put into ${address.shown}`);
    return done;
  });
}

/** Does the work; what goes wrong with the copy is told of what it is a copy of. */
async function named<Out>(file: string, shown: string, work: () => Promise<Out>): Promise<Out> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replaceAll(file, shown);
    throw error;
  }
}

async function known(text: string): Promise<Address | undefined> {
  if (!/^[a-z0-9]+:\/\//i.test(text)) return undefined;
  const { addressOf } = await import("../../data/remote/address.js");
  return addressOf(text);
}

function localName(address: Address): string {
  if (address.kind === "postgres") return `${address.table.split(".").at(-1)}.csv`;
  const name = basename(address.url.pathname).replace(/[^\w.-]+/g, "_");
  return name.replace(/^\.+/, "") || "object";
}

async function inFolder<Out>(work: (folder: string) => Promise<Out>): Promise<Out> {
  const { removedOnSignal, removeTemporaryFolder, temporaryFolder } = await import(
    "../../data/temporary-folder.js"
  );
  const folder = temporaryFolder("remote");
  const safe = removedOnSignal(folder);
  try {
    return await work(folder);
  } finally {
    safe();
    removeTemporaryFolder(folder);
  }
}
