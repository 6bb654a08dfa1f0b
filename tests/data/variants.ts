import { gzipSync } from "node:zlib";
import { seeded } from "../../src/core/rng";

/** One customer of the table that all variants hold. */
export interface Customer {
  readonly id: string;
  readonly branch: number;
  readonly age: number;
  readonly income: number;
  readonly use: number;
  readonly plan: string;
  readonly city: string;
  readonly paperless: boolean;
  /** Days since 1970. */
  readonly joined: number;
  readonly churned: boolean;
}

export const customers: readonly Customer[] = (() => {
  const rng = seeded("variants");
  return Array.from({ length: 240 }, (_, i): Customer => {
    const use = Math.round(rng.uniform() * 1000) / 10;
    return {
      id: `K${String((i * 7919) % 100_000).padStart(5, "0")}`,
      branch: 10 + Math.floor(rng.uniform() * 7),
      age: 18 + Math.floor(rng.uniform() * 60),
      income: Math.round(80_000 + rng.uniform() * 9_000_000) / 100,
      use,
      plan: ["Basic", "Family plan", "Pro"][Math.floor(rng.uniform() * 3)],
      city: ["Köln", "Málaga", "Paris", "Łódź".normalize("NFC")][Math.floor(rng.uniform() * 3)],
      paperless: rng.uniform() < 0.5,
      joined: 16_000 + Math.floor(rng.uniform() * 3000),
      churned: rng.uniform() < use / 120,
    };
  });
})();

/** How one variant writes the table. */
export interface Style {
  delimiter: string;
  quote: '"' | "'" | "all" | "backslash";
  end: string;
  number: (value: number, decimals: number) => string;
  date: (day: number) => string;
  truth: readonly [string, string];
  target: readonly [string, string];
  word: (text: string, i: number) => string;
  missing: string;
  /** Share of missing cells in use. */
  holes: number;
  header: boolean;
  above: readonly string[];
  below: readonly string[];
  trailing: boolean;
  comment?: string;
  rowNumbers: "no" | "named" | "unnamed";
}

export interface Variant {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly style: Style;
}

const two = (value: number): string => String(value).padStart(2, "0");
const date = (day: number): Date => new Date(day * 86_400_000);
const grouped = (text: string, between: string): string => text.replace(/\B(?=(\d{3})+(?!\d))/g, between);
const parts = (value: number, decimals: number): [string, string] => {
  const [whole, fraction = ""] = Math.abs(value).toFixed(decimals).split(".");
  return [whole, fraction];
};
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const monate = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(
  " ",
);

const plain: Style = {
  delimiter: ",",
  quote: '"',
  end: "\n",
  number: (value, decimals) => value.toFixed(decimals),
  date: (day) => date(day).toISOString().slice(0, 10),
  truth: ["No", "Yes"],
  target: ["No", "Yes"],
  word: (text) => text,
  missing: "",
  holes: 0,
  header: true,
  above: [],
  below: [],
  trailing: false,
  rowNumbers: "no",
};

const marked =
  (thousands: string, decimal: string): Style["number"] =>
  (value, decimals) => {
    const [whole, fraction] = parts(value, decimals);
    return grouped(whole, thousands) + (fraction === "" ? "" : decimal + fraction);
  };

