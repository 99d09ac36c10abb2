import { useState } from "react"
import { explain } from "../api/client"
import type { Troubled } from "../api/model"
import { type Bulk, troubledList, useBulk, useTracked } from "../api/outbox"
import { plural } from "../lib/time"
import { Button } from "../ui/button"
import { Dialog } from "../ui/dialog"
import { showToast } from "../ui/toast"
import { Notice } from "./list-states"
import { OutboxFrame, OutboxSkeleton, ShowMore } from "./outbox-frame"
import { TroubledItem } from "./troubled-item"

/** What did not go out, or may have: what, why, and what to do; one by one or many at once. */
export function TroubledScreen() {
  const { data: list, error, refetch } = useTracked<Troubled>(troubledList)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const items = list?.items ?? []
  const picked = items.filter((item) => chosen.has(item.message.id))
  const choose = (item: Troubled, isChosen: boolean): void => {
    const next = new Set(chosen)
    if (isChosen) next.add(item.message.id)
    else next.delete(item.message.id)
    setChosen(next)
  }
  return (
    <OutboxFrame
      title="Failed and in doubt"
      hint="Answers that Instagram did not take, or may have taken without saying so. Only a person sends them again."
      tools={
        items.length > 0 && (
          <Tools
            items={items}
            picked={picked}
            onChooseAll={(isAll) => setChosen(new Set(isAll ? items.map((item) => item.message.id) : []))}
            onDone={() => setChosen(new Set())}
          />
        )
      }
    >
      {list === undefined && error && (
        <Notice icon="alert" title="The list could not be loaded" text={explain(error)}>
          <Button onClick={() => void refetch()}>Try again</Button>
        </Notice>
      )}
      {list === undefined && !error && <OutboxSkeleton label="Loading what failed" />}
      {list?.items.length === 0 && (
        <Notice icon="check" title="Everything went out" text="What fails, or is in doubt, is listed here." />
      )}
      {items.length > 0 && (
        <ul aria-label="Failed and in doubt" className="flex max-w-3xl flex-col gap-2">
          {items.map((item) => (
            <li key={item.message.id}>
              <TroubledItem
                troubled={item}
                isChosen={chosen.has(item.message.id)}
                onChoose={(isChosen) => choose(item, isChosen)}
              />
            </li>
          ))}
        </ul>
      )}
      {list?.next && <ShowMore kind="troubled" />}
    </OutboxFrame>
  )
}

type ToolsProps = {
  items: Troubled[]
  picked: Troubled[]
  onChooseAll: (isAll: boolean) => void
  onDone: () => void
}

function Tools({ items, picked, onChooseAll, onDone }: ToolsProps) {
  const bulk = useBulk()
  const [asked, setAsked] = useState<Bulk | null>(null)
  const doubtful = picked.filter((item) => item.message.status === "in_doubt").length
  const isAll = picked.length === items.length

  function run(what: Bulk): void {
    setAsked(null)
    bulk.mutate(
      { what, items: picked },
      {
        onSuccess({ done, failed, why }) {
          const did = what === "retry" ? "sent again" : "discarded"
          showToast(`${plural(done, "message")} ${did}${failed > 0 ? `, ${failed} not: ${why}` : ""}`, {
            isError: failed > 0,
          })
          onDone()
        },
        onError: (error) => showToast(explain(error), { isError: true }),
      },
    )
  }

  return (
    <div className="flex flex-wrap items-center gap-2">
      <label className="flex items-center gap-2 px-1 text-sm">
        <input
          type="checkbox"
          checked={isAll}
          onChange={(event) => onChooseAll(event.target.checked)}
          className="size-4 accent-accent"
        />
        Select all
      </label>
      <span role="status" aria-label="Selected" className="text-ink-3 text-xs">
        {picked.length > 0 && `${picked.length} selected`}
      </span>
      <Button
        icon="retry"
        disabled={picked.length === 0 || bulk.isPending}
        onClick={() => (doubtful > 0 ? setAsked("retry") : run("retry"))}
      >
        Send again
      </Button>
      <Button
        look="danger"
        disabled={picked.length === 0 || bulk.isPending}
        onClick={() => setAsked("discard")}
      >
        Discard
      </Button>
      {asked && (
        <Dialog
          title={asked === "retry" ? "Send them again?" : `Discard ${plural(picked.length, "message")}?`}
          onClose={() => setAsked(null)}
          footer={
            <>
              <Button onClick={() => setAsked(null)}>Cancel</Button>
              <Button look={asked === "retry" ? "primary" : "danger"} onClick={() => run(asked)}>
                {asked === "retry" ? "Send again" : "Discard"}
              </Button>
            </>
          }
        >
          <p className="text-base text-ink-2">
            {asked === "retry"
              ? `Of ${doubtful === 1 ? "one" : doubtful} of them nobody knows whether it arrived: if it did, it will be there twice.`
              : "They are taken out of their conversations, and are not sent."}
          </p>
        </Dialog>
      )}
    </div>
  )
}
