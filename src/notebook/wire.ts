import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** A message's header; a parent's is empty when it has none. */
export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session?: string;
  readonly username?: string;
  readonly date?: string;
  readonly version?: string;
}

export interface Message {
  readonly header: Header;
  readonly parent: Partial<Header>;
  readonly metadata: Readonly<Record<string, unknown>>;
  // Each message type has its own content; whoever reads it checks the fields used.
  readonly content: Readonly<Record<string, unknown>>;
  /** Binary parts that stand behind it; not signed. */
  readonly buffers?: readonly Buffer[];
}

const delimiter = Buffer.from("<IDS|MSG>");

/** Writes and reads the frames of Jupyter's wire protocol 5.3 (jupyter-client, "Messaging in Jupyter"). */
export class Wire {
  readonly session: string = randomUUID();
  // All outputs of a cell have the same parent: its header is parsed once.
  private parentText: Buffer = Buffer.alloc(0);
  private parentHeader: Partial<Header> = {};

  /** `key` signs every message (HMAC with SHA-256); an empty key means unsigned messages. */
  constructor(private readonly key: string) {}

  /** A new message of ours. */
  message(type: string, content: Record<string, unknown>): Message {
    const header = {
      msg_id: randomUUID(),
      msg_type: type,
      session: this.session,
      username: "telelink",
      date: new Date().toISOString(),
      version: "5.3",
    };
    return { header, parent: {}, metadata: {}, content };
  }

  encode(message: Message, identities: readonly Buffer[] = []): Buffer[] {
    const parts = [message.header, message.parent, message.metadata, message.content].map((part) =>
      Buffer.from(JSON.stringify(part)),
    );
    return [...identities, delimiter, Buffer.from(this.sign(parts)), ...parts];
  }

  /** @throws Error when the frames are not a message or the signature is wrong. */
  decode(frames: readonly Buffer[]): Message {
    const start = frames.findIndex((frame) => frame.equals(delimiter));
    if (start < 0 || frames.length < start + 6) throw new Error("the kernel sent frames that are no message");
    const parts = frames.slice(start + 2, start + 6);
    const signature = Buffer.from(this.sign(parts));
    if (signature.length !== frames[start + 1].length || !timingSafeEqual(signature, frames[start + 1]))
      throw new Error("the kernel sent a message with a wrong signature");
    if (!parts[1].equals(this.parentText)) {
      this.parentText = Buffer.from(parts[1]);
      this.parentHeader = JSON.parse(parts[1].toString()) as Partial<Header>;
    }
    return {
      header: JSON.parse(parts[0].toString()) as Header,
      parent: this.parentHeader,
      metadata: JSON.parse(parts[2].toString()) as Message["metadata"],
      content: JSON.parse(parts[3].toString()) as Message["content"],
      ...(frames.length > start + 6 && { buffers: frames.slice(start + 6) }),
    };
  }

  private sign(parts: readonly Buffer[]): string {
    if (this.key === "") return "";
    const hmac = createHmac("sha256", this.key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }
}
