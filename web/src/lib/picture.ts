/** A part of the page as a PNG: boxes, words and lines are drawn again where they stand, so that no browser refuses the canvas. */

const MARGIN = 16
const SHARP = 2

/** What is marked `data-picture="off"` is left out, and so is what only screen readers find. */
export async function pictureOf(element: HTMLElement): Promise<Blob> {
  const frame = element.getBoundingClientRect()
  const canvas = document.createElement("canvas")
  canvas.width = (frame.width + 2 * MARGIN) * SHARP
  canvas.height = (frame.height + 2 * MARGIN) * SHARP
  const pen = canvas.getContext("2d")
  if (pen === null) throw new Error("This browser draws no pictures.")
  pen.scale(SHARP, SHARP)
  pen.fillStyle = backgroundBehind(element)
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.translate(MARGIN - frame.left, MARGIN - frame.top)
  drawAll(pen, element)
  return await new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large."))),
      "image/png",
    )
  })
}

function drawAll(pen: CanvasRenderingContext2D, element: Element): void {
  const style = getComputedStyle(element)
  const isLeftOut = element.getAttribute("data-picture") === "off" || element.classList.contains("sr-only")
  if (isLeftOut || style.visibility === "hidden" || element.getClientRects().length === 0) return
  if (element instanceof SVGGeometryElement) drawShape(pen, element, style)
  else if (element instanceof HTMLElement) drawBox(pen, element, style)
  for (const child of element.childNodes) {
    if (child instanceof Element) drawAll(pen, child)
    else if (child instanceof Text && !(element instanceof SVGElement)) drawWords(pen, child, style)
  }
}

function drawBox(pen: CanvasRenderingContext2D, element: HTMLElement, style: CSSStyleDeclaration): void {
  const { left, top, width, height } = element.getBoundingClientRect()
  const line = Number.parseFloat(style.borderTopWidth)
  pen.beginPath()
  pen.roundRect(left + line / 2, top + line / 2, Math.max(0, width - line), Math.max(0, height - line), [
    Number.parseFloat(style.borderTopLeftRadius) || 0,
  ])
  pen.fillStyle = style.backgroundColor
  pen.fill()
  pen.strokeStyle = style.borderTopColor
  pen.lineWidth = line
  pen.setLineDash([])
  if (line > 0 && Number.parseFloat(style.borderBottomWidth) > 0) pen.stroke()
  else if (line > 0) {
    pen.fillStyle = style.borderTopColor
    pen.fillRect(left, top, width, line)
  }
}

function drawShape(
  pen: CanvasRenderingContext2D,
  shape: SVGGeometryElement,
  style: CSSStyleDeclaration,
): void {
  pen.save()
  pen.globalAlpha = Number.parseFloat(style.opacity)
  if (shape instanceof SVGPathElement) {
    const drawn = new Path2D()
    drawn.addPath(new Path2D(shape.getAttribute("d") ?? ""), shape.getScreenCTM() ?? undefined)
    pen.strokeStyle = style.stroke
    pen.lineWidth = Number.parseFloat(style.strokeWidth)
    pen.setLineDash((style.strokeDasharray.match(/[\d.]+/g) ?? []).map(Number))
    if (style.stroke !== "none") pen.stroke(drawn)
  } else {
    const { left, top, width, height } = shape.getBoundingClientRect()
    pen.fillStyle = style.fill
    pen.fillRect(left, top, width, height)
  }
  pen.restore()
}

/** Word by word, as lines break where the page breaks them; what is cut off there is cut off here. */
function drawWords(pen: CanvasRenderingContext2D, text: Text, style: CSSStyleDeclaration): void {
  const clip = text.parentElement?.closest(".truncate")?.getBoundingClientRect()
  pen.save()
  if (clip) {
    pen.beginPath()
    pen.rect(clip.left, clip.top, clip.width, clip.height)
    pen.clip()
  }
  pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
  pen.fillStyle = style.color
  pen.textBaseline = "middle"
  for (const word of text.data.matchAll(/\S+/g)) {
    const range = document.createRange()
    range.setStart(text, word.index)
    range.setEnd(text, word.index + word[0].length)
    const { left, top, width, height } = range.getBoundingClientRect()
    if (width > 0) pen.fillText(word[0], left, top + height / 2)
  }
  pen.restore()
}

function backgroundBehind(element: Element | null): string {
  for (let one = element; one !== null; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor
    if (colour !== "rgba(0, 0, 0, 0)") return colour
  }
  return "#fff"
}
