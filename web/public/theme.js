// Runs before the first paint, so that a remembered theme never flashes.
try {
  const theme = localStorage.getItem("confab.theme")
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme
} catch {
  // Storage may be off; the system's choice then stands.
}
