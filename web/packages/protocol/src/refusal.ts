/** What a request ends with that was not granted. */

/** The answer is no, or there is none. `code` is the server's, or `not_connected`, `stopped`, `unanswered`. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly code: string,
    readonly retryable: boolean = false,
  ) {
    super(code);
  }
}
