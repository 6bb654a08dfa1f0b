import type { SourceInfo } from "../data/sources/sources";
import { html } from "../report/html";

/** Real data that are not here; nothing stands in for them, and the report says what is missing. */
export interface Missing {
  /** What to put where, or how to fetch it. */
  readonly missing: string;
  readonly sources: readonly SourceInfo[];
}

/** What `load` gives, or in words why its data set is not here; other errors stay errors. */
export async function orMissing<T>(load: () => Promise<T>): Promise<T | Missing> {
  try {
    return await load();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    if (!words.startsWith("Cannot load ")) throw error;
    return { missing: words, sources: [] };
  }
}

export function isMissing(found: object): found is Missing {
  return "missing" in found;
}

/** What stands where data are missing. */
export function missingNote(what: string, { missing }: Missing): string {
  return html`<p class="tl-note"><strong>Not shown: ${what}.</strong> Nothing stands in for real customers here. ${missing}.</p>`
    .text;
}
