import { escapeHtml } from "./html";

const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/** How a terminal would show the text that follows. */
interface Look {
  bold: boolean;
  faint: boolean;
  italic: boolean;
  underlined: boolean;
  struck: boolean;
  inverse: boolean;
  /** A name of the eight, or a colour as CSS writes it; "" for the page's own. */
  ink: string;
  paper: string;
  link: string;
}

const plain: Look = {
  ...{ bold: false, faint: false, italic: false, underlined: false, struck: false, inverse: false },
  ...{ ink: "", paper: "", link: "" },
};

// Colours and the like (SGR), links (OSC 8), and every other sequence, which a page can't carry out.
const sequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal codes begin with the escape sign
  /\u001b\[([\d;:]*)m|\u001b\]8;[^;\u0007\u001b]*;([^\u0007\u001b]*)(?:\u0007|\u001b\\)|\u001b\[[\d;?<=>!]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\-_=>()#][0-9A-Za-z]?/g;

/** Text with a terminal's codes as HTML: styles, 256 and true colours, backgrounds and links are kept. */
export function ansiToHtml(text: string): string {
  let out = "";
  let look = plain;
  let at = 0;
  for (const match of text.matchAll(sequence)) {
    out += marked(text.slice(at, match.index), look);
    at = match.index + match[0].length;
    if (match[1] !== undefined) look = afterCodes(match[1], look);
    else if (match[2] !== undefined) look = { ...look, link: /^https?:\/\//i.test(match[2]) ? match[2] : "" };
  }
  return out + marked(text.slice(at), look);
}

const switches: Readonly<Record<number, Partial<Look>>> = {
  1: { bold: true },
  2: { faint: true },
  3: { italic: true },
  4: { underlined: true },
  7: { inverse: true },
  9: { struck: true },
  22: { bold: false, faint: false },
  23: { italic: false },
  24: { underlined: false },
  27: { inverse: false },
  29: { struck: false },
  39: { ink: "" },
  49: { paper: "" },
};

function afterCodes(codes: string, before: Look): Look {
  const numbers = codes.split(/[;:]/).map(Number);
  let look = before;
  for (let i = 0; i < numbers.length; i++) {
    const code = numbers[i];
    if (code === 0) look = { ...plain, link: look.link };
    else if (code in switches) look = { ...look, ...switches[code] };
    else if (code === 38 || code === 48) {
      const wide = numbers[i + 1] === 2;
      const colour = wide ? trueColour(numbers.slice(i + 2, i + 5)) : indexed(numbers[i + 2]);
      look = { ...look, [code === 38 ? "ink" : "paper"]: colour };
      i += wide ? 4 : 2;
    } else {
      const [base, field] = [
        [30, "ink"],
        [40, "paper"],
        [90, "ink"],
        [100, "paper"],
      ].find(([start]) => code >= Number(start) && code < Number(start) + 8) ?? [code, ""];
      if (field !== "") look = { ...look, [field]: names[code - Number(base)] };
    }
  }
  return look;
}

function trueColour(parts: readonly number[]): string {
  return parts.length === 3 && parts.every((part) => part >= 0 && part <= 255)
    ? `rgb(${parts.join(" ")})`
    : "";
}

/** A colour of xterm's 256: the eight twice, a cube of 6 × 6 × 6, 24 greys. */
function indexed(index: number | undefined): string {
  if (index === undefined || !(index >= 0 && index <= 255)) return "";
  if (index < 16) return names[index % 8];
  if (index >= 232) return trueColour([0, 1, 2].map(() => 8 + 10 * (index - 232)));
  const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  const at = index - 16;
  return trueColour([Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map(level));
}

function marked(text: string, look: Look): string {
  if (text === "") return "";
  // Other control characters have no form in HTML.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const escaped = escapeHtml(text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "\ufffd"));
  const { inverse, link } = look;
  const [ink, paper] = inverse ? [look.paper || "paper", look.ink || "ink"] : [look.ink, look.paper];
  const classes = [
    ...(["bold", "faint", "italic", "underlined", "struck"] as const).filter((one) => look[one]),
    ...(ink !== "" && !ink.startsWith("rgb") ? [`ansi-${ink}`] : []),
    ...(paper !== "" && !paper.startsWith("rgb") ? [`ansi-bg-${paper}`] : []),
  ].map((text) => `tl-${text}`);
  const styles = [
    ...(ink.startsWith("rgb") ? [`color:${paper === "" ? `light-dark(${shade(ink)})` : ink}`] : []),
    ...(paper.startsWith("rgb") ? [`background:${paper}`] : []),
    ...(paper.startsWith("rgb") && ink === "" ? [`color:${readableOn(paper)}`] : []),
  ];
  const attributes =
    (classes.length > 0 ? ` class="${classes.join(" ")}"` : "") +
    (styles.length > 0 ? ` style="${styles.join(";")}"` : "");
  const shown = attributes === "" ? escaped : `<span${attributes}>${escaped}</span>`;
  return link === "" ? shown : `<a href="${escapeHtml(link)}">${shown}</a>`;
}

function parts(colour: string): number[] {
  return (colour.match(/\d+/g) ?? []).map(Number);
}

/** The colour as it can be read on a light and on a dark page: of its own hue, darker or lighter where it must be. */
function shade(colour: string): string {
  const mixed = (to: number, share: number): string =>
    `rgb(${parts(colour)
      .map((value) => Math.round(value * (1 - share) + to * share))
      .join(" ")})`;
  const steps = [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9];
  const on = (to: number, holds: (light: number) => boolean): string =>
    steps.map((share) => mixed(to, share)).find((text) => holds(luminance(text))) ?? mixed(to, 1);
  return `${on(0, (light) => light <= 0.16)}, ${on(255, (light) => light >= 0.24)}`;
}

function readableOn(paper: string): string {
  return luminance(paper) > 0.18 ? "rgb(0 0 0)" : "rgb(255 255 255)";
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [r, g, b] = parts(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
