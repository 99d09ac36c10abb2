import { expect, test } from "vitest"
import type { Activity, Referral } from "../api/model"
import { makeActivity } from "../testing/make"
import { describeActivity } from "./activity-words"

const NOWHERE: Referral = {
  source: null,
  type: null,
  ref: null,
  ad_id: null,
  ad_title: null,
  product_id: null,
}

test.each<[Partial<Referral> | null, string]>([
  [{ ref: "table-12" }, "Came through a link (table-12)"],
  [{ ref: "<b>x</b> https://example.com" }, "Came through a link (<b>x</b> https://example.com)"],
  [{ ad_id: "1", ad_title: "Autumn boxes", ref: "a" }, "Came from the ad “Autumn boxes”"],
  [{ ad_id: "1" }, "Came from an ad"],
  [{ product_id: "77" }, "Came from product 77"],
  [{}, "Came through a link"],
  [null, "Came through a link"],
])("A referral with %o reads: %s", (given, words) => {
  const referral = given && { ...NOWHERE, ...given }
  expect(describeActivity(makeActivity({ kind: "referral", referral }), null)).toBe(words)
})

test.each<[Activity["kind"], string | null, boolean | null, string]>([
  ["optin", null, null, "Agreed to marketing messages"],
  ["control_passed", "mine", true, "Another app has the conversation now: mine"],
  ["control_passed", null, null, "Another app has the conversation now"],
  ["control_passed", null, false, "The conversation was passed on"],
  ["control_taken", null, false, "The conversation is ours again"],
  ["control_taken", null, true, "Another app has the conversation now"],
  ["control_taken", null, null, "The conversation was taken over"],
  [
    "control_requested",
    "give me the thread",
    null,
    "Another app asks for the conversation: give me the thread",
  ],
])("%s with the note %s, elsewhere %s, reads: %s", (kind, note, isElsewhere, words) => {
  expect(describeActivity(makeActivity({ kind, note, referral: null }), isElsewhere)).toBe(words)
})
