import { Command, Option } from "commander";
import type { Store } from "../../data/store/open";

/** The option that names the store, in every command that works on it. */
export function storeOption(about = "the SQLite file", flags = "--store <file>"): Option {
  return new Option(flags, about).default("data/telelink.db").env("TELELINK_STORE");
}

/** What the work makes of the store in the file, which is closed after it. */
export async function withStore<Out>(file: string, work: (store: Store) => Out | Promise<Out>): Promise<Out> {
  const { openStore } = await import("../../data/store/open.js");
  const store = openStore(file);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

/** A command below `parent` that works on the store, and prints JSON where asked to. */
export function storeCommand(parent: Command, name: string, about: string): Command {
  const made = new Command(name).description(about).addOption(storeOption()).option("--json", "print JSON");
  parent.addCommand(made);
  return made;
}
