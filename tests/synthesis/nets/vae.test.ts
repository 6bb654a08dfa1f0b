import { loadBlockModel } from "../../../src/synthesis/nets/block-model";
import { vae } from "../../../src/synthesis/nets/vae/vae";
import { describeSynthesiser } from "../conformance";

describeSynthesiser("vae(options)(table, rng)", {
  // Months follow from the day of joining here, whose even spread takes a net longer than months with their frequent values.
  fit: vae({ epochs: 300, batch: 100 }),
  load: loadBlockModel,
  rows: 600,
});
