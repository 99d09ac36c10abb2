// @vitest-environment happy-dom
import { QueryClient } from "@tanstack/react-query"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { addFiles, checkKept, draftFilesOf, removeFile, retryFile, takeFiles } from "./draft-files"
import { countDrafts, forgetDrafts, readDraftFiles, writeDraft } from "./drafts"
import type { DraftFile, Upload } from "./model"

const THREAD = "conversation-1"

type Call = {
  sent: File | null
  headers: Record<string, string>
  isAborted: boolean
  progress: (share: number) => void
  answers: (status: number, body: unknown) => void
  breaks: () => void
}

let calls: Call[]
let cache: QueryClient

beforeEach(() => {
  calls = []
  cache = new QueryClient()
  vi.stubGlobal(
    "XMLHttpRequest",
    class {
      status = 0
      response: unknown = null
      responseType = ""
      upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {}
      onload = () => {}
      onerror = () => {}
      onabort = () => {}
      call: Call = {
        sent: null,
        headers: {},
        isAborted: false,
        progress: (share) => this.upload.onprogress?.({ loaded: share * 100, total: 100 }),
        answers: (status, body) => {
          this.status = status
          this.response = body
          this.onload()
        },
        breaks: () => this.onerror(),
      }
      open() {}
      setRequestHeader(name: string, value: string) {
        this.call.headers[name] = value
      }
      send(file: File) {
        this.call.sent = file
        calls.push(this.call)
      }
      abort() {
        this.call.isAborted = true
        this.onabort()
      }
    },
  )
})

afterEach(() => {
  forgetDrafts()
  vi.unstubAllGlobals()
})

const picture = (name: string): File => new File(["abc"], name, { type: "image/png" })
const files = (): DraftFile[] => cache.getQueryData(draftFilesOf(THREAD).queryKey) ?? []
const made = (name: string): Upload => ({
  id: `upload-${name}`,
  kind: "image",
  content_type: "image/png",
  name,
  size_bytes: 3,
  width: 10,
  height: 10,
  duration_ms: null,
  placeholder: null,
  url: `/media/uploads/upload-${name}.png`,
  thumbnail_url: null,
})
const nth = (index: number): Call => {
  const call = calls[index]
  if (call === undefined) throw new Error("there was no such call")
  return call
}
const called = (count: number) => vi.waitFor(() => expect(calls).toHaveLength(count))
const first = (): DraftFile => {
  const [file] = files()
  if (file === undefined) throw new Error("there is no file")
  return file
}

test("UP8 A file is uploaded at once, says how far it is, and is then what the server made of it", async () => {
  expect(addFiles(cache, THREAD, [picture("Café.png")])).toEqual([])
  expect(first()).toMatchObject({ name: "Café.png", state: "uploading", progress: 0, kind: "image" })
  await called(1)
  expect(nth(0).headers["X-File-Name"]).toBe("Caf%C3%A9.png")
  nth(0).progress(0.5)
  expect(first().progress).toBe(0.5)
  nth(0).answers(201, made("Café.png"))
  await vi.waitFor(() => expect(first().state).toBe("done"))
  expect(takeFiles(cache, THREAD)).toMatchObject([{ upload: { id: "upload-Café.png" } }])
  expect(files()).toEqual([])
})

test("UP8 What cannot be sent is not uploaded", () => {
  expect(addFiles(cache, THREAD, [new File(["x"], "a.svg", { type: "image/svg+xml" })])).toHaveLength(1)
  expect(files()).toEqual([])
  expect(calls).toEqual([])
})

test("UP8 Two are uploaded at a time, in order; one that is removed makes room", async () => {
  addFiles(cache, THREAD, [picture("1.png"), picture("2.png"), picture("3.png")])
  await called(2)
  removeFile(cache, THREAD, first())
  expect(nth(0).isAborted).toBe(true)
  await called(3)
  expect(nth(2).sent?.name).toBe("3.png")
  nth(1).answers(201, made("2.png"))
  nth(2).answers(201, made("3.png"))
  await vi.waitFor(() =>
    expect(files().map(({ name, state }) => [name, state])).toEqual([
      ["2.png", "done"],
      ["3.png", "done"],
    ]),
  )
})

test("UP8 What failed on the way can be tried again, what the server refuses cannot", async () => {
  addFiles(cache, THREAD, [picture("1.png")])
  await called(1)
  nth(0).breaks()
  await vi.waitFor(() => expect(first()).toMatchObject({ state: "failed", mayRetry: true }))
  retryFile(cache, THREAD, first())
  await called(2)
  nth(1).answers(422, { code: "file_refused", detail: "The file cannot be sent: it is a damaged picture." })
  await vi.waitFor(() => expect(first()).toMatchObject({ state: "failed", mayRetry: false }))
  expect(first().error).toContain("damaged")
})

test("UP9 Uploaded files are kept with the draft, and what the server has forgotten is taken out", async () => {
  addFiles(cache, THREAD, [picture("1.png"), picture("2.png")])
  await called(2)
  nth(0).answers(201, made("1.png"))
  nth(1).answers(201, made("2.png"))
  await vi.waitFor(() => expect(readDraftFiles(THREAD)).toHaveLength(2))
  writeDraft(THREAD, "reply", "and these")
  expect(countDrafts()).toBe(1)
  cache = new QueryClient() // the page is loaded anew
  vi.stubGlobal("fetch", async ({ url }: Request) =>
    url.includes("upload-1.png")
      ? Response.json({ code: "not_found", detail: "Forgotten." }, { status: 404 })
      : Response.json(made("2.png")),
  )
  expect(await checkKept(cache, THREAD)).toEqual(["1.png"])
  expect(files().map(({ name, isKept }) => [name, isKept])).toEqual([["2.png", false]])
  expect(readDraftFiles(THREAD)).toHaveLength(1)
})
