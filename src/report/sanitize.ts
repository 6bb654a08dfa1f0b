import sanitizeHtml from "sanitize-html";
import { explorerAttribute, readExploration } from "./charts/explorer";
import { sortAttribute } from "./sort-table";

const flow =
  "a abbr b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn div dl dt em figcaption " +
  "figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li main mark meter ol p pre progress q rp rt ruby s samp section small " +
  "span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr";
const svg =
  "svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath clipPath mask " +
  "pattern marker linearGradient radialGradient stop image";

const general =
  "id class title lang dir role tabindex style colspan rowspan headers scope span start reversed value min max low " +
  "high optimum datetime cite open alt width height aria-*";
const drawing =
  "viewBox preserveAspectRatio xmlns x y x1 y1 x2 y2 cx cy r rx ry d dx dy points transform rotate textLength " +
  "lengthAdjust startOffset offset gradientUnits gradientTransform spreadMethod fx fy patternUnits " +
  "patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits markerUnits markerWidth " +
  "markerHeight refX refY orient fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray " +
  "stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit opacity color font-family font-size " +
  "font-style font-weight text-anchor text-decoration dominant-baseline alignment-baseline baseline-shift " +
  "letter-spacing word-spacing clip-path clip-rule mask marker-start marker-mid marker-end stop-color stop-opacity " +
  "visibility display vector-effect shape-rendering text-rendering paint-order";

// What cannot lift an output out of its place in the page or cover what is not its own.
const styles =
  "color background background-color font font-family font-size font-style font-weight font-variant " +
  "font-variant-numeric line-height letter-spacing text-align text-decoration text-transform text-indent " +
  "text-overflow vertical-align white-space word-break overflow-wrap width height min-width min-height max-width " +
  "max-height margin margin-top margin-right margin-bottom margin-left padding padding-top padding-right " +
  "padding-bottom padding-left border border-top border-right border-bottom border-left border-color border-style " +
  "border-width border-radius border-collapse border-spacing display flex flex-direction flex-wrap gap " +
  "grid-template-columns align-items justify-content overflow overflow-x overflow-y opacity fill stroke " +
  "stroke-width stroke-dasharray";

const words = (text: string): string[] => text.split(" ");
const harmless = /^(?!.*(?:expression|javascript:|url\(\s*(?!["']?#)))[^<>]*$/i;
const allowedStyles = { "*": Object.fromEntries(words(styles).map((name) => [name, [harmless]])) };

/**
 * The HTML or SVG without anything that could run script, load from the network or leave its place in the page: only
 * known elements, attributes and style properties stay. Text stays, scripts and style sheets go with their content.
 */
export function sanitize(markup: string): string {
  // SVG's names are written in mixed case, so only those all in capitals are HTML's.
  const lowered = markup.replace(/<(\/?[A-Z][A-Z\d]*)\b/g, (tag) => tag.toLowerCase());
  return sanitizeHtml(lowered, {
    parser: { lowerCaseTags: false, lowerCaseAttributeNames: false, recognizeSelfClosing: true },
    allowedTags: [...words(flow), ...words(svg)],
    nonTextTags: [
      "script",
      "style",
      "textarea",
      "option",
      "noscript",
      "template",
      "iframe",
      // What stands in them is for browsers without them.
      "audio",
      "video",
      "canvas",
      "object",
      "SCRIPT",
      "STYLE",
    ],
    allowedAttributes: {
      "*": [...words(general), ...words(drawing)],
      a: ["href"],
      img: ["src"],
      use: ["href", "xlink:href"],
      image: ["href", "xlink:href"],
      textPath: ["href", "xlink:href"],
      figure: [explorerAttribute],
      table: [sortAttribute],
      svg: ["xmlns", "xmlns:xlink"],
    },
    allowedSchemes: ["http", "https", "mailto"],
    allowedSchemesByTag: { img: ["data"], image: ["data"] },
    allowedSchemesAppliedToAttributes: ["href", "src", "cite", "xlink:href"],
    allowProtocolRelative: false,
    allowedStyles,
    transformTags: { "*": localOnly },
    exclusiveFilter: (frame) => frame.tag === "img" && frame.attribs.src === undefined,
  });
}

/** Leaves out references to anything but the output itself and embedded pictures. */
function localOnly(tagName: string, attribs: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  const kept: sanitizeHtml.Attributes = {};
  for (const [name, value] of Object.entries(attribs)) {
    if (/url\(\s*(?!["']?#)/i.test(value)) continue;
    if (name === explorerAttribute && !readExploration(value)) continue;
    const reference = name === "href" || name === "xlink:href" || name === "src";
    if (reference && tagName !== "a") {
      const picture = tagName === "img" || tagName === "image";
      if (!(picture ? /^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/i : /^#/).test(value)) continue;
    }
    kept[name] = value;
  }
  // A picture without words is announced as such.
  if (tagName === "img") kept.alt ??= "Picture";
  return { tagName, attribs: kept };
}

/**
 * The markup with every id that is already in `taken` renamed, together with what refers to it; its ids are then taken.
 */
export function uniqueIds(markup: string, taken: Set<string>): string {
  let out = markup;
  for (const id of new Set([...markup.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]))) {
    let fresh = id;
    for (let n = 2; taken.has(fresh); n++) fresh = `${id}-${n}`;
    taken.add(fresh);
    if (fresh === id) continue;
    const name = id.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    out = out
      .replace(new RegExp(`(\\sid=")${name}(")`, "g"), `$1${fresh}$2`)
      .replace(new RegExp(`((?:href|xlink:href)="#)${name}(")`, "g"), `$1${fresh}$2`)
      .replace(new RegExp(`(url\\(["']?#)${name}(["']?\\))`, "g"), `$1${fresh}$2`)
      .replace(
        new RegExp(`((?:aria-[a-z]+|headers|for)="(?:[^"]*\\s)?)${name}(?=[\\s"])`, "g"),
        `$1${fresh}`,
      );
  }
  return out;
}
