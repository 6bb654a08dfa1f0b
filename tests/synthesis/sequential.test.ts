import { loadSequential, sequential } from "../../src/synthesis/sequential/sequential";
import { describeSynthesiser } from "./conformance";

describeSynthesiser("sequential(options)(table, rng)", { fit: sequential(), load: loadSequential });
