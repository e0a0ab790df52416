"""GoHighLevel: the client, its token and its rate budget, what its answers and events mean, and a double for tests and the demo."""
