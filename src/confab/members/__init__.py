"""Members: customers who connected their Instagram profile, how they sign in, and the library of what they share.

Promises: who is not connected is shown the way once, by a link that works once, within the hour; nothing readable of that link
is kept. Who is connected hears that what they send has arrived. A repeat of anything repeats none of it.

A member signs in by one way, for a session that opens the library and nothing else. The library follows the messages: what is
sent comes in, what is unsent goes, what its member removed stays out. Nothing here decides what a page looks like.
"""
