import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { viewRows } from "../../../src/data/simulate/view-rows";
import { csvText } from "../../../src/data/write/write-csv";
import { type RealServer, startReal } from "../real-server";

let server: RealServer;
let lines: string[];
beforeAll(async () => {
  server = await startReal();
  const [rows] = viewRows("churn-bigml", 1000, 4);
  lines = csvText(rows).trim().split("\n");
});
afterAll(() => server?.end());

const customer = {
  ...{ account_length: 101, state: "OH", area_code: "415", international_plan: false, voice_mail_plan: true },
  ...{ number_vmail_messages: 26, total_day_calls: 110, total_eve_calls: 99, total_night_calls: 91 },
  ...{ total_intl_calls: 3, customer_service_calls: 1 },
};

/** A request whose body is written by the test. */
function open(
  type: string,
  accept = type,
): { ask: ReturnType<typeof request>; answer: Promise<IncomingMessage> } {
  const headers = { "content-type": type, accept };
  const { port } = server;
  const ask = request({ port, path: "/batch-predict", method: "POST", headers });
  const answer = new Promise<IncomingMessage>((done, fail) => {
    ask.once("response", done);
    ask.once("error", fail);
  });
  return { ask, answer };
}

async function textOf(answer: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

test.each([
  ["text/csv", () => `${lines.join("\n")}\n`, () => `${lines.slice(1).join("\n")}\n`],
  ["application/x-ndjson", () => `${JSON.stringify(customer)}\n`.repeat(1000), () => ""],
])("rows of %s are answered while others are still on their way", async (type, first, then) => {
  const { ask, answer } = open(type);
  ask.write(first());
  const reply = await answer;
  expect(reply.statusCode).toBe(200);
  const begun = await new Promise<Buffer>((done) => reply.once("data", done));
  expect(begun.length).toBeGreaterThan(1000);
  ask.end(then());
  const rest = await textOf(reply);
  expect(rest.length).toBeGreaterThan(0);
});

test("four times the rows need no more memory, and none is lost, when a client sends all before it reads of the answer", async () => {
  const body = lines.slice(1).join("\n");
  const upload = async (copies: number): Promise<{ said: string; most: number }> => {
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, server.memory());
    }, 100);
    const socket = connect(server.port, "127.0.0.1");
    socket.pause();
    const length = lines[0].length + 1 + copies * (body.length + 1);
    const write = (text: string): Promise<void> => new Promise((done) => socket.write(text, () => done()));
    await write(
      `POST /batch-predict HTTP/1.0\r\nhost: x\r\ncontent-type: text/csv\r\naccept: text/csv\r\ncontent-length: ${length}\r\n\r\n${lines[0]}\n`,
    );
    for (let k = 0; k < copies; k++) await write(`${body}\n`);
    // Everything was sent, and nothing read.
    const said = await textOf(socket);
    clearInterval(watch);
    return { said, most };
  };
  // The first one takes what the server's heap takes before it is first cleared, whatever the size.
  const few = await upload(60);
  const { said, most } = await upload(240);
  const rows = said.match(/\n\d+,[^\n]*(High|Medium|Low)/g) ?? [];
  expect(rows).toHaveLength(240_000);
  expect(said).toContain("\n240000,");
  expect(said.length).toBeGreaterThan(15 << 20);
  // The rows that came in addition, and their answers, have 30 MB as text and several times that as objects.
  expect(most - few.most).toBeLessThan(100);
}, 180_000);

test("what is wrong behind the beginning of an answer is told at its end", async () => {
  const { ask, answer } = open("application/json");
  ask.end(`[${`${JSON.stringify(customer)},`.repeat(2000)}{nope]`);
  const reply = await answer;
  expect(reply.statusCode).toBe(200);
  const said = JSON.parse(await textOf(reply));
  expect(said.summary).toMatchObject({ predicted: 2000, rejected: 0 });
  expect(said.predictions).toHaveLength(2000);
  expect(said.predictions[1999].row).toBe(2000);
  expect(said.problem).toMatchObject({
    status: 400,
    detail: expect.stringContaining("The body must be JSON"),
  });
});

test("a client that goes away in mid-upload, or in mid-answer, ends the work", async () => {
  const { ask, answer } = open("text/csv");
  ask.write(`${lines.join("\n")}\n${lines.slice(1).join("\n")}\n`);
  const reply = await answer;
  reply.on("error", () => {});
  reply.once("data", () => ask.destroy());
  await sleep(500);
  const large = open("text/csv");
  large.ask.end(`${lines[0]}\n${`${lines.slice(1).join("\n")}\n`.repeat(300)}`);
  (await large.answer).destroy();
  await sleep(1000);
  const used = server.cpu();
  await sleep(1000);
  // Reading on would take most of that second.
  expect(server.cpu() - used).toBeLessThan(0.4);
  expect((await fetch(`${server.address}/online`)).ok).toBe(true);
}, 30_000);

test("a batch beyond the limit is refused before it is read, or where it passes the limit", async () => {
  const small = await startReal({ env: { TELELINK_BATCH_LIMIT: "200000" } });
  try {
    const send = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${small.address}/batch-predict`, {
        method: "POST",
        headers: { "content-type": "text/csv", ...headers },
        body,
      });
    const body = `${lines[0]}\n${`${lines.slice(1).join("\n")}\n`.repeat(4)}`;
    const refused = await send(body);
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({
      detail: "A batch may have 200000 bytes (TELELINK_BATCH_LIMIT)",
    });
    const stream = new ReadableStream({
      start(to) {
        to.enqueue(new TextEncoder().encode(body));
        to.close();
      },
    });
    const headers = { "content-type": "text/csv", accept: "text/csv" };
    const chunked = await fetch(`${small.address}/batch-predict`, {
      method: "POST",
      headers,
      body: stream,
      duplex: "half",
    } as RequestInit);
    expect(await chunked.text()).toContain("A batch may have 200000 bytes");
  } finally {
    await small.end();
  }
});
