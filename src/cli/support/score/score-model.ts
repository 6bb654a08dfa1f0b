import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { Desk } from "../../../services/score/desk";
import type { OwnValue } from "../../../services/score/own-desk";
import { usageError } from "../exit";

export interface ModelFlags {
  /** A file, or the name or alias of a model in the store. */
  readonly model?: string;
  readonly store: string;
  readonly valueModel?: string;
  readonly valueColumn?: string;
}

/**
 * The models that score: those named, else the store's champion, else the desk trained on the churn-bigml customers.
 * Without a value of their own, customers are valued by the desk's rule.
 */
export async function scoringDesk(flags: ModelFlags): Promise<Desk> {
  const [{ seeded }, { churnData }, { fitDesk }, { ownDesk, readsDesk, withChampion }] = await Promise.all([
    import("../../../core/rng.js"),
    import("../../../services/churn-data.js"),
    import("../../../services/score/fit-desk.js"),
    import("../../../services/score/own-desk.js"),
  ]);
  if (flags.valueModel !== undefined && flags.valueColumn !== undefined)
    throw usageError("Cannot score: --value-model and --value-column exclude each other");
  const churn = await namedModel(flags.model, flags.store);
  const value = await ownValue(flags);
  if (value) {
    if (!churn)
      throw usageError("Cannot score: a value of your own needs --model, or a champion in the store");
    return ownDesk(churn, value);
  }
  const seed = "desk 1";
  const desk = await fitDesk(await churnData(), seed, seeded(seed));
  if (churn && !readsDesk(desk, churn.model))
    throw usageError(
      `Cannot score: ${churn.name} reads columns of its own, so what customers are worth must be said: --value-column names a column of the data, --value-model a model of it`,
    );
  return churn ? withChampion(desk, churn) : desk;
}

/** The model in a file or the store; without a name the store's champion, if there is one. */
async function namedModel(
  name: string | undefined,
  file: string,
): Promise<Parameters<typeof import("../../../services/score/own-desk.js").ownDesk>[0] | undefined> {
  const { readModelFile } = await import("../model-file.js");
  if (name !== undefined && existsSync(name)) return { name: basename(name), model: readModelFile(name) };
  const reference = name ?? "champion";
  if (existsSync(file)) {
    const [{ openStore }, { storedModel }] = await Promise.all([
      import("../../../data/store/open.js"),
      import("../../../services/predict/stored-model.js"),
    ]);
    const store = openStore(file);
    try {
      const found = storedModel(store, reference);
      if (found) return { name: `${found.stored.name}@${found.stored.version}`, model: found.model };
    } finally {
      store.close();
    }
  }
  if (name === undefined) return undefined;
  throw usageError(
    `Cannot score: --model must be a file that telelink train wrote, or a model of the store ${file}, got ${JSON.stringify(name)}`,
  );
}

async function ownValue({ valueModel, valueColumn }: ModelFlags): Promise<OwnValue | undefined> {
  if (valueColumn !== undefined) return { column: valueColumn };
  if (valueModel === undefined) return undefined;
  const { readModelFile } = await import("../model-file.js");
  return { model: readModelFile(valueModel) };
}
