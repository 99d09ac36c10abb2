import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { explain } from "../api/client"
import { type Days, ownNumbersOf } from "../api/insights"
import { formatFigure, type Unit } from "../lib/figures"
import { DayChart } from "./chart"
import { Tile } from "./tile"
import { Week } from "./week"

type Name =
  | "received"
  | "sent"
  | "automatic"
  | "responses"
  | "response_median_s"
  | "resolution_median_s"
  | "windows_missed"

const FIGURES: { name: Name; title: string; unit: Unit }[] = [
  { name: "received", title: "Messages received", unit: "count" },
  { name: "sent", title: "Messages sent by people", unit: "count" },
  { name: "automatic", title: "Automatic answers", unit: "count" },
  { name: "response_median_s", title: "Time to respond (median)", unit: "seconds" },
  { name: "resolution_median_s", title: "Time to close (median)", unit: "seconds" },
  { name: "windows_missed", title: "Reply windows missed", unit: "count" },
]
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

/** How the team answers, made of its own messages, in days of whoever looks. */
export function OwnSection({ account, days }: { account: string; days: Days }) {
  const { data, error } = useQuery(ownNumbersOf(account, days, ZONE))
  const [chosen, choose] = useState<Name>("received")
  if (data === undefined) {
    return error ? (
      <p className="text-red text-sm">{explain(error)}</p>
    ) : (
      <div aria-busy="true" className="h-96 rounded-xl bg-sunken motion-safe:animate-pulse" />
    )
  }
  const figure = FIGURES.find(({ name }) => name === chosen) ?? {
    name: chosen,
    title: "",
    unit: "count" as const,
  }
  const points = (of: typeof data.days) => of.map(({ day, figures }) => ({ day, value: figures[chosen] }))
  return (
    <section aria-labelledby="own-numbers" className="flex flex-col gap-3">
      <h2 id="own-numbers" className="font-semibold text-lg">
        Your team
      </h2>
      {data.is_counting && (
        <p role="status" className="text-ink-2 text-sm">
          Older messages are still being counted; days that are not counted yet are left out.
        </p>
      )}
      <DayChart
        title={figure.title}
        unit={figure.unit}
        points={points(data.days)}
        before={points(data.previous_days)}
      />
      <div className="grid grid-cols-2 gap-3 drawer:grid-cols-3">
        {FIGURES.map(({ name, title, unit }) => (
          <Tile
            key={name}
            title={title}
            unit={unit}
            value={data.totals[name]}
            before={data.previous[name]}
            values={data.days.map(({ figures }) => figures[name])}
            per={null}
            isChosen={name === chosen}
            onChoose={() => choose(name)}
          />
        ))}
      </div>
      <Week hours={data.hours} />
      {data.agents.length > 0 && <People agents={data.agents} />}
    </section>
  )
}

type People = {
  agent: { id: string; name: string }
  figures: {
    sent: number | null
    responses: number | null
    response_median_s: number | null
    resolutions: number | null
  }
}[]

function People({ agents }: { agents: People }) {
  return (
    <div className="overflow-x-auto rounded-xl border border-line bg-surface p-4">
      <table className="w-full text-left text-sm tabular-nums">
        <caption className="mb-2 text-left font-semibold text-sm">By person</caption>
        <thead className="text-ink-3 text-xs">
          <tr>
            <th scope="col">Person</th>
            <th scope="col" className="px-1.5">
              Sent
            </th>
            <th scope="col" className="px-1.5">
              Responses
            </th>
            <th scope="col" className="px-1.5">
              Median time
            </th>
            <th scope="col" className="px-1.5">
              Closed
            </th>
          </tr>
        </thead>
        <tbody>
          {agents.map(({ agent, figures }) => (
            <tr key={agent.id} className="border-line border-t">
              <th scope="row" className="py-1.5 pr-3 font-medium">
                {agent.name}
              </th>
              <td className="px-1.5">{formatFigure(figures.sent, "count")}</td>
              <td className="px-1.5">{formatFigure(figures.responses, "count")}</td>
              <td className="whitespace-nowrap px-1.5">
                {formatFigure(figures.response_median_s, "seconds")}
              </td>
              <td className="px-1.5">{formatFigure(figures.resolutions, "count")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
