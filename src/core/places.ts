/** The numbers below `count` that pass, ascending. */
export function placesWhere(count: number, passes: (i: number) => boolean): Int32Array {
  const places = new Int32Array(count);
  let found = 0;
  for (let i = 0; i < count; i++) if (passes(i)) places[found++] = i;
  return places.slice(0, found);
}
