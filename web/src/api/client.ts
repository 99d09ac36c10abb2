/** The one way to the server: typed calls, and every failure as an `ApiError`. */
import createClient from "openapi-fetch"
import type { paths } from "./types.gen"

/** Whoever has not answered by then counts as not reachable. */
const PATIENCE_MS = 30_000

export const http = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: (request) => fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) }),
})

type Problem = {
  code?: string
  detail?: string
  title?: string
  field?: string | null
  retry_after_s?: number
}

/** What a call failed with. `code` is the server's, or `unreachable` when no answer came. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | null
  readonly retryAfterS: number | null

  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.title ?? "The server did not say what went wrong.")
    this.status = status
    this.code = problem.code ?? "unknown"
    this.field = problem.field ?? null
    this.retryAfterS = problem.retry_after_s ?? null
  }

  /** The server never answered, or is not well: the same call may succeed later. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

let onSignedOut: () => void = () => {}

/** Says what to do when an answer shows that the session is over. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback
}

type Answer<T> = { data?: T; error?: unknown; response: Response }

/** The data of a call, or an `ApiError`. */
export async function answer<T>(call: Promise<Answer<T>>): Promise<T> {
  const result = await reach(call)
  if (result.response.ok) return result.data as T // a 204 has no data, and its caller expects none
  const problem = isProblem(result.error) ? result.error : {}
  if (result.response.status === 401 && problem.code !== "wrong_credentials") onSignedOut()
  throw new ApiError(result.response.status, problem)
}

async function reach<T>(call: Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await call
  } catch {
    throw new ApiError(0, { code: "unreachable", detail: "Confab cannot be reached right now." })
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null
}

/** A sentence for people about anything that was thrown. */
export function explain(error: unknown): string {
  return error instanceof ApiError ? error.message : "Something unexpected happened in the browser."
}
