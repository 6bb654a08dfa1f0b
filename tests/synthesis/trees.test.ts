import { loadTrees, trees } from "../../src/synthesis/trees/trees";
import { describeSynthesiser } from "./conformance";

describeSynthesiser("trees({ search: false })(table, rng), as synthpop", {
  fit: trees({ search: false }),
  load: loadTrees,
  keepsRules: false,
});
describeSynthesiser("trees({ minRows: 20 })(table, rng)", {
  fit: trees({ minRows: 20 }),
  load: loadTrees,
});
