import type { Header, Message } from "../wire";
import { Wire } from "../wire";
import type { Session } from "./session";
import type { Publisher } from "./streams";

/** The part of a socket of zeromq that is used here. */
interface Socket {
  send(frames: readonly (Buffer | string)[]): Promise<void>;
}

/** tslab's server: it reads the connection file, binds the sockets and reads them. */
interface TslabServer {
  readonly connInfo: { readonly key: string };
  readonly iopub: Socket;
  readonly stdin: Socket & AsyncIterable<Buffer[]>;
  handleShellMessage(socket: Socket, ...frames: Buffer[]): Promise<void>;
  init(): Promise<void>;
  close(): void;
}
export type TslabServerClass = new (handler: { close(): void }, configPath: string) => TslabServer;

/** Answers to a request, by message type; what is not here is not answered. */
type Reply = { readonly type: string; readonly content: object };

/** tslab's server with every message that a front end may send answered: "Messaging in Jupyter", protocol 5.3. */
export function kernelServer(
  Base: TslabServerClass,
  session: Session,
  configPath: string,
  ended: () => void,
): { init(): Promise<void>; close(): void } {
  class KernelServer extends Base {
    private wire: Wire | undefined;
    private readonly asked: ((line: string) => void)[] = [];

    constructor() {
      super({ close: () => session.close() }, configPath);
    }

    override async init(): Promise<void> {
      await super.init();
      void this.readAnswers();
    }

    private async readAnswers(): Promise<void> {
      for await (const frames of this.stdin) {
        try {
          const { content } = (this.wire as Wire).decode(frames);
          this.asked.shift()?.(String(content.value ?? ""));
        } catch {
          // A message that is not signed with the connection's key is nobody's.
        }
      }
    }

    override async handleShellMessage(socket: Socket, ...frames: Buffer[]): Promise<void> {
      this.wire ??= new Wire(this.connInfo.key);
      const { wire } = this;
      const end = frames.findIndex((frame) => frame.equals(delimiter));
      let request: Message;
      try {
        request = wire.decode(frames);
      } catch {
        // A message that is not signed with the connection's key is nobody's.
        return;
      }
      const identities = frames.slice(0, end);
      const send = (to: Socket, type: string, content: object, ids: readonly Buffer[] = []): void => {
        const message = { ...wire.message(type, content as Record<string, unknown>), parent: request.header };
        to.send(wire.encode(message, ids)).catch(() => undefined);
      };
      const ask = async (prompt: string): Promise<string> => {
        send(this.stdin, "input_request", { prompt, password: false }, identities);
        return new Promise((done) => this.asked.push(done));
      };
      const publisher: Publisher = {
        publish: (type, content) => {
          session.flush();
          send(this.iopub, type, content, [Buffer.from(type)]);
        },
      };
      publisher.publish("status", { execution_state: "busy" });
      let reply: Reply | undefined;
      try {
        reply = await answer(session, request, publisher, ask);
      } catch (error) {
        reply = {
          type: request.header.msg_type.replace(/_request$/, "_reply"),
          content: { status: "error", ename: "KernelError", evalue: (error as Error).message, traceback: [] },
        };
      }
      if (reply) send(socket, reply.type, reply.content, identities);
      publisher.publish("status", { execution_state: "idle" });
      if (request.header.msg_type === "shutdown_request") {
        this.close();
        ended();
      }
    }
  }
  return new KernelServer();
}

const delimiter = Buffer.from("<IDS|MSG>");

async function answer(
  session: Session,
  request: Message,
  publisher: Publisher,
  ask: (prompt: string) => Promise<string>,
): Promise<Reply | undefined> {
  const { content } = request;
  const text = (name: string): string => String(content[name] ?? "");
  const position = (): number => codeUnits(text("code"), Number(content.cursor_pos ?? text("code").length));
  switch (request.header.msg_type) {
    case "kernel_info_request":
      await session.settled();
      return { type: "kernel_info_reply", content: session.info() };
    case "execute_request":
      return {
        type: "execute_reply",
        content: await session.execute(
          {
            code: text("code"),
            silent: content.silent === true,
            storeHistory: content.silent !== true && content.store_history !== false,
            stopOnError: content.stop_on_error !== false,
            expressions: (content.user_expressions ?? {}) as Record<string, string>,
            ask: content.allow_stdin === true ? ask : undefined,
            sent: dateOf(request.header),
          },
          publisher,
        ),
      };
    case "is_complete_request":
      return { type: "is_complete_reply", content: await session.isComplete(text("code")) };
    case "inspect_request":
      return { type: "inspect_reply", content: await session.inspect(text("code"), position()) };
    case "complete_request": {
      const code = text("code");
      const found = await session.complete(code, position());
      return {
        type: "complete_reply",
        content: {
          status: "ok",
          matches: found.matches,
          cursor_start: codePoints(code, found.start),
          cursor_end: codePoints(code, found.end),
          metadata: {},
        },
      };
    }
    case "history_request":
      return { type: "history_reply", content: { status: "ok", history: session.pastCells(content) } };
    case "comm_info_request":
      return { type: "comm_info_reply", content: { status: "ok", comms: {} } };
    case "comm_open":
      // There are no comms: whoever opens one is told that it is closed, as the protocol asks.
      publisher.publish("comm_close", { comm_id: content.comm_id, data: {} });
      return undefined;
    case "interrupt_request":
      session.interrupt();
      return { type: "interrupt_reply", content: { status: "ok" } };
    case "shutdown_request":
      return { type: "shutdown_reply", content: { status: "ok", restart: content.restart === true } };
  }
  return undefined;
}

/** Jupyter counts characters as Unicode does, JavaScript a pair of halves for each beyond U+FFFF. */
function codeUnits(text: string, points: number): number {
  return [...text].slice(0, points).join("").length;
}

function codePoints(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}

function dateOf(header: Header): number {
  const time = Date.parse(header.date ?? "");
  return Number.isNaN(time) ? 0 : time;
}
