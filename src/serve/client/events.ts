// The one stream of a job's events for all tabs of this browser: a browser opens six connections to a server, so that a
// stream for each tab would leave none for anything else. It runs as a shared worker.

/** What a tab asks for, and what it gets: the events so far in one piece, then each lot as it comes. */
export interface Asked {
  readonly job: number;
}
export interface EventLot {
  readonly job: number;
  readonly events: readonly unknown[];
  readonly ended: boolean;
}

interface Stream {
  readonly source: EventSource;
  readonly ports: Set<MessagePort>;
  readonly events: unknown[];
  lot: unknown[];
  ended: boolean;
  timer: number | undefined;
}

const streams = new Map<number, Stream>();
/** Events that come together are handed on together. */
const lotMs = 40;

function tell(job: number, stream: Stream): void {
  stream.timer = undefined;
  const lot: EventLot = { job, events: stream.lot, ended: stream.ended };
  stream.lot = [];
  for (const port of stream.ports) port.postMessage(lot);
}

function begin(job: number): Stream {
  // Below the folder of the scripts, wherever a proxy publishes it.
  const source = new EventSource(new URL(`../jobs/${job}/events`, self.location.href));
  const stream: Stream = { source, ports: new Set(), events: [], lot: [], ended: false, timer: undefined };
  const soon = (): void => {
    stream.timer ??= setTimeout(() => tell(job, stream), lotMs) as unknown as number;
  };
  source.onmessage = ({ data }: MessageEvent<string>) => {
    const event = JSON.parse(data) as unknown;
    stream.events.push(event);
    stream.lot.push(event);
    soon();
  };
  source.addEventListener("end", () => {
    source.close();
    stream.ended = true;
    soon();
  });
  streams.set(job, stream);
  return stream;
}

/** Takes a tab on: what the worker and, where a browser has no shared workers, the tab itself does. */
function follow(port: MessagePort, { job }: Asked): void {
  const known = streams.get(job);
  const stream = known ?? begin(job);
  if (known && known.events.length > 0) {
    // What waits to be handed on is among these already.
    tell(job, known);
    port.postMessage({ job, events: known.events, ended: known.ended } satisfies EventLot);
  }
  stream.ports.add(port);
}

function leave(port: MessagePort): void {
  for (const [job, stream] of streams) {
    stream.ports.delete(port);
    if (stream.ports.size > 0) continue;
    stream.source.close();
    streams.delete(job);
  }
}

self.addEventListener("connect", (event) => {
  const [port] = (event as MessageEvent).ports;
  port.onmessage = ({ data }: MessageEvent<Asked | "leave">) => {
    if (data === "leave") leave(port);
    else follow(port, data);
  };
});
