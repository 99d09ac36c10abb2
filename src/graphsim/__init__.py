"""A stateful simulator of Meta's Instagram platform.

It promises to obey `docs/spec/graph.md` rule by rule, to refuse what Meta refuses with Meta's codes, and to give the
same bytes for the same seed, clock and calls. It never imports the product it tests, and never calls any host but the
webhook callback and the attachment urls it is given.
"""
