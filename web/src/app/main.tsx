import { QueryClientProvider } from "@tanstack/react-query"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { createQueryClient } from "../api/query-client"
import { createSession } from "../api/session"
import { silence } from "../ui/announcer"
import { announceChanges } from "./announcements"
import { App } from "./app"
import "./styles.css"

const cache = createQueryClient()
const session = createSession(cache, (changes) => announceChanges(cache, changes))
session.subscribe(() => {
  if (session.state.name === "signed_out") silence()
})
void session.start()

const root = document.getElementById("root")
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={cache}>
        <App session={session} />
      </QueryClientProvider>
    </StrictMode>,
  )
}
