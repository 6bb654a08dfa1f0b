import { loadTrees, trees } from "../../src/synthesis/trees/trees";
import { describeSynthesiser } from "./conformance";

describeSynthesiser("trees()(table, rng), as synthpop", { fit: trees(), load: loadTrees, keepsRules: false });
describeSynthesiser("trees({ search: true, minRows: 20 })(table, rng)", {
  fit: trees({ search: true, minRows: 20 }),
  load: loadTrees,
});
