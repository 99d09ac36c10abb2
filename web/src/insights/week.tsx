import { AsTable } from "./as-table"

type Hours = { weekday: number; hour: number; received: number }[]

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
const HOURS = Array.from({ length: 24 }, (_, hour) => hour)

/** When customers write: the darker, the more. With a table for who cannot see. */
export function Week({ hours }: { hours: Hours }) {
  const most = Math.max(1, ...hours.map(({ received }) => received))
  const known = new Map(hours.map(({ weekday, hour, received }) => [`${weekday} ${hour}`, received]))
  const received = (weekday: number, hour: number): number => known.get(`${weekday} ${hour}`) ?? 0
  const busiest = hours.reduce<Hours[number] | null>((a, b) => (a && a.received >= b.received ? a : b), null)
  return (
    <section aria-label="Messages by hour" className="rounded-xl border border-line bg-surface p-4">
      <h3 className="font-semibold text-sm">When customers write</h3>
      <p className="mb-2 text-ink-3 text-xs">
        {busiest && busiest.received > 0
          ? `Most on ${WEEKDAYS[busiest.weekday - 1]} from ${busiest.hour}:00 (${busiest.received} messages)`
          : "Nobody wrote in these days."}
      </p>
      <div className="grid grid-cols-[2.25rem_1fr]" aria-hidden="true">
        <div className="flex h-32 flex-col text-2xs text-ink-3">
          {WEEKDAYS.map((name) => (
            <span key={name} className="flex flex-1 items-center">
              {name}
            </span>
          ))}
        </div>
        <svg viewBox="0 0 240 70" preserveAspectRatio="none" className="h-32 w-full" aria-hidden="true">
          {WEEKDAYS.flatMap((name, day) =>
            HOURS.map((hour) => (
              <Hour key={`${name}${hour}`} day={day} hour={hour} share={received(day + 1, hour) / most} />
            )),
          )}
        </svg>
        <p className="col-start-2 mt-1 grid grid-cols-4 text-2xs text-ink-3 tabular-nums">
          {[0, 6, 12, 18].map((hour) => (
            <span key={hour}>{hour}:00</span>
          ))}
        </p>
      </div>
      <AsTable label="Messages by hour, as a table" className="overflow-x-auto">
        {() => <WeekTable received={received} />}
      </AsTable>
    </section>
  )
}

function Hour({ day, hour, share }: { day: number; hour: number; share: number }) {
  return (
    <rect
      x={hour * 10 + 0.5}
      y={day * 10 + 0.5}
      width="9"
      height="9"
      className={share > 0 ? "fill-accent" : "fill-sunken"}
      opacity={share > 0 ? 0.15 + 0.85 * share : 1}
    />
  )
}

function WeekTable({ received }: { received: (weekday: number, hour: number) => number }) {
  return (
    <table className="w-full text-right tabular-nums">
      <caption className="sr-only">Messages received by weekday and hour</caption>
      <thead className="text-ink-3">
        <tr>
          <th scope="col" className="text-left">
            Day
          </th>
          {HOURS.map((hour) => (
            <th key={hour} scope="col" className="px-1 font-normal">
              {hour}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {WEEKDAYS.map((name, day) => (
          <tr key={name} className="border-line border-t">
            <th scope="row" className="py-1 text-left font-normal">
              {name}
            </th>
            {HOURS.map((hour) => (
              <td key={hour} className="px-1">
                {received(day + 1, hour)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
