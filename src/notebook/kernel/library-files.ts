import type TS from "typescript6";
import type { Compiler } from "./compiler";

/** The declaration files that are in memory already, by name; only those whose text is still the same count. */
const ready = new Map<string, TS.SourceFile>();

/** Keeps parsed declarations, for a process that is to start with them in memory. */
export function keepReady(files: Iterable<TS.SourceFile>): void {
  for (const file of files) ready.set(file.fileName, file);
}

/** TypeScript's register of parsed files, which gives those that are in memory first. */
export function libraryFiles(ts: Compiler): TS.DocumentRegistry {
  const registry = ts.createDocumentRegistry();
  const known = (name: string, snapshot: TS.IScriptSnapshot): TS.SourceFile | undefined => {
    const file = ready.get(name);
    return file &&
      file.text.length === snapshot.getLength() &&
      file.text === snapshot.getText(0, file.text.length)
      ? file
      : undefined;
  };
  const { acquireDocumentWithKey, updateDocumentWithKey, releaseDocumentWithKey } = registry;
  return {
    ...registry,
    acquireDocumentWithKey: (name, path, settings, key, snapshot, ...rest) =>
      known(name, snapshot) ?? acquireDocumentWithKey(name, path, settings, key, snapshot, ...rest),
    updateDocumentWithKey: (name, path, settings, key, snapshot, ...rest) =>
      known(name, snapshot) ?? updateDocumentWithKey(name, path, settings, key, snapshot, ...rest),
    releaseDocumentWithKey: (
      ...given: [TS.Path, TS.DocumentRegistryBucketKey, TS.ScriptKind, TS.ResolutionMode]
    ) => {
      if (![...ready.keys()].some((name) => name.toLowerCase() === given[0].toLowerCase()))
        releaseDocumentWithKey(...given);
    },
  } as TS.DocumentRegistry;
}