/** Number styles, by name; the delimiter that goes with each. */
const numberStyles: readonly [string, Style["number"], string?][] = [
  ["decimal comma", marked("", ","), ";"],
  ["1.234,56", marked(".", ","), ";"],
  ["1.234,56 in quotes", marked(".", ","), ","],
  ["1 234,56", marked(" ", ","), ";"],
  ["1 234,56 with no-break blanks", marked("\u00a0", ","), ";"],
  ["1 234,56 with narrow blanks", marked("\u202f", ","), "\t"],
  ["1,234.56", marked(",", ".")],
  ["1'234.56", marked("'", ".")],
  ["1’234.56", marked("’", ".")],
  ["1_234.56", marked("_", ".")],
  ["dollars", (v, d) => `$${marked(",", ".")(v, d)}`],
  ["pounds and a blank", (v, d) => `£ ${marked(",", ".")(v, d)}`],
  ["euros behind", (v, d) => `${marked(".", ",")(v, d)} €`, ";"],
  ["currency codes", (v, d) => `USD ${marked(",", ".")(v, d)}`],
  ["codes behind", (v, d) => `${marked(" ", ",")(v, d)} PLN`, ";"],
  ["percent", (v, d) => `${v.toFixed(d)}%`],
  ["percent behind a blank and decimal commas", (v, d) => `${marked("", ",")(v, d)} %`, ";"],
  ["units", (v, d) => `${v.toFixed(d)} kWh`],
  ["units of another language", (v, d) => `${marked("", ",")(v, d)} Stück`, ";"],
  ["plus signs", (v, d) => `+${v.toFixed(d)}`],
  ["exponents", (v) => v.toExponential(6)],
  ["exponents as pandas writes them", (v) => v.toExponential(8).replace(/e([+-])(\d)$/, "e$10$2")],
  ["floats everywhere", (v) => (Number.isInteger(v) ? `${v}.0` : String(v))],
  ["floats of four digits", (v) => v.toFixed(4)],
  ["blanks around numbers", (v, d) => `  ${v.toFixed(d)} `],
  ["zeros in front of all", (v, d) => v.toFixed(d).padStart(9, "0")],
];

const dateStyles: readonly [string, Style["date"]][] = [
  ["yyyy/MM/dd", (day) => plain.date(day).replaceAll("-", "/")],
  ["dd.MM.yyyy", (day) => plain.date(day).split("-").reverse().join(".")],
  [
    "d.M.yyyy",
    (day) => `${date(day).getUTCDate()}.${date(day).getUTCMonth() + 1}.${date(day).getUTCFullYear()}`,
  ],
  ["dd/MM/yyyy", (day) => plain.date(day).split("-").reverse().join("/")],
  [
    "MM/dd/yyyy",
    (day) =>
      `${two(date(day).getUTCMonth() + 1)}/${two(date(day).getUTCDate())}/${date(day).getUTCFullYear()}`,
  ],
  [
    "M/d/yy",
    (day) =>
      `${date(day).getUTCMonth() + 1}/${date(day).getUTCDate()}/${two(date(day).getUTCFullYear() % 100)}`,
  ],
  ["yyyyMMdd", (day) => plain.date(day).replaceAll("-", "")],
  [
    "dd-MMM-yyyy",
    (day) =>
      `${two(date(day).getUTCDate())}-${months[date(day).getUTCMonth()]}-${date(day).getUTCFullYear()}`,
  ],
  [
    "dd-MMM-yy in capitals",
    (day) =>
      `${two(date(day).getUTCDate())}-${months[date(day).getUTCMonth()].toUpperCase()}-${two(date(day).getUTCFullYear() % 100)}`,
  ],
  [
    "d. MMMM yyyy in German",
    (day) => `${date(day).getUTCDate()}. ${monate[date(day).getUTCMonth()]} ${date(day).getUTCFullYear()}`,
  ],
  [
    "MMM d, yyyy",
    (day) => `${months[date(day).getUTCMonth()]} ${date(day).getUTCDate()}, ${date(day).getUTCFullYear()}`,
  ],
  ["ISO with a time", (day) => `${plain.date(day)}T00:00:00`],
  ["ISO with milliseconds and Z", (day) => `${plain.date(day)}T00:00:00.000Z`],
  ["ISO with an offset", (day) => `${plain.date(day)} 00:00:00+00:00`],
  [
    "American with a time",
    (day) =>
      `${date(day).getUTCMonth() + 1}/${date(day).getUTCDate()}/${date(day).getUTCFullYear()} 12:00 AM`,
  ],
  ["seconds since 1970", (day) => String(day * 86_400)],
  ["milliseconds since 1970", (day) => String(day * 86_400_000)],
];

const missingWords = [
  ..."NA n/a N/A NaN nan - -- ? ?? none None NONE null NULL #N/A #NV #VALUE! . .. (null) missing unknown \\N NIL <NA> NaT undefined k.A. n.d. *".split(
    " ",
  ),
  ...[" ", "not available", "keine Angabe", "weg", "-999"],
];

