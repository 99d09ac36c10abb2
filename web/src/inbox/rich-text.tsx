import { splitLinks } from "../lib/links"

/** Somebody's text as text, with its web addresses as links. Never markup. */
export function RichText({ text }: { text: string }) {
  return splitLinks(text).map((part, index) =>
    part.kind === "text" ? (
      part.text
    ) : (
      <a
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
        key={index}
        href={part.href}
        target="_blank"
        rel="noopener noreferrer nofollow"
        className="text-accent-text underline decoration-accent-text/40 underline-offset-2 hover:decoration-accent-text"
      >
        {part.text}
      </a>
    ),
  )
}
