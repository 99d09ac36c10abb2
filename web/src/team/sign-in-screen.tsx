import { type FormEvent, useState } from "react"
import { ApiError, explain } from "../api/client"
import type { Session } from "../api/session"
import { Button } from "../ui/button"
import { Field } from "../ui/field"
import { FormError, Frame } from "./frame"

export function SignInScreen({ session, reason }: { session: Session; reason: string | null }) {
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    setBusy(true)
    setError(null)
    try {
      await session.signIn(String(given.get("email")), String(given.get("password")))
    } catch (caught) {
      setError(describe(caught))
      setBusy(false)
    }
  }

  return (
    <Frame title="Sign in" intro={reason ?? "Your team's Instagram inbox."}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <Field label="Email" name="email" type="email" autoComplete="username" required autoFocus />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
        <FormError text={error} />
        <Button type="submit" look="primary" disabled={isBusy} className="h-10">
          {isBusy ? "Signing in…" : "Sign in"}
        </Button>
      </form>
    </Frame>
  )
}

function describe(error: unknown): string {
  if (!(error instanceof ApiError)) return explain(error)
  if (error.code === "wrong_credentials") return "Email or password is wrong."
  if (error.code === "too_many_attempts") {
    const minutes = Math.max(1, Math.ceil((error.retryAfterS ?? 60) / 60))
    return `Too many attempts. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`
  }
  return error.message
}
