"""What intake remembers of its senders and of what an import changed."""
