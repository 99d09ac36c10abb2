import { expect, test } from "vitest"
import { hasPreview, judge, kindOf, MOST_BYTES, whyNot, whyWait } from "./uploads"

const file = (name: string, type = "", size = 1000) => ({ name, type, size })

test("UP8 A file is known by its type, and by its name where the browser knows none", () => {
  expect(kindOf(file("a.bin", "image/png"))).toBe("image")
  expect(kindOf(file("IMG_0001.HEIC"))).toBe("image")
  expect(kindOf(file("note", "audio/webm;codecs=opus"))).toBe("audio")
  expect(kindOf(file("menu.pdf", "application/pdf"))).toBe("file")
  for (const other of [
    file("a.svg", "image/svg+xml"),
    file("a.docx"),
    file("a.html", "text/html"),
    file("a"),
  ])
    expect(kindOf(other)).toBeNull()
})

test("UP8 What cannot be sent says why, and names the file", () => {
  expect(whyNot(file("menu.docx"))).toContain("“menu.docx” cannot be sent")
  expect(whyNot(file("film.mp4", "video/mp4", MOST_BYTES))).toBeNull()
  expect(whyNot(file("film.mp4", "video/mp4", 31_200_000))).toContain("31.2 MB. Instagram takes 25 MB")
  expect(whyNot(file("a.gif", "image/gif", 9_000_000))).toContain("8 MB")
  expect(whyNot(file("a.png", "image/png", 0))).toContain("empty")
})

test("UP8 Ten files go at a time, counted with those that are there", () => {
  const pictures = Array.from({ length: 8 }, (_, index) => file(`${index}.png`))
  const { taken, refusals } = judge([...pictures, file("x.exe")], 5)
  expect(taken.map((one) => one.name)).toEqual(["0.png", "1.png", "2.png", "3.png", "4.png"])
  expect(refusals).toHaveLength(2)
  expect(judge(pictures, 0)).toEqual({ taken: pictures, refusals: [] })
})

test("UP9 While files are on their way, or failed, there is a reason not to send", () => {
  expect(whyWait([])).toBeNull()
  expect(whyWait([{ state: "done" }])).toBeNull()
  expect(whyWait([{ state: "uploading" }, { state: "done" }])).toBe("Wait: a file is being uploaded.")
  expect(whyWait([{ state: "uploading" }, { state: "uploading" }])).toBe("Wait: 2 files are being uploaded.")
  expect(whyWait([{ state: "uploading" }, { state: "failed" }])).toContain("try again or remove it")
})

test("A HEIC has no preview before the server has made one", () => {
  expect(hasPreview(file("IMG_0001.HEIC"))).toBe(false)
  expect(hasPreview(file("a.png", "image/png"))).toBe(true)
  expect(hasPreview(file("a.pdf", "application/pdf"))).toBe(false)
})
