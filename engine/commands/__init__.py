"""Every change, as a use case. Each takes the engine and the actor first, and doing it twice is the same as doing it once."""

from engine.commands.batches import agree_to_batch, cancel_batch, mind_batches, repeat_batch, start_batch, work_on_batch
from engine.commands.demo import demo, demo_traffic
from engine.commands.files import checked_mapping, dry_run, import_file, score_to_file
from engine.commands.history import evaluate, prices, train
from engine.commands.intake import take_lead
from engine.commands.leads import add_note, assign_lead, claim_lead, log_inbound, log_touch, move_stage, open_deal
from engine.commands.people import (
    OWNER_USERNAME,
    NewUser,
    User,
    actor_of_session,
    add_user,
    change_password,
    disable_user,
    enable_user,
    ensure_owner,
    list_users,
    reset_password,
    revoke_sessions,
    set_role,
    sign_in,
    sign_out,
    user_called,
)
from engine.commands.scoring import rescore_leads, score_columns, score_leads
from engine.commands.statements import statements_of_files
from engine.commands.upkeep import Finding, examine, need_model, rebuild, train_shipped_model
from engine.commands.uploads import Preview, Upload, keep_upload, preview_upload, upload_path

__all__ = [
    "OWNER_USERNAME",
    "Finding",
    "NewUser",
    "Preview",
    "Upload",
    "User",
    "actor_of_session",
    "add_note",
    "add_user",
    "agree_to_batch",
    "assign_lead",
    "cancel_batch",
    "change_password",
    "checked_mapping",
    "claim_lead",
    "demo",
    "demo_traffic",
    "disable_user",
    "dry_run",
    "enable_user",
    "ensure_owner",
    "evaluate",
    "examine",
    "import_file",
    "keep_upload",
    "list_users",
    "log_inbound",
    "log_touch",
    "mind_batches",
    "move_stage",
    "need_model",
    "open_deal",
    "preview_upload",
    "prices",
    "rebuild",
    "repeat_batch",
    "rescore_leads",
    "reset_password",
    "revoke_sessions",
    "score_columns",
    "score_leads",
    "score_to_file",
    "set_role",
    "sign_in",
    "sign_out",
    "start_batch",
    "statements_of_files",
    "take_lead",
    "train",
    "train_shipped_model",
    "upload_path",
    "user_called",
    "work_on_batch",
]
