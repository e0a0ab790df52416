"""Every change, as a use case. Each takes the engine and the actor first, and doing it twice is the same as doing it once."""

from engine.commands.batches import agree_to_batch, cancel_batch, mind_batches, repeat_batch, start_batch, work_on_batch
from engine.commands.bulk import BulkAct, BulkKind, BulkPreview, act_on_leads, preview_bulk
from engine.commands.deals import change_deal, close_deal, end_agreement, record_agreement, reverse_deal, set_deal_agents
from engine.commands.demo import demo, demo_traffic
from engine.commands.demo_ghl import serve_double
from engine.commands.escalation import ask_claude, judge_case, mind_escalations, open_cases
from engine.commands.files import checked_mapping, dry_run, import_file, score_to_file, undo_import_now
from engine.commands.following import follow_changes, mind_scores
from engine.commands.forecasts import forecast, freeze_forecast, mind_forecast, set_goal, set_leaderboard
from engine.commands.history import evaluate, prices, train
from engine.commands.import_undo import KeptLead, UndoPlan, plan_undo, undo_import, undone
from engine.commands.intake import Taken, take_lead, take_leads
from engine.commands.keys import NewKey, issue_key, list_keys, revoke_key, rotate_key
from engine.commands.lead_changes import change_lead
from engine.commands.leads import add_note, assign_lead, claim_lead, log_inbound, log_touch, move_stage, open_deal
from engine.commands.models import ModelLine, list_models, promote_model, rescore_all, roll_back_model
from engine.commands.office import change_office, restore_setting
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
from engine.commands.plans import example_plans, import_spend, set_agent_terms, set_default_rate, set_plan, set_spend
from engine.commands.rescoring import mind_rescoring, rescore_wanted
from engine.commands.routing import add_absence, remove_absence, route_lead, set_routing
from engine.commands.saved_views import delete_view, pin_view, save_view, share_view
from engine.commands.scoring import rescore_leads, score_columns, score_leads
from engine.commands.statements import statements_of_files
from engine.commands.tokens import Caller, actor_from_bearer, issue_tokens, refresh_tokens, revoke_tokens
from engine.commands.triage import clear_band, dispose_lead, set_band, set_lead_stage, snooze_lead, tag_lead, untag_lead, wake_lead
from engine.commands.undo import undo_action
from engine.commands.upkeep import Finding, examine, need_model, rebuild, train_shipped_model
from engine.commands.uploads import Preview, Upload, keep_upload, preview_upload, upload_path

__all__ = [
    "BulkAct",
    "BulkKind",
    "BulkPreview",
    "Caller",
    "Finding",
    "KeptLead",
    "ModelLine",
    "NewKey",
    "NewUser",
    "OWNER_USERNAME",
    "Preview",
    "Taken",
    "UndoPlan",
    "Upload",
    "User",
    "act_on_leads",
    "actor_from_bearer",
    "actor_of_session",
    "add_absence",
    "add_note",
    "add_user",
    "agree_to_batch",
    "ask_claude",
    "assign_lead",
    "cancel_batch",
    "change_deal",
    "change_lead",
    "change_office",
    "change_password",
    "checked_mapping",
    "claim_lead",
    "clear_band",
    "close_deal",
    "delete_view",
    "demo",
    "demo_traffic",
    "disable_user",
    "dispose_lead",
    "dry_run",
    "enable_user",
    "end_agreement",
    "ensure_owner",
    "evaluate",
    "examine",
    "example_plans",
    "follow_changes",
    "forecast",
    "freeze_forecast",
    "import_file",
    "import_spend",
    "issue_key",
    "issue_tokens",
    "judge_case",
    "keep_upload",
    "list_keys",
    "list_models",
    "list_users",
    "log_inbound",
    "log_touch",
    "mind_batches",
    "mind_escalations",
    "mind_forecast",
    "mind_rescoring",
    "mind_scores",
    "move_stage",
    "need_model",
    "open_cases",
    "open_deal",
    "pin_view",
    "plan_undo",
    "preview_bulk",
    "preview_upload",
    "prices",
    "promote_model",
    "rebuild",
    "record_agreement",
    "refresh_tokens",
    "remove_absence",
    "repeat_batch",
    "rescore_all",
    "rescore_leads",
    "rescore_wanted",
    "reset_password",
    "restore_setting",
    "reverse_deal",
    "revoke_key",
    "revoke_sessions",
    "revoke_tokens",
    "roll_back_model",
    "rotate_key",
    "route_lead",
    "save_view",
    "score_columns",
    "score_leads",
    "score_to_file",
    "serve_double",
    "set_agent_terms",
    "set_band",
    "set_deal_agents",
    "set_default_rate",
    "set_goal",
    "set_lead_stage",
    "set_leaderboard",
    "set_plan",
    "set_role",
    "set_routing",
    "set_spend",
    "share_view",
    "sign_in",
    "sign_out",
    "snooze_lead",
    "start_batch",
    "statements_of_files",
    "tag_lead",
    "take_lead",
    "take_leads",
    "train",
    "train_shipped_model",
    "undo_action",
    "undo_import",
    "undo_import_now",
    "undone",
    "untag_lead",
    "upload_path",
    "user_called",
    "wake_lead",
    "work_on_batch",
]
