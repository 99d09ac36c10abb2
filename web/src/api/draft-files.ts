/**
 * The files of an answer that is being written, for each conversation: uploaded while its text is typed, two at a time. What
 * is uploaded is kept with the draft in this browser; what is on its way goes on when another conversation is opened.
 */
import { type QueryClient, queryOptions } from "@tanstack/react-query"
import { newKey } from "../lib/keys"
import { hasPreview, judge, kindOf } from "../lib/uploads"
import { ApiError, answer, explain, http } from "./client"
import { readDraftFiles, writeDraftFiles } from "./drafts"
import type { DraftFile, SentFile, Upload } from "./model"
import { uploadFile } from "./upload-call"

const AT_ONCE = 2

export function draftFilesOf(conversationId: string) {
  return queryOptions({
    queryKey: ["files", conversationId] as const,
    queryFn: (): DraftFile[] => [],
    initialData: () => keptOf(conversationId),
  })
}

/** Takes files and uploads them; why some were not taken. */
export function addFiles(cache: QueryClient, conversationId: string, files: readonly File[]): string[] {
  const { taken, refusals } = judge(files, read(cache, conversationId).length)
  const added = taken.map((file) => begun(file))
  write(cache, conversationId, (all) => [...all, ...added.map(({ entry }) => entry)])
  for (const { entry, file } of added) void carry(cache, conversationId, entry, file)
  return refusals
}

export function removeFile(cache: QueryClient, conversationId: string, file: DraftFile): void {
  carried.get(file.key)?.stop.abort()
  carried.delete(file.key)
  if (file.preview !== null) URL.revokeObjectURL(file.preview)
  write(cache, conversationId, (all) => all.filter((one) => one.key !== file.key))
}

export function retryFile(cache: QueryClient, conversationId: string, file: DraftFile): void {
  const known = carried.get(file.key)
  if (known !== undefined) void carry(cache, conversationId, file, known.file)
}

/** Hands the uploaded files over to an answer: from now on they are its own. */
export function takeFiles(cache: QueryClient, conversationId: string): SentFile[] {
  const files = read(cache, conversationId)
  for (const { key } of files) carried.delete(key)
  write(cache, conversationId, () => [])
  return files.flatMap(({ upload, preview }) => (upload === null ? [] : [{ upload, preview }]))
}

/** Files of an answer that was taken back: uploaded already, and shown by the server's own picture. */
export function returnFiles(cache: QueryClient, conversationId: string, files: readonly SentFile[]): void {
  if (files.length === 0) return
  write(cache, conversationId, (all) => [
    ...files.map(({ upload }) => ({ ...kept(upload), isKept: false })),
    ...all,
  ])
}

/** Asks whether what was kept with a draft is still there; the names of what the server has forgotten meanwhile. */
export async function checkKept(cache: QueryClient, conversationId: string): Promise<string[]> {
  const unsure = read(cache, conversationId).filter((one) => one.isKept)
  const gone: string[] = []
  for (const file of unsure) {
    if (file.upload === null || (await isThere(file.upload)))
      set(cache, conversationId, file.key, { isKept: false })
    else {
      gone.push(file.name)
      removeFile(cache, conversationId, file)
    }
  }
  return gone
}

async function isThere(upload: Upload): Promise<boolean> {
  try {
    await answer(http.GET("/api/v1/uploads/{id}", { params: { path: { id: upload.id } } }))
    return true
  } catch (error) {
    return !(error instanceof ApiError && error.status === 404)
  }
}

/** What is needed to go on with an upload, and to begin it again. */
const carried = new Map<string, { file: File; stop: AbortController }>()

let underWay = 0
const waiting: (() => void)[] = []

async function turn(): Promise<void> {
  if (underWay < AT_ONCE) underWay += 1
  else await new Promise<void>((go) => waiting.push(go))
}

function done(): void {
  const next = waiting.shift()
  if (next !== undefined) next()
  else underWay -= 1
}

async function carry(cache: QueryClient, id: string, { key }: DraftFile, file: File): Promise<void> {
  const stop = new AbortController()
  carried.set(key, { file, stop })
  set(cache, id, key, { state: "uploading", progress: 0, error: null })
  await turn()
  try {
    if (stop.signal.aborted) return
    const upload = await uploadFile(file, (progress) => set(cache, id, key, { progress }), stop.signal)
    set(cache, id, key, { state: "done", progress: 1, upload, kind: upload.kind, name: upload.name })
  } catch (error) {
    const mayHelp = error instanceof ApiError && error.isTemporary
    set(cache, id, key, { state: "failed", error: explain(error), mayRetry: mayHelp })
  } finally {
    done()
  }
}

function begun(file: File): { entry: DraftFile; file: File } {
  const entry: DraftFile = {
    key: newKey(),
    name: file.name,
    kind: kindOf(file) ?? "file",
    size: file.size,
    preview: hasPreview(file) ? URL.createObjectURL(file) : null,
    state: "uploading",
    progress: 0,
    error: null,
    mayRetry: false,
    isKept: false,
    upload: null,
  }
  return { entry, file }
}

function keptOf(conversationId: string): DraftFile[] {
  return readDraftFiles(conversationId).map(kept)
}

function kept(upload: Upload): DraftFile {
  return {
    key: upload.id,
    name: upload.name,
    kind: upload.kind,
    size: upload.size_bytes,
    preview: null,
    state: "done",
    progress: 1,
    error: null,
    mayRetry: false,
    isKept: true,
    upload,
  }
}

function read(cache: QueryClient, conversationId: string): DraftFile[] {
  return cache.getQueryData(draftFilesOf(conversationId).queryKey) ?? keptOf(conversationId)
}

function set(cache: QueryClient, conversationId: string, key: string, now: Partial<DraftFile>): void {
  write(cache, conversationId, (all) => all.map((one) => (one.key === key ? { ...one, ...now } : one)))
}

function write(cache: QueryClient, conversationId: string, change: (all: DraftFile[]) => DraftFile[]): void {
  const files = change(read(cache, conversationId))
  cache.setQueryData<DraftFile[]>(draftFilesOf(conversationId).queryKey, files)
  writeDraftFiles(
    conversationId,
    files.flatMap(({ upload }) => upload ?? []),
  )
}
