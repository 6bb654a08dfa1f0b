/** Names of months and weekdays in a language; a short name is written where the full one isn't. */
export interface Calendar {
  readonly months: readonly string[];
  readonly shortMonths: readonly string[];
  readonly days: readonly string[];
  readonly shortDays: readonly string[];
}

const words = (text: string): readonly string[] => text.split(" ");
const cut = (names: readonly string[], length: number): readonly string[] =>
  names.map((name) => name.slice(0, length));

function calendar(months: string, days: string, shortMonths?: string, dayLength = 3): Calendar {
  const full = words(months);
  return {
    months: full,
    shortMonths: shortMonths === undefined ? cut(full, 3) : words(shortMonths),
    days: words(days),
    shortDays: cut(words(days), dayLength),
  };
}

/** By the language's two letters; weeks begin on Sunday. */
export const calendars = {
  en: calendar(
    "January February March April May June July August September October November December",
    "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
  ),
  de: calendar(
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag",
    undefined,
    2,
  ),
  fr: calendar(
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "dimanche lundi mardi mercredi jeudi vendredi samedi",
    "janv févr mars avr mai juin juil août sept oct nov déc",
  ),
  es: calendar(
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "domingo lunes martes miércoles jueves viernes sábado",
  ),
  it: calendar(
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "domenica lunedì martedì mercoledì giovedì venerdì sabato",
  ),
  pt: calendar(
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado",
  ),
  nl: calendar(
    "januari februari maart april mei juni juli augustus september oktober november december",
    "zondag maandag dinsdag woensdag donderdag vrijdag zaterdag",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    2,
  ),
  ru: calendar(
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "воскресенье понедельник вторник среда четверг пятница суббота",
    "янв февр мар апр мая июн июл авг сент окт нояб дек",
  ),
  pl: calendar(
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "niedziela poniedziałek wtorek środa czwartek piątek sobota",
    "sty lut mar kwi maj cze lip sie wrz paź lis gru",
  ),
  cs: calendar(
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "neděle pondělí úterý středa čtvrtek pátek sobota",
    "led úno bře dub kvě čvn čvc srp zář říj lis pro",
  ),
  sv: calendar(
    "januari februari mars april maj juni juli augusti september oktober november december",
    "söndag måndag tisdag onsdag torsdag fredag lördag",
  ),
  da: calendar(
    "januar februar marts april maj juni juli august september oktober november december",
    "søndag mandag tirsdag onsdag torsdag fredag lørdag",
  ),
  nb: calendar(
    "januar februar mars april mai juni juli august september oktober november desember",
    "søndag mandag tirsdag onsdag torsdag fredag lørdag",
  ),
  fi: calendar(
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
    "sunnuntai maanantai tiistai keskiviikko torstai perjantai lauantai",
    "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
  ),
  tr: calendar(
    "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "Pazar Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi",
    "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
  ),
} as const;

export type Language = keyof typeof calendars;

export const languages = Object.keys(calendars) as readonly Language[];

/** The number, from 0, of the month that the word names or abbreviates in the language; −1 where it names none. */
export function monthOf(word: string, language: Language): number {
  return placeOf(word, calendars[language].months, calendars[language].shortMonths);
}

/** The number, from 0 for Sunday, of the weekday that the word names or abbreviates; −1 where it names none. */
export function weekdayOf(word: string, language: Language): number {
  return placeOf(word, calendars[language].days, calendars[language].shortDays);
}

/** Whether the word is the full or else the short name of a month in the language. */
export function isMonthName(word: string, language: Language, full: boolean): boolean {
  const names = full ? calendars[language].months : calendars[language].shortMonths;
  return names.some((name) => bare(name) === bare(word));
}

function placeOf(word: string, full: readonly string[], short: readonly string[]): number {
  const plain = bare(word);
  const exact = full.findIndex((name, i) => bare(name) === plain || bare(short[i]) === plain);
  if (exact >= 0 || plain.length < 3) return exact;
  const found = full.flatMap((name, i) => (bare(name).startsWith(plain) ? [i] : []));
  return found.length === 1 ? found[0] : -1;
}

function bare(word: string): string {
  return word
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\u0300-\u036f.]/g, "");
}
