from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.error_answer import ErrorAnswer
from ...models.forecast_answer import ForecastAnswer
from ...types import UNSET, Unset
from typing import cast
import datetime



def _get_kwargs(
    *,
    as_of: datetime.date | None | Unset = UNSET,
    since: datetime.date | None | Unset = UNSET,

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    json_as_of: None | str | Unset
    if isinstance(as_of, Unset):
        json_as_of = UNSET
    elif isinstance(as_of, datetime.date):
        json_as_of = as_of.isoformat()
    else:
        json_as_of = as_of
    params["as_of"] = json_as_of

    json_since: None | str | Unset
    if isinstance(since, Unset):
        json_since = UNSET
    elif isinstance(since, datetime.date):
        json_since = since.isoformat()
    else:
        json_since = since
    params["since"] = json_since


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/commission/forecast",
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ErrorAnswer | ForecastAnswer | None:
    if response.status_code == 200:
        response_200 = ForecastAnswer.from_dict(response.json())



        return response_200

    if response.status_code == 400:
        response_400 = ErrorAnswer.from_dict(response.json())



        return response_400

    if response.status_code == 401:
        response_401 = ErrorAnswer.from_dict(response.json())



        return response_401

    if response.status_code == 403:
        response_403 = ErrorAnswer.from_dict(response.json())



        return response_403

    if response.status_code == 404:
        response_404 = ErrorAnswer.from_dict(response.json())



        return response_404

    if response.status_code == 413:
        response_413 = ErrorAnswer.from_dict(response.json())



        return response_413

    if response.status_code == 422:
        response_422 = ErrorAnswer.from_dict(response.json())



        return response_422

    if response.status_code == 429:
        response_429 = ErrorAnswer.from_dict(response.json())



        return response_429

    if response.status_code == 503:
        response_503 = ErrorAnswer.from_dict(response.json())



        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ErrorAnswer | ForecastAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    as_of: datetime.date | None | Unset = UNSET,
    since: datetime.date | None | Unset = UNSET,

) -> Response[ErrorAnswer | ForecastAnswer]:
    """ Show Forecast

     P10, P50 and P90 by week, month and quarter; with `since`, the bridge from that day.

    Args:
        as_of (datetime.date | None | Unset): A past day, from the facts frozen then
        since (datetime.date | None | Unset): Tell what moved the year's expected GCI from this
            day on

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | ForecastAnswer]
     """


    kwargs = _get_kwargs(
        as_of=as_of,
since=since,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient,
    as_of: datetime.date | None | Unset = UNSET,
    since: datetime.date | None | Unset = UNSET,

) -> ErrorAnswer | ForecastAnswer | None:
    """ Show Forecast

     P10, P50 and P90 by week, month and quarter; with `since`, the bridge from that day.

    Args:
        as_of (datetime.date | None | Unset): A past day, from the facts frozen then
        since (datetime.date | None | Unset): Tell what moved the year's expected GCI from this
            day on

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | ForecastAnswer
     """


    return sync_detailed(
        client=client,
as_of=as_of,
since=since,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    as_of: datetime.date | None | Unset = UNSET,
    since: datetime.date | None | Unset = UNSET,

) -> Response[ErrorAnswer | ForecastAnswer]:
    """ Show Forecast

     P10, P50 and P90 by week, month and quarter; with `since`, the bridge from that day.

    Args:
        as_of (datetime.date | None | Unset): A past day, from the facts frozen then
        since (datetime.date | None | Unset): Tell what moved the year's expected GCI from this
            day on

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | ForecastAnswer]
     """


    kwargs = _get_kwargs(
        as_of=as_of,
since=since,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient,
    as_of: datetime.date | None | Unset = UNSET,
    since: datetime.date | None | Unset = UNSET,

) -> ErrorAnswer | ForecastAnswer | None:
    """ Show Forecast

     P10, P50 and P90 by week, month and quarter; with `since`, the bridge from that day.

    Args:
        as_of (datetime.date | None | Unset): A past day, from the facts frozen then
        since (datetime.date | None | Unset): Tell what moved the year's expected GCI from this
            day on

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | ForecastAnswer
     """


    return (await asyncio_detailed(
        client=client,
as_of=as_of,
since=since,

    )).parsed
