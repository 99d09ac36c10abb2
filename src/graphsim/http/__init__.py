"""Meta's hosts over HTTP: graph.instagram.com, graph.facebook.com, the login, and the media links."""
