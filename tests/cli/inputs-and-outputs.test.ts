import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, describe, expect, test } from "vitest";
import { program, run } from "../../src/cli/main";
import { captured } from "./captured";

const folder = mkdtempSync(join(tmpdir(), "telelink-outputs-"));
afterAll(() => rmSync(folder, { recursive: true }));
const table = join(folder, "t.csv");
writeFileSync(
  table,
  `plan,months,left\n${Array.from({ length: 60 }, (_, i) => `${i % 2 ? "basic" : "plus"},${i},${i % 3 ? "No" : "Yes"}`).join("\n")}\n`,
);

const linked = join(folder, "link.csv");
linkSync(table, linked);

function leaves(
  command: Command,
  path: readonly string[] = [],
): { path: readonly string[]; command: Command }[] {
  if (command.commands.length > 0)
    return command.commands.flatMap((one) => leaves(one as Command, [...path, one.name()]));
  return [{ path, command }];
}

/** The option's placeholder, where it names something that the command writes. */
const written = (command: Command) =>
  command.options.find((one) => /^--(out|html|db)$/.test(one.long ?? "") && one.required);

describe("telelink", () => {
  test.each(
    leaves(program())
      .filter(({ command }) => written(command))
      .map(({ path, command }) => [path.join(" "), command] as const),
  )("%s tells an output that can't be written before it works", async (name, command) => {
    const option = written(command);
    // What follows a file as if it were a folder can't be made.
    const args = [...name.split(" "), option?.long as string, join(table, "below", "out.csv")];
    for (const one of command.registeredArguments) if (one.required) args.push(table);
    for (const one of command.options)
      if (one.mandatory && one !== option) args.push(one.long as string, one.argChoices?.[0] ?? table);
    const { code, err } = await captured(() => run(args));
    expect(err).toMatch(/Cannot write .*: .* must (exist|be a folder)/);
    expect(code).toBe(2);
  });

  test.each(
    leaves(program())
      .filter(({ command }) => /<file>/.test(written(command)?.flags ?? "") && command.name() !== "ingest")
      .map(({ path, command }) => [path.join(" "), command] as const)
      .filter(([name]) => name !== "demo"),
  )("%s writes over nothing that it reads, by another spelling or a link either", async (name, command) => {
    const option = written(command);
    const before = readFileSync(table);
    for (const out of [table, `${folder}/./t.csv`, linked]) {
      const args = [...name.split(" "), option?.long as string, out];
      for (const one of command.registeredArguments) if (one.required) args.push(table);
      for (const one of command.options)
        if ((one.mandatory || one.flags === "--model <file>") && one !== option)
          args.push(one.long as string, one.argChoices?.[0] ?? (/<file>/.test(one.flags) ? table : "1"));
      const { code, err } = await captured(() => run(args));
      expect(err).toMatch(/Cannot write .*: (it is read|--\w+ reads it); name another file/);
      expect(code).toBe(2);
    }
    expect(readFileSync(table).equals(before)).toBe(true);
  });

  test.each(
    leaves(program())
      .filter(
        ({ command }) => written(command) && !/standard output/.test(written(command)?.description ?? ""),
      )
      .map(({ path, command }) => [path.join(" "), command] as const),
  )("%s makes no file called - where its output can't go to standard output", async (name, command) => {
    const option = written(command);
    const args = [...name.split(" "), option?.long as string, "-"];
    for (const one of command.registeredArguments) if (one.required) args.push(table);
    for (const one of command.options)
      if (one.mandatory && one !== option) args.push(one.long as string, one.argChoices?.[0] ?? table);
    const { code, err } = await captured(() => run(args));
    expect(err).toMatch(/Cannot write to standard output: --\w+ must name a file/);
    expect(code).toBe(2);
    expect(existsSync("-")).toBe(false);
  });

  test("--out - is standard output where that is where it goes without --out", async () => {
    const model = join(folder, "dash.json");
    const fit = ["synth", "fit", "--data", table, "--out", model, "--no-search"];
    expect((await captured(() => run(fit))).code).toBe(0);
    const sample = ["dist/cli/main.js", "synth", "sample", "--model", model, "--rows", "3"];
    const out = execFileSync(process.execPath, sample, { encoding: "utf8" });
    expect(out).toMatch(/^plan,months,left\n/);
    expect(execFileSync(process.execPath, [...sample, "--out", "-"], { encoding: "utf8" })).toBe(out);
    expect(existsSync("-")).toBe(false);
  });

  test("a folder's files take no input's place, and two outputs not each other's", async () => {
    const own = join(folder, "train.csv");
    copyFileSync(table, own);
    const prepared = await captured(() =>
      run(["prepare", "--data", own, "--target", "left", "--out", folder]),
    );
    expect(prepared.err).toContain(`Cannot write ${own}: --data reads it; name another file`);
    expect(readFileSync(own).equals(readFileSync(table))).toBe(true);
    const both = join(folder, "both.csv");
    const { code, err } = await captured(() => run(["clv", "--data", table, "--out", both, "--html", both]));
    expect([code, err]).toEqual([2, expect.stringContaining("it is written twice; name another file")]);
  });

  test.each(
    leaves(program()).filter(({ command }) =>
      command.options.some((one) => /^--(data|real)$/.test(one.long ?? "") && /<file>/.test(one.flags)),
    ),
  )("$path: --help shows the columns that its table needs", async ({ path }) => {
    const { out } = await captured(() => run([...path, "--help"]));
    expect(out).toMatch(/^Columns: /m);
  });

  test.each([
    [
      ["train", "--data", table, "--target", "letf", "--out", join(folder, "m.json")],
      '(did you mean "left"?)',
    ],
    [["prepare", "--data", table, "--target", "lefd", "--out", join(folder, "p")], '(did you mean "left"?)'],
    [
      ["resample", "--data", table, "--target", "left", "--method", "smotte", "--out", join(folder, "r.csv")],
      '(did you mean "smote"?)',
    ],
    [
      ["resample", "--data", table, "--target", "lft", "--out", join(folder, "r.csv")],
      '(did you mean "left"?)',
    ],
    [
      ["forecast", "--data", table, "--value", "mnths", "--customer", "plan", "--month", "months"],
      '(did you mean "months"?)',
    ],
    [
      ["retain", "--data", table, "--churn", "letf", "--value", "months", "--customer", "plan"],
      '(did you mean "left"?)',
    ],
    [["synth", "fit", "--data", table, "--method", "sequentail"], '(did you mean "sequential"?)'],
    [
      [
        "train",
        "--data",
        table,
        "--target",
        "left",
        "--model",
        "logistic-regresion",
        "--out",
        join(folder, "m.json"),
      ],
      '(did you mean "logistic-regression"?)',
    ],
    [["train", "--data", table, "--target", "left", "--drp", "plan"], "(Did you mean --drop?)"],
  ])("%s asks whether another name was meant", async (args, hint) => {
    const { code, err } = await captured(() => run(args));
    expect(err).toContain(hint);
    expect(code).not.toBe(0);
  });
});
