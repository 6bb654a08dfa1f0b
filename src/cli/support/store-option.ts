import { Command, Option } from "commander";

/** The option that names the store, in every command that works on it. */
export function storeOption(about = "the SQLite file", flags = "--store <file>"): Option {
  return new Option(flags, about).default("data/telelink.db").env("TELELINK_STORE");
}

/** A command below `parent` that works on the store, and prints JSON where asked to. */
export function storeCommand(parent: Command, name: string, about: string): Command {
  const made = new Command(name).description(about).addOption(storeOption()).option("--json", "print JSON");
  parent.addCommand(made);
  return made;
}
