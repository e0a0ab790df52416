from enum import StrEnum

class Source(StrEnum):
    EXPIRED_FSBO = "expired_fsbo"
    OPEN_HOUSE = "open_house"
    OTHER = "other"
    OWN_SITE = "own_site"
    PAID_SOCIAL = "paid_social"
    PORTAL = "portal"
    PPC = "ppc"
    SIGN_CALL = "sign_call"
    SPHERE = "sphere"

    def __str__(self) -> str:
        return str(self.value)
