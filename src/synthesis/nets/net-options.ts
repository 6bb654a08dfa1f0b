import { checkInteger } from "../../core/checks";
import type { BackendName } from "../../neural/backend";
import type { History } from "../../neural/train";
import type { DiscoverOptions } from "../structure/discover/discover";
import type { Structure } from "../structure/structure";

/** What all methods that train a net share. */
export interface NetOptions extends DiscoverOptions {
  /** What holds in the table; discovered from it when left out. */
  readonly structure?: Structure;
  /** The column drawn last; for gan also the one whose rare level is learnt twice. Defaults to the last column. */
  readonly target?: string;
  /** Passes over the rows, 1 to 10,000; each method has its own default. */
  readonly epochs?: number;
  /** What the net is trained on; defaults to the quickest that works here. */
  readonly backend?: BackendName;
}

/** How a net was trained: kept with the model. */
export interface NetTraining {
  /** Epochs that were finished, of those asked for. */
  readonly epochs: number;
  readonly asked: number;
  readonly ended: History["ended"];
  /** What to change, where the loss stopped being a number. */
  readonly advice?: string;
  /** The losses of the last epoch. */
  readonly figures: Readonly<Record<string, number>>;
  readonly backend: string;
}

/** Throws unless there is something to train. */
export function checkEpochs(epochs: number, method: string): void {
  checkInteger(epochs, 1, 10_000, `fit ${method}`, "epochs");
}

export function trainingOf(history: History, asked: number, backend: string): NetTraining {
  const { epochs, ended, advice, figures } = history;
  return { epochs, asked, ended, figures: figures.at(-1) ?? {}, backend, ...(advice && { advice }) };
}

/** Epochs that make about so many steps: nets need steps, whatever the number of rows; within reason for tiny tables. */
export function epochsFor(steps: number, rows: number, batch: number): number {
  const perEpoch = Math.max(1, Math.round(rows / batch));
  return Math.min(500, Math.max(10, Math.round(steps / perEpoch)));
}
