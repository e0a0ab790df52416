"""Who was right: the person who set a band by hand, or the model. Told only once the lead's deal has ended."""

from engine.records import Band

_RANK = {Band.COLD: 0, Band.WARM: 1, Band.HOT: 2}


def who_was_right(persons: Band, models: Band, has_closed: bool | None) -> str:
    """`person`, `model`, `both` (they agreed) or `open`: a closing speaks for the higher band, a lost deal for the lower one."""
    if has_closed is None:
        return "open"
    if persons is models:
        return "both"
    return "person" if (_RANK[persons] > _RANK[models]) == has_closed else "model"
