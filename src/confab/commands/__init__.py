"""What the commands do: a database session each, beside a running server or with one of their own.

Promises: what a command says has happened, has happened; a repeat is harmless, or refused with the reason. What it never does:
wait for a server.
"""
