// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query"
import { act, createElement, Fragment } from "react"
import { createRoot } from "react-dom/client"
import { afterEach, expect, test, vi } from "vitest"
import { makeConversation } from "../testing/make"
import { Toaster } from "../ui/toast"
import { type Actions, useActions } from "./use-actions"

let actions: Actions

function Acting(): null {
  actions = useActions()
  return null
}

afterEach(() => vi.unstubAllGlobals())

test("A refusal is told also to who did something else meanwhile", async () => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true)
  const conversation = makeConversation()
  vi.stubGlobal("fetch", async (request: Request) =>
    (await request.json()).status === "closed"
      ? Response.json({ ...conversation, status: "closed", version: 2 })
      : Response.json({ detail: "No such label." }, { status: 422 }),
  )
  const cache = new QueryClient()
  cache.setQueryData(["me"], { agent: { id: "agent-1" } })
  const place = document.createElement("div")
  const root = createRoot(place)
  const inside = createElement(Fragment, null, createElement(Acting), createElement(Toaster))
  await act(async () => root.render(createElement(QueryClientProvider, { client: cache }, inside)))
  await act(async () => {
    actions.label(conversation, ["vip"])
    actions.close(conversation)
    await new Promise((resolve) => setTimeout(resolve, 20))
  })
  expect(place.textContent).toContain("Not changed: No such label.")
  expect(place.textContent).toContain("Done: ")
  await act(async () => root.unmount())
})
