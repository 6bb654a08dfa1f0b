import { Command } from "commander";
import { count, money, percent, percentOf } from "../../../core/format";
import type { Limits } from "../../../evaluate/decision/choose-contacts";
import type { CampaignLesson } from "../../../services/contact/past-campaign";
import type { NamedOffer, RetentionPlan } from "../../../services/contact/plan";
import type { Customers } from "../../../services/contact/prospects";
import type { TableKind } from "../../../services/value/kind";
import { usageError } from "../../support/exit";
import { decimalNumber, wholeNumber } from "../../support/options";
import { note, print, printJson, printTable } from "../../support/output";
import {
  noteColumns,
  type OwnCustomers,
  type OwnDataFlags,
  ownDataOptions,
  readOwn,
  writeCustomers,
} from "../../support/own-data";

interface RetainFlags extends OwnDataFlags {
  readonly budget?: string;
  readonly budgetCertainty?: string;
  readonly contacts?: string;
  readonly contactCost: string;
  readonly offerCost: string;
  readonly acceptance: string;
  readonly stayerAcceptance: string;
  readonly offer?: string[];
  readonly referenceRule?: boolean;
  readonly campaign?: string;
  readonly treated?: string;
  readonly left?: string;
  readonly churn?: string;
  readonly value?: string;
  readonly alive?: string;
  readonly out?: string;
  readonly html?: string;
  readonly json?: boolean;
}

/** `telelink retain`: whom to contact with which budget. */
export function retainCommand(): Command {
  const command = new Command("retain")
    .description("choose whom to contact with a retention offer, within a budget")
    .requiredOption(
      "--data <file>",
      "a table of customers with churn and value, of contracts or of transactions; - reads standard input",
    )
    .option("--budget <money>", "the most to be spent, as expected (default: whatever pays)")
    .option("--budget-certainty <share>", "with what chance actual spending must stay within the budget")
    .option("--contacts <n>", "the most customers to be contacted")
    .option("--contact-cost <money>", "cost of reaching a customer", "1")
    .option("--offer-cost <money>", "cost of the offer to one who takes it", "10")
    .option("--acceptance <share>", "the share of leavers whom the offer keeps", "0.3")
    .option("--stayer-acceptance <share>", "the share of stayers who take it all the same", "1")
    .option(
      "--offer <offers...>",
      "several offers, each as name,contact,offer,acceptance[,stayers], of which each customer gets the one that suits",
    )
    .option(
      "--reference-rule",
      "show the reference system's rule beside, whose thresholds are of its own money",
    )
    .option(
      "--campaign <file>",
      "a past campaign by lot (customers with churn and value as scored before it, contacted, left): learn --acceptance from it and test the plan on it",
    )
    .option("--treated <column>", "past campaign: 1 for who was contacted (default: by its name)")
    .option("--left <column>", "past campaign: 1 for who left (default: by its name)")
    .option("--out <file>", "write a row per customer to this CSV file, those to be contacted ranked")
    .option("--html <file>", "write a report for managers to this file: whom to contact first, and why")
    .option("--kind <kind>", "customers, contracts or transactions (default: by the columns' names)")
    .option("--churn <column>", "customers: the chance to leave")
    .option("--value <column>", "customers: what staying is worth")
    .option(
      "--alive <column>",
      "customers: the chance to be one still (default: alive, if there is one, else 1)",
    );
  return ownDataOptions(command)
    .addHelpText(
      "after",
      `
The expected profit of a contact is churn × acceptance × value − contact − offer × the chance that it is taken, by leavers
who are kept and by stayers all the same. Of customers without contracts, who may be gone already, churn is the chance to
leave within --churn-months of those still there, and value counts the chance that they are: nobody is won back from the
dead. The plan brings the most that the limits allow.

Examples:
  $ telelink retain --data scored.csv --churn p_churn --value clv --budget 5000 --offer-cost 20 --out contacts.csv
  $ telelink retain --data contracts.csv --budget 10000 --budget-certainty 0.95 --margin 0.4 --json
  $ telelink retain --data scored.csv --campaign spring.csv --contact-cost 2 --offer-cost 15
  $ telelink retain --data scored.csv --offer mail,0.1,5,0.1 call,4,20,0.3,0.8 --contacts 500`,
    )
    .action(retain);
}

