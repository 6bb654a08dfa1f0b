// Nets that make customers: an epoch of CTGAN at the same architecture beside SDV's (PyTorch), and whole trainings of gan
// and vae beside the 300 epochs of SDV's CTGAN and TVAE. IBM Telco's 7,043 rows, or as many simulated ones without it, and
// 100,000 simulated ones; one thread on both sides. The peers are in scripts/peers-sdv.txt.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import rngModule from "../dist/core/rng.js";
import readModule from "../dist/data/read/read-csv.js";
import viewModule from "../dist/data/simulate/view-rows.js";
import tableModule from "../dist/data/table.js";
import { csvFile } from "../dist/data/write/write-csv.js";
import qualityModule from "../dist/evaluate/synthetic/quality.js";
import methodsModule from "../dist/synthesis/methods.js";

const { seeded } = rngModule;
const fileOf = (rows = 7043) => join(".cache", "bench", rows === 7043 ? "telco.csv" : `telco-${rows}.csv`);
const many = 100_000;
const sampled = 50_000;

function* customers(rows) {
  const real = join(process.env.TELELINK_DATA ?? "data/raw", "Telco-Customer-Churn.csv");
  const read =
    rows === 7043 && existsSync(real)
      ? [readModule.readCsv(real).table]
      : viewModule.viewRows("telco", rows, 1);
  for (const part of read) yield tableModule.dropColumns(part, ["customerID"]);
}

export default {
  title: "Nets for synthetic customers, IBM Telco, SDV's CTGAN and TVAE beside",
  peers: "peers-sdv",
  async data() {
    const { mkdirSync } = await import("node:fs");
    mkdirSync(join(".cache", "bench"), { recursive: true });
    for (const rows of [7043, many]) {
      const writer = csvFile(fileOf(rows));
      for (const part of customers(rows)) writer.write(part);
      writer.end();
    }
  },
  cases: [
    ...["native", "simd"].map((backend) => ({
      name: `ctgan, 12 epochs on ${backend} with preparation`,
      goal: backend === "native" ? 0.6 : 2,
      rounds: 3,
      params: { method: "ctgan", epochs: 12, backend, peer: "ctgan" },
    })),
    {
      name: `ctgan, 3 epochs of ${many} rows on simd with preparation`,
      rounds: 1,
      params: { method: "ctgan", epochs: 3, backend: "simd", peer: "ctgan", rows: many },
    },
    {
      name: "tvae, 12 epochs with preparation",
      rounds: 3,
      params: { method: "tvae", epochs: 12, peer: "tvae" },
    },
    {
      name: "gan, whole, beside 300 epochs of ctgan",
      goal: 0.3,
      rounds: 1,
      params: { method: "gan", peer: "ctgan", peerEpochs: 300 },
    },
    {
      name: "vae, whole, beside 300 epochs of tvae",
      goal: 0.6,
      rounds: 1,
      params: { method: "vae", peer: "tvae", peerEpochs: 300 },
    },
    ...["sequential", "copula", "gan", "vae", "ctgan", "tvae"].map((method) => ({
      name: `${sampled} rows from ${method}`,
      rounds: 3,
      params: { method, peer: "ctgan", epochs: 1, sample: sampled, warmups: 1 },
    })),
  ],
  async ours({ method, epochs, backend, sample, rows }) {
    const table = readModule.parseCsv(readFileSync(fileOf(rows))).table;
    // Peers look for no rules.
    const search = !["ctgan", "tvae"].includes(method);
    const options = { search, ...(epochs && { epochs }), ...(backend && { backend }) };
    const fit = methodsModule.synthesis(method, options);
    if (sample) {
      const model = await fit(table, seeded(1));
      return () => {
        const start = process.cpuUsage();
        const made = model.sample(sample, seeded(2));
        const { user, system } = process.cpuUsage(start);
        return { rowsPerSecond: Math.round(made.rows / ((user + system) / 1e6)) };
      };
    }
    return async () => {
      // The clock of each epoch's end tells the epochs apart from the preparation.
      const ends = [];
      const model = await fit(table, seeded(1), {
        progress: ({ phase }) => {
          const { user, system } = process.cpuUsage();
          if (phase === "train") ends.push((user + system) / 1e6);
        },
      });
      return () => ({
        epoch: (ends.at(-1) - ends[0]) / (ends.length - 1),
        quality: qualityModule.qualityScore(table, model.sample(table.rows, seeded(2))).score,
      });
    };
  },
};
