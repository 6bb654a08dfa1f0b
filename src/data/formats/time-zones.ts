/** Zones that are looked at first: of those that fit alike the best known names the column's. */
const wellKnown = [
  "Europe/Berlin",
  "Europe/London",
  "Europe/Athens",
  "America/New_York",
  "America/Chicago",
  "America/Denver",
  "America/Los_Angeles",
  "America/Sao_Paulo",
  "Australia/Sydney",
];
const day = 86_400_000;

/** Whether it is a zone's name, such as Europe/Berlin, or an offset that is the same all year, such as +05:30. */
export function isTimeZone(text: string): boolean {
  if (/^[+-]\d{2}:\d{2}$/.test(text)) return true;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: text }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** Minutes east of UTC of the zone, at an instant in milliseconds since 1970. */
export function zoneOffset(zone: string): (ms: number) => number {
  if (/^[+-]/.test(zone)) return () => offsetOf(zone);
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  const look = (ms: number): number => {
    const said = parts.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? "";
    return said.length > 3 ? offsetOf(said.slice(3)) : 0;
  };
  const starts = new Map<number, number>();
  const atStart = (one: number): number => {
    const offset = starts.get(one) ?? look(one * day);
    starts.set(one, offset);
    return offset;
  };
  // Asking takes long: only on days on which the clocks are changed is it asked for the instant.
  return (ms) => {
    const one = Math.floor(ms / day);
    const offset = atStart(one);
    return atStart(one + 1) === offset ? offset : look(ms);
  };
}

/** The zone in which each instant has its offset; undefined where none has: then they are of several zones. */
export function zoneOf(
  written: readonly { readonly ms: number; readonly offset: number }[],
): string | undefined {
  const one = (offset: number) => written.find((own) => own.offset === offset) as (typeof written)[number];
  const first = [...new Set(written.map(({ offset }) => offset))].map(one);
  const fits = (zone: string): boolean => {
    const offset = zoneOffset(zone);
    return [first, written].every((some) => some.every((own) => offset(own.ms) === own.offset));
  };
  return [...wellKnown, ...Intl.supportedValuesOf("timeZone")].find(fits);
}

/** The offset from UTC that a text ends with. */
export const writtenOffset = /(Z|[+-]\d{2}:?\d{2})$/;

/** Minutes east of UTC that "Z", "+01:00" or "-0530" says. */
export function offsetOf(text: string): number {
  if (text === "Z") return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return text[0] === "-" ? -minutes : minutes;
}

/** Minutes east of UTC as "+01:00" or, without `colon`, "+0100"; none of them as "Z" with `zulu`. */
export function offsetText(minutes: number, colon: boolean, zulu: boolean): string {
  if (minutes === 0 && zulu) return "Z";
  const size = Math.abs(minutes);
  const [hours, rest] = [Math.floor(size / 60), size % 60].map((one) => String(one).padStart(2, "0"));
  return `${minutes < 0 ? "-" : "+"}${hours}${colon ? ":" : ""}${rest}`;
}
