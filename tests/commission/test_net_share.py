"""What of a commission counts in the queue, worked by hand."""

from datetime import date

from engine.commission.net_share import net_shares
from engine.records import Source
from engine.records.deal import AgentTerms, Party, Plan, PlanStep, RuleKind

ON = date(2026, 3, 2)
# 25 % of portal leads go off the top, then 30 % of the rest to a brokerage that isn't ours.
PLAN = Plan(
    plan_id=1,
    name="70/30",
    steps=(
        PlanStep(kind=RuleKind.REFERRAL, rule="Portal", to=Party.REFERRAL, rate_by_source=((Source.PORTAL, 0.25),)),
        PlanStep(kind=RuleKind.BROKER_SPLIT, rule="Split", to=Party.BROKERAGE, rate=0.3, cap_cents=900_000),
    ),
)


def shares(*, own=None, used_cents=0, plans=(PLAN,)):
    settled = [("7", "cap", used_cents, ON)] if used_cents else []
    terms = [AgentTerms(agent="7")]
    # The middle price pays 10,000.00 at 2 %.
    found = net_shares(plans, terms, settled, [7], own=own, price_cents=50_000_000, rate=0.02, on=ON)
    return {(one.worker, one.source): round(one.share, 6) for one in found}


def test_a_split_and_a_portals_fee_are_off_what_counts():
    assert shares()[7, ""] == 0.7
    assert shares()[7, "portal"] == 0.525  # 75 % of it, of which 70 %


def test_a_full_cap_leaves_the_whole_commission():
    assert shares(used_cents=900_000)[7, ""] == 1.0
    assert shares(used_cents=750_000)[7, ""] == 0.85  # 1,500.00 are left of the cap, of 10,000.00


def test_what_nobody_has_counts_for_an_agent_as_if_he_took_it():
    assert shares(own=7, used_cents=900_000)[0, ""] == 1.0
    assert shares(own=8, used_cents=900_000)[0, ""] == 0.7


def test_without_a_plan_everything_counts():
    assert shares(plans=()) == {(0, ""): 1.0, (7, ""): 1.0}
