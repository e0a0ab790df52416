"""The face: what people see and click. Reads through views, changes through commands, and knows nothing of the stores."""
