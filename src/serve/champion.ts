import { check } from "../core/checks";
import { aliasOf } from "../data/store/models";
import { type ChallengeMode, challenge } from "../data/store/monitoring/challenge";
import { type Store, StoreError } from "../data/store/open";
import { storedModel } from "../services/predict/stored-model";
import type { DeskField } from "../services/score/columns";
import type { Desk } from "../services/score/desk";
import { ownDesk, readsDesk, withChampion } from "../services/score/own-desk";
import { storeDesk, storedDesk } from "../services/score/stored-desk";

/** The desk as the store keeps it, or, where a full disk or another process does not let it, as it is. */
function kept(store: Store, desk: Desk): Desk {
  try {
    return storeDesk(store, desk);
  } catch (error) {
    if (error instanceof StoreError) return desk;
    throw error;
  }
}

/** Which model answers, and where it comes from. */
export interface Serving {
  readonly model: string;
  /** The store's champion, or the model trained when the server started. */
  readonly source: "champion" | "desk";
  /** Why the champion does not answer, where there is one that can't. */
  readonly problem?: string;
}

/** A model that is tried out beside the one that answers. */
export interface Challenger {
  readonly desk: Desk;
  readonly mode: ChallengeMode;
  /** The share of the customers whom it answers, in the mode "share". */
  readonly share: number;
}

/** Why the challenger takes no part, and how often it failed since the start. */
export interface ChallengerState {
  readonly problem?: string;
  readonly failures: number;
}

/** The alias that names the model to answer with. */
export const championAlias = "champion";

/** Lets the store's champion answer, and another one as soon as it was promoted. */
export class Champion {
  private readonly base: Desk;
  private current: Desk;
  private said: Serving;
  /** The model that the alias stood for when it was last looked at. */
  private known: number | undefined;
  private rival: (Challenger & { readonly beside: Desk }) | undefined;
  private rivalProblem: string | undefined;
  private rivalKey = "";
  private failures = 0;

  /** The desk is kept in the store: what it says can be led back to it as to any other model. */
  constructor(
    private readonly store: Store,
    desk: Desk,
    /** For models of other columns than the desk's: the column that says what a customer is worth. */
    private readonly valueColumn?: string,
  ) {
    this.base = kept(store, desk);
    this.current = this.base;
    this.said = { model: this.base.origin.model, source: "desk" };
    this.refresh();
  }

  desk(): Desk {
    return this.current;
  }

  serving(): Serving {
    return this.said;
  }

  /** Looks whether the alias stands for another model now; one that can't be used is told of, and the desk goes on. */
  refresh(): void {
    this.lookUpChampion();
    this.lookUpChallenger();
  }

  /** The challenger of a desk that answers; undefined where there is none. */
  challenger(beside: Desk): Challenger | undefined {
    return this.rival?.beside === beside ? this.rival : undefined;
  }

  challengerState(): ChallengerState {
    return {
      failures: this.failures,
      ...(this.rivalProblem === undefined ? {} : { problem: this.rivalProblem }),
    };
  }

  /** Counts that the challenger could not answer; what it was asked for was answered without it. */
  challengerFailed(error: Error): void {
    this.failures++;
    this.rivalProblem = error.message;
  }

  private lookUpChallenger(): void {
    const found = challenge(this.store);
    const key = found ? `${found.model.id} ${found.mode} ${found.share} ${this.said.model}` : "";
    if (key === this.rivalKey) return;
    this.rivalKey = key;
    this.rival = undefined;
    this.rivalProblem = undefined;
    if (!found) return;
    try {
      const desk = this.checkChallenger(`${found.model.name}@${found.model.version}`);
      this.rival = { desk, beside: this.current, mode: found.mode, share: found.share };
    } catch (error) {
      this.rivalProblem = (error as Error).message;
    }
  }

  /** The desk of a model that is to be tried out; throws when it can't be asked of the customers who are asked of now. */
  checkChallenger(reference: string): Desk {
    const desk = this.check(reference);
    const action = `try out ${reference}`;
    check(desk.origin.model !== this.current.origin.model, action, "it must not be the model that answers");
    for (const { kind, column } of desk.fields) {
      const own = this.current.fields.find((field) => field.column === column);
      check(own !== undefined, action, "its columns must be among those of the model that answers", column);
      check(kindOf(own.kind) === kindOf(kind), action, `${column} must be ${kindOf(own.kind)}`, kindOf(kind));
    }
    return desk;
  }

  private lookUpChampion(): void {
    const id = aliasOf(this.store, championAlias)?.id;
    if (id === this.known) return;
    this.known = id;
    try {
      this.current = id ? this.check(championAlias) : this.base;
      this.said = { model: this.current.origin.model, source: id ? "champion" : "desk" };
    } catch (error) {
      this.current = this.base;
      this.said = { model: this.base.origin.model, source: "desk", problem: (error as Error).message };
    }
  }

  /** The desk with the model of that name in the store, or the desk of that name; throws when it can't answer here. */
  check(reference: string): Desk {
    const desk = storedDesk(this.store, reference);
    if (desk) return desk;
    const found = storedModel(this.store, reference);
    if (!found)
      throw new RangeError("Cannot serve the model: it must be one that telelink train kept in the store");
    const { id, name, version } = found.stored;
    const named = { name: `${name}@${version}`, model: found.model, id };
    // A model of other columns brings its own form.
    if (readsDesk(this.base, found.model)) return withChampion(this.base, named);
    const { valueColumn } = this;
    return ownDesk(named, valueColumn === undefined ? { none: true } : { column: valueColumn });
  }
}

/** Yes and no are a choice like others. */
function kindOf(kind: DeskField["kind"]): string {
  return kind === "yes-no" ? "choice" : kind;
}
