"""The corridor: receive → normalise → apply → publish, and react → act → send back out.

Promises: an acknowledged delivery is durable; an event has its effect once, in whatever order and however often it comes; a
message is sent once or not at all, and we know which. What it never does: call Meta or fetch anything while a browser or
Meta waits.
"""
