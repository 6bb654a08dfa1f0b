// Builds, and builds again whenever a file below src/ changes. Ends with Ctrl-C.
import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
let running = false;
let again = false;
let timer;

function build() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  const begun = Date.now();
  const child = spawn(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: "inherit" });
  child.once("close", (status) => {
    running = false;
    console.log(status === 0 ? `built in ${((Date.now() - begun) / 1000).toFixed(1)} s` : "not built");
    if (again) {
      again = false;
      build();
    }
  });
}

watch(join(root, "src"), { recursive: true }, (_, file) => {
  // What the build itself writes.
  if (!file || file.endsWith(".wasm.ts")) return;
  clearTimeout(timer);
  timer = setTimeout(build, 100);
});
build();
