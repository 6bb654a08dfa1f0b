import { expect, test } from "vitest";
import { fileOrigin } from "../../src/data/read/file-origin";

test("fileOrigin(file) has no hash of what can be read but once, where what is left of it is always the same", async () => {
  expect(await fileOrigin("/dev/null")).toEqual({ name: "null", sha256: "" });
});
