from enum import StrEnum

class Stage(StrEnum):
    ACTIVE = "active"
    APPOINTMENT = "appointment"
    CLOSED = "closed"
    CONTACTED = "contacted"
    LOST = "lost"
    NEW = "new"
    OFFER = "offer"
    UNDER_CONTRACT = "under_contract"

    def __str__(self) -> str:
        return str(self.value)
