import type { ReadingFlags } from "../../support/reading";

/** The options of `telelink synth fit`, as the command line has them. */
export interface FitOptions extends ReadingFlags {
  data: string;
  children?: string;
  key?: string;
  out?: string;
  json?: string;
  method: string;
  epochs?: string;
  seed?: string;
  epsilon?: string;
  delta?: string;
  domain?: string;
  strict?: boolean;
  target?: string;
  schema?: string;
  keep: string[];
  combination: string[];
  order: string[];
  search: boolean;
  minCount?: string;
  customer?: string | false;
  keepDuplicates?: boolean;
  structure?: string;
  writeStructure?: string;
  showStructure?: boolean;
}
