import { once } from "node:events";
import { type AddressInfo, connect, type Server } from "node:net";
import { expect, test } from "vitest";
import { freePorts, holdPort } from "../../src/notebook/free-ports";

test("whoever tries a port that is only held keeps nobody waiting, and is let go", async () => {
  const held = (await holdPort(0)) as Server;
  const { port } = held.address() as AddressInfo;
  expect(await holdPort(port)).toBeUndefined();
  const other = connect(port, "127.0.0.1").on("error", () => undefined);
  await once(other, "connect");
  await Promise.all([once(other, "close"), new Promise((done) => held.close(done))]);
});

test("freePorts(5) are five ports below those that the system gives away", async () => {
  const ports = await freePorts(5);
  expect(new Set(ports).size).toBe(5);
  expect(ports.every((port) => port >= 10_000 && port < 32_768)).toBe(true);
});
