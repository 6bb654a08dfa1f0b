import { type DataOutput, dataOutput, type ErrorOutput, errorOutput, type Output } from "../nbformat";
import type { Message } from "../wire";
import { StreamText } from "./stream-text";
import type { Widgets } from "./widgets";

type Held =
  | { kind: "stream"; name: "stdout" | "stderr"; text: StreamText }
  | { kind: "data"; output: DataOutput; display?: string }
  | { kind: "error"; output: ErrorOutput };

/** The data outputs of a run that later messages may update, by display id, across cells. */
export class Displays {
  private readonly held = new Map<string, { output: DataOutput }[]>();

  add(id: string, place: { output: DataOutput }): void {
    const places = this.held.get(id);
    if (places) places.push(place);
    else this.held.set(id, [place]);
  }

  update(id: string, content: Readonly<Record<string, unknown>>): void {
    for (const place of this.held.get(id) ?? []) {
      const { data, metadata } = dataOutput("display_data", content);
      place.output = { ...place.output, data, metadata };
    }
  }
}

// A compiler that reports more than this many errors in one cell has the first ones left in the text.
const keptStderr = 100;

/** Collects what one cell puts out. */
export class CellOutputs {
  /** Characters received in all; what was cleared or overwritten counts. */
  received = 0;
  private held: Held[] = [];
  private clearNext = false;
  private stderrTail: string[] = [];

  constructor(
    private readonly displays: Displays,
    private readonly widgets?: Widgets,
  ) {}

  /** Takes a message of the output channel; returns false when it is not an output. */
  add(message: Message): boolean {
    const { content } = message;
    switch (message.header.msg_type) {
      case "stream":
        this.stream(content.name === "stderr" ? "stderr" : "stdout", String(content.text ?? ""));
        return true;
      case "display_data":
      case "execute_result":
        this.data(dataOutput(message.header.msg_type, content), displayId(content));
        return true;
      case "update_display_data": {
        const id = displayId(content);
        this.received += sizeOf(content.data);
        if (id !== undefined) this.displays.update(id, content);
        return true;
      }
      case "error":
        this.error(errorOutput(content));
        return true;
      case "clear_output":
        if (content.wait) this.clearNext = true;
        else this.held = [];
        return true;
      case "comm_open":
      case "comm_msg":
        this.widgets?.add(message);
        return false;
    }
    return false;
  }

  error(output: ErrorOutput): void {
    this.makeRoom();
    this.held.push({ kind: "error", output });
  }

  /** The outputs so far, adjacent texts of one stream joined. */
  list(): Output[] {
    return this.held.map((held) =>
      held.kind === "stream"
        ? { output_type: "stream", name: held.name, text: held.text.text() }
        : held.output,
    );
  }

  /** The texts of the last messages on stderr, oldest first, as long as nothing else came between or after. */
  lastStderr(): readonly string[] {
    return this.stderrTail;
  }

  /** Takes the last `count` of `lastStderr` out of the outputs. */
  dropStderr(count: number): void {
    const dropped = this.stderrTail.splice(this.stderrTail.length - count).join("");
    const last = this.held.pop();
    if (last?.kind !== "stream") return;
    const whole = last.text.text();
    if (!whole.endsWith(dropped)) this.held.push(last);
    else if (whole.length > dropped.length) this.stream("stderr", whole.slice(0, -dropped.length));
  }

  private stream(name: "stdout" | "stderr", text: string): void {
    this.received += text.length;
    this.makeRoom();
    if (name === "stderr") this.stderrTail.push(text);
    else this.stderrTail = [];
    if (this.stderrTail.length > keptStderr) this.stderrTail.shift();
    const last = this.held[this.held.length - 1];
    if (last?.kind === "stream" && last.name === name) last.text.append(text);
    else {
      const fresh = new StreamText();
      fresh.append(text);
      this.held.push({ kind: "stream", name, text: fresh });
    }
  }

  private data(output: DataOutput, display: string | undefined): void {
    this.received += sizeOf(output.data);
    this.stderrTail = [];
    this.makeRoom();
    const place = { kind: "data" as const, output };
    this.held.push(place);
    if (display !== undefined) this.displays.add(display, place);
  }

  /** A clear that was to wait for the next output happens now. */
  private makeRoom(): void {
    if (this.clearNext) this.held = [];
    this.clearNext = false;
  }
}

function displayId(content: Readonly<Record<string, unknown>>): string | undefined {
  const id = (content.transient as { display_id?: unknown } | undefined)?.display_id;
  return typeof id === "string" ? id : undefined;
}

function sizeOf(data: unknown): number {
  let size = 0;
  for (const value of Object.values((data ?? {}) as Record<string, unknown>))
    size += typeof value === "string" ? value.length : JSON.stringify(value ?? null).length;
  return size;
}
