/** Words that stand for "missing" whatever the column, in small letters: no value is called so. */
export const unmistakable: ReadonlySet<string> = new Set(
  (
    "#n/a #na #nv #value! #ref! #div/0! #num! #name? #null! #wert! #bezug! #zahl! #valeur! \\n <na> <null> (null) [null] " +
    "null nan -nan nat ? ?? 1.#ind -1.#ind 1.#qnan n/a"
  ).split(" "),
);

/** Words that stand for "missing" in numbers, dates and booleans, and may be values elsewhere. */
const usual: ReadonlySet<string> = new Set(
  (
    "na|none|nil|-|--|---|–|—|.|..|...|*|**|missing|unknown|unk|undefined|void|empty|blank|nd|n.d.|n.a.|n.v.|k.a.|" +
    "0000-00-00|not available|0000-00-00 00:00:00|k. a.|not applicable|not known|no data|keine angabe|unbekannt|" +
    "fehlt|inconnu|desconocido|desconhecido|sin datos|sem dados|non disponibile|brak|brak danych|nieznane|neznámé|" +
    "okänd|ukendt|ukjent|bilinmiyor|нет данных|неизвестно|н/д|غير معروف|不明|未知|无|無|なし|없음|sconosciuto|onbekend|s/d|n/d"
  ).split("|"),
);

/** Whether the word means "missing": in any column, or (`typed`) in one of numbers, dates or booleans. */
export function meansMissing(word: string, typed: boolean): boolean {
  // Most cells are none of these words, which a first look tells.
  if (!typed) {
    const first = word.charCodeAt(0);
    if (first > 32 && first < 128 && !"#\\<([?1-nN".includes(word[0])) return false;
  }
  const plain = word.trim().toLowerCase();
  return plain === "" || unmistakable.has(plain) || (typed && usual.has(plain));
}
