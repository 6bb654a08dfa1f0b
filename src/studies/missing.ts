import { type LoadOptions, whereToGet } from "../data/sources/load-source";
import { dataFolders, findSource, publicSource, type SourceInfo } from "../data/sources/sources";
import { html } from "../report/html";

/** Real data that are not here; nothing stands in for them, and the report says what is missing. */
export interface Missing {
  /** What to put where, or how to fetch it. */
  readonly missing: string;
  readonly sources: readonly SourceInfo[];
}

/**
 * What `load` gives, or in words which of the data sets it needs is not here. The words name no folder of this machine, so
 * that a report says the same on another.
 */
export async function orMissing<T>(
  names: readonly string[],
  { folders = dataFolders() }: LoadOptions,
  load: () => Promise<T>,
): Promise<T | Missing> {
  const absent = names.map(publicSource).find((source) => findSource(source, folders) === undefined);
  if (!absent) return load();
  const missing = `${absent.file} must be in a data folder ($TELELINK_DATA, ../shared/data or data/raw); ${whereToGet(absent)}`;
  return { missing, sources: [] };
}

export function isMissing(found: object): found is Missing {
  return "missing" in found;
}

/** What was found, unless its data are missing or nobody asked for it. */
export function there<T extends object>(found: T | Missing | undefined): T | undefined {
  return found === undefined || isMissing(found) ? undefined : found;
}

/** What stands where data are missing. */
export function missingNote(what: string, { missing }: Missing): string {
  return html`<p class="tl-note"><strong>Not shown: ${what}.</strong> Nothing stands in for real customers here. ${missing}.</p>`
    .text;
}
