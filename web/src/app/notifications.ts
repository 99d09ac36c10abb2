import { navigate } from "wouter/use-browser-location"

/** What the browser says outside of the page: `tag` makes the same one of several tabs one. */
export type Notice = { tag: string; title: string; body: string; path: string }

export type Permission = "may_ask" | "on" | "blocked" | "none"

/** Whether this browser shows notifications; "none": it cannot. */
export function notificationPermission(): Permission {
  if (!("Notification" in window)) return "none"
  if (Notification.permission === "granted") return "on"
  return Notification.permission === "denied" ? "blocked" : "may_ask"
}

/** The browser asks the person. */
export function askForNotifications(): void {
  void Notification.requestPermission()
}

/** Shows it where the person allowed that, and they do not look at what it is about; a click goes there. */
export function notify({ tag, title, body, path }: Notice): void {
  const isSeen = document.hasFocus() && window.location.pathname === path
  if (notificationPermission() !== "on" || isSeen) return
  try {
    const shown = new Notification(title, { body, tag, icon: "/favicon.svg" })
    shown.onclick = () => {
      shown.close()
      window.focus()
      navigate(path)
    }
  } catch {
    // Chrome on Android lets only a service worker show any: there is none here.
  }
}
