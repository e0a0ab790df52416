"""What leads say and what we answer: facts from messages, qualification dialogues, the second reading by Claude."""
