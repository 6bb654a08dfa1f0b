import type { Scope } from "../../data/store/keys";

/** A route as the list of routes shows it. */
export interface RouteScope {
  readonly method: string;
  readonly url: string;
  readonly scope: Scope | "open";
}

/** A route's options: who may use it, and what it takes, answers and is called. */
export function route<Schema extends object>(
  scope: RouteScope["scope"],
  schema: Schema,
): { readonly config: { readonly scope: RouteScope["scope"] }; readonly schema: Schema } {
  return { config: { scope }, schema };
}
