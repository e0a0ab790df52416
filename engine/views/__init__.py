"""Every read, one function a figure. Each takes the engine and the actor first and answers only what that person may see."""

from engine.commission.backtest import Backtest, Band, Window
from engine.commission.bridge import Bridge, Part
from engine.commission.forecast import PeriodRange, Range
from engine.scoring.counterfactual import Help
from engine.scoring.trend import Trend
from engine.views.commission import (
    AgentCap,
    AgreementRow,
    CommissionPage,
    CommissionRow,
    DealCard,
    YearPaid,
    agent_caps,
    agreements,
    commission,
    deal_card,
    paid_by_year,
    plan_as_data,
    plans,
    preview_plan,
    source_returns,
)
from engine.views.commission_pipeline import CommissionPipeline, commission_pipeline
from engine.views.forecast import (
    CapRow,
    ForecastDeal,
    ForecastPage,
    PastPeriod,
    WhatIf,
    forecast,
    forecast_backtest,
    forecast_bridge,
    frozen_days,
    what_if,
)
from engine.views.forecast_files import forecast_csv, forecast_xlsx
from engine.views.goals import AgentStanding, GoalChange, GoalsPage, HomeMoney, goals, home_money
from engine.views.happenings import News, news
from engine.views.home import HomeNumbers, home
from engine.views.imports import Batch, BatchCard, batch_card, batch_list, field_labels, rejected_rows, scored_file
from engine.views.inbox import CurvePoint, InboxPage, InboxPlaces, InboxRow, answer_curve, inbox, inbox_places, inbox_rows
from engine.views.keys import AccessPage, KeyRow, access_page
from engine.views.lead import LeadCard, lead_card
from engine.views.lead_story import JudgedOverride, StoryEntry
from engine.views.listing import DealPage, LeadPage, LeadRecord, deal_page, deal_record, last_score, lead_page, lead_record
from engine.views.machinery import Machinery, machinery
from engine.views.model import FeatureRow, ModelPage, OwnModel, OwnOutcomes, model_page
from engine.views.model_life import ModelLife, ModelVersion, model_life
from engine.views.office import BandPreview, OfficePage, band_preview, office_page, would_let_out, zones_of_state
from engine.views.pipeline import DealRow, Pipeline, StageColumn, pipeline, stage_deals
from engine.views.response import ResponseRow, response_times
from engine.views.routing import RoutingPage, routing_page, saved_view_list
from engine.views.statement_files import agent_pdf, deal_pdf, deals_csv, deals_xlsx
from engine.views.system import Freshness, ModelCard, agents, freshness, model_card, version

__all__ = [
    "AccessPage",
    "AgentCap",
    "AgentStanding",
    "AgreementRow",
    "Backtest",
    "Band",
    "BandPreview",
    "Batch",
    "BatchCard",
    "Bridge",
    "CapRow",
    "CommissionPage",
    "CommissionPipeline",
    "CommissionRow",
    "CurvePoint",
    "DealCard",
    "DealPage",
    "DealRow",
    "FeatureRow",
    "ForecastDeal",
    "ForecastPage",
    "Freshness",
    "GoalChange",
    "GoalsPage",
    "Help",
    "HomeMoney",
    "HomeNumbers",
    "InboxPage",
    "InboxPlaces",
    "InboxRow",
    "JudgedOverride",
    "KeyRow",
    "LeadCard",
    "LeadPage",
    "LeadRecord",
    "Machinery",
    "ModelCard",
    "ModelLife",
    "ModelPage",
    "ModelVersion",
    "News",
    "OfficePage",
    "OwnModel",
    "OwnOutcomes",
    "Part",
    "PastPeriod",
    "PeriodRange",
    "Pipeline",
    "Range",
    "ResponseRow",
    "RoutingPage",
    "StageColumn",
    "StoryEntry",
    "Trend",
    "WhatIf",
    "Window",
    "YearPaid",
    "access_page",
    "agent_caps",
    "agent_pdf",
    "agents",
    "agreements",
    "answer_curve",
    "band_preview",
    "batch_card",
    "batch_list",
    "commission",
    "commission_pipeline",
    "deal_card",
    "deal_page",
    "deal_pdf",
    "deal_record",
    "deals_csv",
    "deals_xlsx",
    "field_labels",
    "forecast",
    "forecast_backtest",
    "forecast_bridge",
    "forecast_csv",
    "forecast_xlsx",
    "freshness",
    "frozen_days",
    "goals",
    "home",
    "home_money",
    "inbox",
    "inbox_places",
    "inbox_rows",
    "last_score",
    "lead_card",
    "lead_page",
    "lead_record",
    "machinery",
    "model_card",
    "model_life",
    "model_page",
    "news",
    "office_page",
    "paid_by_year",
    "pipeline",
    "plan_as_data",
    "plans",
    "preview_plan",
    "rejected_rows",
    "response_times",
    "routing_page",
    "saved_view_list",
    "scored_file",
    "source_returns",
    "stage_deals",
    "version",
    "what_if",
    "would_let_out",
    "zones_of_state",
]
