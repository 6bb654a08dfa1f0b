import type { Kernel } from "../kernel";
import { uncaught } from "../tslab-error";
import type { Message } from "../wire";
import type { CellOutputs } from "./outputs";

/** How a cell's execution ended. */
export type CellStatus =
  | "ok"
  /** The kernel answered with an error. */
  | "error"
  /** The kernel refused to run it, because a cell before it had failed. */
  | "aborted"
  | "timeout"
  /** The kernel's process ended. */
  | "died"
  /** The kernel's answer or the end of its output never came: output may be missing. */
  | "lost"
  /** It asked for a line of input. */
  | "input"
  /** It put out more than the limit. */
  | "flood"
  /** The run was told to stop. */
  | "stopped";

export interface CellEnd {
  readonly status: CellStatus;
  /** What to tell, when the status does not say it all: the prompt of a question, what is missing. */
  readonly detail: string;
  readonly executionCount: number | null;
  /** The kernel's answer; empty when there was none. */
  readonly reply: Readonly<Record<string, unknown>>;
}

export interface CellOptions {
  readonly timeoutSeconds: number;
  /** How long an answer or the end of output may be missing after the other has come. */
  readonly quietSeconds: number;
  /** Characters of output at which the cell is stopped. */
  readonly mostOutput: number;
  readonly signal?: AbortSignal;
  /** Called for each message that belongs to the output, as it comes. */
  readonly onOutput?: (message: Message) => void;
  /** Called for a text that tslab marks as an uncaught error, also after the cell's end. */
  readonly onUncaught: (text: string) => void;
}

// How long an interrupted cell may take to end before its kernel is given up.
const interruptGrace = 2000;
// What was asked to end may have something to put away first.
const terminateGrace = 5000;

/**
 * Executes one cell. It has ended when the kernel has answered *and* reported idle, in whichever order. Its outputs go
 * to `outputs`, also those that arrive later.
 */
export async function executeCell(
  kernel: Kernel,
  code: string,
  outputs: CellOutputs,
  options: CellOptions,
): Promise<CellEnd> {
  const { timeoutSeconds, quietSeconds, mostOutput, signal } = options;
  let reply: Message | undefined;
  let idle = false;
  let count: number | null = null;
  const { after, clear } = timers();
  let quiet: NodeJS.Timeout | undefined;
  let over = false;

  let finish: (status: CellStatus, detail?: string) => void = () => undefined;
  const ended = new Promise<CellEnd>((done) => {
    finish = (status, detail = "") => done(endOf(status, detail, reply, count));
  });
  let giveUp: { status: CellStatus; detail: string } | undefined;
  const stop = (status: CellStatus, detail = ""): void => {
    if (giveUp || over) return;
    giveUp = { status, detail };
    const politely =
      status === "stopped" && (signal?.reason as { signal?: string } | undefined)?.signal === "SIGTERM";
    if (politely) kernel.terminate();
    else kernel.interrupt();
    after(politely ? terminateGrace : interruptGrace, () => finish(status, detail));
  };
  const settle = (): void => {
    if (reply && idle) {
      if (giveUp) finish(giveUp.status, giveUp.detail);
      else finish(statusOf(reply));
    } else if (reply || idle) listenOn();
  };
  // One half of the end is there; the other may be missing only as long as output keeps coming.
  const listenOn = (): void => {
    if (quiet) quiet.refresh();
    else quiet = after(1000 * quietSeconds, () => finish("lost", missingPart(reply)));
  };
  kernel.request("execute_request", executeContent(code), "shell", {
    output: (message) => {
      const { msg_type } = message.header;
      if (msg_type === "status") {
        idle ||= message.content.execution_state === "idle";
        settle();
      } else if (msg_type === "execute_input") {
        const given = message.content.execution_count;
        if (typeof given === "number") count = given;
      } else {
        if (quiet && !over) listenOn();
        const { text } = message.content;
        if (msg_type === "stream" && typeof text === "string" && uncaught.test(text))
          options.onUncaught(text);
        if (outputs.add(message)) options.onOutput?.(message);
        if (outputs.received > mostOutput)
          stop("flood", `it put out more than ${Math.round(mostOutput / 1e6)} million characters`);
      }
    },
    reply: (message) => {
      if (message.header.msg_type !== "execute_reply") return;
      reply = message;
      settle();
    },
    input: (message) => stop("input", String(message.content.prompt ?? "")),
  });
  if (Number.isFinite(timeoutSeconds))
    after(1000 * timeoutSeconds, () => {
      if (!reply && !idle) stop("timeout", `it did not end within ${timeoutSeconds} s`);
    });
  const onAbort = (): void => stop("stopped");
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  void kernel.ended.then(() => {
    // What it sent before its end is still on the way.
    after(50, () => {
      // One that ends by our interrupt has not died of itself.
      if (giveUp) finish(giveUp.status, giveUp.detail);
      else finish("died", kernel.death()?.message);
    });
  });
  const result = await ended;
  over = true;
  clear();
  signal?.removeEventListener("abort", onAbort);
  return result;
}

function timers(): { after(milliseconds: number, act: () => void): NodeJS.Timeout; clear(): void } {
  const set = new Set<NodeJS.Timeout>();
  return {
    after: (milliseconds, act) => {
      const timer = setTimeout(act, milliseconds);
      set.add(timer);
      return timer;
    },
    clear: () => {
      for (const timer of set) clearTimeout(timer);
    },
  };
}

function endOf(
  status: CellStatus,
  detail: string,
  reply: Message | undefined,
  count: number | null,
): CellEnd {
  const given = reply?.content.execution_count;
  const executionCount = typeof given === "number" ? given : count;
  return { status, detail, executionCount, reply: reply?.content ?? {} };
}

function missingPart(reply: Message | undefined): string {
  return reply
    ? "the kernel answered but never reported the end of its output: part of it may be missing"
    : "the kernel reported that it is idle but never answered";
}

function executeContent(code: string): Record<string, unknown> {
  return {
    code,
    silent: false,
    store_history: true,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: true,
  };
}

function statusOf(reply: Message): CellStatus {
  const { status } = reply.content;
  if (status === "ok" || status === "error") return status;
  return status === "abort" || status === "aborted" ? "aborted" : "error";
}
