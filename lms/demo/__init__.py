"""A ward and a commune to try everything on, made by the same verbs as the pages use."""
