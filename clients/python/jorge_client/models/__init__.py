""" Contains all the data models used in inputs/outputs """

from .accuracy_answer import AccuracyAnswer
from .band import Band
from .batch_answer import BatchAnswer
from .batch_progress import BatchProgress
from .batch_request import BatchRequest
from .batch_result import BatchResult
from .body_import_file import BodyImportFile
from .body_import_file_purpose import BodyImportFilePurpose
from .commission_answer import CommissionAnswer
from .deal_answer import DealAnswer
from .deal_change import DealChange
from .deal_page_answer import DealPageAnswer
from .enrolment_answer import EnrolmentAnswer
from .enrolment_change import EnrolmentChange
from .enrolment_change_state import EnrolmentChangeState
from .enrolment_page_answer import EnrolmentPageAnswer
from .enrolment_state import EnrolmentState
from .error_answer import ErrorAnswer
from .error_detail import ErrorDetail
from .escalation_answer import EscalationAnswer
from .event import Event
from .forecast_answer import ForecastAnswer
from .forecast_answer_backtest import ForecastAnswerBacktest
from .forecast_answer_bridge_type_0 import ForecastAnswerBridgeType0
from .goal_answer import GoalAnswer
from .ground_answer import GroundAnswer
from .lead_answer import LeadAnswer
from .lead_change import LeadChange
from .lead_data import LeadData
from .lead_page_answer import LeadPageAnswer
from .likely_lead import LikelyLead
from .live_answer import LiveAnswer
from .model_answer import ModelAnswer
from .model_answer_bands import ModelAnswerBands
from .model_answer_calibration_item import ModelAnswerCalibrationItem
from .model_answer_challengers_item import ModelAnswerChallengersItem
from .model_answer_metrics import ModelAnswerMetrics
from .model_answer_n_scored_by_band import ModelAnswerNScoredByBand
from .new_deal import NewDeal
from .new_enrolment import NewEnrolment
from .new_lead import NewLead
from .period_answer import PeriodAnswer
from .pipeline_answer import PipelineAnswer
from .ready_answer import ReadyAnswer
from .ready_answer_missing import ReadyAnswerMissing
from .reason_answer import ReasonAnswer
from .refresh import Refresh
from .score_answer import ScoreAnswer
from .score_request import ScoreRequest
from .score_summary import ScoreSummary
from .sequence_answer import SequenceAnswer
from .sequence_answer_n_by_state import SequenceAnswerNByState
from .sequence_change import SequenceChange
from .sequence_list_answer import SequenceListAnswer
from .sequence_sheet_answer import SequenceSheetAnswer
from .sequence_sheet_answer_n_by_state import SequenceSheetAnswerNByState
from .sign_in import SignIn
from .source import Source
from .source_answer import SourceAnswer
from .spread_answer import SpreadAnswer
from .stage import Stage
from .stage_answer import StageAnswer
from .step_answer import StepAnswer
from .step_kind import StepKind
from .take_webhook_body import TakeWebhookBody
from .token_answer import TokenAnswer
from .webhook_answer import WebhookAnswer
from .week_answer import WeekAnswer
from .who_answer import WhoAnswer

__all__ = (
    "AccuracyAnswer",
    "Band",
    "BatchAnswer",
    "BatchProgress",
    "BatchRequest",
    "BatchResult",
    "BodyImportFile",
    "BodyImportFilePurpose",
    "CommissionAnswer",
    "DealAnswer",
    "DealChange",
    "DealPageAnswer",
    "EnrolmentAnswer",
    "EnrolmentChange",
    "EnrolmentChangeState",
    "EnrolmentPageAnswer",
    "EnrolmentState",
    "ErrorAnswer",
    "ErrorDetail",
    "EscalationAnswer",
    "Event",
    "ForecastAnswer",
    "ForecastAnswerBacktest",
    "ForecastAnswerBridgeType0",
    "GoalAnswer",
    "GroundAnswer",
    "LeadAnswer",
    "LeadChange",
    "LeadData",
    "LeadPageAnswer",
    "LikelyLead",
    "LiveAnswer",
    "ModelAnswer",
    "ModelAnswerBands",
    "ModelAnswerCalibrationItem",
    "ModelAnswerChallengersItem",
    "ModelAnswerMetrics",
    "ModelAnswerNScoredByBand",
    "NewDeal",
    "NewEnrolment",
    "NewLead",
    "PeriodAnswer",
    "PipelineAnswer",
    "ReadyAnswer",
    "ReadyAnswerMissing",
    "ReasonAnswer",
    "Refresh",
    "ScoreAnswer",
    "ScoreRequest",
    "ScoreSummary",
    "SequenceAnswer",
    "SequenceAnswerNByState",
    "SequenceChange",
    "SequenceListAnswer",
    "SequenceSheetAnswer",
    "SequenceSheetAnswerNByState",
    "SignIn",
    "Source",
    "SourceAnswer",
    "SpreadAnswer",
    "Stage",
    "StageAnswer",
    "StepAnswer",
    "StepKind",
    "TakeWebhookBody",
    "TokenAnswer",
    "WebhookAnswer",
    "WeekAnswer",
    "WhoAnswer",
)
