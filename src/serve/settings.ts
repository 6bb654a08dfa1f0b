import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { syncPolicies } from "../data/store/journal";
import { readChanges } from "../services/score/changes";
import { decisionRules, standardRules } from "../services/score/decide";
import { readRoles } from "./access/proxy-user";

const number = (low: number, high: number, standard: number) =>
  z.coerce.number().min(low).max(high).default(standard);

const list = (what: string) =>
  z
    .string()
    .regex(/^[\w.,:/ -]*$/, `must be ${what}`)
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((one) => one.trim().toLowerCase())
        .filter((one) => one !== ""),
    );

const headerName = z
  .string()
  .regex(/^[\w-]{1,100}$/, "must be the name of a header")
  .transform((name) => name.toLowerCase());

/** What can be set about the server, each by an option or by the environment variable TELELINK_… of that name. */
export const settingsSchema = z.strictObject({
  host: z.string().default("127.0.0.1").describe("The address to listen on"),
  port: number(0, 65_535, 8000).describe("The port to listen on; 0 takes a free one"),
  data: z
    .string()
    .default("data")
    .describe("The folder that data paths are looked up in; nothing outside it is read"),
  store: z.string().default("data/telelink.db").describe("The SQLite file for jobs, models and predictions"),
  reports: z.string().default("reports").describe("The folder of the HTML reports"),
  apiKey: z
    .string()
    .min(16)
    .optional()
    .describe("A key with every scope; telelink keys makes further ones, with fewer"),
  hosts: list("names, with commas").describe(
    "The names by which clients call this server, beside this machine's own, with commas",
  ),
  proxy: list("addresses, with commas").describe(
    "Addresses of the proxies before this server, with commas; only theirs is believed who a client is",
  ),
  userHeader: headerName
    .optional()
    .describe(
      "The header in which those proxies name the person whom they have signed in (OIDC), such as x-forwarded-user",
    ),
  groupsHeader: headerName
    .default("x-forwarded-groups")
    .describe("The header in which they name that person's groups, with commas"),
  roles: z
    .string()
    .max(10_000)
    .default("")
    .transform(readRoles)
    .describe(
      "What those groups may do: GROUP=SCOPE,SCOPE with semicolons between, * for whoever is signed in, such as ops=admin;*=read,predict",
    ),
  basePath: z
    .string()
    .regex(/^(\/[\w.~-]+)*\/?$/, "must be a path such as /telelink")
    .default("")
    .transform((path) => path.replace(/\/$/, ""))
    .describe("The path below which a proxy publishes this server, such as /telelink"),
  rule: z
    .enum(decisionRules)
    .default(standardRules.rule)
    .describe(
      "Who gets an offer: profit, whoever brings more than it costs; reference, the reference system's cases",
    ),
  valueColumn: z
    .string()
    .max(200)
    .optional()
    .describe(
      "For champions of other columns than churn-bigml's: the customers' column that says what they are worth; without it actions follow from the risk alone",
    ),
  changes: z
    .string()
    .max(10_000)
    .transform(readChanges)
    .optional()
    .describe(
      "What an agent can change for a customer, with its cost: FIELD=VALUE:COST with semicolons between, such as Contract=Two year:120;MonthlyCharges=-10%:0. /explain tells what each would do; defaults to the two plans of churn-bigml's form",
    ),
  currency: z.string().max(10).default("").describe("What values and profits are in, such as € or USD"),
  riskHigh: number(0, 1, standardRules.riskHigh).describe("A churn probability above it is a high risk"),
  riskMedium: number(0, 1, standardRules.riskMedium).describe(
    "A churn probability above it is a medium risk",
  ),
  clvHigh: number(0, 1e12, standardRules.clvHigh).describe(
    "Under the rule reference, a customer worth more is a valuable one",
  ),
  clvMedium: number(0, 1e12, standardRules.clvMedium).describe(
    "Under the rule reference, a customer worth more is worth keeping",
  ),
  acceptance: number(0, 1, standardRules.acceptance).describe(
    "The share of contacted leavers who take the offer and stay",
  ),
  stayerAcceptance: number(0, 1, 1).describe("The share of stayers who take the offer all the same"),
  offerCost: number(0, 1e12, standardRules.offerCost).describe("What the offer costs when it is taken"),
  contactCost: number(0, 1e12, standardRules.contactCost).describe("What contacting a customer costs"),
  bodyLimit: number(1024, 1 << 30, 1 << 20).describe("The largest body read, in bytes, but for batches"),
  batchLimit: number(1024, 1e15, 2 ** 30).describe(
    "The largest batch read, in bytes; it is never held as a whole",
  ),
  uploadLimit: number(1024, 1e15, 2 ** 28).describe(
    "The largest CSV file taken into the data folder, in bytes",
  ),
  spoolLimit: number(1 << 16, 1e15, 2 ** 31).describe(
    "Bytes of a batch's answer that may wait on the disk for a client that reads later than it sends",
  ),
  requestSeconds: number(1, 1e6, 600).describe("The longest that a request may take to arrive"),
  busyMilliseconds: number(0, 1e6, 2000).describe(
    "Requests are refused with 503 while the server is later than this; 0 for never",
  ),
  queueLimit: number(0, 10_000, 32).describe(
    "Previews, checks, drawings and comparisons that may wait for a processor; beyond them requests are refused with 503",
  ),
  streamLimit: number(1, 10_000, 64).describe("Batches and samples that may be on their way at a time"),
  journalSync: z
    .enum(syncPolicies)
    .default("second")
    .describe(
      "When predictions reach the disk itself: always (before the answer), second (once a second) or never (when the system likes)",
    ),
  retentionDays: number(0, 36_500, 0).describe("Days that predictions are kept; 0 for ever"),
  monitoring: z
    .enum(["counts", "off"])
    .default("counts")
    .describe(
      "What is kept of customers' data to see drift: counts (by day and column, of no customer) or off",
    ),
  monitorDays: number(1, 36_500, 90).describe("Days that those counts are kept"),
  alertDays: number(1, 365, 7).describe("Days that are compared with training for an alert"),
  alertSeconds: number(1, 86_400, 300).describe("How often it is looked for what is worth an alert"),
  alertUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Where alerts are posted to as JSON: drift, predictions off their outcomes; none without it"),
  shutdownSeconds: number(0, 3600, 10).describe(
    "How long those who are being answered may take once the server was told to stop",
  ),
  rateLimit: number(0, 1e9, 0).describe("Requests a minute and client, pages aside; 0 for no limit"),
  logLevel: z.enum(["fatal", "error", "warn", "info", "debug", "silent"]).default("info"),
});

