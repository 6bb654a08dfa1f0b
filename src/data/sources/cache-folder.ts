import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * The one folder outside of projects that things are kept in between runs: `TELELINK_CACHE`, else the system's own place
 * for caches (`XDG_CACHE_HOME` or ~/.cache on Linux).
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.TELELINK_CACHE) return resolve(env.TELELINK_CACHE);
  if (platform === "win32") return join(env.LOCALAPPDATA || home, "telelink", "cache");
  if (platform === "darwin") return join(home, "Library", "Caches", "telelink");
  return join(env.XDG_CACHE_HOME || join(home, ".cache"), "telelink");
}

/** Whether a file or folder of that name in it is telelink's: what else lies there is somebody's own. */
export function isKept(name: string): boolean {
  return /^(?:(?:typescript|tslab)-[\da-f]+\.snapshot(?:\.part|\.failed)?|tensorflow(?:-[a-z]+)*-\d[\d.]*|tfjs-node-\d.*\.node(?:\.part)?|\.part-\w{6})$/.test(
    name,
  );
}
