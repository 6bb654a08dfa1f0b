import { Option } from "commander";

/** The option that names the store, in every command that works on it. */
export function storeOption(): Option {
  return new Option("--store <file>", "the SQLite file").default("data/telelink.db").env("TELELINK_STORE");
}
