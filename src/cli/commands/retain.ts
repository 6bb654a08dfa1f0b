import { Command } from "commander";
import type { Table } from "../../data/table";
import type { Prospects } from "../../evaluate/decision/offer";
import { decimalNumber, wholeNumber } from "../support/options";
import { note, print, printJson, printTable } from "../support/output";
import {
  customerTable,
  kindOf,
  modelNamed,
  money,
  type OwnDataFlags,
  ownDataOptions,
  readOwnTable,
  valueOptions,
} from "../support/own-data";

interface RetainFlags extends OwnDataFlags {
  readonly budget?: string;
  readonly contacts?: string;
  readonly contactCost: string;
  readonly offerCost: string;
  readonly acceptance: string;
  readonly stayerAcceptance: string;
  readonly churn?: string;
  readonly value?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `telelink retain`: whom to contact with which budget. */
export function retainCommand(): Command {
  const command = new Command("retain")
    .description("choose whom to contact with a retention offer, within a budget")
    .requiredOption("--data <file>", "a CSV file: customers with churn and value, contracts, or transactions")
    .option("--budget <money>", "the most to be spent (default: whatever pays)")
    .option("--contacts <n>", "the most customers to be contacted")
    .option("--contact-cost <money>", "cost of reaching a customer", "1")
    .option("--offer-cost <money>", "cost of the offer to one who takes it", "10")
    .option("--acceptance <share>", "the share of leavers whom the offer keeps", "0.3")
    .option("--stayer-acceptance <share>", "the share of stayers who take it all the same", "1")
    .option("--out <file>", "write a row per customer to this CSV file, those to be contacted ranked")
    .option("--kind <kind>", "customers, contracts or transactions (default: by the columns' names)")
    .option("--churn <column>", "customers: the chance to leave")
    .option("--value <column>", "customers: what staying is worth");
  return ownDataOptions(command)
    .addHelpText(
      "after",
      `
The expected profit of a contact is churn × acceptance × (value − offer) − (1 − churn) × stayers' acceptance × offer −
contact. Customers of positive profit are contacted, the most profitable per unit of money first.

Examples:
  $ telelink retain --data scored.csv --churn p_churn --value clv --budget 5000 --offer-cost 20 --out contacts.csv
  $ telelink retain --data contracts.csv --budget 10000 --margin 0.4 --json`,
    )
    .action(retain);
}

async function retain(flags: RetainFlags): Promise<void> {
  const { planRetention } = await import("../../services/contact/plan.js");
  const offer = {
    contactCost: decimalNumber(flags.contactCost, "--contact-cost", 0, 1e12),
    offerCost: decimalNumber(flags.offerCost, "--offer-cost", 0, 1e12),
    acceptance: decimalNumber(flags.acceptance, "--acceptance", 0, 1),
    stayerAcceptance: decimalNumber(flags.stayerAcceptance, "--stayer-acceptance", 0, 1),
  };
  const limits = {
    ...(flags.budget === undefined ? {} : { budget: decimalNumber(flags.budget, "--budget", 0, 1e15) }),
    ...(flags.contacts === undefined ? {} : { contacts: wholeNumber(flags.contacts, "--contacts", 0) }),
  };
  const table = await readOwnTable(flags);
  const kind = await kindOf(table, flags.kind, ["customers", "contracts", "transactions"]);
  const prospects = await prospectsOf(kind, table, flags);
  const plan = planRetention(prospects, offer, limits);
  if (flags.out) {
    const { writeCsv } = await import("../../data/write-csv.js");
    const { churn, value, profit, cost, rank } = plan;
    writeCsv(customerTable(plan.customers, { churn, value, profit, cost, rank }), flags.out, {
      spreadsheetSafe: true,
    });
    note(`${flags.out}: ${plan.customers.length} customers, ${plan.contacted} to be contacted`);
  }
  const { contacted, totalProfit, totalCost, rules, breakEvenChurn } = plan;
  if (flags.json) {
    const customers = plan.customers.length;
    printJson({
      kind,
      customers,
      offer,
      ...limits,
      contacted,
      totalProfit,
      totalCost,
      breakEvenChurn,
      rules,
    });
    return;
  }
  print(
    `Contact ${contacted} of ${plan.customers.length} customers: expected profit ${money(totalProfit)} for ${money(totalCost)}`,
  );
  print(
    breakEvenChurn === undefined
      ? "For a customer of the median value a contact never pays at these costs."
      : `For a customer of the median value a contact pays from a chance to leave of ${(100 * breakEvenChurn).toFixed(1)} %.`,
  );
  print();
  printTable(
    ["rule, same limits", "contacts", "profit", "cost"],
    [{ name: "expected profit", contacted, profit: totalProfit, cost: totalCost }, ...rules].map((rule) => [
      rule.name,
      String(rule.contacted),
      money(rule.profit),
      money(rule.cost),
    ]),
  );
}

async function prospectsOf(
  kind: string,
  table: Table,
  flags: RetainFlags,
): Promise<Prospects & { readonly customers: readonly string[] }> {
  if (kind === "customers") {
    const { prospectsFrom } = await import("../../services/contact/plan.js");
    return prospectsFrom(table, flags);
  }
  if (kind === "contracts") {
    const { contractsFrom } = await import("../../services/value/contracts.js");
    const { valueContracts } = await import("../../services/value/value-contracts.js");
    const churnMonths = wholeNumber(flags.churnMonths, "--churn-months", 1, 1200);
    const model = modelNamed(flags.model, ["cox", "weibull"]);
    return valueContracts(contractsFrom(table, flags), { ...valueOptions(flags), ...model, churnMonths });
  }
  const { transactionsFrom } = await import("../../services/value/transactions.js");
  const { valueTransactions } = await import("../../services/value/value-transactions.js");
  const log = transactionsFrom(table, { ...flags, duplicates: flags.duplicates as "refuse" | undefined });
  const model = modelNamed(flags.model, ["bg-nbd", "mbg-nbd", "pareto-nbd"]);
  const { customers, alive, value } = valueTransactions(log, { ...valueOptions(flags), ...model });
  // Value is that of customers who may be gone already; what an offer can save is that of those still there.
  return {
    customers,
    churn: alive.map((p) => 1 - p),
    value: value.map((v, i) => v / Math.max(alive[i], 1e-9)),
  };
}
