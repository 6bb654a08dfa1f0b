import { count, decimal, difference, interval, percent } from "../../core/format";
import { type Dot, dotChart } from "../../report/charts/dots";
import { dataTable, numeric, scored } from "../../report/data-table";
import { html, untypeset } from "../../report/html";
import { isMissing, type Missing, missingNote } from "../missing";
import { forecasts, type MailingPolicy, type MailingStudy, mails, single, validated } from "./mailing";

/** All that the real campaign shows, piece by piece. */
export async function mailingParts(study: MailingStudy | Missing): Promise<readonly string[]> {
  if (isMissing(study)) return [missingNote("Hillstrom's campaign", study)];
  return [mailingTable(study), await mailingPolicyChart(study), mailingQiniTable(study)];
}

/** What the lot shows before any model: visits and spending of each group. */
function mailingTable(study: MailingStudy): string {
  return dataTable(
    study.arms,
    [
      { label: "Group", text: (row) => row.name },
      numeric("Customers", (row) => count(row.customers)),
      numeric("Visited", (row) => percent(row.visits)),
      numeric("Spent, $ a customer", (row) => decimal(row.spend, 2)),
      numeric("95% interval", (row) =>
        interval(row.spend - 1.96 * row.standardError, row.spend + 1.96 * row.standardError, 2),
      ),
    ],
    {
      caption: `Hillstrom's campaign: ${count(study.arms.reduce((sum, arm) => sum + arm.customers, 0))} customers of a shop, e-mails by lot, two weeks`,
      note: "Because the lot decided, differences between the groups are what the e-mails did.",
    },
  );
}

/** Each policy's value over the better e-mail to everybody, on customers of whom it knew nothing. */
function mailingPolicyChart(study: MailingStudy): Promise<string> {
  // Policies that are the reference itself differ from it by nothing.
  const policies = study.policies.filter(
    (policy) => policy.name !== single && policy.judged.standardError > 0,
  );
  const chosen = policyNamed(study, validated);
  const { value, low, high } = chosen.judged;
  return dotChart({
    title:
      low > 0
        ? `Choosing e-mails by validation brings ${decimal(value, 2)} dollars a customer more than the better one to everybody`
        : chosen.judged.standardError === 0
          ? "Validation keeps to the better e-mail for everybody: no forecast is told from it"
          : `No forecast surely beats the better e-mail to everybody: what validation chooses brings ${difference(value, 2)} dollars a customer (${interval(low, high, 2)})`,
    description: `Dollars a customer over the better e-mail to everybody: ${policies.map((policy) => `${policy.name} ${difference(policy.judged.value, 2)} (${interval(policy.judged.low, policy.judged.high, 2)})`).join("; ")}.`,
    note: `Doubly robust values with 95% intervals; each customer's e-mail is decided by models of customers of other folds, which also say which e-mail is the better one. In the folds validation chose: ${[...new Set(study.chosen)].join("; ")}.`,
    x: { label: "Spending over the better e-mail to everybody, $ a customer", format: "+.2f" },
    zero: 0,
    dots: policies.map(
      (policy): Dot => ({
        label: policy.name,
        value: policy.judged.value,
        low: policy.judged.low,
        high: policy.judged.high,
        colour: policy === chosen ? 2 : 1,
      }),
    ),
  });
}

export function policyNamed(study: MailingStudy, name: string): MailingPolicy {
  const found = study.policies.find((policy) => policy.name === name);
  if (!found) throw new RangeError(`Cannot find a policy: it must be one of the study's, got ${name}`);
  return found;
}

/** Qini of our learners beside that of Python's libraries, on the same rows. */
function mailingQiniTable(study: MailingStudy): string {
  const { peers, versions, rows } = study.peers;
  const all = [
    ...study.learners.map(({ name, qini }) => ({
      library: "telelink",
      name,
      qini: qini.estimate,
      range: interval(qini.low, qini.high),
    })),
    ...peers.map((peer) => ({ ...peer, range: "" })),
  ];
  return dataTable(
    all,
    [
      { label: "Program", text: (row) => row.library },
      {
        label: "Learner",
        text: (row) =>
          row.library === "telelink" && row.name === study.chosenLearner ? `${row.name} (chosen)` : row.name,
      },
      scored("Qini", "highest", (row) => row.qini),
      numeric("95% interval", (row) => row.range),
    ],
    {
      caption: `Whom the women's e-mail brings to visit: ${count(rows.judge)} customers of odd place, by learners of ${count(rows.teach)} of even place`,
      note: `Qini as scikit-uplift's qini_auc_score; peers' figures by scripts/reference/hillstrom.py (${Object.entries(
        versions,
      )
        .map(([one, version]) => `${one} ${version}`)
        .join(
          ", ",
        )}). Ours is chosen by cross-fitting on the rows that teach. Intervals draw customers anew; differences within them are luck.`,
    },
  );
}

/** What the real campaign says, in sentences. */
export function mailingWords(study: MailingStudy): string {
  const [chosen, nobody] = [validated, `${mails[0]} to everybody`].map((name) => policyNamed(study, name));
  const { value, low, high } = study.half;
  const best = study.learners.find((learner) => learner.name === study.chosenLearner) ?? study.learners[0];
  const peer = study.peers.peers.reduce((a, b) => (b.qini > a.qini ? b : a));
  const words = low > 0 ? "a gain" : high < 0 ? "a loss" : "no sure gain";
  return html`<ul class="${untypeset}">
<li>Real customers (Hillstrom): ${
    chosen.judged.standardError === 0
      ? "validation keeps to the better e-mail for everybody; "
      : html`what validation chooses brings ${difference(chosen.judged.value, 2)} dollars a customer (${interval(chosen.judged.low, chosen.judged.high, 2)}) over the better e-mail to everybody; `
  }${forecasts.map((name) => policyNamed(study, name)).map((policy) => html`${policy.name.charAt(0).toLowerCase()}${policy.name.slice(1)} brings ${difference(policy.judged.value, 2)} (${interval(policy.judged.low, policy.judged.high, 2)}), `)}no e-mail at all, ${difference(nobody.judged.value, 2)} (${interval(nobody.judged.low, nobody.judged.high, 2)}).</li>
<li>With e-mails for half of the customers, choosing them by the linear forecast brings ${difference(value, 2)} dollars a customer (${interval(low, high, 2)}) over a random half: ${words}.</li>
<li>Whom the women's e-mail brings to visit: Qini ${decimal(best.qini.estimate)} (${interval(best.qini.low, best.qini.high)}) by the learner chosen, ${decimal(peer.qini)} by the best of the peers (${peer.library}, ${peer.name}).</li>
</ul>`.text;
}
