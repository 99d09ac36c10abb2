"""The HTTP edge: routes, who is asking, values to JSON, errors to problems.

Promises: every answer under /api is JSON, every refusal a problem with a stable code, and no handler reaches another workspace's
rows, because its only connection is that of its viewer. It never calls Meta and never decides what a room decides.
"""
