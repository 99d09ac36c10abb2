import { useQuery } from "@tanstack/react-query"
import { type FormEvent, useEffect, useId, useRef, useState } from "react"
import { ApiError, explain } from "../api/client"
import { useMe } from "../api/me"
import type { SavedReply } from "../api/model"
import { type SavedReplyDraft, savedReplies, useDeleteReply, useSaveReply } from "../api/saved-replies"
import { KNOWN, render, unknownVariable, valuesOf } from "../lib/template"
import { Button, IconButton } from "../ui/button"
import { Dialog } from "../ui/dialog"
import { Field } from "../ui/field"
import { showToast } from "../ui/toast"

const EMPTY: SavedReplyDraft = { scope: "personal", shortcut: "", title: "", text: "" }
const SOMEBODY = { name: "Ana Ruiz", username: "ana.ruiz", account: "your.account" }

/** Texts that are written again and again: the workspace's and one's own. */
export function SavedRepliesDialog({ onClose }: { onClose: () => void }) {
  const [edited, setEdited] = useState<SavedReply | "new" | null>(null)
  return (
    <Dialog title="Saved replies" onClose={onClose} wide>
      {edited === null ? (
        <All onEdit={setEdited} />
      ) : (
        <Editor reply={edited === "new" ? null : edited} onDone={() => setEdited(null)} />
      )}
    </Dialog>
  )
}

function All({ onEdit }: { onEdit: (reply: SavedReply | "new") => void }) {
  const { data, error, refetch } = useQuery(savedReplies)
  const mayChangeAll = useMe().agent.role !== "agent"
  const remove = useDeleteReply()
  const [doomed, setDoomed] = useState<string | null>(null)
  const add = useRef<HTMLButtonElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what had the focus goes with what changes
  useEffect(() => {
    if (document.activeElement === document.body) add.current?.focus()
  }, [data, doomed])
  return (
    <div className="flex flex-col gap-3">
      <p className="text-ink-2 text-sm">Type / at the beginning of a word while you answer to use one.</p>
      {error && data === undefined && (
        <p role="alert" className="flex items-center gap-3 text-red text-sm">
          They could not be loaded: {explain(error)}
          <Button onClick={() => void refetch()}>Try again</Button>
        </p>
      )}
      {data?.items.length === 0 && <p className="text-ink-3 text-sm">There is none yet.</p>}
      <ul aria-label="Saved replies" className="flex flex-col gap-2">
        {data?.items.map((reply) => (
          <li key={reply.id} className="flex items-start gap-2 rounded-xl border border-line p-3">
            <div className="min-w-0 flex-1">
              <p className="text-sm">
                <span className="font-medium">/{reply.shortcut}</span> · {reply.title}
                <span className="text-ink-3 text-xs">
                  {" "}
                  · {reply.scope === "personal" ? "yours" : "everybody's"}
                </span>
              </p>
              <p dir="auto" className="mt-1 line-clamp-2 text-ink-2 text-sm whitespace-pre-wrap">
                {reply.text}
              </p>
            </div>
            {doomed === reply.id && (
              <fieldset aria-label={`Delete /${reply.shortcut}?`} className="flex shrink-0 flex-wrap gap-1.5">
                <Button
                  small
                  look="danger"
                  onClick={() => {
                    setDoomed(null)
                    remove.mutate(reply.id, {
                      onError: (failure) => showToast(explain(failure), { isError: true }),
                    })
                  }}
                >
                  Delete
                </Button>
                <Button small look="quiet" autoFocus onClick={() => setDoomed(null)}>
                  Keep
                </Button>
              </fieldset>
            )}
            {doomed !== reply.id && (mayChangeAll || reply.scope === "personal") && (
              <>
                <Button small aria-label={`Edit /${reply.shortcut}`} onClick={() => onEdit(reply)}>
                  Edit
                </Button>
                <IconButton
                  icon="close"
                  label={`Delete /${reply.shortcut}`}
                  disabled={remove.isPending}
                  onClick={() => setDoomed(reply.id)}
                />
              </>
            )}
          </li>
        ))}
      </ul>
      <Button ref={add} icon="plus" look="primary" className="self-start" onClick={() => onEdit("new")}>
        New saved reply
      </Button>
    </div>
  )
}

function Editor({ reply, onDone }: { reply: SavedReply | null; onDone: () => void }) {
  const me = useMe().agent
  const [draft, setDraft] = useState<SavedReplyDraft>(
    reply ?? { ...EMPTY, scope: me.role === "agent" ? "personal" : "workspace" },
  )
  const save = useSaveReply()
  const aboutId = useId()
  const refusal = save.error instanceof ApiError ? save.error : null
  const wrong = (field: string): string | null => (refusal?.field === field ? refusal.message : null)
  const unknown = unknownVariable(draft.text)
  const set = (change: Partial<SavedReplyDraft>): void => setDraft({ ...draft, ...change })

  function submit(event: FormEvent): void {
    event.preventDefault()
    const { scope, shortcut, title, text } = draft
    save.mutate({ id: reply?.id ?? null, draft: { scope, shortcut, title, text } }, { onSuccess: onDone })
  }

  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      <Field
        label="Shortcut"
        hint="One word, typed after /."
        value={draft.shortcut}
        error={wrong("shortcut")}
        autoFocus
        required
        onChange={(event) => set({ shortcut: event.target.value })}
      />
      <Field
        label="Title"
        value={draft.title}
        error={wrong("title")}
        required
        onChange={(event) => set({ title: event.target.value })}
      />
      <label className="flex flex-col gap-1.5 font-medium text-ink-2 text-sm">
        Text
        <textarea
          dir="auto"
          rows={5}
          required
          value={draft.text}
          aria-invalid={unknown !== null || wrong("text") !== null}
          aria-describedby={aboutId}
          onChange={(event) => set({ text: event.target.value })}
          className="rounded-lg border border-line-strong bg-surface px-3 py-2 font-normal text-base text-ink aria-invalid:border-red"
        />
      </label>
      <p id={aboutId} className={`text-xs ${unknown !== null || wrong("text") ? "text-red" : "text-ink-3"}`}>
        {unknown !== null
          ? `There is no variable {${unknown}}. There are ${KNOWN.join(", ")}.`
          : (wrong("text") ??
            `Variables: ${KNOWN.join(", ")}. After a bar, what to say where it is not known: {first_name|there}.`)}
      </p>
      {draft.text.includes("{") && unknown === null && (
        <p
          role="note"
          aria-label="Preview"
          className="rounded-lg bg-sunken px-3 py-2 text-sm whitespace-pre-wrap"
        >
          {render(draft.text, valuesOf({ ...SOMEBODY, agent: me.name }))}
        </p>
      )}
      {reply === null && me.role !== "agent" && (
        <label className="flex items-center justify-between gap-3 text-ink-2 text-sm">
          Who uses it
          <select
            value={draft.scope}
            onChange={(event) => set({ scope: event.target.value as SavedReply["scope"] })}
            className="rounded-md border border-line bg-surface px-2 py-1"
          >
            <option value="workspace">Everybody</option>
            <option value="personal">Only me</option>
          </select>
        </label>
      )}
      {save.error && refusal?.field == null && (
        <p role="alert" className="text-red text-sm">
          Not saved: {explain(save.error)}
        </p>
      )}
      <span className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" look="primary" disabled={save.isPending || unknown !== null}>
          Save
        </Button>
      </span>
    </form>
  )
}
