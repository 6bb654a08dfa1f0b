import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What rule a value broke, in words that fit beside a form's field; the issue must report its input. */
export function ruleOf(issue: Issue): string {
  if ("input" in issue && issue.input === undefined) return "must be given";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${words[issue.expected] ?? `of type ${issue.expected}`}`;
    case "too_small":
      return sized(issue.origin, `at least ${issue.minimum}`);
    case "too_big":
      return sized(issue.origin, `at most ${issue.maximum}`);
    case "invalid_value":
      return issue.values.length > 12
        ? "must be one of the listed values"
        : `must be one of ${issue.values.map(String).join(", ")}`;
    case "unrecognized_keys":
      return `must not have ${issue.keys
        .slice(0, 5)
        .map((key) => JSON.stringify(key.slice(0, 40)))
        .join(", ")}`;
    case "invalid_union": {
      // Such as says itself what it takes.
      if (issue.message.startsWith("must ")) return issue.message;
      const inner = issue.errors.map((error) => error[0]).filter((one) => one !== undefined);
      const listed = inner.find((one) => one.code === "invalid_value");
      return ruleOf(listed ?? inner[0] ?? { ...issue, code: "custom" });
    }
    default:
      return issue.message;
  }
}

const words: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "text",
  boolean: "true or false",
  object: "an object",
  array: "a list",
};

function sized(origin: string, bound: string): string {
  return origin === "string" ? `must have ${bound} characters` : `must be ${bound}`;
}
