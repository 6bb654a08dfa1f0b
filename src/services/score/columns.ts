import type { DateFormat } from "../../data/formats/date-format";

/** One thing that is known of a customer at the desk. */
export type DeskField =
  | {
      readonly key: string;
      readonly column: string;
      readonly label: string;
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
      readonly key: string;
      readonly column: string;
      readonly label: string;
      readonly kind: "choice";
      readonly choices: readonly string[];
      readonly unknown?: boolean;
      readonly example: string;
    }
  | {
      readonly key: string;
      readonly column: string;
      readonly label: string;
      readonly kind: "yes-no";
      readonly example: boolean;
    }
  | {
      readonly key: string;
      readonly column: string;
      readonly label: string;
      /** Words of any kind: a date as its column writes it, free text, or one of too many levels to choose from. */
      readonly kind: "words";
      readonly type: "date" | "text" | "categorical";
      readonly format?: DateFormat;
      readonly unknown: true;
      readonly example: string;
    };

const states =
  "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY".split(
    " ",
  );

const calls = (key: string, part: string, label: string, example: number): DeskField => ({
  key: `total_${key}_calls`,
  column: `Total ${part} calls`,
  label,
  kind: "number",
  low: 0,
  high: 1000,
  step: 1,
  unit: "calls a month",
  example,
});

const minutes = (key: string, part: string, label: string, example: number): DeskField => ({
  key: `total_${key}_minutes`,
  column: `Total ${part} minutes`,
  label,
  kind: "number",
  low: 0,
  high: 45_000,
  step: 0.1,
  unit: "minutes a month",
  optional: true,
  example,
});

/**
 * The customer's form, in its order: the columns of churn-bigml without charges, which follow from the minutes. Minutes
 * may be left out; the desk then answers by a model that does without them.
 */
export const deskFields: readonly DeskField[] = [
  {
    key: "account_length",
    column: "Account length",
    label: "Account length",
    kind: "number",
    low: 0,
    high: 2000,
    step: 1,
    unit: "weeks",
    example: 101,
  },
  { key: "state", column: "State", label: "State", kind: "choice", choices: states, example: "OH" },
  {
    key: "area_code",
    column: "Area code",
    label: "Area code",
    kind: "choice",
    choices: ["408", "415", "510"],
    example: "415",
  },
  {
    key: "international_plan",
    column: "International plan",
    label: "International plan",
    kind: "yes-no",
    example: false,
  },
  {
    key: "voice_mail_plan",
    column: "Voice mail plan",
    label: "Voice-mail plan",
    kind: "yes-no",
    example: true,
  },
  {
    key: "number_vmail_messages",
    column: "Number vmail messages",
    label: "Voice-mail messages",
    kind: "number",
    low: 0,
    high: 1000,
    step: 1,
    example: 26,
  },
  calls("day", "day", "Day calls", 110),
  calls("eve", "eve", "Evening calls", 99),
  calls("night", "night", "Night calls", 91),
  calls("intl", "intl", "International calls", 3),
  {
    key: "customer_service_calls",
    column: "Customer service calls",
    label: "Customer-service calls",
    kind: "number",
    low: 0,
    high: 100,
    step: 1,
    example: 1,
  },
  minutes("day", "day", "Day minutes", 161.6),
  minutes("eve", "eve", "Evening minutes", 195.5),
  minutes("night", "night", "Night minutes", 254.4),
  minutes("intl", "intl", "International minutes", 13.7),
];
