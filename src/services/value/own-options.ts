import type { ChannelOptions } from "./channels";

/** What is said of a table of transactions as of one of contracts. */
export interface OwnTableOptions extends ChannelOptions {
  /** Column of the customer; found by the usual names and by its values when left out. */
  readonly customer?: string;
  /** Column of the currency; one of the usual names is used when there is one. */
  readonly currency?: string;
  /** Column of what one unit of the row's currency is worth in the currency of the values. */
  readonly exchangeRate?: string;
  /** The end of observation, as 2024-01-31; defaults to the last date in the table. What begins later is left out. */
  readonly asOf?: string;
  /** On whose days instants with an offset count, as Europe/Berlin; defaults to the days as written. */
  readonly timeZone?: string;
  /** Leaves out rows that break a rule and counts them; defaults to false, which refuses them. */
  readonly skipBadRows?: boolean;
}