// TELELINK_DATA names the folder of the public data sets, for every command.
const environmentNames: Readonly<Record<string, string>> = { data: "DATA_FOLDER" };

export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/** Settings as options, the environment and tests give them. */
export type GivenSettings = Partial<z.input<typeof settingsSchema>>;

/** Settings from what was given, then the environment, then the defaults; an error names what is wrong. */
export function settings(
  given: GivenSettings = {},
  environment: Record<string, string | undefined> = {},
): Settings {
  const fromEnvironment = Object.fromEntries(
    Object.keys(settingsSchema.shape).flatMap((name) => {
      const value =
        environment[
          `TELELINK_${environmentNames[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
        ];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
  const checked = settingsSchema.safeParse({ ...fromEnvironment, ...given });
  if (!checked.success) {
    const rules = checked.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
    throw new RangeError(`Cannot start the server: ${rules}`);
  }
  const all = checked.data;
  if (all.riskMedium > all.riskHigh || all.clvMedium > all.clvHigh) {
    throw new RangeError("Cannot start the server: the medium thresholds must not lie above the high ones");
  }
  if (all.userHeader !== undefined && (all.proxy.length === 0 || all.roles.size === 0))
    throw new RangeError(
      "Cannot start the server: people whom a proxy signs in need its address (TELELINK_PROXY) and what their groups may do (TELELINK_ROLES)",
    );
  // Keys may lie in the store too: whether there are any is seen when it is opened.
  if (all.apiKey === undefined && !isLoopback(all.host) && !existsSync(all.store)) {
    throw new RangeError(
      `Cannot start the server: an address beyond this machine needs an API key (TELELINK_API_KEY), got host ${all.host}`,
    );
  }
  return { ...all, data: resolve(all.data), store: resolve(all.store), reports: resolve(all.reports) };
}

/** Whether others reach the server, directly or through a proxy that the settings tell of. */
export function isExposed({ host, hosts, proxy, basePath }: Settings): boolean {
  return !isLoopback(host) || hosts.length > 0 || proxy.length > 0 || basePath !== "";
}

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}
