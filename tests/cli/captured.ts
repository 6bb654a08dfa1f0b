import { vi } from "vitest";

/** What a command prints, and its exit code. */
export async function captured(
  work: () => Promise<number>,
): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += text;
    return true;
  });
  try {
    return { code: await work(), out, err };
  } finally {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  }
}
