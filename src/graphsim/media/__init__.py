"""The bytes behind links: pictures, sounds, films and documents, made from a name with the standard library alone."""
