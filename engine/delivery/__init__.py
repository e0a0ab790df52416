"""Follow-up over the ledger, the same for the web process and the sidecar: enrol, take in a reply, pause, claim, send, reconcile."""
