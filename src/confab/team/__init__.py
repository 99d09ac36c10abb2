"""Who works here: passwords, sign-in, sessions, tokens, the first owner.

Promises: a session's or token's secret exists only with its holder, we keep a digest; guessing is slow and counted; an
unknown e-mail address costs as much as a wrong password. It never decides what a role may do: that is `api/access.py`.
"""
