"""Follow-up over the ledger, as the web process and the sidecar both need it: enrol, receive, decide, send, look up, forget."""

from engine.delivery.inbound import Received, note_contact, provider_blocks, receive_message, wrong_person

__all__ = ["Received", "note_contact", "provider_blocks", "receive_message", "wrong_person"]
