import { join } from "node:path";
import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { readCsv } from "../../../src/data/read/read-csv";
import { trainTestSplit } from "../../../src/data/split";
import { takeTableRows } from "../../../src/data/table";
import { detectionAuc } from "../../../src/evaluate/synthetic/detection";
import { qualityScore } from "../../../src/evaluate/synthetic/quality";
import { gan } from "../../../src/synthesis/nets/gan/gan";
import { vae } from "../../../src/synthesis/nets/vae/vae";
import { realData } from "../../support";

// With the default number of epochs: .986 to .992 and .52 to .60. These are a fifth of them, so that the test is quick.
test.skipIf(!realData).each([
  ["vae", vae({ epochs: 20 }), 0.976, 0.66],
  ["gan", gan({ epochs: 25 }), 0.97, 0.74],
] as const)(
  "%s is faithful on IBM Telco after a short training",
  async (_, fit, quality, detection) => {
    const all = readCsv(join(realData as string, "Telco-Customer-Churn.csv")).table;
    const { train, test } = trainTestSplit(all.rows, { test: 1409 }, seeded("split 0"));
    const real = takeTableRows(all, train);
    const made = (await fit(real, seeded("fit"))).sample(real.rows, seeded("draw"));
    expect(qualityScore(real, made).score).toBeGreaterThan(quality);
    expect((await detectionAuc(takeTableRows(all, test), made, seeded("detection"))).auc).toBeLessThan(
      detection,
    );
    const none = (name: string, level: string): boolean[] => {
      const one = made.columns.find((column) => column.name === name);
      return one && "codes" in one ? Array.from(one.codes, (code) => one.levels[code] === level) : [];
    };
    const offline = none("InternetService", "No");
    expect(offline).toContain(true);
    expect(none("OnlineBackup", "No internet service")).toEqual(offline);
    expect(none("StreamingTV", "No internet service")).toEqual(offline);
    expect(none("MultipleLines", "No phone service")).toEqual(none("PhoneService", "No"));
  },
  300_000,
);
