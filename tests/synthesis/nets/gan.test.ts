import { gan, loadGan } from "../../../src/synthesis/nets/gan/gan";
import { describeSynthesiser } from "../conformance";

describeSynthesiser("gan(options)(table, rng)", {
  fit: gan({ epochs: 50, batch: 100, latent: 16, units: 64 }),
  load: loadGan,
  rows: 600,
});
