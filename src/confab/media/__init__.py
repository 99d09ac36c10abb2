"""Pictures, films, voices and files: fetched from Instagram, kept in our own storage, served to those who may see them.

Promises: no browser loads anything of Meta's; nothing is fetched from where Meta's media do not live, and no address of our
own network is reached; what is too big or of another kind is refused with the reason, without having been in memory; what may
not be kept is not kept. What it never does: keep a message waiting.
"""
