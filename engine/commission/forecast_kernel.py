# ruff: noqa: C901, PLR0912, PLR0915, PLR0917, PLR1714, SIM109  (compiled loops take their arrays one by one and are walked in one go)
"""The compiled loop of the forecast: draws each deal's fate and sends those that close through the waterfall, in closing order.

Whole numbers throughout, so that the same seed gives the same cents on every machine. `forecast_tables` lays out the arrays;
`waterfall` is the rule, and a property test holds the two equal to the cent.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]

NONE = -1  # a limit, a flat amount or a referral that isn't there
N_POINTS = 512  # of every table of days, price factors and stage shares
PARTS = 1_000_000

# Columns of a deal.
KEY, PRICE, FLAT, RATE, BUYER_RATE, BONUS, CONCESSION, REF_BASIS, REF_RATE, REF_FLAT, N_SHARES, DAYS, PRICES, STAGE, FATE = range(
    15
)
N_DEAL = 15
# What is known of a deal's fate: open, closes in any case, doesn't close in any case.
OPEN, CLOSES, STAYS_OUT = range(3)
# Columns of a step.
KIND, TO, BASIS, STEP_FLAT, IF_LESS, PER_AGENT, CAP_CENTS, BY_GROSS, REDUCED_AFTER, REDUCED_FLAT, METER, N_TIERS = range(12)
N_STEP = 12
REFERRAL, REFERRAL_AFTER_SPLIT, FRANCHISE, TEAM_SPLIT, BROKER_SPLIT, POST_CAP_FEE, FEE = range(7)
GCI, ADJUSTED, REMAINDER = range(3)
TO_OTHER, TO_BROKERAGE, TO_LEAD_BROKER = range(3)
# Columns of a plan.
LEAD_AGENT, PLAN_CAP, OWNS_BROKERAGE, HAS_LEAD, N_STEPS = range(5)
N_PLAN = 5

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFT_30, _SHIFT_27, _SHIFT_31, _SHIFT_32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)
_SHIFT_9, _LOW_9 = np.uint64(9), np.uint64(N_POINTS - 1)
_ONE_32 = 1.0 / 4294967296.0


@njit(nogil=True, cache=True)
def mixed(number: np.uint64) -> np.uint64:
    """A number well stirred (splitmix64's finaliser, Steele, Lea and Flood 2014)."""
    number = (number ^ (number >> _SHIFT_30)) * _MIX_1
    number = (number ^ (number >> _SHIFT_27)) * _MIX_2
    return number ^ (number >> _SHIFT_31)


@njit(nogil=True, cache=True)
def _share(amount: int, parts: int) -> int:
    return (amount * parts + PARTS // 2) // PARTS


@njit(nogil=True, cache=True)
def side_gci(deal: Longs, price: int) -> int:
    """A deal's GCI at a price: rates (or flat), plus the bonus, less the concession, never under zero."""
    gci = deal[FLAT] if deal[FLAT] != NONE else _share(price, deal[RATE]) + _share(price, deal[BUYER_RATE])
    gci += deal[BONUS]
    return int(gci - min(deal[CONCESSION], gci))


@njit(nogil=True, cache=True)
def settle(
    deal: Longs,
    gci_all: int,
    share_agent: Longs,
    share_weight: Longs,
    share_cap: Longs,
    plan: Longs,
    steps: Longs,
    rates: Longs,
    tiers: Longs,
    meters: Longs,
    stream: Longs,
    before: Longs,
) -> tuple[int, int]:
    """One deal through a plan's steps; moves the meters and leaves each agent's net in `stream`.

    `stream` has a row a stream (owner, weight, cap, gci, adjusted, left); answers the lead broker's net and the brokerage's.
    """
    n = deal[N_SHARES]
    whole = 0
    for s in range(n):
        whole += share_weight[s]
        before[s] = meters[share_agent[s], 0]
    before[n] = meters[plan[LEAD_AGENT], 0]
    if whole == 0:
        whole = 1
    pool_gci, pool_adjusted, pool_left = gci_all, gci_all, gci_all
    n_streams, has_lead, rounding = 0, False, 0
    lead_net, brokerage = 0, 0
    for t in range(plan[N_STEPS] + 1):
        is_end = t == plan[N_STEPS]
        step = steps[t] if not is_end else steps[0]
        kind = step[KIND]
        if n_streams == 0 and (is_end or (kind != REFERRAL and kind != FRANCHISE) or step[CAP_CENTS] != NONE):
            rounding = pool_left
            for s in range(n):
                stream[s, 0] = share_agent[s]
                stream[s, 1] = share_weight[s]
                stream[s, 2] = share_cap[s] if share_cap[s] != NONE else plan[PLAN_CAP]
                stream[s, 3] = pool_gci * share_weight[s] // whole
                stream[s, 4] = pool_adjusted * share_weight[s] // whole
                stream[s, 5] = pool_left * share_weight[s] // whole
                rounding -= stream[s, 5]
            n_streams = n
        if is_end:
            break
        is_pool = n_streams == 0
        # Who pays at this step: everybody off the top and at the broker split, else the deal's agents.
        n_payers = 1 if is_pool else n_streams
        if not is_pool and kind != REFERRAL and kind != FRANCHISE and kind != BROKER_SPLIT:
            n_payers = n
        rate = rates[t]
        if kind == TEAM_SPLIT:
            if rate == 0:
                continue
            any_payer = False
            for s in range(n):
                any_payer = any_payer or stream[s, 0] != plan[LEAD_AGENT]
            if not any_payer:
                continue
            if not has_lead:
                has_lead = True
                stream[n, 0] = plan[LEAD_AGENT]
                stream[n, 1] = 0
                stream[n, 2] = plan[PLAN_CAP]
                stream[n, 3], stream[n, 4], stream[n, 5] = 0, 0, 0
                n_streams = n + 1
        elif (kind == REFERRAL and deal[REF_BASIS] == 1) or (kind == REFERRAL_AFTER_SPLIT and deal[REF_BASIS] != 1):
            continue
        for s in range(n_payers):
            if kind == TEAM_SPLIT and stream[s, 0] == plan[LEAD_AGENT]:
                continue
            agent = NONE if is_pool else stream[s, 0]
            cap = NONE if is_pool else stream[s, 2]
            if kind == POST_CAP_FEE and (cap == NONE or before[s] < cap):
                continue
            gci = pool_gci if is_pool else stream[s, 3]
            adjusted = pool_adjusted if is_pool else stream[s, 4]
            left = pool_left if is_pool else stream[s, 5]
            basis = gci if step[BASIS] == GCI else adjusted if step[BASIS] == ADJUSTED else left
            due_rate, flat, at_most, is_shared = rate, NONE, NONE, True
            if kind == REFERRAL:
                if deal[REF_BASIS] == 0:
                    due_rate, flat, basis = deal[REF_RATE], deal[REF_FLAT], gci
            elif kind == REFERRAL_AFTER_SPLIT:
                due_rate, flat, basis = deal[REF_RATE], deal[REF_FLAT], left
            elif kind == FRANCHISE:
                flat = step[STEP_FLAT]
            elif kind == POST_CAP_FEE or kind == FEE:
                flat = step[STEP_FLAT]
                if kind == POST_CAP_FEE and step[REDUCED_AFTER] != NONE and meters[agent, step[METER]] >= step[REDUCED_AFTER]:
                    flat = step[REDUCED_FLAT]
                is_shared = step[PER_AGENT] == 0
                if step[IF_LESS] != NONE:
                    at_most = _share(basis, step[IF_LESS])
            elif kind == BROKER_SPLIT:
                for k in range(step[N_TIERS]):
                    if before[s] >= tiers[t, k, 0]:
                        due_rate = tiers[t, k, 1]
                if cap != NONE:
                    room = max(0, cap - meters[agent, 0])
                    at_most = _share(min(basis, room), due_rate) if step[BY_GROSS] == 1 else room
                elif step[BY_GROSS] == 1:
                    at_most = _share(basis, due_rate)
            if flat != NONE and is_shared and not is_pool:
                if s == 0:
                    others = 0
                    for other in range(1, n):
                        others += flat * share_weight[other] // whole
                    flat -= others
                else:
                    flat = flat * stream[s, 1] // whole
            due = flat if flat != NONE else _share(basis, due_rate)
            taken = 0
            if due != 0:
                taken = min(due, left)
                if at_most != NONE:
                    taken = min(taken, at_most)
                if step[CAP_CENTS] != NONE and kind != BROKER_SPLIT:
                    taken = min(taken, max(0, step[CAP_CENTS] - meters[agent, step[METER]]))
                left -= taken
                if not is_pool and kind != BROKER_SPLIT and kind != TEAM_SPLIT:
                    meters[agent, step[METER]] += taken
                if step[TO] == TO_BROKERAGE:
                    brokerage += taken
                elif step[TO] == TO_LEAD_BROKER:
                    lead_net += taken
                if has_lead and s == n:
                    lead_net -= taken
            if kind == BROKER_SPLIT:
                meters[agent, 0] += basis if step[BY_GROSS] == 1 else taken
            if kind == REFERRAL:
                adjusted = max(0, adjusted - taken)
            elif kind == TEAM_SPLIT:
                stream[n, 5] += taken
                moved = _share(gci, rate)
                gci -= moved
                stream[n, 3] += moved
                moved = _share(adjusted, rate)
                adjusted -= moved
                stream[n, 4] += moved
            if is_pool:
                pool_adjusted, pool_left = adjusted, left
            else:
                stream[s, 3], stream[s, 4], stream[s, 5] = gci, adjusted, left
    stream[0, 5] += rounding
    return lead_net, brokerage


@njit(nogil=True, cache=True)
def net_to(whom: int, n_shares: int, lead_net: int, brokerage: int, plan: Longs, stream: Longs) -> int:
    """What of a settled deal is one agent's: his net as an agent, as the lead broker, and the brokerage's where he owns it."""
    net = 0
    for s in range(n_shares):
        if stream[s, 0] == whom:
            net += stream[s, 5]
    if plan[LEAD_AGENT] == whom:
        net += lead_net
        if plan[OWNS_BROKERAGE] == 1:
            net += brokerage
    return net


@njit(nogil=True, cache=True)
def simulate(
    seed: int,
    first: int,
    n_sims: int,
    whom: int,
    deals: Longs,
    age_ratio: Floats,
    stage_key: Longs,
    stage_share: Floats,
    days_table: Longs,
    price_table: Longs,
    share_agent: Longs,
    share_weight: Longs,
    share_cap: Longs,
    plans: Longs,
    steps: Longs,
    rates: Longs,
    tiers: Longs,
    plan_of_day: Longs,
    columns_of_day: Longs,
    new_year_days: Longs,
    meters_before: Longs,
    gci_out: Longs,
    net_out: Longs,
    deal_sums: Longs,
    cap_day: Longs,
) -> None:
    """Simulations `first` … `first + n_sims`: GCI and net by column, what each deal adds in sum, the day each cap is reached.

    Every draw hangs on (seed, simulation, deal) alone: another deal, plan or what-if leaves a deal's own luck as it is.
    """
    n_deals, n_days, n_agents = deals.shape[0], plan_of_day.shape[0], meters_before.shape[0]
    shares = np.empty(stage_key.shape[0], np.float64)
    head = np.full(n_days, -1, np.int64)
    following = np.empty(n_deals, np.int64)
    price_of = np.empty(n_deals, np.int64)
    stream = np.empty((share_agent.shape[1] + 1, 6), np.int64)
    before = np.empty(share_agent.shape[1] + 1, np.int64)
    meters = np.empty_like(meters_before)
    year = np.empty(n_agents, np.int64)
    for sim in range(n_sims):
        root = mixed(np.uint64(seed) * _GOLDEN + np.uint64(first + sim))
        for k in range(stage_key.shape[0]):
            shares[k] = stage_share[k, np.int64(mixed(root + np.uint64(stage_key[k]) * _GOLDEN) & _LOW_9)]
        last_day = -1
        for d in range(n_deals - 1, -1, -1):  # backward: each day's list then begins with the lowest deal
            if deals[d, FATE] == STAYS_OUT:
                continue
            luck = mixed(root ^ mixed(np.uint64(deals[d, KEY]) * _GOLDEN))
            if deals[d, FATE] == OPEN:
                share = shares[deals[d, STAGE]]
                grown = share * age_ratio[d]
                if np.float64(luck >> _SHIFT_32) * _ONE_32 * (grown + 1.0 - share) >= grown:
                    continue
            day = days_table[deals[d, DAYS], np.int64(luck & _LOW_9)]
            if day >= n_days:
                continue
            factor = price_table[deals[d, PRICES], np.int64((luck >> _SHIFT_9) & _LOW_9)]
            price_of[d] = _share(deals[d, PRICE], factor)
            following[d] = head[day]
            head[day] = d
            last_day = max(last_day, day)
        meters[:] = meters_before
        year[:] = 0
        for day in range(last_day + 1):
            d = head[day]
            head[day] = -1
            if d < 0:
                continue
            p = plan_of_day[day]
            while d >= 0:
                for s in range(deals[d, N_SHARES] + 1):
                    agent = plans[p, LEAD_AGENT] if s == deals[d, N_SHARES] else share_agent[d, s]
                    while year[agent] < new_year_days.shape[1] and day >= new_year_days[agent, year[agent]]:
                        year[agent] += 1
                        meters[agent, :] = 0
                gci = side_gci(deals[d], price_of[d])
                lead_net, brokerage = settle(
                    deals[d],
                    gci,
                    share_agent[d],
                    share_weight[d],
                    share_cap[d],
                    plans[p],
                    steps[p],
                    rates[d, p],
                    tiers[p],
                    meters,
                    stream,
                    before,
                )
                net = net_to(whom, deals[d, N_SHARES], lead_net, brokerage, plans[p], stream)
                for k in range(columns_of_day.shape[1]):
                    column = columns_of_day[day, k]
                    if column >= 0:
                        gci_out[sim, column] += gci
                        net_out[sim, column] += net
                deal_sums[d, 0] += 1
                deal_sums[d, 1] += gci
                deal_sums[d, 2] += net
                for s in range(deals[d, N_SHARES] + 1):
                    agent = plans[p, LEAD_AGENT] if s == deals[d, N_SHARES] else share_agent[d, s]
                    cap = plans[p, PLAN_CAP]
                    if s < deals[d, N_SHARES] and share_cap[d, s] != NONE:
                        cap = share_cap[d, s]
                    if cap != NONE and year[agent] == 0 and cap_day[sim, agent] < 0 and meters[agent, 0] >= cap:
                        cap_day[sim, agent] = day
                d = following[d]
