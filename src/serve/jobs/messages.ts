import type { Progress } from "../../core/model";

/** What the server says to a job's process. */
export type ToChild =
  | {
      readonly type: "start";
      readonly job: number;
      readonly kind: string;
      readonly input: unknown;
      readonly folder?: string;
    }
  | { readonly type: "stop" };

/** What a job comes to. */
export interface JobResult {
  /** A model that the job left in a file, for the store to take over. */
  readonly model?: {
    readonly name: string;
    readonly kind: string;
    readonly file: string;
    readonly metadata: Readonly<Record<string, unknown>>;
  };
  readonly [fact: string]: unknown;
}

/** What a job's process says. */
export type FromChild =
  | { readonly type: "progress"; readonly step: Progress }
  | { readonly type: "done"; readonly result: JobResult }
  | { readonly type: "failed"; readonly error: string };

/** What a job is given beside its input. */
export interface JobContext {
  readonly job: number;
  /** Where a model may be left for the server. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly progress: (step: Progress) => void;
}
