/** What the exit codes of every command mean; commands that tell more cases apart use 3 and up, and say so in their help. */
export const exitCodes = { ok: 0, failure: 1, usage: 2, loss: 3, interrupted: 130 } as const;

/** An error that ends the command with a code of its own. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.failure, options?: ErrorOptions) {
    super(message, options);
    this.name = "CliError";
    this.exitCode = exitCode;
  }
}

/** An error in how the command was called. */
export function usageError(message: string): CliError {
  return new CliError(message, exitCodes.usage);
}

/** The code that an error ends the command with. */
export function exitCodeOf(error: unknown): number {
  return error instanceof CliError ? error.exitCode : exitCodes.failure;
}
