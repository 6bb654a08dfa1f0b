import { copula, loadCopula } from "../../src/synthesis/copula/copula";
import { describeSynthesiser } from "./conformance";

describeSynthesiser("copula(options)(table, rng)", { fit: copula(), load: loadCopula });
