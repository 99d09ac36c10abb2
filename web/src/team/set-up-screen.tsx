import { type FormEvent, useState } from "react"
import { useLocation, useSearch } from "wouter"
import { ApiError, explain } from "../api/client"
import type { Session } from "../api/session"
import { Button } from "../ui/button"
import { Field } from "../ui/field"
import { FormError, Frame } from "./frame"

/** The first owner, through the one-time link that the first start prints. */
export function SetUpScreen({ session }: { session: Session }) {
  const [, navigate] = useLocation()
  const token = new URLSearchParams(useSearch()).get("token") ?? ""
  const [failure, setFailure] = useState<{ text: string; field: string | null } | null>(null)
  const [isBusy, setBusy] = useState(false)

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    const read = (name: string): string => String(given.get(name))
    setBusy(true)
    setFailure(null)
    try {
      await session.setUp({
        token,
        workspace: read("workspace"),
        name: read("name"),
        email: read("email"),
        password: read("password"),
      })
      navigate("/inbox", { replace: true })
    } catch (error) {
      setFailure({ text: explain(error), field: error instanceof ApiError ? error.field : null })
      setBusy(false)
    }
  }

  const about = (field: string): string | null => (failure?.field === field ? failure.text : null)
  const isKnown = failure !== null && ["workspace", "name", "email", "password"].includes(failure.field ?? "")
  return (
    <Frame title="Set up Confab" intro="Name your workspace and make the first owner. The link works once.">
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <Field
          label="Workspace"
          name="workspace"
          placeholder="Harbour Bakery"
          required
          autoFocus
          error={about("workspace")}
        />
        <Field label="Your name" name="name" autoComplete="name" required error={about("name")} />
        <Field
          label="Email"
          name="email"
          type="email"
          autoComplete="username"
          required
          error={about("email")}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={10}
          required
          hint="At least 10 characters"
          error={about("password")}
        />
        <FormError
          text={
            token === ""
              ? "This link has no token. Open the one that the server printed."
              : isKnown
                ? null
                : (failure?.text ?? null)
          }
        />
        <Button type="submit" look="primary" disabled={isBusy || token === ""} className="h-10">
          {isBusy ? "Setting up…" : "Create the workspace"}
        </Button>
      </form>
    </Frame>
  )
}
