import { expect, test } from "vitest";
import { Transcoder } from "../../../src/data/dialect/encoding";
import { parseCsv } from "../../../src/data/read/read-csv";

/** Seven rows of names and places, and the first name. */
test.each([
  [
    "shift_jis",
    "鈴木太郎",
    "joGWvCyTc5O5lXuMpyyMjpCUCpfpltiRvphZLJOMi56TcywwCo2yk6GJ1I5xLJHljeOVeywzCo2Ci7SMkojqLJZrikOTuSw2CpNjkoaCs4KtgucsiKSSbYynLDkKk26V04LQguuCtSyTjIuek3MsMTIKl+mW2JG+mFkskeWN45V7LDE1Co2yk6GJ1I5xLJZrikOTuSwxOAo=",
  ],
  [
    "euc-jp",
    "鈴木太郎",
    "u+HMvizF1Ma7ydy4qSy37r/0Cs7rzNrCwM+6LMXstf7F1CwwCrq0xqOy1rvSLMLnuuXJ3CwzCrnitra38rDsLMvMs6TGuyw2CsXEw+aktaSvpOkssKbDzripLDkKxc/K1aTSpO2ktyzF7LX+xdQsMTIKzuvM2sLAz7oswue65cncLDE1Crq0xqOy1rvSLMvMs6TGuywxOAo=",
  ],
  [
    "gb18030",
    "王小明",
    "0NXD+yyzx8rQLNTCyv0KzfXQocP3LLGxvqksMArVxc6wLMnPuqMsMwrA7sTILLnj1t0sNgrB9dHzs8Isye7b2iw5CtXUw/QssbG+qSwxMgrN9dChw/csyc+6oywxNQrVxc6wLLnj1t0sMTgK",
  ],
  [
    "big5",
    "王小明",
    "qW2mVyyrsKWrLKTrvMYKpP2kcKn6LLtPpV8sMAqxabC2LLCqtq8sMwqn9a5SLLtPpKQsNgq8Qqx2s68st3Omyyw5CruvsdMsu0+lXywxMgqk/aRwqfossKq2rywxNQqxabC2LLtPpKQsMTgK",
  ],
  [
    "euc-kr",
    "김민수",
    "wMy4pyy1tb3DLLCzv/kKsei5zrz2LLytv+8sMArAzLytv6wsus676iwzCrnawfbIxizAzsO1LDYKw9bAr8H4LLTrsbgsOQqx6LnOvPYsvK2/7ywxMgrAzLytv6wsus676iwxNQq52sH2yMYswM7DtSwxOAo=",
  ],
])("a file in %s is read as such, where all of it makes common characters", (encoding, name, base64) => {
  const { table, dialect, remarks } = parseCsv(Buffer.from(base64, "base64"));
  expect(dialect.encoding).toBe(encoding);
  const [first] = table.columns;
  expect("levels" in first ? first.levels : (first as { values: unknown }).values).toContain(name);
  expect(remarks.map(({ text }) => text).join()).toContain(`taken for ${encoding}`);
});

test("words of the West in windows-1252 stay so, in capitals and in Greek and Russian, too", () => {
  const western = ["Größe,Straße", "KÖNIG,GROßE GASSE", "Müller,Çà et là", "ÄÖÜ GmbH,«été»"].join("\n");
  expect(parseCsv(Buffer.from(`${western}\n`, "latin1")).dialect.encoding).toBe("windows-1252");
  // Иван, Москва, ОЛЬГА, ТВЕРЬ
  const russian = Buffer.from("yOLg7SzM7vHq4uAKzsvcw8As0sLF0NwK", "base64");
  const transcoder = new Transcoder(undefined);
  transcoder.push(Buffer.concat([russian, russian, russian]), true);
  expect(transcoder.encoding).toBe("windows-1252");
});

test("bytes that are no characters of windows-1252 stop the reading, but for a few broken ones", () => {
  // ü in code page 850, and one such byte among a hundred of windows-1252.
  const dos = Buffer.from("name,n\nM\x81ller,1\nJ\x84ger,2\n", "latin1");
  expect(() => parseCsv(dos)).toThrow(/neither UTF-8 nor windows-1252 .*--encoding/);
  // One broken byte alone is no word of East Asia.
  const slip = Buffer.from(`name,n\n${"Anna,1\n".repeat(300)}An\x8dna,2\n`, "latin1");
  expect(() => parseCsv(slip)).toThrow(/neither UTF-8 nor windows-1252 .*--encoding/);
  // The same behind so much that the layout is read off plain text alone.
  const late = Buffer.from(`name,n\n${"Miller,1\n".repeat(3e5)}M\x81ller,1\nJ\x84ger,2\n`, "latin1");
  expect(() => parseCsv(late)).toThrow(/neither UTF-8 nor windows-1252 .*--encoding/);
  const few = Buffer.from(`name,n\n${"Müller,1\n".repeat(100)}M\x81ller,2\n`, "latin1");
  expect(parseCsv(few).dialect.encoding).toBe("windows-1252");
});
