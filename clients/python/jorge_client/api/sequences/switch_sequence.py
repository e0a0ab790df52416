from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.error_answer import ErrorAnswer
from ...models.sequence_change import SequenceChange
from ...models.sequence_sheet_answer import SequenceSheetAnswer
from typing import cast



def _get_kwargs(
    sequence_id: int,
    *,
    body: SequenceChange,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}


    

    

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/v1/sequences/{sequence_id}".format(sequence_id=quote(str(sequence_id), safe=""),),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ErrorAnswer | SequenceSheetAnswer | None:
    if response.status_code == 200:
        response_200 = SequenceSheetAnswer.from_dict(response.json())



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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ErrorAnswer | SequenceSheetAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    sequence_id: int,
    *,
    client: AuthenticatedClient,
    body: SequenceChange,

) -> Response[ErrorAnswer | SequenceSheetAnswer]:
    """ Switch Sequence

     Let a sequence send, or hold everything of it.

    Args:
        sequence_id (int):
        body (SequenceChange): Switch it on or off. Plans are written on the page, where their
            words are checked.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | SequenceSheetAnswer]
     """


    kwargs = _get_kwargs(
        sequence_id=sequence_id,
body=body,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    sequence_id: int,
    *,
    client: AuthenticatedClient,
    body: SequenceChange,

) -> ErrorAnswer | SequenceSheetAnswer | None:
    """ Switch Sequence

     Let a sequence send, or hold everything of it.

    Args:
        sequence_id (int):
        body (SequenceChange): Switch it on or off. Plans are written on the page, where their
            words are checked.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | SequenceSheetAnswer
     """


    return sync_detailed(
        sequence_id=sequence_id,
client=client,
body=body,

    ).parsed

async def asyncio_detailed(
    sequence_id: int,
    *,
    client: AuthenticatedClient,
    body: SequenceChange,

) -> Response[ErrorAnswer | SequenceSheetAnswer]:
    """ Switch Sequence

     Let a sequence send, or hold everything of it.

    Args:
        sequence_id (int):
        body (SequenceChange): Switch it on or off. Plans are written on the page, where their
            words are checked.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | SequenceSheetAnswer]
     """


    kwargs = _get_kwargs(
        sequence_id=sequence_id,
body=body,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    sequence_id: int,
    *,
    client: AuthenticatedClient,
    body: SequenceChange,

) -> ErrorAnswer | SequenceSheetAnswer | None:
    """ Switch Sequence

     Let a sequence send, or hold everything of it.

    Args:
        sequence_id (int):
        body (SequenceChange): Switch it on or off. Plans are written on the page, where their
            words are checked.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | SequenceSheetAnswer
     """


    return (await asyncio_detailed(
        sequence_id=sequence_id,
client=client,
body=body,

    )).parsed
