from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.band import Band
from ...models.error_answer import ErrorAnswer
from ...models.lead_page_answer import LeadPageAnswer
from ...models.source import Source
from ...models.stage import Stage
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    *,
    after: int | Unset = 0,
    limit: int | Unset = 50,
    band: Band | None | Unset = UNSET,
    source: None | Source | Unset = UNSET,
    stage: None | Stage | Unset = UNSET,
    search: None | str | Unset = UNSET,

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    params["after"] = after

    params["limit"] = limit

    json_band: None | str | Unset
    if isinstance(band, Unset):
        json_band = UNSET
    elif isinstance(band, Band):
        json_band = band.value
    else:
        json_band = band
    params["band"] = json_band

    json_source: None | str | Unset
    if isinstance(source, Unset):
        json_source = UNSET
    elif isinstance(source, Source):
        json_source = source.value
    else:
        json_source = source
    params["source"] = json_source

    json_stage: None | str | Unset
    if isinstance(stage, Unset):
        json_stage = UNSET
    elif isinstance(stage, Stage):
        json_stage = stage.value
    else:
        json_stage = stage
    params["stage"] = json_stage

    json_search: None | str | Unset
    if isinstance(search, Unset):
        json_search = UNSET
    else:
        json_search = search
    params["search"] = json_search


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/leads",
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ErrorAnswer | LeadPageAnswer | None:
    if response.status_code == 200:
        response_200 = LeadPageAnswer.from_dict(response.json())



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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ErrorAnswer | LeadPageAnswer]:
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
    band: Band | None | Unset = UNSET,
    source: None | Source | Unset = UNSET,
    stage: None | Stage | Unset = UNSET,
    search: None | str | Unset = UNSET,

) -> Response[ErrorAnswer | LeadPageAnswer]:
    """ List Leads

     The leads this person may see, in the order of their numbers.

    Args:
        after (int | Unset): The last page's `after` Default: 0.
        limit (int | Unset):  Default: 50.
        band (Band | None | Unset):
        source (None | Source | Unset):
        stage (None | Stage | Unset):
        search (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | LeadPageAnswer]
     """


    kwargs = _get_kwargs(
        after=after,
limit=limit,
band=band,
source=source,
stage=stage,
search=search,

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
    band: Band | None | Unset = UNSET,
    source: None | Source | Unset = UNSET,
    stage: None | Stage | Unset = UNSET,
    search: None | str | Unset = UNSET,

) -> ErrorAnswer | LeadPageAnswer | None:
    """ List Leads

     The leads this person may see, in the order of their numbers.

    Args:
        after (int | Unset): The last page's `after` Default: 0.
        limit (int | Unset):  Default: 50.
        band (Band | None | Unset):
        source (None | Source | Unset):
        stage (None | Stage | Unset):
        search (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | LeadPageAnswer
     """


    return sync_detailed(
        client=client,
after=after,
limit=limit,
band=band,
source=source,
stage=stage,
search=search,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    after: int | Unset = 0,
    limit: int | Unset = 50,
    band: Band | None | Unset = UNSET,
    source: None | Source | Unset = UNSET,
    stage: None | Stage | Unset = UNSET,
    search: None | str | Unset = UNSET,

) -> Response[ErrorAnswer | LeadPageAnswer]:
    """ List Leads

     The leads this person may see, in the order of their numbers.

    Args:
        after (int | Unset): The last page's `after` Default: 0.
        limit (int | Unset):  Default: 50.
        band (Band | None | Unset):
        source (None | Source | Unset):
        stage (None | Stage | Unset):
        search (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | LeadPageAnswer]
     """


    kwargs = _get_kwargs(
        after=after,
limit=limit,
band=band,
source=source,
stage=stage,
search=search,

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
    band: Band | None | Unset = UNSET,
    source: None | Source | Unset = UNSET,
    stage: None | Stage | Unset = UNSET,
    search: None | str | Unset = UNSET,

) -> ErrorAnswer | LeadPageAnswer | None:
    """ List Leads

     The leads this person may see, in the order of their numbers.

    Args:
        after (int | Unset): The last page's `after` Default: 0.
        limit (int | Unset):  Default: 50.
        band (Band | None | Unset):
        source (None | Source | Unset):
        stage (None | Stage | Unset):
        search (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | LeadPageAnswer
     """


    return (await asyncio_detailed(
        client=client,
after=after,
limit=limit,
band=band,
source=source,
stage=stage,
search=search,

    )).parsed
