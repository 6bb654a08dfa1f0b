import { check, checkNumber } from "../../core/checks";

/** Throws unless the margin is a share of revenue and the yearly interest a rate: 30 is no margin, 10 no rate. */
export function checkMoney(discountRate: number, margin: number, action: string): void {
  checkNumber(discountRate, 0, Infinity, action, "discountRate");
  checkNumber(margin, 0, Infinity, action, "margin", "low");
  check(
    discountRate <= 1,
    action,
    "discountRate must be a yearly rate of at most 1: 0.1 for 10%",
    discountRate,
  );
  check(margin <= 1, action, "margin must be a share of revenue, at most 1: 0.3 for 30%", margin);
}
