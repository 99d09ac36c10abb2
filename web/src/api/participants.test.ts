// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest"
import { reportBrokenPicture } from "./participants"

afterEach(() => vi.unstubAllGlobals())

test("PR7: However often and wherever a picture does not show, the server hears of it once", async () => {
  const asked: string[] = []
  vi.stubGlobal("fetch", async (request: Request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`)
    return Response.json({ enqueued: true }, { status: 202 })
  })
  for (const id of ["ada", "ada", "ben", "ada"]) reportBrokenPicture(id)
  await Promise.resolve()
  reportBrokenPicture("ada")
  expect(asked).toEqual([
    "POST /api/v1/conversations/ada/participant/picture-broken",
    "POST /api/v1/conversations/ben/participant/picture-broken",
  ])
})

test("PR7: A report that does not arrive disturbs nobody", async () => {
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("offline")))
  reportBrokenPicture("eve")
  await new Promise((resolve) => setTimeout(resolve))
})
