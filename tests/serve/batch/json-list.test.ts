import fc from "fast-check";
import { expect, test } from "vitest";
import { AmbiguousJson } from "../../../src/serve/batch/json";
import { BodyError, JsonList } from "../../../src/serve/batch/json-list";

/** The values of the list in `text`, pushed in pieces of `size` bytes. */
function read(text: string, size = 1 << 20, most = 1000): unknown[] {
  const bytes = Buffer.from(text);
  const list = new JsonList("customers", most);
  const out: unknown[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(...list.push(bytes.subarray(at, at + size)));
  list.end();
  return out;
}

test("JsonList hands out what JSON.parse reads of the whole, cut wherever", () => {
  fc.assert(
    fc.property(
      // A member __proto__ is refused, whatever JSON.parse makes of it.
      fc
        .array(fc.jsonValue({ depthSize: "small", maxDepth: 4 }), { maxLength: 12 })
        .filter((values) => !JSON.stringify(values).includes('"__proto__"')),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom("", "\n", "  "),
      (values, size, space) => {
        const list = `[${values.map((one) => `${space}${JSON.stringify(one)}`).join(`${space},`)}${space}]`;
        const same = JSON.parse(list);
        expect(read(list, size, 1e6)).toEqual(same);
        const wrapped = `${space}{"a":[1,{"customers":2}],"customers"${space}:${list}${space},"b\\"":"]"}${space}`;
        expect(read(wrapped, size, 1e6)).toEqual(same);
      },
    ),
    { numRuns: 300 },
  );
});

test("JsonList refuses what JSON.parse refuses, wherever it is broken", () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1, maxLength: 6 }),
      fc.nat(),
      fc.constantFrom(...'[]{},:"\\ 1a'),
      fc.integer({ min: 1, max: 30 }),
      (values, where, letter, size) => {
        const whole = JSON.stringify(values);
        const at = where % whole.length;
        const text = whole.slice(0, at) + letter + whole.slice(at + 1);
        let same: unknown;
        try {
          same = JSON.parse(text);
        } catch {
          expect(() => read(text, size, 1e6)).toThrow(BodyError);
          return;
        }
        if (Array.isArray(same)) {
          const found = read(text, size, 1e6);
          // A letter may have made two members of one name.
          if (!found.some((value) => value instanceof AmbiguousJson)) expect(found).toEqual(same);
        } else expect(() => read(text, size, 1e6)).toThrow(BodyError);
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([
  ["null", 'must be a list of customers or {"customers": […]}'],
  ["{}", "must be a list of customers"],
  ['{"customers":{}}', "must be a list of customers"],
  ['{"customers":[],"customers":[]}', "must be a list of customers"],
  ["[1", "the body ends too early"],
  ["[1] 2", "nothing may follow the list"],
  ["", "the body ends too early"],
])("JsonList refuses %j: %s", (text, words) => {
  expect(() => read(text)).toThrow(words);
});

test("JsonList refuses a value beyond the bytes that one may have, before it has come", () => {
  const list = new JsonList("customers", 1000);
  expect([...list.push(Buffer.from('[1,"'))]).toEqual([1]);
  expect(() => {
    for (let k = 0; k < 20; k++) list.push(Buffer.alloc(100, 120)).next();
  }).toThrow("A customer must have at most 1000 bytes");
});
