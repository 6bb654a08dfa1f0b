import { Option } from "commander";

/** The option that names the store, in every command that works on it. */
export function storeOption(about = "the SQLite file", flags = "--store <file>"): Option {
  return new Option(flags, about).default("data/telelink.db").env("TELELINK_STORE");
}
