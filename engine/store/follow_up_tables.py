"""Sequences, enrolments, steps, attempts, consent and opt-outs: what is sent to whom, when, and why not."""