const truths: readonly (readonly [string, string])[] = [
  ["no", "yes"],
  ["NO", "YES"],
  ["N", "Y"],
  ["n", "y"],
  ["False", "True"],
  ["FALSE", "TRUE"],
  ["false", "true"],
  ["f", "t"],
  ["F", "T"],
  ["0", "1"],
  ["0.0", "1.0"],
  ["off", "on"],
  ["Nein", "Ja"],
  ["non", "oui"],
  ["no", "sí"],
  ["não", "sim"],
  ["falso", "vero"],
  [" No", "Yes "],
];

const targets: readonly (readonly [string, string])[] = [
  ...truths,
  ["stayed", "churned"],
  ["Active", "Left"],
  ["1", "2"],
  ["-1", "1"],
  ["0", "10"],
];

/** Every variant: one thing changed each, and then several at once. */
export function variants(): Variant[] {
  const found: { name: string; style: Style; encode?: (text: string) => Uint8Array }[] = [];
  const add = (name: string, change: Partial<Style>, encode?: (text: string) => Uint8Array): void => {
    found.push({ name, style: { ...plain, ...change }, ...(encode ? { encode } : {}) });
  };
  add("plain", {});
  for (const [name, delimiter] of [
    ["semicolons", ";"],
    ["tabs", "\t"],
    ["bars", "|"],
  ] as const) {
    add(name, { delimiter });
    add(`${name}, Windows lines`, { delimiter, end: "\r\n" });
    add(`${name}, all in quotes`, { delimiter, quote: "all" });
    add(`${name}, trailing`, { delimiter, trailing: true });
    add(`${name}, sep=`, { delimiter, above: [`sep=${delimiter}`] });
    add(`${name}, titles`, { delimiter, above: ["Customers of 2024", "", "made by hand"] });
  }
  add("Windows lines", { end: "\r\n" });
  add("old Mac lines", { end: "\r" });
  add("all in quotes", { quote: "all" });
  add("single quotes", { quote: "'", word: (text) => `${text}, ok` });
  add("backslashes before quotes", { quote: "backslash", word: (text) => `${text} "x"` });
  add("blanks after commas", { delimiter: ", " });
  add("trailing commas", { trailing: true });
  add("one title", { above: ["Customers"] });
  add("titles and a blank line", { above: ["Customers", "as of May 2024", ""] });
  add("comments", { above: ["# made by hand", "# in May"], comment: "#" });
  add("comments in between", { comment: "#" });
  add("no header", { header: false });
  add("no header, semicolons", { header: false, delimiter: ";" });
  add("a line of totals", { below: ["Total: 240"] });
  add("blank lines at the end", { below: ["", "", ""] });
  add("row numbers", { rowNumbers: "named" });
  add("row numbers without a name", { rowNumbers: "unnamed" });
  add("UTF-8 with a mark", {}, (text) => Buffer.from(`\ufeff${text}`));
  add("UTF-16", {}, (text) => Buffer.from(`\ufeff${text}`, "utf16le"));
  add("UTF-16 without a mark", {}, (text) => Buffer.from(text, "utf16le"));
  add("UTF-16, the other order", {}, (text) => Buffer.from(`\ufeff${text}`, "utf16le").swap16());
  add("UTF-16 without a mark, the other order", {}, (text) => Buffer.from(text, "utf16le").swap16());
  add("UTF-16 as Excel saves text", { delimiter: "\t", end: "\r\n" }, (text) =>
    Buffer.from(`\ufeff${text}`, "utf16le"),
  );
  add("windows-1252", {}, (text) => Buffer.from(text, "latin1"));
  add(
    "windows-1252 as Excel saves it",
    { delimiter: ";", number: marked(".", ","), date: dateStyles[1][1], end: "\r\n" },
    (text) => Buffer.from(text, "latin1"),
  );
  add("gzip", {}, (text) => gzipSync(text));
  add("gzip of UTF-16", { delimiter: "\t" }, (text) => gzipSync(Buffer.from(`\ufeff${text}`, "utf16le")));
  for (const [name, number, delimiter = ","] of numberStyles) add(`numbers: ${name}`, { number, delimiter });
  for (const [name, style] of dateStyles) {
    add(`dates: ${name}`, { date: style });
    add(`dates: ${name}, semicolons`, { date: style, delimiter: ";" });
  }
  for (const missing of missingWords) {
    add(`3 % ${JSON.stringify(missing)}`, { missing, holes: 0.03 });
    add(`12 % ${JSON.stringify(missing)}`, { missing, holes: 0.12 });
  }
  for (const truth of truths) add(`booleans ${truth.join("/")}`, { truth });
  for (const target of targets) add(`targets ${target.join("/")}`, { target });
  const cases: readonly [string, Style["word"]][] = [
    ["in capitals", (text) => text.toUpperCase()],
    ["blanks before", (text) => ` ${text}`],
    ["blanks behind some", (text, i) => (i % 7 === 0 ? `${text}  ` : text)],
    ["capitals in some", (text, i) => (i % 9 === 0 ? text.toUpperCase() : text)],
  ];
  for (const [name, word] of cases) {
    add(`words ${name}`, { word });
    add(`words ${name}, tabs`, { word, delimiter: "\t" });
  }
  add("a European export", {
    delimiter: ";",
    number: marked(".", ","),
    date: dateStyles[1][1],
    truth: ["Nein", "Ja"],
    missing: "-",
    holes: 0.05,
    above: ["Kunden", ""],
    end: "\r\n",
  });
  add("an American export", {
    number: marked(",", "."),
    date: dateStyles[5][1],
    truth: ["N", "Y"],
    missing: "#N/A",
    holes: 0.05,
    quote: "all",
  });
  add("a French export", {
    delimiter: ";",
    number: marked("\u202f", ","),
    date: dateStyles[3][1],
    truth: ["non", "oui"],
    missing: "n.d.",
    holes: 0.05,
    trailing: true,
  });
  return found.map(({ name, style, encode }) => {
    const text = textOf(style);
    return { name, style, bytes: encode ? encode(text) : Buffer.from(text) };
  });
}

