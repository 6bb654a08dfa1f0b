import { Command } from "commander";
import type { Scope } from "../../../data/store/keys";
import type { Store } from "../../../data/store/open";
import { usageError } from "../../support/exit";
import { print, printJson, printTable } from "../../support/output";
import { storeCommand, withStore } from "../../support/store-option";

interface Options {
  readonly store: string;
  readonly json?: boolean;
  readonly scope: string;
  readonly limit: string;
}

/** `telelink keys`: who may use a server. */
export function keysCommand(): Command {
  const keys = new Command("keys")
    .description("make, list, rotate and revoke the keys of a server")
    .addHelpText(
      "after",
      `
A key's scopes: read (customers' data, files, jobs, models, metrics), predict, write (train, draw, upload, outcomes),
admin (promote models; holds all others). The store keeps a key's hash alone: its text is shown once. A change counts from
the next request on, without a restart.

Examples:
  $ telelink keys add dashboard --scope read
  $ telelink keys add crm --scope predict,write --store /data/telelink.db
  $ telelink keys list
  $ telelink keys rotate crm
  $ telelink keys revoke dashboard
  $ telelink keys audit`,
    );
  const sub = (name: string, about: string): Command => storeCommand(keys, name, about);
  sub("add", "make a key and print it, once")
    .argument("<name>", "what the audit log calls its holder")
    .option("--scope <list>", "read, predict, write, admin, with commas", "read,predict")
    .action(async (name: string, options: Options) => {
      const { addKey, scopes } = await import("../../../data/store/keys.js");
      const given = options.scope.split(",").map((text) => text.trim());
      const unknown = given.find((text) => !(scopes as readonly string[]).includes(text));
      if (unknown !== undefined)
        throw usageError(
          `Cannot use --scope: it must be of ${scopes.join(", ")}, got ${JSON.stringify(unknown)}`,
        );
      const made = await within(options, name, "key added", (store) => addKey(store, name, given as Scope[]));
      if (options.json) printJson({ ...made.key, text: made.text });
      else print(made.text);
    });
  sub("list", "the keys, and what each may do").action(async (options: Options) => {
    const { listKeys } = await import("../../../data/store/keys.js");
    const found = await withStore(options.store, listKeys);
    if (options.json) return printJson(found);
    printTable(
      ["name", "scopes", "made", "revoked"],
      found.map((key) => [key.name, key.scopes.join(","), key.created, key.revoked ?? ""]),
    );
  });
  sub("rotate", "give a key a new text; the one before opens nothing any more")
    .argument("<name>", "the key's name")
    .action(async (name: string, options: Options) => {
      const { rotateKey } = await import("../../../data/store/keys.js");
      const text = await within(options, name, "key rotated", (store) => rotateKey(store, name));
      if (options.json) printJson({ name, text });
      else print(text);
    });
  sub("revoke", "let a key open nothing any more")
    .argument("<name>", "the key's name")
    .action(async (name: string, options: Options) => {
      const { revokeKey } = await import("../../../data/store/keys.js");
      await within(options, name, "key revoked", (store) => revokeKey(store, name));
      if (options.json) printJson({ name, revoked: true });
      else print(`${name} opens nothing any more`);
    });
  sub("audit", "who did what, the newest first")
    .option("--limit <number>", "entries shown", "100")
    .action(async (options: Options) => {
      const { auditLog } = await import("../../../data/store/audit.js");
      const { wholeNumber } = await import("../../support/options.js");
      const limit = wholeNumber(options.limit, "--limit", 1, 1_000_000);
      const found = await withStore(options.store, (store) => auditLog(store, limit));
      if (options.json) return printJson(found);
      printTable(
        ["at", "who", "action", "detail"],
        found.map((entry) => [entry.at, entry.who, entry.action, JSON.stringify(entry.detail)]),
      );
    });
  return keys;
}

/** Does it and notes that it was done. */
async function within<T>(
  options: Options,
  name: string,
  action: string,
  work: (store: Store) => T,
): Promise<T> {
  const { audit } = await import("../../../data/store/audit.js");
  return withStore(options.store, (store) => {
    const done = work(store);
    audit(store, "telelink keys", action, { name });
    return done;
  });
}
