import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Dealer, Subscriber } from "zeromq";
import { removeTemporaryFolder, temporaryFolder } from "../data/temporary-folder";
import { freePorts } from "./free-ports";
import { guardKernel } from "./kernel-guard";
import type { KernelSpec } from "./kernel-spec";
import { type Message, Wire } from "./wire";

/** How the kernel's process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The kernel's process ended while it was needed. */
export class KernelDied extends Error {
  constructor(
    readonly exit: Exit,
    /** What it last wrote to its own output, outside the notebook. */
    readonly said: string,
  ) {
    const how = exit.signal ? `by ${exit.signal}` : `with exit code ${exit.code}`;
    super(`the kernel's process ended ${how}${said ? `; it said: ${said}` : ""}`);
  }
}

export interface StartOptions {
  /** The kernel's working directory. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How long a start may take, of which there are two where the first does not answer. @default 60 */
  readonly startSeconds?: number;
}

export interface KernelInfo {
  readonly implementation: string;
  readonly language: Readonly<Record<string, unknown>>;
}

/** What is told about one request; each is called as messages arrive, in the order the kernel sent them. */
export interface Listener {
  /** A message on the output channel whose parent is the request; `status` too. */
  output(message: Message): void;
  reply?(message: Message): void;
  /** The kernel asks for a line of input. */
  input?(message: Message): void;
}

// The last text a kernel wrote outside the notebook, kept for its obituary.
const keptLog = 4000;
// What ipykernel says at every start has nothing to do with how it ends.
const greeting = /^\[IPKernelApp\] WARNING \| Kernel is running over TCP without encryption\..*\n/m;

/** A running kernel: a process of its own group, and the sockets to it. */
export class Kernel {
  info: KernelInfo = { implementation: "", language: {} };
  /** Messages whose parent nobody listens to. */
  strays = 0;
  /** How often it was started until it answered. */
  starts = 1;
  /** Resolves when the process has ended. */
  readonly ended: Promise<Exit>;
  private exit: Exit | undefined;
  private release: () => void = () => undefined;
  private log = "";
  private readonly listeners = new Map<string, Listener>();
  private readonly shell: Dealer;
  private readonly control: Dealer;
  private readonly stdin: Dealer;
  private readonly iopub = new Subscriber({ ...socketOptions, receiveHighWaterMark: 0 });
  private readonly sending = new Map<Dealer, Promise<void>>();

