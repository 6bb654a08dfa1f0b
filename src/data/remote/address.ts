import { check } from "../../core/checks";

/** Where a table lies that is no file of this machine. */
export type Address =
  | { readonly kind: "object"; readonly url: URL; readonly shown: string }
  | { readonly kind: "postgres"; readonly url: string; readonly table: string; readonly shown: string };

/** The address that `text` is, or undefined where it is a file's name. Passwords are in no message. */
export function addressOf(text: string): Address | undefined {
  const scheme = /^([a-z0-9]+):\/\//i.exec(text)?.[1].toLowerCase();
  if (scheme === undefined) return undefined;
  const known = ["s3", "http", "https", "postgres", "postgresql"];
  check(
    known.includes(scheme),
    "read the address",
    `it must begin with ${known.join("://, ")}://`,
    `${scheme}://`,
  );
  check(URL.canParse(text), "read the address", "it must be a URL", hidden(text));
  const url = new URL(text);
  const shown = hidden(text);
  if (scheme !== "postgres" && scheme !== "postgresql") {
    check(
      url.pathname.length > 1,
      "read the address",
      "it must name an object, such as s3://bucket/customers.csv",
      shown,
    );
    return { kind: "object", url, shown };
  }
  const table = url.searchParams.get("table") ?? "";
  check(
    /^([A-Za-z_]\w{0,62}\.)?[A-Za-z_]\w{0,62}$/.test(table),
    "read the address",
    "?table= must name a table or view, such as postgresql://host/shop?table=public.customers",
    table === "" ? shown : table,
  );
  url.searchParams.delete("table");
  return { kind: "postgres", url: url.href, table, shown };
}

/** A schema of a PostgreSQL database, `telelink` where the address names none. */
export function schemaAddress(text: string): {
  readonly url: string;
  readonly schema: string;
  readonly shown: string;
} {
  const action = "read the address";
  check(
    /^postgres(ql)?:\/\//i.test(text) && URL.canParse(text),
    action,
    "it must be one of a database, such as postgresql://user@host/database",
    hidden(text),
  );
  const url = new URL(text);
  const schema = url.searchParams.get("schema") ?? "telelink";
  check(/^[A-Za-z_]\w{0,62}$/.test(schema), action, "?schema= must name a schema", schema);
  url.searchParams.delete("schema");
  return { url: url.href, schema, shown: hidden(text) };
}

/** The address without its password and without what signs it. */
function hidden(text: string): string {
  return text
    .replace(/^([a-z0-9]+:\/\/[^:/@?]*):[^@/]*@/i, "$1@")
    .replace(/\?(?!(table|schema)=[\w.]+$).*$/, (query) => {
      const place = /[?&]((table|schema)=[\w.]+)/.exec(query)?.[1];
      return place === undefined ? "" : `?${place}`;
    });
}
