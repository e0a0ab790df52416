from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.enrolment_page_answer import EnrolmentPageAnswer
from ...models.enrolment_state import EnrolmentState
from ...models.error_answer import ErrorAnswer
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    sequence_id: int,
    *,
    after: int | Unset = 0,
    limit: int | Unset = 50,
    state: EnrolmentState | None | Unset = UNSET,
    lead_id: int | None | Unset = UNSET,

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    params["after"] = after

    params["limit"] = limit

    json_state: None | str | Unset
    if isinstance(state, Unset):
        json_state = UNSET
    elif isinstance(state, EnrolmentState):
        json_state = state.value
    else:
        json_state = state
    params["state"] = json_state

    json_lead_id: int | None | Unset
    if isinstance(lead_id, Unset):
        json_lead_id = UNSET
    else:
        json_lead_id = lead_id
    params["lead_id"] = json_lead_id


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/sequences/{sequence_id}/enrolments".format(sequence_id=quote(str(sequence_id), safe=""),),
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> EnrolmentPageAnswer | ErrorAnswer | None:
    if response.status_code == 200:
        response_200 = EnrolmentPageAnswer.from_dict(response.json())



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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[EnrolmentPageAnswer | ErrorAnswer]:
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
    after: int | Unset = 0,
    limit: int | Unset = 50,
    state: EnrolmentState | None | Unset = UNSET,
    lead_id: int | None | Unset = UNSET,

) -> Response[EnrolmentPageAnswer | ErrorAnswer]:
    """ List Enrolments

     Who is or was on it, of the leads this person may see, in the order of their numbers.

    Args:
        sequence_id (int):
        after (int | Unset): The last page's `after` Default: 0.
        limit (int | Unset):  Default: 50.
        state (EnrolmentState | None | Unset):
        lead_id (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[EnrolmentPageAnswer | ErrorAnswer]
     """


    kwargs = _get_kwargs(
        sequence_id=sequence_id,
after=after,
limit=limit,
state=state,
lead_id=lead_id,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    sequence_id: int,
    *,
    client: AuthenticatedClient,
    after: int | Unset = 0,
    limit: int | Unset = 50,
    state: EnrolmentState | None | Unset = UNSET,
    lead_id: int | None | Unset = UNSET,

) -> EnrolmentPageAnswer | ErrorAnswer | None:
    """ List Enrolments

     Who is or was on it, of the leads this person may see, in the order of their numbers.

    Args:
        sequence_id (int):
        after (int | Unset): The last page's `after` Default: 0.
        limit (int | Unset):  Default: 50.
        state (EnrolmentState | None | Unset):
        lead_id (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        EnrolmentPageAnswer | ErrorAnswer
     """


    return sync_detailed(
        sequence_id=sequence_id,
client=client,
after=after,
limit=limit,
state=state,
lead_id=lead_id,

    ).parsed

async def asyncio_detailed(
    sequence_id: int,
    *,
    client: AuthenticatedClient,
    after: int | Unset = 0,
    limit: int | Unset = 50,
    state: EnrolmentState | None | Unset = UNSET,
    lead_id: int | None | Unset = UNSET,

) -> Response[EnrolmentPageAnswer | ErrorAnswer]:
    """ List Enrolments

     Who is or was on it, of the leads this person may see, in the order of their numbers.

    Args:
        sequence_id (int):
        after (int | Unset): The last page's `after` Default: 0.
        limit (int | Unset):  Default: 50.
        state (EnrolmentState | None | Unset):
        lead_id (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[EnrolmentPageAnswer | ErrorAnswer]
     """


    kwargs = _get_kwargs(
        sequence_id=sequence_id,
after=after,
limit=limit,
state=state,
lead_id=lead_id,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    sequence_id: int,
    *,
    client: AuthenticatedClient,
    after: int | Unset = 0,
    limit: int | Unset = 50,
    state: EnrolmentState | None | Unset = UNSET,
    lead_id: int | None | Unset = UNSET,

) -> EnrolmentPageAnswer | ErrorAnswer | None:
    """ List Enrolments

     Who is or was on it, of the leads this person may see, in the order of their numbers.

    Args:
        sequence_id (int):
        after (int | Unset): The last page's `after` Default: 0.
        limit (int | Unset):  Default: 50.
        state (EnrolmentState | None | Unset):
        lead_id (int | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        EnrolmentPageAnswer | ErrorAnswer
     """


    return (await asyncio_detailed(
        sequence_id=sequence_id,
client=client,
after=after,
limit=limit,
state=state,
lead_id=lead_id,

    )).parsed
