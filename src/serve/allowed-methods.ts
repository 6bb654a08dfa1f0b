import type { FastifyInstance } from "fastify";

/** Tells, for a path, which methods are served there: what an answer of 405 has to name. */
export type AllowedMethods = (path: string) => readonly string[];

/** Takes note of every route as it is added; call it before the first. */
export function allowedMethods(app: FastifyInstance): AllowedMethods {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    const source = url
      .split("/")
      .map((part) =>
        part.startsWith(":") ? "[^/]+" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*"),
      )
      .join("/");
    routes.push({ pattern: new RegExp(`^${source}/?$`), methods: [method].flat() });
  });
  return (path) => {
    const [plain] = path.split("?");
    const found = routes.filter(({ pattern }) => pattern.test(plain)).flatMap(({ methods }) => methods);
    return [...new Set(found)].sort();
  };
}
