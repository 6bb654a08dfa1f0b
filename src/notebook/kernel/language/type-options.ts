import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type TS from "typescript6";
import type { Compiler } from "../compile/compiler";
import { resolveModule } from "../compile/resolve-module";

/** The folder of this package, whose modules notebooks may import wherever they lie. */
export const packageRoot: string = resolve(__dirname, "..", "..", "..", "..");

/** The options of the type checker as tsconfig.json writes them; the same for the kernel and for `check`. */
export function typeConfig(cwd: string): Record<string, unknown> {
  return {
    target: "es2022",
    lib: ["esnext"],
    module: "esnext",
    moduleResolution: "bundler",
    moduleDetection: "force",
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    esModuleInterop: true,
    allowJs: true,
    jsx: "react",
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [nodeTypes(cwd)],
    paths: ownPaths(cwd),
  };
}

/** The same for the compiler in this process; tslab's kernel never was strict, so notebooks made for it stay whole. */
export function typeOptions(
  ts: Compiler,
  cwd: string,
  language: "typescript" | "javascript",
): TS.CompilerOptions {
  const { options, errors } = ts.convertCompilerOptionsFromJson(typeConfig(cwd), cwd);
  if (errors.length > 0)
    throw new Error(
      `Cannot set up the type checker: ${ts.flattenDiagnosticMessageText(errors[0].messageText, "\n")}`,
    );
  return { ...options, strict: false, checkJs: language === "javascript" };
}

/** The nearest @types that has Node's, else the one that comes with this package. */
export function nodeTypes(cwd: string): string {
  for (let at = resolve(cwd); ; at = dirname(at)) {
    const types = join(at, "node_modules", "@types");
    if (existsSync(join(types, "node", "package.json"))) return types;
    if (dirname(at) === at) break;
  }
  return dirname(dirname(require.resolve("@types/node/package.json")));
}

export function tslabFolder(): string {
  return dirname(require.resolve("tslab/package.json"));
}

/** What is there in every cell: tslab, and where no such package is nearer this one and those that it brings along. */
function ownPaths(cwd: string): Record<string, string[]> {
  const own = join(packageRoot, "dist");
  const nearer = resolveModule("telelink", cwd) !== undefined;
  return {
    tslab: [join(tslabFolder(), "dist", "public.d.ts")],
    ...(!nearer && {
      telelink: [join(own, "index.d.ts")],
      "telelink/studies": [join(own, "studies", "index.d.ts")],
      ...broughtAlong(cwd),
    }),
  };
}

/** The folders of the packages that came with this one, by name; a cell's own come first. */
function broughtAlong(cwd: string): Record<string, string[]> {
  const about = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const found = Object.keys(about.dependencies).flatMap((name) => {
    for (let at = packageRoot; ; at = dirname(at)) {
      const folder = join(at, "node_modules", name);
      if (existsSync(folder)) return resolveModule(name, cwd) ? [] : [[name, [folder]] as [string, string[]]];
      if (dirname(at) === at) return [];
    }
  });
  return Object.fromEntries(found);
}
