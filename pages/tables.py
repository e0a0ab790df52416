"""Tables as marks: named columns, figures to the right, one below the other on a phone. Cells are finished marks."""

from collections.abc import Iterable, Sequence

from pages import marks


def table(label: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a column whose name ends in ` #` holds figures. Cells must be escaped already."""
    are_figures = [name.endswith(" #") for name in columns]
    head = "".join(
        f"<th{_kind(figure)}>{marks.text(name.removesuffix(' #'))}</th>" for name, figure in zip(columns, are_figures, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(_cell(*three) for three in zip(columns, row, are_figures, strict=True)) + "</tr>" for row in rows
    )
    frame = f'<div class="jc-table jc-tight jc-stack" tabindex="0" role="region" aria-label="{marks.text(label)}">'
    return f"{frame}<table><tr>{head}</tr>{body}</table></div>"


def deal_link(deal_id: int, name: str) -> str:
    """A deal's name, leading to its page."""
    shown = marks.text(name or f"Deal {deal_id}")
    return f'<a href="/commission?deal={deal_id}" target="_self"><b>{shown}</b></a>'


def _cell(column: str, cell: str, is_figure: bool) -> str:
    return f'<td{_kind(is_figure)} data-head="{marks.text(column.removesuffix(" #"))}">{cell}</td>'


def _kind(is_figure: bool) -> str:
    return ' class="jc-n"' if is_figure else ""
