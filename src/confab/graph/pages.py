"""Where Meta shows pages to people: what is linked and never fetched. Rules N24-N26."""

_HOSTS = frozenset(f"{prefix}{site}" for site in ("instagram.com", "facebook.com") for prefix in ("", "www.", "m."))


def is_page(host: str) -> bool:
    """Whether an address at this host, in lower case, is a page and no file."""
    return host in _HOSTS
