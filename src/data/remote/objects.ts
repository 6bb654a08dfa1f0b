import { createReadStream, createWriteStream, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { AwsClient } from "aws4fetch";
import { check } from "../../core/checks";

/** How long an object store may take to begin its answer, and between two pieces of it, in milliseconds. */
const patienceMs = 60_000;

/** Saves the object of that address as a file; returns its bytes. */
export async function saveObject(url: URL, shown: string, file: string): Promise<number> {
  const action = `read ${shown}`;
  const idle = new AbortController();
  let timer = setTimeout(() => idle.abort(), patienceMs);
  try {
    const reply = await answer(action, url, { signal: idle.signal });
    if (!reply.ok) throw refused(action, reply.status, await reply.text());
    check(reply.body !== null, action, "it must hold something");
    let bytes = 0;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for await (const piece of Readable.fromWeb(reply.body as ReadableStream)) {
        clearTimeout(timer);
        timer = setTimeout(() => idle.abort(), patienceMs);
        bytes += (piece as Uint8Array).length;
        yield piece as Uint8Array;
      }
    }
    await pipeline(pieces, createWriteStream(file, { mode: 0o600 }));
    const promised = reply.headers.get("content-length");
    const packed = reply.headers.get("content-encoding") !== null;
    check(
      packed || promised === null || Number(promised) === bytes,
      action,
      `all ${promised} bytes must arrive`,
      bytes,
    );
    return bytes;
  } finally {
    clearTimeout(timer);
  }
}

/** Puts a file into the object store under that address. */
export async function putObject(url: URL, shown: string, file: string): Promise<void> {
  const action = `write ${shown}`;
  const size = statSync(file).size;
  check(size <= 5 * 2 ** 30, action, "an object may have at most 5 GiB in one piece", `${size} bytes`);
  const reply = await answer(action, url, {
    method: "PUT",
    headers: { "content-length": String(size), "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
    body: Readable.toWeb(createReadStream(file)) as BodyInit,
    signal: AbortSignal.timeout(600_000),
    duplex: "half",
  });
  if (!reply.ok) throw refused(action, reply.status, await reply.text());
}

async function answer(action: string, url: URL, init: RequestInit & { duplex?: "half" }): Promise<Response> {
  const ask = url.protocol === "s3:" ? await signed(action, url, init) : new Request(url, init);
  try {
    return await fetch(ask);
  } catch (error) {
    const cause = (error as { cause?: Error }).cause ?? (error as Error);
    throw new Error(
      `Cannot ${action}: ${new URL(ask.url).host} does not answer (${cause.message || "no connection"})`,
      {
        cause: error,
      },
    );
  }
}

/** The request of an s3:// address, signed by the credentials of the environment, as every S3 client reads them. */
async function signed(action: string, url: URL, init: RequestInit): Promise<Request> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_REGION: region = process.env.AWS_DEFAULT_REGION ?? "us-east-1",
    AWS_ENDPOINT_URL_S3: endpoint = process.env.AWS_ENDPOINT_URL,
  } = process.env;
  if (!accessKeyId || !secretAccessKey)
    throw new RangeError(
      `Cannot ${action}: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set (AWS_REGION, and AWS_ENDPOINT_URL for stores that are not Amazon's), or use a signed https:// address`,
    );
  const { AwsClient: Client } = (await import("aws4fetch")) as { AwsClient: typeof AwsClient };
  const client = new Client({
    accessKeyId,
    secretAccessKey,
    sessionToken,
    region,
    service: "s3",
    retries: 3,
  });
  const key = url.pathname.slice(1);
  const at = endpoint
    ? `${endpoint.replace(/\/$/, "")}/${url.host}/${key}`
    : `https://${url.host}.s3.${region}.amazonaws.com/${key}`;
  return client.sign(at, init as Parameters<AwsClient["sign"]>[1]);
}

function refused(action: string, status: number, body: string): Error {
  const code = /<Code>([^<]{1,100})<\/Code>/.exec(body)?.[1];
  const why: Readonly<Record<number, string>> = {
    404: "there is no such object",
    403: "the credentials may not do that",
  };
  return new Error(
    `Cannot ${action}: ${why[status] ?? "the store refuses"} (${status}${code ? `, ${code}` : ""})`,
  );
}
