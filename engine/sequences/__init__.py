"""Rules of follow-up: what is due, what may be sent, what a text means. Pure: no clock, no store, no network."""
