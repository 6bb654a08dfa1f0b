import { createHash, timingSafeEqual } from "node:crypto";
import type { App } from "./context";
import { HttpProblem } from "./problem";

/** Routes that change state say so in their options. */
declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether the route asks for the API key, where one is set. */
    readonly changesState?: boolean;
  }
}

/** Lets nothing that changes state pass without the key, where one is set. */
export function askForKey(app: App, key: string | undefined): void {
  if (key === undefined) return;
  const wanted = digest(key);
  app.addHook("onRequest", async (request) => {
    if (!request.routeOptions.config.changesState) return;
    const given = request.headers["x-api-key"];
    // Digests have equal lengths, so the comparison tells nothing about the key, not even its length.
    if (typeof given !== "string" || !timingSafeEqual(digest(given), wanted)) {
      throw new HttpProblem(401, "A key is needed", "Send the server's API key in the header x-api-key");
    }
  });
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
