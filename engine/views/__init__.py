"""Every read, one function a figure. Each takes the engine and the actor first and answers only what that person may see."""

from engine.scoring.counterfactual import Help
from engine.scoring.trend import Trend
from engine.views.happenings import News, news
from engine.views.home import HomeNumbers, home
from engine.views.imports import Batch, BatchCard, batch_card, batch_list, field_labels, rejected_rows, scored_file
from engine.views.inbox import InboxPage, InboxRow, inbox, inbox_rows
from engine.views.lead import LeadCard, lead_card
from engine.views.model import FeatureRow, ModelPage, OwnModel, OwnOutcomes, model_page
from engine.views.pipeline import DealRow, Pipeline, StageColumn, pipeline, stage_deals
from engine.views.system import Freshness, ModelCard, agents, freshness, model_card, version

__all__ = [
    "Batch",
    "BatchCard",
    "DealRow",
    "FeatureRow",
    "Freshness",
    "Help",
    "HomeNumbers",
    "InboxPage",
    "InboxRow",
    "LeadCard",
    "ModelCard",
    "ModelPage",
    "News",
    "OwnModel",
    "OwnOutcomes",
    "Pipeline",
    "StageColumn",
    "Trend",
    "agents",
    "batch_card",
    "batch_list",
    "field_labels",
    "freshness",
    "home",
    "inbox",
    "inbox_rows",
    "lead_card",
    "model_card",
    "model_page",
    "news",
    "pipeline",
    "rejected_rows",
    "scored_file",
    "stage_deals",
    "version",
]
