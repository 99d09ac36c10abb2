import { Dialog } from "../ui/dialog"
import { setSingleKeys, useSingleKeys } from "../ui/single-keys"

const GROUPS: { title: string; keys: [string[], string][] }[] = [
  {
    title: "Moving",
    keys: [
      [["j", "↓"], "Next conversation"],
      [["k", "↑"], "Previous conversation"],
      [["Enter"], "Open it"],
      [["Esc"], "Leave the text, then close the conversation"],
    ],
  },
  {
    title: "Writing",
    keys: [
      [["r"], "Reply"],
      [["n"], "Note for the team"],
      [["Enter"], "Send"],
      [["Shift", "Enter"], "New line"],
      [["/"], "Saved replies"],
      [["Ctrl", "z"], "Take back what was just sent"],
    ],
  },
  {
    title: "Deciding",
    keys: [
      [["e"], "Done, or open again"],
      [["Shift", "e"], "Done, and on to the next"],
      [["s"], "Snooze"],
      [["a"], "Assign"],
      [["i"], "Assign to me"],
      [["l"], "Label"],
    ],
  },
  {
    title: "Comments",
    keys: [
      [["r"], "Public reply"],
      [["p"], "Private message"],
      [["h"], "Hide, or show again"],
    ],
  },
  { title: "Help", keys: [[["?"], "This list"]] },
]

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const areOn = useSingleKeys()
  return (
    <Dialog title="Keyboard" onClose={onClose} wide>
      <div className="grid gap-x-10 gap-y-5 pane:grid-cols-2">
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3 className="mb-2 text-xs font-semibold text-ink-3">{group.title}</h3>
            <dl className="flex flex-col gap-2 text-sm">
              {group.keys.map(([keys, meaning]) => (
                <div key={meaning} className="flex items-center justify-between gap-4">
                  <dt className="text-ink-2">{meaning}</dt>
                  <dd className="flex shrink-0 gap-1">
                    {keys.map((key) => (
                      <kbd
                        key={key}
                        className="min-w-6 rounded-md border border-line-strong bg-sunken px-1.5 py-0.5 text-center font-sans text-xs text-ink-2"
                      >
                        {key}
                      </kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="mt-5 flex items-center gap-2.5 border-line border-t pt-4 text-sm">
        <input
          type="checkbox"
          checked={areOn}
          onChange={(event) => setSingleKeys(event.target.checked)}
          className="size-4 accent-accent"
        />
        Single keys act in this browser
      </label>
      <p className="mt-1.5 text-ink-3 text-xs">
        They rest while you type. Without them arrows, Tab, Enter and Esc still reach everything.
      </p>
    </Dialog>
  )
}
