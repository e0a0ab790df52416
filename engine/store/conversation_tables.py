"""Facts read from messages, drafts, qualification dialogues and second readings."""
