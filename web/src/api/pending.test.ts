// @vitest-environment happy-dom
import { QueryClient } from "@tanstack/react-query"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { buildTimeline } from "../lib/timeline"
import { makeMessage } from "../testing/make"
import { applyChange } from "./apply-change"
import { onGivenBack, readDraft, writeDraft } from "./drafts"
import type { Message, PendingSend, Upload } from "./model"
import { discardPending, retryPending, sendMessage, startOutbox } from "./pending"
import { lastUndoable, setUndoSeconds, undoSend } from "./undo"

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

const NOTHING = {
  notes: [],
  activities: [],
  isElsewhere: false,
  firstUnreadId: null,
  hasOlder: false,
  viewerName: "Dana",
}

beforeEach(() => {
  localStorage.clear()
  setUndoSeconds(5)
  answers = []
  sent = []
  cache = new QueryClient()
  cache.setQueryData(["messages", THREAD], { items: [], next: null, seq: 0 })
  vi.stubGlobal("fetch", async (request: Request) => {
    const body = await request.json().catch(() => ({}))
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
  sendMessage(cache, THREAD, { text: "Hello" })
  expect(pending()).toMatchObject([{ text: "Hello", state: "sending" }])
  await vi.waitFor(() => expect(messages()).toHaveLength(1))
  expect(pending()).toEqual([])
})

test("A refused answer stays with its reason, and goes with the same key when tried again", async () => {
  answers = [refused]
  sendMessage(cache, THREAD, { text: "Hello" })
  await vi.waitFor(() =>
    expect(pending()).toMatchObject([{ state: "failed", error: "The window is closed." }]),
  )
  retryPending(cache, pending()[0] as PendingSend)
  await vi.waitFor(() => expect(messages()).toHaveLength(1))
  expect(new Set(sent.map((one) => one.client_key)).size).toBe(1)
})

test("Answers that cannot be delivered wait, and go out later in the order they were written", async () => {
  answers = [unreachable]
  sendMessage(cache, THREAD, { text: "first" })
  sendMessage(cache, THREAD, { text: "second" })
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
  sendMessage(cache, THREAD, { text: "Hello" })
  await vi.waitFor(() => expect(pending()).toMatchObject([{ state: "failed" }]))
  discardPending(cache, pending()[0] as PendingSend)
  expect(pending()).toEqual([])
  expect(sent).toHaveLength(1)
})

test("UP8 Files show at once from what the browser has of them, and go by their ids, without a text where there is none", async () => {
  const upload = { id: "upload-1", name: "menu.png", kind: "image" } as Upload // what a bubble needs of it
  sendMessage(cache, THREAD, { text: "", files: [{ upload, preview: "blob:menu" }] })
  expect(pending()).toMatchObject([{ text: "", files: [{ preview: "blob:menu" }], state: "sending" }])
  await vi.waitFor(() => expect(messages()).toHaveLength(1))
  expect(sent).toEqual([{ client_key: expect.any(String), files: ["upload-1"], undo_s: 5 }])
  sendMessage(cache, THREAD, { text: "and this", files: [{ upload, preview: null }] })
  await vi.waitFor(() => expect(sent).toHaveLength(2))
  expect(sent[1]).toMatchObject({ text: "and this", files: ["upload-1"] })
})

test("O13 A long answer shows in its parts at once, and stays until the last of them is told", async () => {
  const text = "word ".repeat(400).trim()
  sendMessage(cache, THREAD, { text })
  const keys = () =>
    buildTimeline({ ...NOTHING, messages: messages(), pending: pending() }).map(({ key }) => key)
  const before = keys()
  expect(before.filter((key) => key.includes("#"))).toHaveLength(1)
  answers = [({ client_key }) => stored({ client_key, text: "the first part" })]
  await vi.waitFor(() => expect(pending()).toMatchObject([{ state: "handed" }]))
  expect(keys().filter((key) => !key.startsWith("day"))).toEqual(before)
  const last = makeMessage({
    conversation_id: THREAD,
    client_key: before.at(-1) ?? "",
    direction: "outbound",
  })
  applyChange(cache, { seq: 1, type: "message_added", conversation_id: THREAD, message: last })
  expect(pending()).toEqual([])
})

test("O7 An answer that is taken back is deleted, and its words stand before what was begun meanwhile", async () => {
  const heard = vi.fn()
  const stop = onGivenBack(THREAD, heard)
  sendMessage(cache, THREAD, { text: "Too soon" })
  await vi.waitFor(() => expect(messages()).toHaveLength(1))
  expect(sent[0]).toMatchObject({ undo_s: 5 })
  writeDraft(THREAD, "reply", "begun")
  const key = lastUndoable(THREAD)
  expect(key).toBe(messages()[0]?.client_key)
  answers = [() => new Response(null, { status: 204 })]
  await undoSend(cache, key ?? "")
  expect(messages()).toEqual([])
  expect(readDraft(THREAD, "reply")).toBe("Too soon\nbegun")
  expect(heard).toHaveBeenCalledOnce()
  expect(lastUndoable(THREAD)).not.toBe(key)
  stop()
})

test("O7 What is taken back on its way is deleted as soon as the server has it, and what never left is only taken out", async () => {
  sendMessage(cache, THREAD, { text: "On its way" })
  await vi.waitFor(() => expect(lastUndoable(THREAD)).not.toBeNull())
  answers = [stored, () => new Response(null, { status: 204 })]
  await undoSend(cache, lastUndoable(THREAD) ?? "")
  await vi.waitFor(() => expect(sent).toHaveLength(2))
  await vi.waitFor(() => expect(messages()).toEqual([]))
  answers = [unreachable]
  sendMessage(cache, THREAD, { text: "Offline" })
  await vi.waitFor(() => expect(pending()).toMatchObject([{ state: "waiting" }]))
  await undoSend(cache, lastUndoable(THREAD) ?? "")
  expect(pending()).toEqual([])
  expect(readDraft(THREAD, "reply")).toContain("Offline")
})

test("Without a time to take it back an answer goes at once", async () => {
  setUndoSeconds(0)
  const before = lastUndoable(THREAD)
  sendMessage(cache, THREAD, { text: "Now" })
  await vi.waitFor(() => expect(messages()).toHaveLength(1))
  expect(sent[0]).not.toHaveProperty("undo_s")
  expect(lastUndoable(THREAD)).toBe(before)
})
