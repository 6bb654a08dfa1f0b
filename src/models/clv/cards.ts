import type { LearnerCard, ModelCard } from "../card";
import { type HurdleModel, hurdleFromJSON } from "./hurdle";
import { type RenewalRegression, renewalRegressionFromJSON } from "./renewal-regression";
import { type ZilnModel, type ZilnOptions, ziln, zilnFromJSON, zilnOptions } from "./ziln";

export const zilnCard: LearnerCard<"ziln", ZilnOptions, ZilnModel> = {
  kind: "ziln",
  name: "ziln",
  title: "Zero-inflated log-normal regression",
  aliases: [],
  options: zilnOptions,
  fit: ziln,
  targets: { amounts: {} },
  encode: "one-hot",
  needsBothClasses: true,
  search: { penalty: { logUniform: [1e-2, 1e2] } },
  fromJSON: zilnFromJSON,
};

export const hurdleCard: ModelCard<HurdleModel> = {
  kind: "hurdle",
  title: "Hurdle model",
  fromJSON: hurdleFromJSON,
};

export const renewalCard: ModelCard<RenewalRegression> = {
  kind: "renewal-regression",
  title: "Shifted-beta-geometric or beta-discrete-Weibull with covariates",
  fromJSON: renewalRegressionFromJSON,
};
