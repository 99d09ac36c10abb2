"""Meta's words: payloads, signature, client, error codes, limits. It knows nothing of us.

Promises: every field name, code and URL of Meta's stands here with its rule of docs/spec/graph.md, and a call is one attempt
with one time-out. What it never does: retry, keep, decide.
"""
