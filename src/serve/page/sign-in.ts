import { html } from "../../report/html";
import { layout } from "./layout";

/** Where a page that needs a key sends whoever has none. */
export function signInPage(footer: string): string {
  return layout({
    footer,
    path: "/sign-in",
    title: "Sign in",
    lead: "That page shows what only people with a key may see.",
    script: "sign-in",
    body: html`<div class="app-row"><button type="button" id="sign-in" class="app-first">Sign in with a key</button></div>
<section id="result" aria-live="polite"></section>`,
  });
}
