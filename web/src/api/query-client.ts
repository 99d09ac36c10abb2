/** The cache. Data grows old by a change on the stream, never by time, focus or navigation. */
import { QueryClient } from "@tanstack/react-query"
import { ApiError } from "./client"

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: Number.POSITIVE_INFINITY,
        refetchOnMount: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: "always",
        structuralSharing: false,
        retry: (count, error) => error instanceof ApiError && error.isTemporary && count < 3,
        retryDelay: (count) => 500 * 2 ** count,
      },
      mutations: { networkMode: "always" },
    },
  })
}
