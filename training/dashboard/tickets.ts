import { randomBytes } from "node:crypto";

/** A browser has come up by then. */
const VALID_MS = 60_000;

/**
 * Codes that are given for the token once. The address that a browser is started with can be seen by other users of the machine, in
 * the list of processes: by then the code in it is used up.
 */
export class Tickets {
  readonly #ends = new Map<string, number>();

  issue(): string {
    const code = randomBytes(18).toString("base64url");
    this.#ends.set(code, Date.now() + VALID_MS);
    return code;
  }

  /** Whether this code was issued lately and has not been taken yet. */
  take(code: string): boolean {
    const end = this.#ends.get(code);
    this.#ends.delete(code);
    return end !== undefined && Date.now() < end;
  }
}
