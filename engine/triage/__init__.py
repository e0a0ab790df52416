"""The inbox's rules, pure: what acting now is worth, the five-minute clock, the next step, who gets a lead, who was right."""
