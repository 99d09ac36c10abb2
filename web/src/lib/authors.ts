/** Who wrote a message, as agents see it. */
import type { Author } from "../api/model"

export type Voice = "participant" | "agent" | "bot" | "app"

/** The mark beside a name: a person of the team, a machine of ours, or another program. */
export function selectVoice(author: Author): Voice {
  switch (author.kind) {
    case "participant":
    case "agent":
      return author.kind
    case "instagram":
      return "app"
    default:
      return "bot"
  }
}

export function selectAuthorName(author: Author, participantName: string): string {
  if (author.kind === "participant") return participantName
  if (author.name) return author.name
  switch (author.kind) {
    case "agent":
      return "Your team"
    case "instagram":
      return "Instagram app"
    case "rule":
      return "Automation"
    case "schedule":
      return "Scheduled message"
    default:
      return "Connected service"
  }
}
