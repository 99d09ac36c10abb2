/**
 * What was asked of a conversation or a comment and is not answered yet: it goes out in the order in which it was asked, and stays
 * on the screen over what the server says meanwhile.
 */
import type { Change } from "./model"

type Thing = { id: string; version: number }
type Asked = { truth: Thing; guesses: object[]; shows: number; turn: Promise<unknown> }

/** What is shown is newer than what it was made from, and older than whatever the server says next. */
const STEP = 1 / 1024

const askedById = new Map<string, Asked>()

/** What it looks like with one more guess. */
export function guess<T extends Thing>(before: T, change: Partial<T>): T {
  const asked = askedById.get(before.id) ?? {
    truth: before,
    guesses: [],
    shows: 0,
    turn: Promise.resolve(),
  }
  asked.guesses.push(change)
  askedById.set(before.id, asked)
  return look(asked) as T // what is kept under an id is of one kind
}

/** Sends after all that was asked of the same thing before, also where that failed. */
export function inTurn<T>(id: string, send: () => Promise<T>): Promise<T> {
  const asked = askedById.get(id)
  const sent = (asked?.turn ?? Promise.resolve()).then(send, send)
  if (asked !== undefined) asked.turn = sent
  return sent
}

/** What it looks like once this guess is answered, whatever the answer was; null if it is gone. */
export function settle<T extends Thing>(id: string, change: Partial<T>): T | null {
  const asked = askedById.get(id)
  if (asked === undefined) return null
  asked.guesses = asked.guesses.filter((one) => one !== change)
  if (asked.guesses.length === 0) askedById.delete(id)
  return look(asked) as T // as above
}

/** What the server says, with what is asked since. */
export function underGuesses(change: Change): Change {
  if (change.type === "conversation_updated")
    return { ...change, conversation: underGuess(change.conversation) }
  if (change.type === "comment_updated") return { ...change, comment: underGuess(change.comment) }
  if (change.type === "comment_removed") askedById.delete(change.comment_id)
  return change
}

function underGuess<T extends Thing>(said: T): T {
  const asked = askedById.get(said.id)
  if (asked === undefined || said.version <= asked.truth.version) return said
  asked.truth = said
  return look(asked) as T // as above
}

function look(asked: Asked): Thing {
  asked.shows += 1
  const version = asked.truth.version + asked.shows * STEP
  return Object.assign({}, asked.truth, ...asked.guesses, { version })
}
