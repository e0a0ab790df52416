from enum import StrEnum

class BodyImportFilePurpose(StrEnum):
    LEDGER = "ledger"
    SCORE = "score"

    def __str__(self) -> str:
        return str(self.value)
