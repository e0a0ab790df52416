"""What an answer of Claude costs: prices as dated data, sums in millionths of a dollar, rounded up."""

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

from engine.records.escalation import TokenPrice, Usage

_FILE = Path(__file__).with_name("claude_prices.toml")
_CHARS_A_TOKEN = 2  # at the least: English has about four, so that an estimate made before asking is never too low


@cache
def shipped_prices() -> tuple[TokenPrice, ...]:
    """The prices that come with the product, each with its day and its source."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["price"]
    return tuple(price_of(row) for row in rows)


def price_of(row: dict[str, object]) -> TokenPrice:
    """A price from a row of data."""
    amounts = {f"{name}_cents": int(str(row[name])) for name in ("input", "output", "cache_write", "cache_read")}
    return TokenPrice(model=str(row["model"]), valid_from=str(row["valid_from"]), source=str(row["source"]), **amounts)


def price_on(prices: Sequence[TokenPrice], model: str, on: date) -> TokenPrice | None:
    """What a model costs on that day; None when nobody has written it down: then it isn't asked, since no budget could be kept."""
    held = [price for price in prices if price.model == model and price.valid_from <= on.isoformat()]
    return max(held, key=lambda price: price.valid_from, default=None)


def cost_micros(price: TokenPrice, usage: Usage) -> int:
    """Millionths of a dollar: tokens times cents a million, divided by a hundred, rounded up."""
    cents_of_million = (
        usage.n_input * price.input_cents
        + usage.n_output * price.output_cents
        + usage.n_cache_write * price.cache_write_cents
        + usage.n_cache_read * price.cache_read_cents
    )
    return -(-cents_of_million // 100)


def most_micros(price: TokenPrice, n_chars: int, max_tokens: int) -> int:
    """What a question of so many characters could cost at most."""
    n_input = -(-n_chars // _CHARS_A_TOKEN)
    dearest = max(price.input_cents, price.cache_write_cents)
    return -(-(n_input * dearest + max_tokens * price.output_cents) // 100)
