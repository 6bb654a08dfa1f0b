/**
 * The style of every page that is made here. Charts take the --tl-… colours from it; everything follows the reader's
 * light or dark setting, small screens and print.
 */
export const pageStyle: string = `
:root {
  color-scheme: light dark;
  --tl-paper: #ffffff; --tl-surface: #f4f6f8; --tl-head: #eef3f8; --tl-ink: #1c1e21; --tl-faint: #5a616b; --tl-grid: #e3e5e8;
  --tl-line: #d3d7dc; --tl-shade: rgb(20 30 45 / .16); --tl-accent: #0a5ca8; --tl-bad: #b3261e; --tl-bad-surface: #fdf0ef;
  --tl-warn: #6b4400; --tl-warn-surface: #ffe9b8; --tl-warn-line: #e0a526;
  --tl-1: #0072b2; --tl-2: #d55e00; --tl-3: #009e73; --tl-4: #cc79a7; --tl-5: #b58900; --tl-6: #56b4e9;
  --tl-grey: #8a8f98;
  --tl-word: #7a3e9d; --tl-text: #0a6b3d; --tl-number: #9a4a00; --tl-comment: #5f6670; --tl-name: #0a5ca8;
  --tl-mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --tl-paper: #121518; --tl-surface: #1b2026; --tl-head: #18202a; --tl-ink: #e7eaee; --tl-faint: #a3abb6; --tl-grid: #2b3138;
    --tl-line: #3a424b; --tl-shade: rgb(0 0 0 / .55); --tl-accent: #7cb8f5; --tl-bad: #ff9d94; --tl-bad-surface: #321b1a;
    --tl-warn: #ffdf9e; --tl-warn-surface: #3d2d08; --tl-warn-line: #c08a1c;
    --tl-1: #4ba3dd; --tl-2: #f08a45; --tl-3: #2fbd94; --tl-4: #dd98bf; --tl-5: #d8b13a; --tl-6: #8dd0f7;
    --tl-grey: #949ba6;
    --tl-word: #d0a4ee; --tl-text: #7fd1a3; --tl-number: #f0b27a; --tl-comment: #a3abb6; --tl-name: #8cc1f7;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { font: 17px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; -webkit-text-size-adjust: 100%; scroll-padding-top: 1.5rem; }
body { margin: 0; background: var(--tl-paper); color: var(--tl-ink); overflow-wrap: break-word; }
h1, h2, h3, h4, h5, h6, a, .tl-finding { overflow-wrap: anywhere; }
a { color: var(--tl-accent); text-underline-offset: .15em; text-decoration-thickness: .06em; }
:focus-visible { outline: 3px solid var(--tl-accent); outline-offset: 2px; border-radius: 2px; }
.tl-skip { position: absolute; left: -99rem; top: 0; padding: .5rem 1rem; background: var(--tl-paper); z-index: 2; }
.tl-skip:focus { left: 0; }
.tl-sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.tl-band { background: var(--tl-warn-surface); color: var(--tl-warn); border-bottom: 3px solid var(--tl-warn-line); }
.tl-band p { margin: 0 auto; max-width: 84rem; padding: .7rem clamp(1rem, 4vw, 3rem); }
.tl-band.tl-failed { background: var(--tl-bad-surface); color: var(--tl-bad); border-color: var(--tl-bad); }
.tl-page { max-width: 84rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 3rem); }

.tl-head { padding: clamp(1.6rem, 4.5vw, 3.4rem) 0 clamp(1.3rem, 2.5vw, 2rem); background: var(--tl-head); }
.tl-kicker { margin: 0 0 .7rem; font-size: .82rem; color: var(--tl-faint); }
h1 { font-size: clamp(1.7rem, 1.15rem + 2.2vw, 2.7rem); line-height: 1.15; letter-spacing: -.02em; margin: 0; max-width: 24em; text-wrap: balance; font-weight: 680; }
.tl-finding { font-size: clamp(1.12rem, 1rem + .55vw, 1.42rem); line-height: 1.5; max-width: 56ch; margin: 1.1rem 0 0; text-wrap: pretty; }
.tl-keys { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: 1.6rem 2.4rem; margin: 2.1rem 0 0; max-width: 70rem; }
.tl-keys + .tl-note { margin: .9rem 0 0; }
.tl-key { display: flex; flex-direction: column; margin: 0; padding-top: .7rem; border-top: 2px solid var(--tl-accent); }
.tl-key dt { order: 2; font-size: .92rem; line-height: 1.35; margin-top: .15rem; }
.tl-key dd { order: 1; margin: 0; font-size: 2.1rem; line-height: 1.1; font-weight: 640; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.tl-key dd + dd { order: 3; font-size: .84rem; line-height: 1.4; font-weight: 400; letter-spacing: 0; color: var(--tl-faint); margin-top: .2rem; }
.tl-meta { margin: 1.8rem 0 0; color: var(--tl-faint); font-size: .86rem; line-height: 1.5; overflow-wrap: anywhere; }

.tl-body { display: grid; grid-template-columns: minmax(0, 1fr); }
.tl-main { min-width: 0; padding: 1.4rem 0 3rem; }
.tl-toc { font-size: .88rem; line-height: 1.4; }
.tl-toc ol { list-style: none; margin: 0; padding: 0; }
.tl-toc li { margin: 0; }
.tl-toc a { display: block; padding: .28rem 0; color: var(--tl-faint); text-decoration: none; }
.tl-toc a:hover { color: var(--tl-ink); text-decoration: underline; }
.tl-toc .tl-sub a { padding-left: 1rem; }
.tl-toc-wide { display: none; }
.tl-toc-small { margin-top: 1rem; border-bottom: 1px solid var(--tl-line); padding-bottom: .8rem; }
.tl-toc-small a { padding: .5rem 0; }
@media (min-width: 1120px) {
  .tl-body:not(.tl-alone) { grid-template-columns: 12.5rem minmax(0, 1fr); gap: 3.4rem; }
  .tl-toc-small { display: none; }
  .tl-toc-wide { display: block; position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 2.6rem 0 2rem; }
}

.tl-main > *, .tl-text > * { max-width: 70ch; }
.tl-main > .tl-output, .tl-main > .tl-text, .tl-main > details, .tl-text > .tl-table, .tl-text > pre { max-width: 1100px; }
h2, h3, h4 { line-height: 1.25; letter-spacing: -.01em; text-wrap: balance; }
h2 { font-size: 1.5rem; margin: 3.2rem 0 .8rem; }
h3 { font-size: 1.16rem; margin: 2.2rem 0 .6rem; }
h4 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
.tl-text:first-child > h2:first-child { margin-top: 1.4rem; }
p, ul, ol, dl { margin: .9rem 0; }
li { margin: .25rem 0; }
.tl-task { list-style: none; }
.tl-text > p, .tl-text > ul, .tl-text > ol { text-wrap: pretty; }
blockquote { margin: 1.2rem 0; padding: .1rem 0 .1rem 1.2rem; border-left: 3px solid var(--tl-line); color: var(--tl-faint); }
hr { border: 0; border-top: 1px solid var(--tl-line); margin: 2.4rem 0; }
img, svg { max-width: 100%; }
img, svg[viewBox] { height: auto; }
math[display="block"] { overflow-x: auto; overflow-y: hidden; padding: .3rem 0; }
.tl-anchor { font-weight: 400; text-decoration: none; color: var(--tl-faint); opacity: 0; padding: 0 .3em; }
:is(h2, h3, h4, h5, h6):hover .tl-anchor, .tl-anchor:focus { opacity: 1; }

code, pre, kbd, samp { font-family: var(--tl-mono); font-size: .86em; }
:not(pre) > code { background: var(--tl-surface); padding: .1em .3em; border-radius: 3px; overflow-wrap: anywhere; }
pre { font-size: .82rem; line-height: 1.5; overflow-x: auto; margin: .6rem 0; padding: .8rem 1rem; background: var(--tl-surface); border-radius: 6px; tab-size: 2; }
pre code { font-size: inherit; }
details > summary { cursor: pointer; color: var(--tl-faint); font-size: .85rem; width: fit-content; padding: .2rem 0; }
details > summary:hover { color: var(--tl-ink); }
.tl-code { margin: .6rem 0; }
.tl-code > summary { font-size: .78rem; font-variant-numeric: tabular-nums; }
.tl-code[open] { margin: 1rem 0 1.4rem; }
.hljs-keyword, .hljs-built_in, .hljs-literal { color: var(--tl-word); }
.hljs-string, .hljs-regexp, .hljs-char { color: var(--tl-text); }
.hljs-number { color: var(--tl-number); }
.hljs-comment, .hljs-meta { color: var(--tl-comment); }
.hljs-title, .hljs-attr, .hljs-property { color: var(--tl-name); }

.tl-output { margin: 1.2rem 0; }
.tl-output > :first-child { margin-top: 0; }
.tl-output > :is(p, ul, ol, dl, blockquote, h3, h4) { max-width: 70ch; }
.tl-stream { background: none; border-left: 3px solid var(--tl-grid); border-radius: 0; padding: .1rem 0 .1rem 1rem; }
.tl-stderr { border-color: var(--tl-warn-line); }
.tl-error { background: var(--tl-bad-surface); border-left: 4px solid var(--tl-bad); padding: .8rem 1rem; }
.tl-error p { margin: 0; font-weight: 600; color: var(--tl-bad); overflow-wrap: anywhere; }
.tl-error pre { background: none; padding: .5rem 0 0; margin: 0; }
.tl-cut { color: var(--tl-faint); font-size: .85rem; margin: .3rem 0; }
.tl-bold { font-weight: 700; }
.tl-faint { color: var(--tl-faint); } .tl-italic { font-style: italic; } .tl-underlined { text-decoration: underline; } .tl-struck { text-decoration: line-through; }
.tl-bad, .tl-ansi-red { color: var(--tl-bad); }
.tl-ansi-green { color: var(--tl-text); } .tl-ansi-yellow { color: var(--tl-number); }
.tl-ansi-blue, .tl-ansi-cyan { color: var(--tl-name); } .tl-ansi-magenta { color: var(--tl-word); }
.tl-ansi-white { color: var(--tl-faint); } .tl-ansi-paper { color: var(--tl-paper); }
[class*="tl-ansi-bg-"] { color: #fff; } .tl-ansi-bg-black { background: #1c1e21; } .tl-ansi-bg-red { background: #a3221b; } .tl-ansi-bg-green { background: #0a6b3d; }
.tl-ansi-bg-yellow { background: #805000; } .tl-ansi-bg-blue { background: #0a5ca8; } .tl-ansi-bg-magenta { background: #7a3e9d; }
.tl-ansi-bg-cyan { background: #0b6675; } .tl-ansi-bg-white { background: #d3d7dc; color: #1c1e21; } .tl-ansi-bg-ink { background: var(--tl-ink); color: var(--tl-paper); }
.tl-omitted { margin: .8rem 0 0; font-size: .86rem; } .tl-omitted ul { margin: .3rem 0; }
.tl-output > svg:not([class^="tl-"]), .tl-output > img, .tl-output > :not(.tl-figure) > svg, .tl-text img { background: #fff; color: #1c1e21; }
.tl-widget { display: grid; gap: .3rem; } .tl-widget.tl-beside { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center; } .tl-widget :is(p, pre) { margin: 0; }
#tl-seal button { font: inherit; margin-right: .6rem; }

.tl-table {
  position: relative; overflow: auto; max-width: 100%; max-height: 90vh; margin: 1.1rem 0;
  background:
    linear-gradient(to left, var(--tl-paper) 40%, transparent) right / 2.5rem 100% no-repeat local,
    linear-gradient(to left, var(--tl-shade), transparent) right / .7rem 100% no-repeat scroll;
}
table { border-collapse: separate; border-spacing: 0; width: max-content; font-size: .88rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 640; font-size: 1rem; line-height: 1.35; padding: 0 0 .5rem; width: max-content; max-width: min(70ch, 88vw); position: sticky; left: 0; }
th, td { padding: .42rem 1.3rem .42rem 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--tl-grid); max-width: 23rem; }
th:last-child, td:last-child { padding-right: .3rem; }
thead th { font-weight: 600; color: var(--tl-faint); border-bottom: 1.5px solid var(--tl-line); vertical-align: bottom; position: sticky; top: 0; z-index: 1; background: var(--tl-paper); max-width: 8.5rem; white-space: normal; text-wrap: balance; overflow-wrap: anywhere; }
tbody th { font-weight: 500; max-width: 15rem; }
thead th:first-child, tbody th { position: sticky; left: 0; background: var(--tl-paper); }
thead th:first-child { z-index: 2; }
.tl-num { text-align: right; }
td.tl-num { white-space: nowrap; }
td[style*="background"] { padding-inline: .65rem; }
.tl-muted, .tl-muted th { color: var(--tl-faint); font-weight: 400; }
td strong { font-weight: 720; }
.tl-note { color: var(--tl-faint); font-size: .85rem; line-height: 1.45; margin: .5rem 0; max-width: 80ch; }
.tl-figure { margin: 1.6rem 0; }
.tl-figure figcaption { font-weight: 640; font-size: 1rem; line-height: 1.35; margin-bottom: .7rem; max-width: 70ch; }
.tl-chart { position: relative; overflow-x: auto; }
.tl-chart svg { display: block; height: auto; }
.tl-data { margin-top: .3rem; }
.tl-data .tl-table { max-height: 22rem; overflow: auto; }

.tl-provenance { border-top: 1px solid var(--tl-line); margin-top: 3.5rem; padding-top: .4rem; font-size: .9rem; }
.tl-provenance h2 { font-size: 1.16rem; margin-top: 1.6rem; }
.tl-provenance caption { font-size: .9rem; }
.tl-provenance td { overflow-wrap: anywhere; max-width: 34rem; }
.tl-main > .tl-provenance { max-width: 1100px; }
.tl-provenance .tl-hash { font-family: var(--tl-mono); font-size: .84em; max-width: 20rem; }
footer { border-top: 1px solid var(--tl-line); color: var(--tl-faint); font-size: .84rem; padding: 1.2rem 0 3rem; }

.tl-main > .tl-reports, .tl-main > .tl-compared { max-width: none; }
.tl-reports { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 0 3.4rem; }
.tl-reports > li { padding: 1.5rem 0 1.7rem; border-top: 1px solid var(--tl-line); margin: 0; }
.tl-reports h2 { margin: 0; font-size: 1.25rem; }
.tl-reports .tl-finding { font-size: 1rem; margin-top: .4rem; }
.tl-reports .tl-keys { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .8rem 1.4rem; margin-top: 1rem; }
.tl-reports .tl-key { padding-top: .4rem; }
.tl-reports .tl-key dd:first-of-type { font-size: 1.25rem; }
.tl-reports .tl-key dt, .tl-reports .tl-key dd + dd { font-size: .8rem; }
.tl-reports .tl-meta { margin-top: .8rem; font-size: .8rem; }
.tl-compared > h2 { margin-top: 1.6rem; }
.tl-failure { color: var(--tl-bad); max-width: 80ch; overflow-wrap: anywhere; }
.tl-failure a { color: inherit; }
.tl-badge { display: inline-block; font-size: .78rem; font-weight: 600; line-height: 1; padding: .3em .55em; border-radius: 3px; background: var(--tl-warn-surface); color: var(--tl-warn); vertical-align: .15em; }
.tl-badge.tl-failed { background: var(--tl-bad-surface); color: var(--tl-bad); }

@media (max-width: 40rem) {
  html { font-size: 16px; }
  .tl-keys { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.3rem 1.3rem; }
  .tl-key dd { font-size: 1.7rem; }
  table { font-size: .84rem; }
  th, td { padding-right: .9rem; max-width: 15rem; }
  tbody th { max-width: 8.5rem; }
  .tl-table { max-height: none; }
  .tl-chart > svg:not(.tl-wide, .tl-narrow) { max-width: none; }
  .tl-wide { display: none !important; }
  .tl-narrow { display: block !important; }
}
@media print {
  :root { color-scheme: light; }
  html { font-size: 10.5pt; }
  .tl-toc, .tl-skip, .tl-anchor, .tl-code, .tl-data { display: none !important; }
  .tl-body { display: block; }
  .tl-main { padding: 0; }
  .tl-text > h2 { break-before: page; }
  h2, h3, h4, figcaption, caption { break-after: avoid; }
  figure, tr, .tl-error, .tl-key, .tl-reports > li { break-inside: avoid; }
  .tl-head { background: none; padding-top: 0; }
  .tl-table, .tl-chart, pre { overflow: visible; max-height: none; background: none; }
  pre { white-space: pre-wrap; }
  thead th { position: static; }
  .tl-main a[href^="http"]::after { content: " (" attr(href) ")"; font-size: .85em; overflow-wrap: anywhere; }
}
@media (prefers-contrast: more) { :root { --tl-faint: var(--tl-ink); --tl-grid: var(--tl-faint); } }
`;
