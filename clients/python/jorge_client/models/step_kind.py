from enum import StrEnum

class StepKind(StrEnum):
    CALL_TASK = "call_task"
    EMAIL = "email"
    SMS = "sms"

    def __str__(self) -> str:
        return str(self.value)