  private constructor(
    readonly spec: KernelSpec,
    private readonly child: ChildProcess,
    private readonly wire: Wire,
    private readonly folder: string,
  ) {
    // A kernel asks for input under the identity that the request came from.
    const options = { ...socketOptions, routingId: wire.session };
    this.shell = new Dealer(options);
    this.control = new Dealer(options);
    this.stdin = new Dealer(options);
    const keep = (chunk: Buffer): void => {
      this.log = (this.log + chunk.toString()).replace(greeting, "").slice(-keptLog);
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    this.ended = new Promise((done) => {
      child.once("error", (error) => {
        this.log += error.message;
        done(this.bury({ code: null, signal: null }));
      });
      // "close" comes after the pipes are read, so the obituary is complete; but a grandchild may hold them open.
      const finish = (code: number | null, signal: NodeJS.Signals | null): void =>
        done(this.bury({ code, signal }));
      child.once("close", finish);
      child.once("exit", (code, signal) => setTimeout(finish, 200, code, signal).unref());
    });
  }

  /**
   * Starts the kernel and waits until it answers and its output arrives. No cell has run by then, so that one that is
   * silent is ended and started once more.
   * @throws KernelDied when its process ends first; Error when it does not answer in time, twice.
   */
  static async start(spec: KernelSpec, options: StartOptions): Promise<Kernel> {
    for (let attempt = 1; ; attempt++) {
      const kernel = await Kernel.spawn(spec, options);
      kernel.starts = attempt;
      try {
        await kernel.greet(1000 * (options.startSeconds ?? 60));
        return kernel;
      } catch (error) {
        await kernel.kill();
        const died = error instanceof KernelDied;
        // Another program may have taken a port between the choice and the kernel's bind.
        const taken = died && /address (already )?in use/i.test(error.said);
        if (died ? !taken || attempt === 3 : attempt > 1) throw error;
      }
    }
  }

  private static async spawn(spec: KernelSpec, options: StartOptions): Promise<Kernel> {
    const ports = await freePorts(5);
    const folder = temporaryFolder("kernel");
    const file = join(folder, "connection.json");
    const key = randomUUID();
    const names = ["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"];
    const connection = {
      transport: "tcp",
      ip: "127.0.0.1",
      signature_scheme: "hmac-sha256",
      key,
      kernel_name: spec.name,
      ...Object.fromEntries(names.map((name, i) => [name, ports[i]])),
    };
    writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
    const fill = (part: string): string =>
      part.replaceAll("{connection_file}", file).replaceAll("{resource_dir}", spec.folder);
    const [command, ...args] = [...spec.argv.map(fill), ...ownHistory(spec)];
    const own = Object.entries(spec.env).map(([name, value]) => [
      name,
      value.replace(/\$\{(\w+)\}/g, (_, variable: string) => process.env[variable] ?? ""),
    ]);
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: {
        ...process.env,
        ...Object.fromEntries(own),
        ...options.env,
        JPY_PARENT_PID: String(process.pid),
      },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: a Ctrl-C at the terminal reaches the runner only, and a kill reaches the kernel's children.
      detached: true,
    });
    const kernel = new Kernel(spec, child, new Wire(key), folder);
    if (child.pid !== undefined) kernel.release = guardKernel(child.pid);
    const at = (i: number): string => `tcp://127.0.0.1:${ports[i]}`;
    kernel.shell.connect(at(0));
    kernel.iopub.connect(at(1));
    kernel.iopub.subscribe();
    kernel.stdin.connect(at(2));
    kernel.control.connect(at(3));
    void kernel.listen(kernel.shell, (listener, message) => listener.reply?.(message));
    void kernel.listen(kernel.control, (listener, message) => listener.reply?.(message));
    void kernel.listen(kernel.stdin, (listener, message) => listener.input?.(message));
    void kernel.listen(kernel.iopub, (listener, message) => listener.output(message));
    return kernel;
  }

  /** Repeats kernel_info_request until both its reply and a status arrive: a subscription takes effect with delay. */
  private async greet(milliseconds: number): Promise<void> {
    const ids: string[] = [];
    await new Promise<void>((done, fail) => {
      let replied = false;
      let heard = false;
      // A question sent before this socket's handshake would be lost, and the cell would wait for ever.
      let canAsk = false;
      const settleIfReady = (): void => {
        if (!replied || !heard) return;
        if (canAsk) settle();
        else setTimeout(settle, 1000);
      };
      this.stdin.events.on("handshake", () => {
        canAsk = true;
        settleIfReady();
      });
      const settle = (error?: Error): void => {
        clearInterval(again);
        clearTimeout(limit);
        for (const id of ids) this.listeners.delete(id);
        if (error) fail(error);
        else done();
      };
      const ask = (): void => {
        const id = this.request("kernel_info_request", {}, "shell", {
          output: () => {
            heard = true;
            settleIfReady();
          },
          reply: (message) => {
            const { implementation, language_info } = message.content;
            this.info = {
              implementation: String(implementation ?? ""),
              language: (language_info ?? {}) as KernelInfo["language"],
            };
            replied = true;
            settleIfReady();
            if (!heard && ids.length < 1000) setTimeout(() => heard || this.exit || ask(), 20);
          },
        });
        ids.push(id);
      };
      // A kernel may drop what came before it was ready.
      const again = setInterval(() => replied || ask(), 5000);
      const limit = setTimeout(() => {
        const patience = `within ${milliseconds / 1000} s at any of ${this.starts} starts`;
        settle(new Error(`the kernel did not answer ${patience}${this.saying()}`));
      }, milliseconds);
      void this.ended.then((exit) => settle(new KernelDied(exit, this.log.trim())));
      ask();
    });
  }

  /** Sends a request; what answers it goes to `listener`, until `forget`. Returns the request's id. */
  request(
    type: string,
    content: Record<string, unknown>,
    channel: "shell" | "control",
    listener: Listener,
  ): string {
    const message = this.wire.message(type, content);
    this.listeners.set(message.header.msg_id, listener);
    this.send(channel === "shell" ? this.shell : this.control, message);
    return message.header.msg_id;
  }

  /** Answers the kernel's request for a line of input. */
  answer(request: Message, value: string): void {
    this.send(this.stdin, {
      ...this.wire.message("input_reply", { status: "ok", value }),
      parent: request.header,
    });
  }

  forget(id: string): void {
    this.listeners.delete(id);
  }

  /** Asks the kernel to stop what it does: a signal, or a message if its kernelspec says so. */
  interrupt(): void {
    if (this.spec.interruptMode === "message")
      this.request("interrupt_request", {}, "control", { output: () => undefined });
    // As Jupyter does, to the whole group: what the kernel started stops too.
    else if (!this.exit) this.signal("SIGINT");
  }

  /** Hands a request to end on to the kernel, which may have something to put away. */
  terminate(): void {
    if (!this.exit) this.child.kill("SIGTERM");
  }

  /** Why the kernel ended, or undefined while it runs. */
  death(): KernelDied | undefined {
    return this.exit && new KernelDied(this.exit, this.log.trim());
  }

  /** What the kernel wrote outside the notebook, for an error message. */
  saying(): string {
    return this.log.trim() ? `; it said: ${this.log.trim()}` : "";
  }

  /** Ends the kernel: by request, after `graceSeconds` by SIGTERM, and after 1 s more by SIGKILL. */
  async shutdown(graceSeconds = 2): Promise<void> {
    if (!this.exit) {
      this.request("shutdown_request", { restart: false }, "control", { output: () => undefined });
      if (!(await this.endsWithin(graceSeconds))) {
        this.signal("SIGTERM");
        await this.endsWithin(1);
      }
    }
    await this.kill();
  }

  /** Ends the kernel and everything it started, at once. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended;
    this.release();
    this.shell.close();
    this.control.close();
    this.stdin.close();
    this.iopub.close();
  }

  /** For the last moment of a process, where nothing can be awaited. */
  killNow(): void {
    this.signal("SIGKILL");
    this.release();
    removeTemporaryFolder(this.folder);
  }

  private async endsWithin(seconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((done) => {
      timer = setTimeout(() => done(false), 1000 * seconds);
    });
    const ended = await Promise.race([this.ended.then(() => true), late]);
    clearTimeout(timer);
    return ended;
  }

  private signal(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      if (process.platform === "win32") this.child.kill(signal);
      else process.kill(-pid, signal);
    } catch {
      // The group is gone already.
    }
  }

  private bury(exit: Exit): Exit {
    this.exit ??= exit;
    removeTemporaryFolder(this.folder);
    return this.exit;
  }

  private send(socket: Dealer, message: Message): void {
    const frames = this.wire.encode(message);
    // A socket takes one send at a time.
    const before = this.sending.get(socket) ?? Promise.resolve();
    this.sending.set(
      socket,
      before.then(() => socket.send(frames)).catch(() => undefined),
    );
  }

  private async listen(
    socket: Dealer | Subscriber,
    tell: (listener: Listener, message: Message) => void,
  ): Promise<void> {
    for await (const frames of socket) {
      let message: Message;
      try {
        message = this.wire.decode(frames);
      } catch {
        this.strays++;
        continue;
      }
      const listener = this.listeners.get(message.parent.msg_id ?? "");
      if (listener) tell(listener, message);
      else this.strays++;
    }
  }
}

/** What keeps a run's cells out of the person's IPython history, as nbclient does; nothing for other kernels. */
function ownHistory(spec: KernelSpec): readonly string[] {
  const ipython = spec.argv.some((part) => /^ipykernel(?:_launcher)?$/.test(part));
  return ipython ? ["--HistoryManager.hist_file=:memory:"] : [];
}

// Nothing is waited for at the close, and a kernel that binds later is found within 10 ms.
const socketOptions = { linger: 0, reconnectInterval: 10 };
