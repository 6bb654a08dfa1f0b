import type { LearnerCard } from "../card";
import { type Network, network, networkFromJSON } from "./network";
import { type NetworkOptions, networkOptions } from "./network-options";

const widths = [32, 64, 128];
const depths = [1, 2, 3, 4];

export const networkCard: LearnerCard<"network", NetworkOptions, Network> = {
  kind: "network",
  name: "network",
  title: "Neural network",
  aliases: ["MLP"],
  options: networkOptions,
  fit: network,
  targets: { classes: { task: "classification" }, numbers: { task: "regression" } },
  encode: "codes",
  needsBothClasses: true,
  // Width and depth, dropout, learning rate, and how numbers enter (periodic functions of three scales).
  search: {
    columns: ["all"],
    bins: [0],
    hidden: widths.flatMap((width) => depths.map((depth) => Array<number>(depth).fill(width))),
    dropout: { uniform: [0, 0.5] },
    rate: { logUniform: [1e-3, 3e-2] },
    frequencyScale: [0.1, 0.3, 1],
  },
  // Two nets tell settings apart, and take less than half the time of five.
  whileSearching: ({ members = 2 }) => ({ members: Math.min(2, members) }),
  fromJSON: networkFromJSON,
};
