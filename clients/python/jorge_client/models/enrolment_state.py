from enum import StrEnum

class EnrolmentState(StrEnum):
    ACTIVE = "active"
    FINISHED = "finished"
    HELD_OUT = "held_out"
    PAUSED = "paused"
    STOPPED = "stopped"

    def __str__(self) -> str:
        return str(self.value)
