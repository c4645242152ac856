/** What was wrong with each field of a request. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** A call that the sandbox answers with an HTTP error, thrown from wherever it is found out. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: FieldErrors | undefined;

  constructor(
    status: number,
    message: string,
    facts: { headers?: Record<string, string>; errors?: FieldErrors } = {},
  ) {
    super(message);
    this.status = status;
    this.headers = facts.headers ?? {};
    this.errors = facts.errors;
  }
}
