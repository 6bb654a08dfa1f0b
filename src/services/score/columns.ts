import type { DateFormat } from "../../data/formats/date-format";

interface FieldNames {
  readonly key: string;
  readonly column: string;
  readonly label: string;
}

/** One thing that is known of a customer at the desk. */
export type DeskField = FieldNames &
  (
    | {
        readonly kind: "number";
        readonly low: number;
        readonly high: number;
        /** 0 for any number. */
        readonly step: number;
        readonly unit?: string;
        readonly optional?: boolean;
        /** Whether it may be said that it is not known: null, or an empty cell. */
        readonly unknown?: boolean;
        /** The least and the greatest value of training, where that is known. */
        readonly seen?: readonly [number, number];
        readonly example: number;
      }
    | {
        readonly kind: "choice";
        readonly choices: readonly string[];
        readonly unknown?: boolean;
        readonly example: string;
      }
    | { readonly kind: "yes-no"; readonly example: boolean }
    | {
        /** Words of any kind: a date as its column writes it, free text, or one of too many levels to choose from. */
        readonly kind: "words";
        readonly type: "date" | "text" | "categorical";
        readonly format?: DateFormat;
        readonly unknown: true;
        readonly example: string;
      }
  );

const states =
  "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY".split(
    " ",
  );

/** A field whose key follows from its column, "Total day calls" being total_day_calls. */
const field = (column: string, label: string = column): FieldNames => ({
  key: column.toLowerCase().replaceAll(" ", "_"),
  column,
  label,
});
const whole = { kind: "number", low: 0, step: 1 } as const;
const calls = { ...whole, high: 1000, unit: "calls a month" };
const minutes = { ...whole, high: 45_000, step: 0.1, unit: "minutes a month", optional: true };

/**
 * The customer's form, in its order: the columns of churn-bigml without charges, which follow from the minutes. Minutes
 * may be left out; the desk then answers by a model that does without them.
 */
export const deskFields: readonly DeskField[] = [
  { ...field("Account length"), ...whole, high: 2000, unit: "weeks", example: 101 },
  { ...field("State"), kind: "choice", choices: states, example: "OH" },
  { ...field("Area code"), kind: "choice", choices: ["408", "415", "510"], example: "415" },
  { ...field("International plan"), kind: "yes-no", example: false },
  { ...field("Voice mail plan", "Voice-mail plan"), kind: "yes-no", example: true },
  { ...field("Number vmail messages", "Voice-mail messages"), ...whole, high: 1000, example: 26 },
  { ...field("Total day calls", "Day calls"), ...calls, example: 110 },
  { ...field("Total eve calls", "Evening calls"), ...calls, example: 99 },
  { ...field("Total night calls", "Night calls"), ...calls, example: 91 },
  { ...field("Total intl calls", "International calls"), ...calls, example: 3 },
  { ...field("Customer service calls", "Customer-service calls"), ...whole, high: 100, example: 1 },
  { ...field("Total day minutes", "Day minutes"), ...minutes, example: 161.6 },
  { ...field("Total eve minutes", "Evening minutes"), ...minutes, example: 195.5 },
  { ...field("Total night minutes", "Night minutes"), ...minutes, example: 254.4 },
  { ...field("Total intl minutes", "International minutes"), ...minutes, example: 13.7 },
];
