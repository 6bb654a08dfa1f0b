import { loadVae, vae } from "../../../src/synthesis/nets/vae/vae";
import { describeSynthesiser } from "../conformance";

describeSynthesiser("vae(options)(table, rng)", {
  fit: vae({ epochs: 150, batch: 100 }),
  load: loadVae,
  rows: 600,
});