async function retain(flags: RetainFlags): Promise<void> {
  const [{ planRetention }, { prospectColumns }] = await Promise.all([
    import("../../../services/contact/plan.js"),
    import("../../../services/contact/prospects.js"),
  ]);
  const assumed = offersOf(flags);
  const limits = {
    ...(flags.budget === undefined ? {} : { budget: decimalNumber(flags.budget, "--budget", 0, 1e15) }),
    ...(flags.contacts === undefined ? {} : { contacts: wholeNumber(flags.contacts, "--contacts", 0) }),
  };
  const certainty =
    flags.budgetCertainty === undefined
      ? undefined
      : decimalNumber(flags.budgetCertainty, "--budget-certainty", 0.5, 0.9999);
  if (certainty !== undefined && flags.budget === undefined)
    throw usageError("Cannot use --budget-certainty: it needs --budget");
  const own = await readOwn(flags, ["customers", "contracts", "transactions"], (table) =>
    prospectColumns(table, flags),
  );
  const { kind } = own;
  const prospects = await prospectsOf(own, flags);
  const lesson = await lessonOf(flags, assumed, { limits, next: prospects.customers.length });
  const offers = lesson
    ? [{ ...assumed[0], acceptance: Math.max(0, Math.min(1, lesson.acceptance.value)) }]
    : assumed;
  const plan = planRetention(prospects, offers, {
    ...limits,
    ...(certainty === undefined ? {} : { certainty }),
    reference: flags.referenceRule === true,
  });
  if (flags.out) {
    const { churn, value, profit, cost, rank } = plan;
    const alive: Record<string, ArrayLike<number>> = prospects.alive ? { alive: prospects.alive } : {};
    await writeCustomers(flags.out, {
      customers: plan.customers,
      figures: { ...alive, churn, value, profit, cost, rank },
      more: offers.length > 1 ? [plan.offer] : [],
    });
    note(`${flags.out}: ${plan.customers.length} customers, ${plan.contacted} to be contacted`);
  }
  if (flags.html) {
    const [{ planPage }, { fileOrigin }, { writeAtomic }] = await Promise.all([
      import("../../../services/contact/plan-page.js"),
      import("../../../data/read/file-origin.js"),
      import("../../../data/files.js"),
    ]);
    const source = { ...(await fileOrigin(flags.data)), simulated: false };
    writeAtomic(flags.html, await planPage(plan, prospects, limits, source));
    note(`wrote ${flags.html}`);
  }
  noteColumns(kind, prospects.columns);
  for (const line of prospects.notes) note(line);
  const { contacted, totalProfit, totalCost, profitBound, withinBudget, rules, breakEvenChurn } = plan;
  if (flags.json) {
    const customers = plan.customers.length;
    printJson({
      kind,
      columns: prospects.columns,
      notes: prospects.notes,
      customers,
      offers,
      ...limits,
      contacted,
      totalProfit,
      totalCost,
      profitBound,
      withinBudget,
      breakEvenChurn,
      rules,
      ...(lesson ? { campaign: lesson } : {}),
    });
    return;
  }
  print(
    `Contact ${contacted} of ${plan.customers.length} customers: expected profit ${money(totalProfit)} for ${money(totalCost)}`,
  );
  if (lesson) print(campaignWords(lesson, plan));
  const short = profitBound > 0 ? 1 - totalProfit / profitBound : 0;
  if (short > 1e-9 && certainty === undefined)
    print(`No choice within these limits brings more than ${(100 * short).toPrecision(1)}% above that.`);
  if (flags.budget !== undefined && contacted > 0)
    print(
      `Offers are taken or not by chance: actual spending stays within the budget with a chance of ${percentOf(withinBudget, 1)}${withinBudget < 0.95 && certainty === undefined ? " (--budget-certainty 0.95 plans for less)" : ""}.`,
    );
  print(
    breakEvenChurn === undefined
      ? "For a customer of the median value a contact never pays at these costs."
      : `For a customer of the median value a contact pays from a chance to leave of ${percent(breakEvenChurn)}.`,
  );
  print();
  printTable(
    ["rule, same limits", "contacts", "profit", "cost"],
    [{ name: "expected profit", contacted, profit: totalProfit, cost: totalCost }, ...rules].map((rule) => [
      rule.name,
      count(rule.contacted),
      money(rule.profit),
      money(rule.cost),
    ]),
  );
}

