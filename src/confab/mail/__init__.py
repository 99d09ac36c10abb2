"""Mail: what was put down to be sent goes out by SMTP, by the worker, and is forgotten then.

Promises: whom a mail goes to and what it says is sealed while it waits; one that cannot be sent is tried again, then given up
visibly, without what it said. It never decides who gets a mail: others put it down.
"""
