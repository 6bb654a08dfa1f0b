import { z } from "zod";
import { check } from "../core/checks";

/** How numbers enter a matrix: (value − center) / width. */
export interface Scaling {
  /** Stands for a missing number; absent: stays NaN. */
  readonly fill?: number;
  readonly center: number;
  readonly width: number;
  /** Whether x / √(1 + (x/3)²) follows the scaling. */
  readonly bounded: boolean;
  /** Whether a 0/1 column that marks missing numbers follows. */
  readonly indicator: boolean;
}

/** A numeric column. */
export interface NumberPart extends Scaling {
  readonly kind: "number";
  readonly name: string;
}

/** A categorical column as one 0/1 column a level. */
export interface OneHotPart {
  readonly kind: "one-hot";
  readonly name: string;
  readonly levels: readonly string[];
  /** Rare levels that share the column after those of `levels`. */
  readonly pooled: readonly string[];
  /** How many levels at the front have no column: 0 or 1. */
  readonly first: number;
  /** Whether a missing category has the last column. */
  readonly missing: boolean;
}

/** A categorical column as codes into `levels`; `pooled` levels share the code after them. */
export interface CodesPart {
  readonly kind: "codes";
  readonly name: string;
  readonly levels: readonly string[];
  readonly pooled: readonly string[];
}

/** What is read off a date, in UTC: days since `reference`, month from 1, day from 1, weekday from 1 (Monday), hour. */
export const dateFields = ["days", "month", "day", "weekday", "hour"] as const;
export type DateField = (typeof dateFields)[number];

/** One number read off a date. */
export interface DateNumber extends Scaling {
  /** "since": days since the date in the column `other`. */
  readonly of: DateField | "since";
  readonly other?: string;
}

/** A column of dates as numbers. */
export interface DatePart {
  readonly kind: "date";
  readonly name: string;
  /** The latest date of training, from which days are counted: milliseconds since 1970. */
  readonly reference: number;
  readonly numbers: readonly DateNumber[];
}

/** The mean of one target by level. */
export interface LevelMeans extends Scaling {
  /** Of several classes, which. */
  readonly class?: number;
  /** The mean of each level, drawn towards `prior`. */
  readonly means: readonly number[];
  /** Of a missing category, and of a level that training did not see. */
  readonly missing: number;
  readonly prior: number;
}

/** A categorical column of many levels as mean targets. */
export interface TargetMeanPart {
  readonly kind: "target-mean";
  readonly name: string;
  readonly levels: readonly string[];
  readonly numbers: readonly LevelMeans[];
}

/** A weighted sum of one text's terms. */
export interface TermWeights extends Scaling {
  /** Of several classes, which. */
  readonly class?: number;
  readonly weights: readonly number[];
  readonly intercept: number;
}

/** A column of free text as scores: linear in the TF-IDF of its terms. */
export interface TextPart {
  readonly kind: "text";
  readonly name: string;
  /** Words, pairs of words, and pieces of words: see `documentCounts`. */
  readonly terms: readonly string[];
  /** The inverse document frequency of each term. */
  readonly rarity: readonly number[];
  readonly numbers: readonly TermWeights[];
}

/** How one table column becomes matrix columns. */
export type Part = NumberPart | OneHotPart | CodesPart | DatePart | TargetMeanPart | TextPart;

export interface EncoderJson {
  readonly kind: "encoder";
  readonly version: 1;
  readonly parts: readonly Part[];
}

const text = z.string().max(10_000);
const levels = z.array(text).max(1_000_000);
const numbers = z.array(z.number()).max(1_000_000);
const scaling = {
  fill: z.number().optional(),
  center: z.number(),
  width: z.number().positive(),
  bounded: z.boolean(),
  indicator: z.boolean(),
};
const ofClass = { class: z.int().min(0).optional() };

const encoderJson = z.strictObject({
  kind: z.literal("encoder"),
  version: z.literal(1),
  parts: z
    .array(
      z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("number"), name: text, ...scaling }),
        z.strictObject({
          kind: z.literal("one-hot"),
          name: text,
          levels,
          pooled: levels,
          first: z.literal([0, 1]),
          missing: z.boolean(),
        }),
        z.strictObject({ kind: z.literal("codes"), name: text, levels, pooled: levels }),
        z.strictObject({
          kind: z.literal("date"),
          name: text,
          reference: z.number(),
          numbers: z
            .array(
              z
                .strictObject({ of: z.enum([...dateFields, "since"]), other: text.optional(), ...scaling })
                .refine((one) => (one.of === "since") === (one.other !== undefined), "since needs other"),
            )
            .min(1)
            .max(1000),
        }),
        z
          .strictObject({
            kind: z.literal("target-mean"),
            name: text,
            levels,
            numbers: z
              .array(
                z.strictObject({
                  ...ofClass,
                  means: numbers,
                  missing: z.number(),
                  prior: z.number(),
                  ...scaling,
                }),
              )
              .min(1)
              .max(1000),
          })
          .refine(
            (one) => one.numbers.every(({ means }) => means.length === one.levels.length),
            "there must be a mean for each level",
          ),
        z
          .strictObject({
            kind: z.literal("text"),
            name: text,
            terms: levels,
            rarity: numbers,
            numbers: z
              .array(z.strictObject({ ...ofClass, weights: numbers, intercept: z.number(), ...scaling }))
              .min(1)
              .max(1000),
          })
          .refine(
            ({ terms, rarity, numbers: all }) =>
              [rarity, ...all.map((one) => one.weights)].every((each) => each.length === terms.length),
            "there must be a rarity and a weight for each term",
          ),
      ]),
    )
    .max(100_000),
});

/** The parts of the encoder that `toJSON` described; throws when the description is not one. */
export function partsFromJSON(json: unknown): readonly Part[] {
  const read = encoderJson.safeParse(json);
  check(read.success, "load encoder", read.success ? "" : z.prettifyError(read.error));
  return read.data.parts;
}
