import { expect, test } from "vitest";
import { closeThreads, runInThread } from "../../src/core/pool";
import { Admission } from "../../src/serve/admission";
import { drawBlock } from "../../src/services/synthetic/draw";

const later = (): { readonly promise: Promise<void>; done(): void } => {
  let done = (): void => {};
  const promise = new Promise<void>((resolve) => {
    done = resolve;
  });
  return { promise, done: () => done() };
};

test("Admission runs as many as it is wide, lets others wait in order, and refuses what is beyond", async () => {
  const admission = new Admission(2, 1, 2);
  const [a, b] = [later(), later()];
  const order: string[] = [];
  const run = (name: string, until: Promise<void> = Promise.resolve()): Promise<void> =>
    admission.run(async () => {
      order.push(name);
      await until;
    });
  const all = [run("a", a.promise), run("b", b.promise), run("c"), run("d")];
  await expect(run("e")).rejects.toMatchObject({ status: 503, retryAfter: 5 });
  expect(admission.state()).toEqual({ running: 2, waiting: 2, open: 0, refused: 1 });
  a.done();
  b.done();
  await Promise.all(all);
  expect(order).toEqual(["a", "b", "c", "d"]);
  expect(admission.state()).toMatchObject({ running: 0, waiting: 0 });
});

test("who goes away while waiting leaves the queue, and a failure gives its place back", async () => {
  const admission = new Admission(5, 1, 1);
  const first = later();
  const running = admission.run(() => first.promise);
  const gone = new AbortController();
  const waiting = admission.run(async () => {}, gone.signal);
  gone.abort(new Error("gone"));
  await expect(waiting).rejects.toThrow("gone");
  expect(admission.state()).toMatchObject({ running: 1, waiting: 0 });
  first.done();
  await running;
  await expect(admission.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(admission.state()).toMatchObject({ running: 0 });
});

test("streams are bounded, and each gives its place back once", () => {
  const admission = new Admission(1, 1, 1);
  const end = admission.begin();
  expect(() => admission.begin()).toThrow("1 batches and samples are on their way");
  end();
  end();
  expect(admission.state().open).toBe(0);
});

test("ninety drawings at once use as many threads as there are processors", async () => {
  const admission = new Admission(100, 1, 2);
  let most = 0;
  const work = { source: { kind: "pretrained", name: "telco-sequential" }, rows: 1, seed: "1" } as const;
  const draw = (): Promise<unknown> =>
    admission.run(() => {
      most = Math.max(most, admission.state().running);
      return runInThread(drawBlock, { ...work, block: 0, firstRow: 0 });
    });
  await Promise.all(Array.from({ length: 90 }, draw));
  expect(most).toBe(2);
  await closeThreads();
});
