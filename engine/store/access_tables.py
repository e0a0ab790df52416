"""Keys and tokens of other programs, and what webhooks brought."""
