"""Members: customers who connected their Instagram profile to their user of another system.

Promises: who is not connected is shown the way once, by a link that works once, within the hour; nothing readable of that link
is kept. Who is connected hears that what they send has arrived. A repeat of anything repeats none of it.
"""
