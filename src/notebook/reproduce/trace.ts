import { readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { removeTemporaryFolder, temporaryFolder } from "../../data/temporary-folder";
import type { KernelSpec } from "../kernel-spec";

/** The files that a run touched, by their whole paths. */
export interface Traced {
  /** Read, or looked for in vain. */
  readonly read: ReadonlySet<string>;
  /** Folders whose names were listed. */
  readonly listed: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
  /** Programs that were started and do not tell what they open. */
  readonly programs: ReadonlySet<string>;
  /** The words of their command lines, as paths: some are files. */
  readonly named: ReadonlySet<string>;
  /** When the run began, in milliseconds since 1970. */
  readonly since: number;
}

/** Follows which files a kernel and what it starts open: Node's and Python's tell; of others nothing is known. */
export class Tracer {
  private readonly folder: string = temporaryFolder("trace");
  private readonly since: number = Date.now();
  private readonly file: string = join(this.folder, "opened.jsonl");

  /** The kernel's start with what tells. */
  traced(spec: KernelSpec): KernelSpec {
    writeFileSync(this.file, "");
    const options = `${process.env.NODE_OPTIONS ?? ""} --require ${JSON.stringify(nodeHook)}`.trim();
    const env = { ...spec.env, TELELINK_TRACE: this.file, NODE_OPTIONS: options };
    if (!spec.argv.some((word) => /ipykernel/.test(word))) return { ...spec, env };
    const script = join(this.folder, "trace.py");
    writeFileSync(script, pythonHook);
    return { ...spec, env, argv: [...spec.argv, `--IPKernelApp.exec_files=[${JSON.stringify(script)}]`] };
  }

  /** What has been opened so far. */
  opened(): Traced {
    const found = { r: new Set<string>(), d: new Set<string>(), w: new Set<string>() };
    const programs = new Set<string>();
    const named = new Set<string>();
    for (const line of readFileSync(this.file, "utf8").split("\n")) {
      try {
        const told = JSON.parse(line) as [keyof typeof found, string] | ["x", readonly string[], string];
        if (told[0] === "x") {
          const [, said, folder] = told;
          const line = said[1] === "-c" ? said[2] : said.length === 1 ? said[0] : undefined;
          const words = line?.split(/[\s'"`;|&<>()=]+/).filter((word) => word !== "") ?? said;
          const program = basename(words[0] ?? "");
          if (!harmless.has(program)) programs.add(program);
          for (const word of words) named.add(resolve(folder, word));
        } else found[told[0]].add(told[1]);
      } catch {
        // A process that was killed leaves its last line half written.
      }
    }
    return { read: found.r, listed: found.d, written: found.w, programs, named, since: this.since };
  }

  end(): void {
    removeTemporaryFolder(this.folder);
  }
}

// Packages ask these about the machine.
const harmless: ReadonlySet<string> = new Set("uname ldconfig lscpu sysctl sw_vers getconf".split(" "));

// It runs inside the kernel's process, so it is the built one, also in tests.
const nodeHook = resolve(__dirname, "..", "..", "..", "dist", "notebook", "reproduce", "trace-node.js");

const pythonHook = `
def _telelink_trace():
    import json, os, sys
    out = open(os.environ["TELELINK_TRACE"], "a", buffering=1)
    seen = set()
    own = tuple({os.path.realpath(p) + os.sep for p in (sys.prefix, sys.base_prefix)})
    def tell(how, name):
        if not isinstance(name, (str, bytes, os.PathLike)):
            return
        path = os.path.abspath(os.fsdecode(name))
        head, tail = os.path.split(path)
        if os.path.basename(head) == "__pycache__" and tail.endswith(".pyc"):
            path = os.path.join(os.path.dirname(head), tail.split(".")[0] + ".py")
            how = "r"
        if (how, path) in seen or os.path.realpath(path).startswith(own):
            return
        seen.add((how, path))
        out.write(json.dumps([how, path]) + "\\n")
    def program(words, cwd):
        line = json.dumps(["x", [os.fsdecode(w) for w in words], os.path.abspath(os.fsdecode(cwd))])
        if line not in seen:
            seen.add(line)
            out.write(line + "\\n")
    def hook(event, args):
        try:
            if event == "open":
                name, mode, flags = args
                writes = any(c in mode for c in "wax+") if mode else flags & (os.O_WRONLY | os.O_RDWR)
                tell("w" if writes else "r", name)
            elif event in ("os.listdir", "os.scandir"):
                # The import system looks through folders for modules, which tells nothing of what is used.
                if sys._getframe(1).f_code.co_filename.startswith("<frozen importlib"):
                    return
                tell("d", "." if args[0] is None else args[0])
            elif event == "subprocess.Popen":
                words = args[1] if isinstance(args[1], (str, bytes, os.PathLike)) else list(args[1])
                program([words] if isinstance(words, (str, bytes, os.PathLike)) else words, args[2] or ".")
            elif event == "os.system":
                program([args[0]], ".")
            elif event in ("os.posix_spawn", "os.exec"):
                program(list(args[1]), ".")
            elif event == "sqlite3.connect":
                tell("r", args[0])
            elif event in ("os.remove", "os.rename"):
                for name in args[: 2 if event == "os.rename" else 1]:
                    tell("w", name)
        except Exception:
            pass
    sys.addaudithook(hook)
_telelink_trace()
del _telelink_trace
`;
