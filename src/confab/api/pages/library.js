/* Keeps a library that is open as it is now: asks for a mark, and fetches the page again only when it is another.
   What somebody has open or is writing in stays as it is, but for its picture. Without this script the page is whole. */
const SOON_MS = 2000
const LATEST_MS = 6000
let wait = SOON_MS

function isBusy(element) {
  return element.contains(document.activeElement) || element.querySelector("details[open]") !== null
}

function swap(now, next) {
  if (now.outerHTML !== next.outerHTML) now.replaceWith(next)
}

/* One line above the list: what is said may come, change and go. */
function line(main, fresh, selector, before) {
  const [now, next] = [main.querySelector(selector), fresh.querySelector(selector)]
  if (now === null && next !== null) before.after(next)
  else if (next === null) now?.remove()
  else if (now.textContent !== next.textContent) now.replaceChildren(...next.childNodes)
}

function items(now, next) {
  const known = new Map([...now.children].map((item) => [item.id, item]))
  const wanted = new Set([...next.children].map((item) => item.id))
  for (const [id, item] of known) if (!wanted.has(id) && !isBusy(item)) item.remove()
  let at = now.firstElementChild
  for (const item of [...next.children]) {
    const old = known.get(item.id)
    if (old !== undefined && isBusy(old)) {
      swap(old.querySelector(".preview"), item.querySelector(".preview"))
      at = old.nextElementSibling
    } else if (old !== undefined && old === at && old.outerHTML === item.outerHTML) {
      at = old.nextElementSibling
    } else if (old !== undefined && old === at) {
      at = old.nextElementSibling
      old.replaceWith(item)
    } else {
      old?.remove()
      now.insertBefore(item, at)
    }
  }
}

function show(main, fresh) {
  const [now, next] = [main.querySelector(".grid"), fresh.querySelector(".grid")]
  const isBusyNow = isBusy(main)
  if (now === null || next === null) {
    if (!isBusyNow && main.outerHTML !== fresh.outerHTML) main.replaceWith(fresh)
    return
  }
  line(main, fresh, ".title [role=status]", main.querySelector(".title"))
  line(main, fresh, ".notice", main.querySelector(".title"))
  items(now, next)
  main.dataset.mark = fresh.dataset.mark
}

async function look() {
  const main = document.getElementById("main")
  const news = await fetch("/library/news")
  if (news.status === 401) return false
  const { mark, is_gathering } = await news.json()
  const isGathering = is_gathering || main.querySelector(".notice, .empty[aria-busy]") !== null
  wait = isGathering || mark !== main.dataset.mark ? SOON_MS : Math.min(LATEST_MS, wait * 1.5)
  if (mark === main.dataset.mark && !isGathering) return true
  const page = await fetch(location.href)
  if (!page.ok || page.redirected) return false
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html").getElementById("main")
  if (fresh !== null) show(main, document.adoptNode(fresh))
  return true
}

/* Only while somebody looks; who comes back sees at once what came meanwhile. */
async function again() {
  timer = null
  let goesOn = true
  try {
    if (!document.hidden) goesOn = await look()
  } catch {
    wait = LATEST_MS
  }
  if (goesOn) timer = setTimeout(again, wait)
}

let timer = setTimeout(again, wait)
document.addEventListener("visibilitychange", () => {
  if (document.hidden || timer === null) return
  wait = SOON_MS
  clearTimeout(timer)
  timer = setTimeout(again, 0)
})
