import { existsSync, linkSync, mkdirSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { route } from "../access/route-scope";
import { limited } from "../body";
import type { App, Context } from "../context";
import { HttpProblem, problem } from "../problem";

const uploadedSchema = z.object({ path: z.string(), bytes: z.number().int() }).meta({ id: "Uploaded" });

/** Takes CSV files into the data folder, as they arrive. */
export function uploadRoute(root: App, { settings, admission }: Context): void {
  // The body is read here and not by a parser, so this route has a scope of its own.
  root.register(async (scope) => {
    const app = scope as unknown as App;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_, body, done) => done(null, body));
    app.put(
      "/synth/files/:name",
      route("write", {
        summary: "Send a CSV file to the data folder",
        description: "It appears once it is whole; one that is there already is not replaced.",
        tags: ["synth"],
        params: z.object({ name: z.string().max(200) }),
        response: { 201: uploadedSchema, 409: problem, 413: problem, 422: problem, 507: problem },
      }),
      async (request, reply) => {
        const { name } = request.params;
        if (!/^[\p{L}\p{N}][\p{L}\p{N} ._()-]*\.csv$/iu.test(name))
          throw new HttpProblem(
            422,
            "A file's name must end in .csv and hold letters, digits, spaces, dots, dashes and brackets alone",
          );
        const most = settings.uploadLimit;
        if (Number(request.headers["content-length"] ?? 0) > most) throw tooLarge(most);
        const { body } = request;
        if (!(body instanceof Readable)) throw new HttpProblem(422, "There must be a body of CSV");
        mkdirSync(settings.data, { recursive: true });
        const path = join(settings.data, name);
        const taken = new HttpProblem(
          409,
          `The data folder holds a ${name} already; send it under another name`,
        );
        if (existsSync(path)) throw taken;
        const end = admission.begin();
        const part = join(settings.data, `.${request.id}.part`);
        try {
          // Opened before anything can go wrong: a stream would open it later, after it was removed.
          const file = (await open(part, "wx", 0o600)).createWriteStream({ flush: true });
          await pipeline(
            limited(body, most, () => tooLarge(most)),
            file,
          );
          // Unlike a renaming it never takes the place of a file that came meanwhile.
          linkSync(part, path);
          return reply.code(201).send({ path: name, bytes: file.bytesWritten });
        } catch (error) {
          throw (error as NodeJS.ErrnoException).code === "EEXIST" ? taken : error;
        } finally {
          end();
          rmSync(part, { force: true });
        }
      },
    );
  });
}

function tooLarge(most: number): HttpProblem {
  return new HttpProblem(413, `A file may have ${most} bytes (TELELINK_UPLOAD_LIMIT)`);
}
