"""What other programs use to talk to the command center, made from the API's own document."""
