/**
 * Variables in a saved reply: `{first_name}`, or with what to say where it is not known, `{first_name|there}`. The server checks
 * them when they are saved; `tests/vectors/template.json` holds both to the same words.
 */
const VARIABLES = ["first_name", "name", "username", "account", "agent"] as const

type Values = Record<(typeof VARIABLES)[number], string | null>

const VARIABLE = /\{([A-Za-z_]+)(?:\|([^{}\n]*))?\}/gu

export const KNOWN = VARIABLES.map((name) => `{${name}}`)

function isKnown(name: string): name is keyof Values {
  return (VARIABLES as readonly string[]).includes(name)
}

/** The text with its variables replaced: by the value, else by what stands after the bar, else by nothing. */
export function render(text: string, values: Values): string {
  return text.replace(VARIABLE, (whole, name: string, otherwise?: string) =>
    isKnown(name) ? values[name] || otherwise || "" : whole,
  )
}

/** The first variable that is none; null when all are. */
export function unknownVariable(text: string): string | null {
  return [...text.matchAll(VARIABLE)].map(([, name]) => name ?? "").find((name) => !isKnown(name)) ?? null
}

type Given = { name: string | null; username: string | null; account: string; agent: string }

/** What the variables stand for. A first name is the first word of the name. */
export function valuesOf({ name, username, account, agent }: Given): Values {
  const words = (name ?? "").split(/\s+/u).filter((word) => word !== "")
  return { first_name: words[0] ?? null, name: words.join(" ") || null, username, account, agent }
}
