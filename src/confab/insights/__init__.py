"""Numbers about an account and about the work: what Instagram says of it, and what the team's own messages tell.

Every number is there once, however often and in whatever order its cause came, and can be made again from what it was made of.
What nobody knows is null and never 0. The room never sends anything, and no reading waits for Instagram.
"""
