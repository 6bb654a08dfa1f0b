import { inspect } from "node:util";

/** A value in the forms that a front end may choose from, by MIME type. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** The value of a cell, where there is one to show: a promise by what it becomes, an object as it says itself. */
export async function bundleOf(given: unknown): Promise<MimeBundle | undefined> {
  const value = await given;
  if (value === undefined || value === null) return undefined;
  return { ...(await ownForms(value)), "text/plain": inspect(value) };
}

/** What the object itself says of how it looks: the convention of Deno and nodejs-polars, then `toHTML`. */
async function ownForms(value: unknown): Promise<MimeBundle> {
  if (typeof value !== "object" && typeof value !== "function") return {};
  const about = value as Record<PropertyKey, unknown>;
  const display = about[Symbol.for("Jupyter.display")];
  if (typeof display === "function") {
    const forms = (await display.call(value)) as MimeBundle | undefined;
    if (typeof forms === "object" && forms !== null) return forms;
  }
  if (typeof about.toHTML === "function") {
    const html = await about.toHTML();
    if (typeof html === "string") return { "text/html": html };
  }
  return {};
}