/** What the past campaign of --campaign says, where there is one. */
async function lessonOf(
  flags: RetainFlags,
  offers: readonly NamedOffer[],
  plan: { readonly limits: Limits; readonly next: number },
): Promise<CampaignLesson | undefined> {
  if (flags.campaign === undefined) {
    if (flags.treated !== undefined || flags.left !== undefined)
      throw usageError("Cannot use --treated and --left: they name columns of --campaign");
    return undefined;
  }
  if (offers.length > 1) throw usageError("Cannot use --campaign: it tests one offer, not several");
  const { pastCampaignFrom, learnFromCampaign } = await import("../../../services/contact/past-campaign.js");
  const own = await readOwn({ ...flags, data: flags.campaign, kind: "customers" }, ["customers"]);
  const past = pastCampaignFrom(own.table, flags);
  noteColumns("past campaign", past.columns);
  for (const line of [...own.notes, ...past.notes]) note(line);
  return learnFromCampaign(past, offers[0], plan);
}

function campaignWords({ customers, acceptance, tested }: CampaignLesson, plan: RetentionPlan): string {
  const { value, low, high } = acceptance;
  const n = plan.customers.length;
  const gain = plan.totalProfit + plan.totalCost;
  const believed = (share: number): number => (gain * share) / Math.max(value, 1e-9) - plan.totalCost;
  const lines = [
    `The past campaign (${count(customers)} customers) keeps ${percent(value)} of those who would leave (95%: ${percent(low)} to ${percent(high)}); that stands in for --acceptance.`,
    ...(plan.contacted > 0
      ? [
          `So the plan's profit is ${money(believed(low))} to ${money(believed(high))}, as far as that share is uncertain.`,
        ]
      : []),
    `Planned so, the past campaign's customers would have brought ${money(n * tested.value)} for as many as these (95%: ${money(n * tested.low)} to ${money(n * tested.high)}; cross-fitted, doubly robust).`,
  ];
  if (high < 0)
    lines.push("The campaign shows that the offer makes customers leave: contact nobody with it.");
  else if (low <= 0)
    lines.push("The campaign does not show that the offer keeps anybody: its interval holds 0.");
  return lines.join("\n");
}

/** The one offer of the options, or those of --offer. */
function offersOf(flags: RetainFlags): NamedOffer[] {
  const named = flags.offer ?? [];
  if (named.length === 0)
    return [
      {
        name: "offer",
        contactCost: decimalNumber(flags.contactCost, "--contact-cost", 0, 1e12),
        offerCost: decimalNumber(flags.offerCost, "--offer-cost", 0, 1e12),
        acceptance: decimalNumber(flags.acceptance, "--acceptance", 0, 1),
        stayerAcceptance: decimalNumber(flags.stayerAcceptance, "--stayer-acceptance", 0, 1),
      },
    ];
  return named.map((text) => {
    const [name, contact, cost, acceptance, stayers = flags.stayerAcceptance, ...more] = text.split(",");
    if (acceptance === undefined || more.length > 0 || name.trim() === "")
      throw usageError(
        `Cannot use --offer: it must be a name, costs of contact and offer and the share it keeps, as call,4,20,0.3, got ${JSON.stringify(text)}`,
      );
    return {
      name: name.trim(),
      contactCost: decimalNumber(contact, `--offer ${name}`, 0, 1e12),
      offerCost: decimalNumber(cost, `--offer ${name}`, 0, 1e12),
      acceptance: decimalNumber(acceptance, `--offer ${name}`, 0, 1),
      stayerAcceptance: decimalNumber(stayers, `--offer ${name}`, 0, 1),
    };
  });
}

async function prospectsOf(own: OwnCustomers<TableKind>, flags: RetainFlags): Promise<Customers> {
  if (own.kind === "contracts") {
    const { customers, churn, value, columns, notes } = own;
    return { customers, churn, value, columns, notes };
  }
  if (own.kind === "transactions") {
    const { customers, alive, churn, value, columns, notes } = own;
    return { customers, alive, churn, value, columns, notes };
  }
  const { prospectsFrom } = await import("../../../services/contact/prospects.js");
  const read = prospectsFrom(own.table, flags, own.customers);
  return { ...read, notes: [...own.notes, ...read.notes] };
}