/** The columns, in order. */
export const names = [
  "customer_id",
  "branch_id",
  "age",
  "income",
  "use",
  "plan",
  "city",
  "paperless",
  "joined_date",
  "churn",
] as const;

/** Whether a variant's customer `i` has no use. */
export function hasHole({ holes }: Style, i: number): boolean {
  return (i * 37) % 240 < holes * 240;
}

function textOf(style: Style): string {
  const { delimiter, quote, end, number, truth, target, word } = style;
  const cell = (text: string): string => {
    const mark = quote === "'" ? "'" : '"';
    const must = text.includes(delimiter.trim() || delimiter) || text.includes(mark) || quote === "all";
    if (!must) return text;
    return (
      mark + (quote === "backslash" ? text.replaceAll('"', '\\"') : text.replaceAll(mark, mark + mark)) + mark
    );
  };
  const line = (cells: readonly string[]): string =>
    cells.map(cell).join(delimiter) + (style.trailing ? delimiter : "");
  const before = (i: number): string[] => (style.rowNumbers === "no" ? [] : [String(i)]);
  const rows = customers.map((one, i) =>
    line([
      ...before(i + 1),
      one.id,
      String(one.branch),
      number(one.age, 0),
      number(one.income, 2),
      hasHole(style, i) ? style.missing : number(one.use, 1),
      word(one.plan, i),
      word(one.city, i),
      truth[one.paperless ? 1 : 0],
      style.date(one.joined),
      target[one.churned ? 1 : 0],
    ]),
  );
  const header = [
    ...(style.rowNumbers === "no" ? [] : [style.rowNumbers === "named" ? "RowNumber" : ""]),
    ...names,
  ];
  const lines = [...style.above, ...(style.header ? [line(header)] : []), ...rows, ...style.below];
  if (style.comment && style.above.length === 0) lines.splice(100, 0, "# the second half", "# of May");
  return lines.join(end) + end;
}
