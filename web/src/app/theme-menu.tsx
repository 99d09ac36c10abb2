import { IconButton } from "../ui/button"
import { Menu, MenuItem } from "../ui/menu"
import { setTheme, type Theme, useTheme } from "./theme"

const THEMES: { theme: Theme; text: string; icon: "sun" | "moon" | "screen" }[] = [
  { theme: "light", text: "Light", icon: "sun" },
  { theme: "dark", text: "Dark", icon: "moon" },
  { theme: "system", text: "As the system", icon: "screen" },
]

/** Light or dark. On a phone this stands in the menu of one's name. */
export function ThemeMenu() {
  const chosen = useTheme()
  const icon = THEMES.find((one) => one.theme === chosen)?.icon ?? "screen"
  return (
    <Menu
      label="Theme"
      button={(properties) => (
        <IconButton {...properties} icon={icon} label="Theme" size={20} className="size-10 max-pane:hidden" />
      )}
    >
      {(close) => <ThemeItems onChosen={close} />}
    </Menu>
  )
}

export function ThemeItems({ onChosen }: { onChosen: () => void }) {
  const chosen = useTheme()
  return THEMES.map((one) => (
    <MenuItem
      key={one.theme}
      icon={one.icon}
      isChecked={one.theme === chosen}
      onSelect={() => {
        setTheme(one.theme)
        onChosen()
      }}
    >
      {one.text}
    </MenuItem>
  ))
}
