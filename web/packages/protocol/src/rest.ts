/** The few HTTP requests of a page, and what can be wrong with the answer. */
import type { Instead } from "./generated";

/**
 * The request did not succeed.
 *
 * `code` is the problem's own, or `unreachable` when no server answered, or `internal` when
 * the answer was none of ours. `detail` is for people, in the language asked for; `errors` says
 * the same of single fields.
 */
export class RestProblem extends Error {
  override readonly name = "RestProblem";

  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string | null,
    readonly retryAfter: number | null,
    readonly errors: readonly string[] = [],
    /** What a visitor who is not let in may do, where the problem says so. */
    readonly answer: Instead | null = null,
    /** What the site itself says about it. */
    readonly notice: string | null = null,
  ) {
    super(code);
  }
}

export interface RestRequest {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: unknown;
  /** Language of problems' details. */
  readonly language: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Send cookies. Only pages of the gateway itself do. */
  readonly credentials?: boolean;
}

/**
 * Ask the REST interface.
 *
 * @param path - Below `/api/v1/`, without a slash in front.
 * @throws {RestProblem} For every answer that is not a success.
 */
export async function rest<T>(server: URL, path: string, request: RestRequest): Promise<T> {
  const headers: Record<string, string> = {
    Accept: "application/json, application/problem+json",
    "Accept-Language": request.language,
    ...request.headers,
  };
  if (request.body !== undefined) headers["Content-Type"] = "application/json";
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(new URL(`/api/v1/${path}`, server), {
      method: request.method ?? "GET",
      headers,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      credentials: request.credentials ? "same-origin" : "omit",
    });
    text = await answer.text();
  } catch {
    // Offline, refused, cut, or an origin the server does not know: the browser does not say which.
    throw new RestProblem("unreachable", 0, null, null);
  }
  const body = parse(text);
  if (answer.ok) return body as T;
  const problem = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const string = (key: string) => (typeof problem[key] === "string" ? (problem[key] as string) : null);
  const header = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  const wait = typeof problem["retryAfter"] === "number" ? problem["retryAfter"] : header;
  throw new RestProblem(
    string("code") ?? "internal",
    answer.status,
    string("detail"),
    Number.isFinite(wait) ? wait : null,
    details(problem["errors"]),
    answerOf(problem["answer"]),
    string("notice"),
  );
}

function details(errors: unknown): string[] {
  return Array.isArray(errors)
    ? errors.flatMap(({ detail }) => (typeof detail === "string" ? [detail] : []))
    : [];
}

const KINDS: ReadonlySet<unknown> = new Set<Instead["kind"]>(["refuse", "group", "message", "callback"]);

function answerOf(found: unknown): Instead | null {
  if (typeof found !== "object" || found === null) return null;
  const { kind, group } = found as Partial<Instead>;
  if (!kind || !KINDS.has(kind)) return null;
  return { kind, group: typeof group === "string" ? group : null };
}

function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page, say.
    return null;
  }
}
