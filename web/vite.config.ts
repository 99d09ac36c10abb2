import tailwindcss from "@tailwindcss/vite"
import react from "@vitejs/plugin-react"
import { defineConfig } from "vitest/config"

const server = "http://127.0.0.1:8000"

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "../src/confab/_web",
    emptyOutDir: true,
    // Fonts and pictures stay files of our own origin: the content security policy allows nothing else.
    assetsInlineLimit: 0,
    target: "es2023",
  },
  worker: { format: "es" },
  // The guide is a page of the documentation, outside this folder.
  server: { proxy: { "/api": server, "/media": server }, fs: { allow: [".."] } },
  // The files of a thread share its modules and its page: no test leaves anything behind, and a page for each file costs more.
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"], pool: "threads", isolate: false },
})
