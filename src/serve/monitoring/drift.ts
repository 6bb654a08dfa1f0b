import type { z } from "zod";
import type { Table } from "../../data/table";
import { type DriftCounts, driftReport, rowFindings } from "../../services/predict/drift";
import type { Desk } from "../../services/score/desk";
import type { driftedColumnSchema, driftedFieldSchema } from "../schemas";
import { fieldOf } from "../score";

/** What of one customer is not as in training, by field. */
export function driftOfRow(desk: Desk, rows: Table): z.infer<typeof driftedFieldSchema>[] {
  return rowFindings(desk.profile ?? [], rows).map(({ column, finding }) => ({
    field: fieldOf(desk, column),
    finding,
  }));
}

/** The columns of a batch that are not as in training. */
export function driftOfBatch(
  desk: Desk,
  counts: readonly DriftCounts[],
): z.infer<typeof driftedColumnSchema>[] {
  return driftReport(desk.profile ?? [], counts)
    .filter((column) => column.findings.length > 0)
    .map(({ column, rows, missing, outside, unseen, unseenLevels, stability, findings }) => ({
      field: fieldOf(desk, column),
      rows,
      missing,
      outside,
      unseen,
      unseen_levels: [...unseenLevels],
      stability: Math.round(stability * 1e4) / 1e4,
      findings: [...findings],
    }));
}
