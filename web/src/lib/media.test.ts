import { describe, expect, it } from "vitest"
import { selectDrawnAs, selectIsOver, selectRoom } from "./media"

const MOST = { width: 320, height: 360 }

describe("the room of a file", () => {
  it("keeps the proportions of a film and never exceeds the bubble", () => {
    expect(selectRoom({ width: 1920, height: 1080, content_type: "video/mp4" }, MOST)).toEqual({
      width: 320,
      height: 180,
    })
    expect(selectRoom({ width: 1080, height: 1920, content_type: "video/mp4" }, MOST)).toEqual({
      width: 203,
      height: 360,
    })
  })
  it("is a square where nobody knows the size of a picture", () => {
    expect(selectRoom({ width: null, height: null, content_type: "image/png" }, MOST)).toEqual({
      width: 240,
      height: 240,
    })
  })
  it("stands upright, as Instagram's films do, where nobody knows the size of a film", () => {
    const film = { width: null, height: null, content_type: "video/mp4" }
    expect(selectRoom(film, MOST)).toEqual({ width: 203, height: 360 })
    expect(selectRoom(film, { width: 120, height: 180 })).toEqual({ width: 101, height: 180 })
    expect(selectRoom({ ...film, width: 640, height: 480 }, MOST)).toEqual({ width: 320, height: 240 })
  })
})

describe("a story", () => {
  const until = "2026-11-03T12:00:00Z"
  it("is over by the clock, also before the server says so", () => {
    const story = { state: "relayed", available_until: until } as const
    expect(selectIsOver(story, Date.parse(until) - 1)).toBe(false)
    expect(selectIsOver(story, Date.parse(until))).toBe(true)
  })
  it("is over when Instagram has it no longer, and other files never are", () => {
    expect(selectIsOver({ state: "expired", available_until: until }, 0)).toBe(true)
    expect(selectIsOver({ state: "expired", available_until: null }, Date.now())).toBe(false)
  })
})

it("draws what browsers can draw", () => {
  expect(
    ["image/png", "video/mp4", "audio/ogg", "image/heic", "application/pdf", null].map(selectDrawnAs),
  ).toEqual(["image", "video", "audio", null, null, null])
})
