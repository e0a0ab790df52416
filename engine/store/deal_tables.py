"""Deals, commission plans, agreements and spend: the ledger's tables of money. What each means stands in docs/glossary.md."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Float, ForeignKey, Index, Integer, Table, Text

from engine.store.table_types import RowNumber, UtcTime, metadata

# What a deal has beside its opportunity's stage, price, rate and GCI. A deal without a row here has nothing but those.
deal_terms = Table(
    "deal_terms",
    metadata,
    Column("opportunity_id", RowNumber, ForeignKey("opportunities.opportunity_id"), primary_key=True, autoincrement=False),
    Column("side", Text, nullable=False),  # listing, buyer, both
    Column("state", Text, nullable=False),  # two letters, of the property
    Column("list_price_cents", BigInteger),
    Column("contract_price_cents", BigInteger),
    Column("sold_price_cents", BigInteger),
    Column("buyer_rate", Float, nullable=False),  # of the buyer's side, when both
    Column("flat_cents", BigInteger),  # instead of a rate
    Column("bonus_cents", BigInteger, nullable=False),
    Column("concession_cents", BigInteger, nullable=False),
    Column("payers", JSON, nullable=False),  # [payer, share] pairs
    Column("agreement_id", BigInteger),
    Column("source", Text),  # where the lead of this deal came from, when not the lead's own
    Column("referral_to", Text, nullable=False),
    Column("referral_rate", Float, nullable=False),
    Column("referral_flat_cents", BigInteger),
    Column("referral_basis", Text, nullable=False),
    Column("contract_on", Date),
    Column("predicted_close_on", Date),
)

# Who works a deal, and for which part. Without rows: the lead's agent, for all of it.
deal_agents = Table(
    "deal_agents",
    metadata,
    Column("opportunity_id", RowNumber, ForeignKey("opportunities.opportunity_id"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, nullable=False, index=True),
    Column("share_rate", Float, nullable=False),
)

# When a deal stood where. `stage_from` is empty for its first stage.
stage_changes = Table(
    "stage_changes",
    metadata,
    Column("stage_change_id", RowNumber, primary_key=True, autoincrement=False),
    Column("opportunity_id", BigInteger, nullable=False),
    Column("stage_from", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Index(None, "opportunity_id", "at"),
)

# Each time a deal's expected closing day was set or moved. What an import or another program moved counts too.
closing_day_changes = Table(
    "closing_day_changes",
    metadata,
    Column("closing_day_change_id", RowNumber, primary_key=True, autoincrement=False),
    Column("opportunity_id", BigInteger, nullable=False, index=True),
    Column("closes_from", Date),
    Column("closes_on", Date),
    Column("at", UtcTime, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
)

# A signed agreement stays as it was signed; only the day it was given up is added.
agreements = Table(
    "agreements",
    metadata,
    Column("agreement_id", RowNumber, primary_key=True, autoincrement=False),
    Column("lead_id", BigInteger, ForeignKey("leads.lead_id"), nullable=False, index=True),
    Column("opportunity_id", BigInteger, index=True),
    Column("side", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("rate", Float),
    Column("flat_cents", BigInteger),
    Column("is_exclusive", Boolean, nullable=False),
    Column("is_showing_only", Boolean, nullable=False),
    Column("is_entity", Boolean, nullable=False),
    Column("ended_on", Date),
    Column("note", Text, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("recorded_by", BigInteger, nullable=False),
)

# Each change of the office's plan is a new row. On a day the one that became effective last holds, of those the one set last.
commission_plans = Table(
    "commission_plans",
    metadata,
    Column("plan_id", RowNumber, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("spec", JSON, nullable=False),  # the plan as in a plan file
    Column("set_at", UtcTime, nullable=False),
    Column("set_by", BigInteger, nullable=False),
)

agent_terms = Table(
    "agent_terms",
    metadata,
    Column("user_id", RowNumber, ForeignKey("users.user_id"), primary_key=True, autoincrement=False),
    Column("anniversary_on", Date),
    Column("cap_cents", BigInteger),
    Column("opening_used_cents", BigInteger, nullable=False),
    Column("opening_on", Date),
)

# What closed deals paid, for good. A reversal is another row with every amount negative; no row is ever changed.
statement_entries = Table(
    "statement_entries",
    metadata,
    Column("entry_id", RowNumber, primary_key=True, autoincrement=False),
    Column("opportunity_id", BigInteger, ForeignKey("opportunities.opportunity_id"), nullable=False, index=True),
    Column("reverses", BigInteger, unique=True),  # the entry that this one takes back
    Column("at", UtcTime, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("closed_on", Date, nullable=False),
    Column("plan_id", BigInteger, nullable=False),
    Column("gci_cents", BigInteger, nullable=False),
    Column("agent_net_cents", BigInteger, nullable=False),
    Column("brokerage_cents", BigInteger, nullable=False),
    Column("lead_broker_net_cents", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("statement", JSON, nullable=False),  # whole, line by line
)

# What a source cost in a month, for its return.
spend = Table(
    "spend",
    metadata,
    Column("source", Text, primary_key=True),
    Column("month", Date, primary_key=True),  # its first day
    Column("cost_cents", BigInteger, nullable=False),
    Column("set_at", UtcTime, nullable=False),
    Column("set_by", BigInteger, nullable=False),
)
