/** Carries one file to the server, and says how far it is: what `fetch` cannot tell. */
import { answer } from "./client"
import type { Upload } from "./model"

/** Windows lets names hold what is no text. */
const HALF_A_LETTER = /\p{Surrogate}/gu

type Progress = (share: number) => void

/** The upload as the server keeps it, or an `ApiError`. */
export function uploadFile(file: File, onProgress: Progress, signal: AbortSignal): Promise<Upload> {
  return answer<Upload>(
    new Promise((resolve, reject) => {
      const call = new XMLHttpRequest()
      call.open("POST", "/api/v1/uploads")
      call.responseType = "json"
      call.setRequestHeader("Content-Type", file.type || "application/octet-stream")
      call.setRequestHeader("X-File-Name", encodeURIComponent(file.name.replace(HALF_A_LETTER, "")))
      call.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
      call.onload = () => {
        const response = new Response(null, { status: call.status })
        resolve(response.ok ? { data: call.response, response } : { error: call.response, response })
      }
      call.onerror = reject
      call.onabort = reject
      signal.addEventListener("abort", () => call.abort())
      call.send(file)
    }),
  )
}
