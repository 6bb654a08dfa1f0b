import { jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { z } from "zod";
import type { DeskField } from "../services/score/columns";
import { customerSchema } from "./schemas";

type Content = Record<string, { schema?: unknown }>;
interface Answer {
  description?: string;
  content?: Content;
}
interface Operation {
  responses?: Record<string, Answer>;
  requestBody?: unknown;
}
interface Document {
  paths?: Record<string, Record<string, Operation>>;
}

const problemContent: Content = {
  "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
};

/** Bodies that are read row by row, so that one bad row does not cost the others their answer. */
const customers = { type: "array", description: "Customers; one that breaks a rule is told of in `errors`" };
const customerRef = { $ref: "#/components/schemas/Customer" };
const oneCustomer = { required: true, content: { "application/json": { schema: customerRef } } };
const bodies: Readonly<Record<string, unknown>> = {
  "/predict": oneCustomer,
  "/explain": oneCustomer,
  "/batch-predict": {
    required: true,
    content: {
      "application/json": {
        schema: {
          anyOf: [customers, { type: "object", required: ["customers"], properties: { customers } }],
        },
      },
      "application/x-ndjson": { schema: { type: "string", description: "A customer a line" } },
      "text/csv": {
        schema: { type: "string", description: "A header with the form's fields or churn-bigml's columns" },
      },
    },
  },
};

/**
 * The OpenAPI document as it is served: every error is a problem (RFC 9457) of that media type, any that a route does not
 * name included.
 */
export function openApiDocument(
  input: Parameters<typeof jsonSchemaTransformObject>[0],
): ReturnType<typeof jsonSchemaTransformObject> {
  const document = jsonSchemaTransformObject(input);
  for (const [path, operations] of Object.entries((document as Document).paths ?? {})) {
    for (const operation of Object.values(operations)) {
      operation.responses ??= {};
      for (const [status, answer] of Object.entries(operation.responses))
        if (/^[45]/.test(status) && refersToProblem(answer)) answer.content = problemContent;
      operation.responses.default = { description: "Any error", content: problemContent };
      if (bodies[path]) operation.requestBody = bodies[path];
    }
  }
  return document;
}

/** The document with the customer whom the model that answers now takes. */
export function withCustomer(document: unknown, fields: readonly DeskField[]): Record<string, unknown> {
  const given = document as Record<string, Record<string, unknown>>;
  const { $schema: _, ...customer } = z.toJSONSchema(customerSchema(fields), { io: "input" });
  const properties = customer.properties as Record<string, Record<string, unknown>>;
  // Zod leaves out the examples of what it reads in two ways.
  for (const { key, example } of fields) properties[key].examples = [example];
  const schemas = { ...(given.components?.schemas as object), Customer: customer };
  return { ...given, components: { ...given.components, schemas } };
}

function refersToProblem({ content = {} }: Answer): boolean {
  const schemas = Object.values(content).map((value) => value.schema as { $ref?: string } | undefined);
  return schemas.every((schema) => schema?.$ref === "#/components/schemas/Problem");
}
