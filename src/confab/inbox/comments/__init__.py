"""Comments and mentions as work: answering, hiding and handing them on, and knowing what became of them at Instagram.

Promises: whatever goes out passes the gate here and again at the moment of the call, stands as a row of `comment_calls` written
with its cause, and is made once or not at all (a public answer) or as often as needed (what a repeat does not change); what is
shown before Instagram has confirmed it is taken back when Instagram refuses. What Instagram tells of a comment enters by apply,
like a webhook, and what it does not tell is read: when a comment is shown, when its post is read, in both cases seldom enough.

Never: a call to Meta inside a transaction, a comment that vanishes because a list does not have it, a conversation's lock after
a comment's.
"""
