"""Every read, one function a figure. Each takes the engine and the actor first and answers only what that person may see."""

from engine.scoring.counterfactual import Help
from engine.scoring.trend import Trend
from engine.views.commission_pipeline import CommissionPipeline, commission_pipeline
from engine.views.happenings import News, news
from engine.views.home import HomeNumbers, home
from engine.views.imports import Batch, BatchCard, batch_card, batch_list, field_labels, rejected_rows, scored_file
from engine.views.inbox import InboxPage, InboxRow, inbox, inbox_rows
from engine.views.lead import LeadCard, lead_card
from engine.views.listing import DealPage, LeadPage, LeadRecord, deal_page, deal_record, last_score, lead_page, lead_record
from engine.views.machinery import Machinery, machinery
from engine.views.model import FeatureRow, ModelPage, OwnModel, OwnOutcomes, model_page
from engine.views.pipeline import DealRow, Pipeline, StageColumn, pipeline, stage_deals
from engine.views.system import Freshness, ModelCard, agents, freshness, model_card, version

__all__ = [
    "Batch",
    "BatchCard",
    "CommissionPipeline",
    "DealPage",
    "DealRow",
    "FeatureRow",
    "Freshness",
    "Help",
    "HomeNumbers",
    "InboxPage",
    "InboxRow",
    "LeadCard",
    "LeadPage",
    "LeadRecord",
    "Machinery",
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
    "commission_pipeline",
    "deal_page",
    "deal_record",
    "field_labels",
    "freshness",
    "home",
    "inbox",
    "inbox_rows",
    "last_score",
    "lead_card",
    "lead_page",
    "lead_record",
    "machinery",
    "model_card",
    "model_page",
    "news",
    "pipeline",
    "rejected_rows",
    "scored_file",
    "stage_deals",
    "version",
]
