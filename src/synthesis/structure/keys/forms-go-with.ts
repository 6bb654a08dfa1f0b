import { countPeople } from "../people";

/** Rows of a level that say how its keys are written, and in how many of them they must be alike. */
export const [leastRows, alike] = [20, 0.98];
/** So much more of the keys than by chance must be as their levels have them. */
const leastGain = 0.1;
const mostNamed = 2;

/** What may be alike in keys: their shape, and how they begin or end. */
export const looks: readonly ((key: string) => string)[] = [
  (key) => key.replace(/\p{Nd}/gu, "0").replace(/\p{L}/gu, "a"),
  ...[1, 2, 3, 4, 5, 6, 7].map((length) => (key: string) => key.slice(0, length)),
  ...[2, 3, 4].map((length) => (key: string) => key.slice(-length)),
];

/** The columns with whose levels it goes how keys are written or begin: telephone numbers of landlines and mobiles; the strongest first, few of them. */
export function formsGoWith(
  keys: readonly string[],
  columns: readonly { readonly name: string; readonly cells: readonly string[] }[],
): readonly string[] {
  const labelled = looks.map((look) => {
    const labels = keys.map(look);
    return { labels, all: countPeople(labels, undefined) };
  });
  const gains = columns.map(({ name, cells }) => {
    const rows = placesBy(cells);
    rows.delete("");
    const gainOf = ({ labels, all }: (typeof labelled)[number]): number => {
      let gain = 0;
      for (const own of rows.values()) {
        if (own.length < leastRows) continue;
        const looked = own.map((i) => labels[i]);
        const [label, times] = [...countPeople(looked, undefined)].reduce((a, b) => (b[1] > a[1] ? b : a));
        if (times >= alike * own.length) gain += own.length * (1 - (all.get(label) ?? 0) / keys.length);
      }
      return gain / keys.length;
    };
    return { name, gain: Math.max(...labelled.map(gainOf)) };
  });
  const found = gains.filter(({ gain }) => gain >= leastGain).sort((a, b) => b.gain - a.gain);
  return found.slice(0, mostNamed).map(({ name }) => name);
}

/** Where each value stands. */
export function placesBy<T>(values: readonly T[]): Map<T, number[]> {
  const places = new Map<T, number[]>();
  values.forEach((value, i) => {
    const own = places.get(value);
    if (own) own.push(i);
    else places.set(value, [i]);
  });
  return places;
}
