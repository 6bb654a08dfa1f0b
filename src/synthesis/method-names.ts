const names = [
  "sequential",
  "copula",
  "trees",
  "mst",
  "aim",
  "gan",
  "vae",
  "ctgan",
  "tvae",
  "vanilla",
] as const;

/** A method's name. */
export type Method = (typeof names)[number];

/** The names of all methods, the default first. */
export const methodNames: readonly Method[] = names;

/** The methods with a proven bound on what they tell about any row: nothing else about the table may stand beside their models. */
export const privateMethods: readonly Method[] = ["mst", "aim"];

/** The methods that train a net by epochs and keep how it went as `training`. */
export const netMethods: readonly Method[] = ["gan", "vae", "ctgan", "tvae", "vanilla"];
