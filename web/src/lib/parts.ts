/** Which messages an answer becomes: the server makes the same, in this order, with these keys. Rule O13. */
import type { SentFile } from "../api/model"
import { split } from "./split"

const PICTURES = 10

export type Part = { key: string; text: string; files: SentFile[] }
type Written = { client_key: string; text: string; files?: SentFile[] }

/** Files before the text: pictures that stand together go together, everything else by itself. */
export function partsOf({ client_key, text, files = [] }: Written): Part[] {
  const groups: SentFile[][] = []
  for (const file of files) {
    const group = groups.at(-1)
    const kind = file.upload.kind
    if (
      group !== undefined &&
      kind === "image" &&
      group[0]?.upload.kind === "image" &&
      group.length < PICTURES
    )
      group.push(file)
    else groups.push([file])
  }
  const said = [
    ...groups.map((group) => ({ text: "", files: group })),
    ...split(text).map((one) => ({ text: one, files: [] })),
  ]
  return said.map((part, index) => ({
    ...part,
    key: index === 0 ? client_key : `${client_key}#${index + 1}`,
  }))
}

export function lastKeyOf(written: Written): string {
  return partsOf(written).at(-1)?.key ?? written.client_key
}
