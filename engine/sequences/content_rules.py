"""The version of what may stand in a message."""

CONTENT_VERSION = "0"
