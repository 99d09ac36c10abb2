import { useLocationProperty } from "wouter/use-browser-location"

/** Where the accounts are: over whatever screen is open, so that the way back is to close them. */
export const ACCOUNTS_HASH = "#accounts"
export const SAVED_REPLIES_HASH = "#saved-replies"
export const EXPORTS_HASH = "#exports"
export const SEARCH_HASH = "#search"
const MESSAGE = "#message-"

/** The address of a message within its thread. */
export function messageHash(id: string): string {
  return MESSAGE + id
}

/** The message that an address names, or null. */
export function readMessageHash(hash: string): string | null {
  return hash.startsWith(MESSAGE) ? hash.slice(MESSAGE.length) : null
}

/** The part of the address after "#", kept up to date. */
export function useHash(): string {
  return useLocationProperty(() => window.location.hash)
}

export function dropHash(): void {
  const { pathname, search } = window.location
  window.history.replaceState(window.history.state, "", pathname + search)
}
