"""What agents do in the inbox: snoozes, dispositions, undo, saved views, routing and its trace."""
