import { loadBlockModel } from "../../../src/synthesis/nets/block-model";
import { gan } from "../../../src/synthesis/nets/gan/gan";
import { describeSynthesiser } from "../conformance";

describeSynthesiser("gan(options)(table, rng)", {
  fit: gan({ epochs: 50, batch: 100, latent: 16, units: 64 }),
  load: loadBlockModel,
  rows: 600,
});
