// @vitest-environment happy-dom
import { QueryClient } from "@tanstack/react-query"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { makeMessage } from "../testing/make"
import type { Message, PendingSend, Upload } from "./model"
import { discardPending, retryPending, sendMessage, startOutbox } from "./pending"

const THREAD = "conversation-1"

let answers: ((body: { client_key: string; text: string }) => Response | Error)[]
let sent: { client_key: string; text: string }[]
let cache: QueryClient

const stored = ({ client_key, text }: { client_key: string; text: string }): Response =>
  Response.json(
    makeMessage({ conversation_id: THREAD, client_key, text, direction: "outbound", status: "queued" }),
    { status: 201 },
  )
const refused = (): Response =>
  Response.json({ code: "window_closed", detail: "The window is closed." }, { status: 409 })
const unreachable = (): Error => new TypeError("Failed to fetch")

beforeEach(() => {
  answers = []
  sent = []
  cache = new QueryClient()
  cache.setQueryData(["messages", THREAD], { items: [], next: null, seq: 0 })
  vi.stubGlobal("fetch", async (request: Request) => {
    const body = await request.json()
    sent.push(body)
    const made = (answers.shift() ?? stored)(body)
    if (made instanceof Error) throw made
    return made
  })
})

afterEach(() => vi.unstubAllGlobals())

const pending = (): PendingSend[] => cache.getQueryData(["pending", THREAD]) ?? []
const messages = (): Message[] => cache.getQueryData<{ items: Message[] }>(["messages", THREAD])?.items ?? []

test("An answer shows at once, and the server's message takes its place", async () => {
  sendMessage(cache, THREAD, "Hello")
  expect(pending()).toMatchObject([{ text: "Hello", state: "sending" }])
  await vi.waitFor(() => expect(messages()).toHaveLength(1))
  expect(pending()).toEqual([])
})

test("A refused answer stays with its reason, and goes with the same key when tried again", async () => {
  answers = [refused]
  sendMessage(cache, THREAD, "Hello")
  await vi.waitFor(() =>
    expect(pending()).toMatchObject([{ state: "failed", error: "The window is closed." }]),
  )
  retryPending(cache, pending()[0] as PendingSend)
  await vi.waitFor(() => expect(messages()).toHaveLength(1))
  expect(new Set(sent.map((one) => one.client_key)).size).toBe(1)
})

test("Answers that cannot be delivered wait, and go out later in the order they were written", async () => {
  answers = [unreachable]
  sendMessage(cache, THREAD, "first")
  sendMessage(cache, THREAD, "second")
  await vi.waitFor(() => expect(pending()).toMatchObject([{ state: "waiting" }, { state: "waiting" }]))
  const stop = startOutbox(cache)
  window.dispatchEvent(new Event("online"))
  await vi.waitFor(() => expect(messages()).toHaveLength(2))
  expect(sent.map((one) => one.text)).toEqual(["first", "first", "second"])
  expect(sent[0]?.client_key).toBe(sent[1]?.client_key)
  stop()
})

test("A discarded answer is gone and is not sent", async () => {
  answers = [refused]
  sendMessage(cache, THREAD, "Hello")
  await vi.waitFor(() => expect(pending()).toMatchObject([{ state: "failed" }]))
  discardPending(cache, pending()[0] as PendingSend)
  expect(pending()).toEqual([])
  expect(sent).toHaveLength(1)
})

test("UP8 Files show at once from what the browser has of them, and go by their ids, without a text where there is none", async () => {
  const upload = { id: "upload-1", name: "menu.png", kind: "image" } as Upload // what a bubble needs of it
  sendMessage(cache, THREAD, "", [{ upload, preview: "blob:menu" }])
  expect(pending()).toMatchObject([{ text: "", files: [{ preview: "blob:menu" }], state: "sending" }])
  await vi.waitFor(() => expect(messages()).toHaveLength(1))
  expect(sent).toEqual([{ client_key: expect.any(String), files: ["upload-1"] }])
  sendMessage(cache, THREAD, "and this", [{ upload, preview: null }])
  await vi.waitFor(() => expect(sent).toHaveLength(2))
  expect(sent[1]).toMatchObject({ text: "and this", files: ["upload-1"] })
})
