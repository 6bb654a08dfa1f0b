import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** A whole collection at each call. */
export function garbageCollection(): () => void {
  setFlagsFromString("--expose_gc");
  const collect = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose_gc");
  return collect;
}
