/** What an agent may do with a comment: shown at once, and taken back where the server refuses. */
import { mutationOptions, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query"
import { applyChange, showChanges } from "./apply-change"
import { answer, http } from "./client"
import { guess, inTurn, settle } from "./guesses"
import type { Comment, Me, Post } from "./model"

export type Moderation = NonNullable<Comment["pending"]>

type Wanted = { comment: Comment; what: Moderation }

/** Hide, show, delete, like: shown at once, and taken back if the server refuses. */
export function useModerate() {
  return useMutation(moderateIn(useQueryClient()))
}

export function moderateIn(cache: QueryClient) {
  return mutationOptions({
    mutationFn: ({ comment: { id }, what }: Wanted) =>
      inTurn(id, () =>
        answer(http.POST("/api/v1/comments/{id}/moderation", { params: { path: { id } }, body: { what } })),
      ),
    onMutate({ comment, what }) {
      const change = looksLike(what)
      show(cache, guess(comment, change))
      return change
    },
    onSuccess: (comment) => land(cache, comment),
    onSettled: (_answer, _error, { comment }, change) => change && show(cache, settle(comment.id, change)),
  })
}

function looksLike(what: Moderation): Partial<Comment> {
  switch (what) {
    case "hide":
    case "unhide":
      return { hidden: what === "hide", pending: what, error: null }
    case "like":
    case "unlike":
      return { is_liked: what === "like", pending: what, error: null }
    default:
      return { deleted_at: new Date().toISOString(), pending: what, error: null }
  }
}

export type CommentPatch = { is_done?: boolean; assignee_id?: string | null; labels?: string[] }
type Update = { comment: Comment; patch: CommentPatch; guess: Partial<Comment> }

/** What the team says of a comment. */
export function useWorkOnComment() {
  return useMutation(workIn(useQueryClient()))
}

export function workIn(cache: QueryClient) {
  return mutationOptions({
    mutationFn: ({ comment: { id }, patch }: Update) =>
      inTurn(id, () =>
        answer(http.PATCH("/api/v1/comments/{id}", { params: { path: { id } }, body: patch })),
      ),
    onMutate: (update) => show(cache, guess(update.comment, update.guess)),
    onSuccess: (comment) => land(cache, comment),
    onSettled: (_answer, _error, update) => show(cache, settle(update.comment.id, update.guess)),
  })
}

type Said = { comment: Comment; text: string; clientKey: string }

/** A public answer: it stands under its comment at once. */
export function useReplyPublicly() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ comment, text, clientKey }: Said) =>
      answer(
        http.POST("/api/v1/comments/{id}/reply", {
          params: { path: { id: comment.id } },
          body: { client_key: clientKey, text },
        }),
      ),
    onMutate: (said) => land(cache, guessed(said, cache.getQueryData<Me>(["me"])?.agent.name ?? "")),
    onSuccess: (made) => land(cache, made),
    onError: (_error, { clientKey }) =>
      applyChange(cache, { seq: 0, type: "comment_removed", comment_id: clientKey }),
  })
}

function guessed({ comment, text, clientKey }: Said, name: string): Comment {
  return {
    ...comment,
    id: clientKey,
    ig_id: null,
    client_key: clientKey,
    parent_ig_id: comment.parent_ig_id ?? comment.ig_id,
    author: { ig_id: comment.account.ig_id, username: comment.account.username },
    text,
    is_own: true,
    created_at: new Date().toISOString(),
    status: "queued",
    written_by: name,
    error: null,
    pending: null,
    version: 0,
  }
}

/** The one private answer; the conversation begins with it. */
export function useReplyPrivately() {
  return useMutation({
    mutationFn: ({ comment, text, clientKey }: Said) =>
      answer(
        http.POST("/api/v1/comments/{id}/private-reply", {
          params: { path: { id: comment.id } },
          body: { client_key: clientKey, text },
        }),
      ),
  })
}

export function useNoteComment() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ comment, text }: { comment: Comment; text: string }) =>
      answer(
        http.POST("/api/v1/comments/{id}/notes", { params: { path: { id: comment.id } }, body: { text } }),
      ),
    onSuccess: (comment) => land(cache, comment),
  })
}

/** An answer that failed or is in doubt goes again. */
export function useRetryComment() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (made: Comment) =>
      answer(http.POST("/api/v1/comments/{id}/retry", { params: { path: { id: made.id } } })),
    onSuccess: (made) => land(cache, made),
  })
}

export function useDiscardComment() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (made: Comment) =>
      answer(http.DELETE("/api/v1/comments/{id}", { params: { path: { id: made.id } } })),
    onSuccess: (_nothing, made) =>
      applyChange(cache, { seq: 0, type: "comment_removed", comment_id: made.id }),
  })
}

export function useSwitchComments() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ post, isOn }: { post: Post; isOn: boolean }) =>
      answer(
        http.PATCH("/api/v1/posts/{id}", {
          params: { path: { id: post.id } },
          body: { comments_enabled: isOn },
        }),
      ),
    onSuccess: (post) => applyChange(cache, { seq: 0, type: "post_updated", post }),
  })
}

function land(cache: QueryClient, comment: Comment): void {
  applyChange(cache, { seq: 0, type: "comment_updated", comment })
}

function show(cache: QueryClient, comment: Comment | null): void {
  if (comment !== null) showChanges(cache, [{ seq: 0, type: "comment_updated", comment }])
}
