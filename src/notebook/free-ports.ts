import { randomInt } from "node:crypto";
import { type AddressInfo, createServer, type Server } from "node:net";

/**
 * Ports that were free a moment ago, below those that systems give to outgoing connections (32768 on Linux, 49152
 * elsewhere): a socket that tries such a port again and again until the kernel binds it may be given that very port as
 * its own, is then connected to itself, and gives up for good.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  for (let attempt = 0; held.length < count; attempt++) {
    if (attempt === 1000) throw new Error("Cannot start a kernel: no port of 127.0.0.1 is free");
    const server = await holdPort(randomInt(10_000, 32_768));
    if (server) held.push(server);
  }
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** What listens at the port, or undefined where another does. */
export function holdPort(port: number): Promise<Server | undefined> {
  // Somebody else's runner may be trying the port until its own kernel has bound it. Let in, it would wait here for half
  // a minute, and so would the server's end.
  const server = createServer((socket) => socket.destroy());
  return new Promise((done) => {
    server.once("error", () => done(undefined));
    server.listen(port, "127.0.0.1", () => done(server));
  });
}
