// Draws openapi.json: operations, then schemas. Everything becomes text nodes, so nothing in the document can run.
const METHODS = ["get", "post", "put", "patch", "delete"]

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

function nameOf(schema) {
  if (!schema) return ["nothing"]
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop()
    return [element("a", { href: `#schema-${name}` }, name)]
  }
  const options = schema.anyOf ?? schema.oneOf
  if (options) return options.flatMap((option, index) => (index ? [" or ", ...nameOf(option)] : nameOf(option)))
  if (schema.type === "array") return ["list of ", ...nameOf(schema.items)]
  if (schema.enum) return [schema.enum.join(" | ")]
  if ("const" in schema) return [JSON.stringify(schema.const)]
  return [schema.format ? `${schema.type} (${schema.format})` : (schema.type ?? "anything")]
}

function table(head, rows) {
  const header = element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))
  const body = rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, ...[cell].flat()))))
  return element("table", {}, element("thead", {}, header), element("tbody", {}, ...body))
}

function contentOf(part) {
  return nameOf(Object.values(part?.content ?? {})[0]?.schema)
}

function operation(path, method, described) {
  const inside = element("div", {}, element("p", {}, described.description ?? ""))
  const parameters = described.parameters ?? []
  if (parameters.length > 0) {
    const rows = parameters.map((one) => [
      element("code", {}, one.name),
      one.required ? `${one.in}, required` : one.in,
      nameOf(one.schema),
      one.schema?.default === undefined ? "" : String(one.schema.default),
    ])
    inside.append(table(["Parameter", "Where", "Type", "Default"], rows))
  }
  if (described.requestBody) inside.append(element("p", {}, "Body: ", ...contentOf(described.requestBody)))
  const answers = Object.entries(described.responses ?? {}).map(([status, answer]) => [
    status === "default" ? "otherwise" : status,
    answer.content ? contentOf(answer) : "no content",
    answer.description ?? "",
  ])
  inside.append(table(["Status", "Answer", ""], answers))
  const summary = element(
    "summary",
    {},
    element("span", { class: "method" }, method.toUpperCase()),
    element("code", {}, path),
    element("span", { class: "what" }, described.operationId ?? ""),
  )
  return element("details", { "data-text": `${method} ${path} ${described.operationId}`.toLowerCase() }, summary, inside)
}

function schema(name, described) {
  const inside = element("div", {}, element("p", {}, described.description ?? ""))
  if (described.oneOf) inside.append(element("p", {}, "One of ", ...nameOf(described)))
  const required = new Set(described.required ?? [])
  const rows = Object.entries(described.properties ?? {}).map(([field, value]) => [
    element("code", {}, field),
    nameOf(value),
    required.has(field) ? "always" : "optional",
  ])
  if (rows.length > 0) inside.append(table(["Field", "Type", ""], rows))
  const words = `${name} ${Object.keys(described.properties ?? {}).join(" ")}`.toLowerCase()
  return element("details", { id: `schema-${name}`, "data-text": words }, element("summary", {}, element("code", {}, name)), inside)
}

function openTarget() {
  const target = location.hash.startsWith("#schema-") && document.getElementById(location.hash.slice(1))
  if (!target) return
  target.open = true
  target.scrollIntoView()
}

function draw(api) {
  document.getElementById("version").textContent = api.info.version
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) => operation(path, method, methods[method])),
  )
  const schemas = Object.entries(api.components.schemas).map(([name, described]) => schema(name, described))
  const content = document.getElementById("content")
  content.replaceChildren(element("h2", {}, "Calls"), ...operations, element("h2", {}, "Shapes"), ...schemas)
  content.setAttribute("aria-busy", "false")
  document.getElementById("filter").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase()
    for (const entry of content.querySelectorAll("details")) entry.hidden = !entry.dataset.text.includes(wanted)
  })
  addEventListener("hashchange", openTarget)
  openTarget()
}

fetch("/api/v1/openapi.json")
  .then((response) => response.json())
  .then(draw)
  .catch(() => {
    document.getElementById("content").textContent = "The description could not be loaded. Reload the page to try again."
  })
