import { describe, expect, test } from "vitest"
import { safeHref, splitLinks } from "./links"

const links = (text: string): string[] =>
  splitLinks(text).flatMap((part) => (part.kind === "link" ? [part.href] : []))
const joined = (text: string): string =>
  splitLinks(text)
    .map((part) => part.text)
    .join("")

describe("links in a text", () => {
  test.each([
    ["see https://example.com/a?b=c#d now", ["https://example.com/a?b=c#d"]],
    ["www.example.com", ["https://www.example.com/"]],
    ["(https://example.com/a)", ["https://example.com/a"]],
    ["https://en.example.org/wiki/Rye_(bread)", ["https://en.example.org/wiki/Rye_(bread)"]],
    ["Really? https://example.com/!!", ["https://example.com/"]],
    ["HTTPS://EXAMPLE.COM and http://b.example", ["https://example.com/", "http://b.example/"]],
    ["مرحبا https://example.com/ت شكرا", ["https://example.com/%D8%AA"]],
    ["no links here", []],
  ])("%s", (text, expected) => {
    expect(links(text)).toEqual(expected)
    expect(joined(text)).toBe(text)
  })

  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(document.cookie)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "https://",
    "https://user:password@example.com/",
    "http://[::1",
    "blob:null/6f1c",
    "//example.com",
    "jаvascript:alert(1)",
  ])("a hostile text gets no link: %s", (text) => {
    expect(links(text)).toEqual([])
    expect(joined(text)).toBe(text)
  })

  test("markup around an address stays text, and ends the address", () => {
    expect(links('<a href="https://example.com/x" onclick="alert(1)">')).toEqual(["https://example.com/x"])
  })

  test("a text that turns the reading direction around does not become part of an address", () => {
    expect(links("https://example.com/\u202egpj.exe")).toEqual(["https://example.com/"])
  })

  test("a long hostile text is read in no time", () => {
    const started = performance.now()
    splitLinks(`https://${"(".repeat(50_000)}`)
    splitLinks(`${"www.".repeat(20_000)}`)
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})

test("Only web addresses are safe to follow", () => {
  expect(safeHref("https://www.instagram.com/p/x/")).toBe("https://www.instagram.com/p/x/")
  for (const address of [
    "javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "not an address",
    null,
  ]) {
    expect(safeHref(address)).toBeNull()
  }
})
