/** A number of bytes in words. */
export function shownBytes(bytes: number): string {
  const mega = bytes / 2 ** 20;
  return mega < 1024 ? `${Math.floor(mega)} MB` : `${Math.floor(mega / 1024)} GB`;
}
