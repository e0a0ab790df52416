"""GoHighLevel: the client, what its answers mean, its webhooks, and a double of it for tests and the demo."""
