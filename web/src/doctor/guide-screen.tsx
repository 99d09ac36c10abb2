import { useEffect } from "react"
import { Link } from "wouter"
import guide from "../../../docs/meta-setup.md?raw"
import { DOCTOR } from "../lib/doctor"
import { type Block, parseMarkdown, type Span } from "../lib/markdown"
import { useHash } from "../ui/use-hash"
import { useTitle } from "../ui/use-title"

const BLOCKS = parseMarkdown(guide)

/** docs/meta-setup.md, where the doctor's findings lead to. */
export function GuideScreen() {
  useTitle("From no Meta app to the first message")
  const section = useHash().slice(1)
  useEffect(() => {
    const heading = document.getElementById(section)
    heading?.scrollIntoView()
    heading?.focus({ preventScroll: true })
  }, [section])
  return (
    <main className="flex h-full min-h-0 min-w-0 flex-1 flex-col overflow-y-auto bg-surface px-4 py-4 drawer:px-6">
      <article className="flex max-w-3xl flex-col gap-3 text-sm leading-relaxed wrap-anywhere">
        <Link href={DOCTOR} className="self-start text-accent-text underline underline-offset-2">
          Back to the doctor
        </Link>
        {BLOCKS.map((block, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the page never changes
          <Drawn key={index} block={block} />
        ))}
      </article>
    </main>
  )
}

function Drawn({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading":
      return <Heading block={block} />
    case "code":
      return <pre className="overflow-x-auto rounded-lg bg-sunken px-3 py-2 text-xs">{block.text}</pre>
    case "list": {
      const List = block.isOrdered ? "ol" : "ul"
      return (
        <List className={`flex flex-col gap-1.5 pl-5 ${block.isOrdered ? "list-decimal" : "list-disc"}`}>
          {block.items.map((item) => (
            <li key={textOf(item)}>
              <Spans spans={item} />
            </li>
          ))}
        </List>
      )
    }
    case "table":
      return <Table head={block.head} rows={block.rows} />
    default:
      return (
        <p>
          <Spans spans={block.spans} />
        </p>
      )
  }
}

function Heading({ block }: { block: Extract<Block, { kind: "heading" }> }) {
  const Tag = block.level === 1 ? "h1" : "h2"
  return (
    <Tag
      id={block.id}
      tabIndex={-1}
      className={`scroll-mt-4 rounded font-semibold ${block.level === 1 ? "text-xl" : "mt-4 text-lg"}`}
    >
      <Spans spans={block.spans} />
    </Tag>
  )
}

function Table({ head, rows }: { head: Span[][]; rows: Span[][][] }) {
  return (
    <table className="w-full border-collapse text-left align-top">
      <thead className="max-pane:sr-only">
        <tr>
          {head.map((cell) => (
            <th
              key={textOf(cell)}
              scope="col"
              className="border-line border-b py-1.5 pr-3 font-medium text-ink-3"
            >
              <Spans spans={cell} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.map(textOf).join("|")} className="border-line border-b max-pane:block max-pane:py-1.5">
            {row.map((cell) => (
              <td
                key={textOf(cell)}
                className="py-1.5 pr-3 align-top wrap-break-word max-pane:block max-pane:py-0.5"
              >
                <Spans spans={cell} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Spans({ spans }: { spans: Span[] }) {
  return spans.map((span, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the page never changes
    <Inline key={index} span={span} />
  ))
}

/** What leads to another page of docs/ is named only: those are not here. */
function Inline({ span }: { span: Span }) {
  switch (span.kind) {
    case "code":
      return <code className="rounded bg-sunken px-1 py-0.5 text-xs wrap-anywhere">{span.text}</code>
    case "strong":
      return <strong className="font-semibold">{span.text}</strong>
    case "em":
      return <em>{span.text}</em>
    case "link":
      return span.to.startsWith("#") ? (
        <a href={span.to} className="text-accent-text underline underline-offset-2">
          {span.text}
        </a>
      ) : (
        <span title={`docs/${span.to}`}>{span.text}</span>
      )
    default:
      return span.text
  }
}

function textOf(spans: Span[]): string {
  return spans.map((span) => span.text).join("")
}
