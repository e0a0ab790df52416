from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.deal_page_answer import DealPageAnswer
from ...models.error_answer import ErrorAnswer
from ...models.stage import Stage
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    *,
    after: int | Unset = 0,
    limit: int | Unset = 50,
    stage: None | Stage | Unset = UNSET,
    lead_id: int | None | Unset = UNSET,

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    params["after"] = after

    params["limit"] = limit

    json_stage: None | str | Unset
    if isinstance(stage, Unset):
        json_stage = UNSET
    elif isinstance(stage, Stage):
        json_stage = stage.value
    else:
        json_stage = stage
    params["stage"] = json_stage

    json_lead_id: int | None | Unset
    if isinstance(lead_id, Unset):
        json_lead_id = UNSET
    else:
        json_lead_id = lead_id
    params["lead_id"] = json_lead_id


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/opportunities",
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> DealPageAnswer | ErrorAnswer | None:
    if response.status_code == 200:
        response_200 = DealPageAnswer.from_dict(response.json())



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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[DealPageAnswer | ErrorAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    after: int | Unset = 0,
    limit: int | Unset = 50,
    stage: None | Stage | Unset = UNSET,
    lead_id: int | None | Unset = UNSET,

) -> Response[DealPageAnswer | ErrorAnswer]:
    """ List Opportunities

     The deals this person may see, in the order of their numbers.

    Args:
        after (int | Unset): The last page's `after` Default: 0.
        limit (int | Unset):  Default: 50.
        stage (None | Stage | Unset):
        lead_id (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DealPageAnswer | ErrorAnswer]
     """


    kwargs = _get_kwargs(
        after=after,
limit=limit,
stage=stage,
lead_id=lead_id,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient,
    after: int | Unset = 0,
    limit: int | Unset = 50,
    stage: None | Stage | Unset = UNSET,
    lead_id: int | None | Unset = UNSET,

) -> DealPageAnswer | ErrorAnswer | None:
    """ List Opportunities

     The deals this person may see, in the order of their numbers.

    Args:
        after (int | Unset): The last page's `after` Default: 0.
        limit (int | Unset):  Default: 50.
        stage (None | Stage | Unset):
        lead_id (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DealPageAnswer | ErrorAnswer
     """


    return sync_detailed(
        client=client,
after=after,
limit=limit,
stage=stage,
lead_id=lead_id,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    after: int | Unset = 0,
    limit: int | Unset = 50,
    stage: None | Stage | Unset = UNSET,
    lead_id: int | None | Unset = UNSET,

) -> Response[DealPageAnswer | ErrorAnswer]:
    """ List Opportunities

     The deals this person may see, in the order of their numbers.

    Args:
        after (int | Unset): The last page's `after` Default: 0.
        limit (int | Unset):  Default: 50.
        stage (None | Stage | Unset):
        lead_id (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DealPageAnswer | ErrorAnswer]
     """


    kwargs = _get_kwargs(
        after=after,
limit=limit,
stage=stage,
lead_id=lead_id,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient,
    after: int | Unset = 0,
    limit: int | Unset = 50,
    stage: None | Stage | Unset = UNSET,
    lead_id: int | None | Unset = UNSET,

) -> DealPageAnswer | ErrorAnswer | None:
    """ List Opportunities

     The deals this person may see, in the order of their numbers.

    Args:
        after (int | Unset): The last page's `after` Default: 0.
        limit (int | Unset):  Default: 50.
        stage (None | Stage | Unset):
        lead_id (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DealPageAnswer | ErrorAnswer
     """


    return (await asyncio_detailed(
        client=client,
after=after,
limit=limit,
stage=stage,
lead_id=lead_id,

    )).parsed
