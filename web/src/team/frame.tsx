import type { ReactNode } from "react"

/** What stands around the forms that are shown to somebody who is not signed in. */
export function Frame({ title, intro, children }: { title: string; intro: string; children: ReactNode }) {
  return (
    <main className="flex min-h-full items-center justify-center overflow-y-auto p-5">
      <div className="w-full max-w-sm animate-appear">
        <div className="mb-6 flex items-center gap-2.5">
          <img src="/favicon.svg" alt="" width={32} height={32} />
          <span className="text-lg font-semibold tracking-tight">Confab</span>
        </div>
        <div className="rounded-2xl border border-line bg-surface p-6">
          <h1 className="text-lg font-semibold">{title}</h1>
          <p className="mt-1 mb-5 text-sm text-ink-3">{intro}</p>
          {children}
        </div>
      </div>
    </main>
  )
}

export function FormError({ text }: { text: string | null }) {
  return (
    <p role="alert" className={`text-sm text-red ${text === null ? "hidden" : ""}`}>
      {text}
    </p>
  )
}
