/** Comments and posts for tests. */
import type { Comment, Post } from "../api/model"
import { ACCOUNT, makeId } from "./make"

export function makeComment(given: Partial<Comment> = {}): Comment {
  return {
    id: makeId(),
    ig_id: "18047712390856104",
    account: { id: ACCOUNT.id, ig_id: ACCOUNT.ig_id, username: ACCOUNT.username },
    post_id: "post-1",
    media: {
      ig_id: "18062245590713388",
      permalink: null,
      product_type: "FEED",
      ad_id: null,
      ad_title: null,
      original_media_id: null,
    },
    parent_ig_id: null,
    author: { ig_id: "1087654321098765", username: "ada.bakes" },
    text: "Do you ship to Dundee?",
    kind: "comment",
    is_own: false,
    created_at: "2026-11-02T09:30:00Z",
    edited_at: null,
    hidden: false,
    is_liked: false,
    deleted_at: null,
    is_archived: false,
    done_at: null,
    done_by: null,
    assignee: null,
    labels: [],
    notes: [],
    status: null,
    client_key: null,
    written_by: null,
    pending: null,
    error: null,
    private_conversation_id: null,
    version: 1,
    ...given,
  }
}

export function makePost(given: Partial<Post> = {}): Post {
  return {
    id: "post-1",
    ig_id: "18062245590713388",
    account: { id: ACCOUNT.id, ig_id: ACCOUNT.ig_id, username: ACCOUNT.username },
    is_own: true,
    product_type: "FEED",
    media_type: "IMAGE",
    caption: "Fresh this morning.",
    permalink: "https://www.instagram.com/p/abc/",
    owner_username: "harbour.bakery",
    published_at: "2026-11-01T09:00:00Z",
    comments_enabled: true,
    comments_count: 1,
    ended_at: null,
    picture_url: null,
    refused: null,
    pending: null,
    error: null,
    last_comment_at: "2026-11-02T09:30:00Z",
    version: 1,
    ...given,
  }
}
