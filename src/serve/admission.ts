import { availableParallelism } from "node:os";
import { HttpProblem } from "./problem";

/** How much of a kind of work there is. */
export interface AdmissionState {
  readonly running: number;
  readonly waiting: number;
  /** Streams that were begun: batches and samples on their way. */
  readonly open: number;
  readonly refused: number;
}

/**
 * The one queue for all work off the thread that answers. As many pieces run at a time as there are processors; others
 * wait in the order in which they came, up to a bound, and what comes beyond it is refused with 503 before it costs
 * anything. Who goes away while waiting leaves the queue.
 */
export class Admission {
  private running = 0;
  private open = 0;
  private refused = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly mostWaiting: number,
    private readonly mostOpen: number,
    private readonly width: number = availableParallelism(),
  ) {}

  state(): AdmissionState {
    return { running: this.running, waiting: this.waiting.length, open: this.open, refused: this.refused };
  }

  /** Does the work once it is its turn; refused where too many wait. */
  async run<T>(work: () => Promise<T>, gone?: AbortSignal): Promise<T> {
    if (this.running >= this.width && this.waiting.length >= this.mostWaiting)
      throw this.refuse(`${this.waiting.length} others wait already`);
    return this.inTurn(work, gone);
  }

  /** The same for a further piece of a stream that `begin` let in: it waits, and is never refused. */
  async inTurn<T>(work: () => Promise<T>, gone?: AbortSignal): Promise<T> {
    await this.turn(gone);
    try {
      return await work();
    } finally {
      this.running--;
      this.waiting.shift()?.();
    }
  }

  /** Lets a stream in that takes a client's time: returns what to call at its end. */
  begin(): () => void {
    if (this.open >= this.mostOpen) throw this.refuse(`${this.open} batches and samples are on their way`);
    this.open++;
    let ended = false;
    return () => {
      if (!ended) this.open--;
      ended = true;
    };
  }

  private turn(gone: AbortSignal | undefined): Promise<void> {
    gone?.throwIfAborted();
    if (this.running < this.width && this.waiting.length === 0) {
      this.running++;
      return Promise.resolve();
    }
    return new Promise((done, fail) => {
      const leave = (): void => {
        const place = this.waiting.indexOf(go);
        if (place >= 0) this.waiting.splice(place, 1);
        fail(gone?.reason as Error);
      };
      const go = (): void => {
        gone?.removeEventListener("abort", leave);
        this.running++;
        done();
      };
      gone?.addEventListener("abort", leave);
      this.waiting.push(go);
    });
  }

  private refuse(why: string): HttpProblem {
    this.refused++;
    return new HttpProblem(503, `${why}; try again in a few seconds`, {
      retryAfter: 5,
    });
  }
}
