"""The worker: loops over due rows, with leases, backoff and dead rows. It knows no kind of work by name.

Promises: a row is worked on by one worker at a time, again after a crash, and never for ever: after its last attempt it stays,
visible and dead. A loop looks at least every second even if nobody wakes it. What it never does: decide what the work is.
"""
