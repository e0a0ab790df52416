from enum import StrEnum

class EnrolmentChangeState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"

    def __str__(self) -> str:
        return str(self.value)
