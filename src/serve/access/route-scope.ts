import type { Scope } from "../../data/store/keys";

/** A route as the list of routes shows it. */
export interface RouteScope {
  readonly method: string;
  readonly url: string;
  readonly scope: Scope | "open";
}
