export { seeded } from "./core/rng";
