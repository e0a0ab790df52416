from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.error_answer import ErrorAnswer
from ...models.take_webhook_body import TakeWebhookBody
from ...models.webhook_answer import WebhookAnswer
from typing import cast



def _get_kwargs(
    *,
    body: TakeWebhookBody,
    x_ghl_signature: str,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    headers["X-GHL-Signature"] = x_ghl_signature



    

    

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/webhooks/ghl",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ErrorAnswer | WebhookAnswer | None:
    if response.status_code == 200:
        response_200 = WebhookAnswer.from_dict(response.json())



        return response_200

    if response.status_code == 401:
        response_401 = ErrorAnswer.from_dict(response.json())



        return response_401

    if response.status_code == 413:
        response_413 = ErrorAnswer.from_dict(response.json())



        return response_413

    if response.status_code == 429:
        response_429 = ErrorAnswer.from_dict(response.json())



        return response_429

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[ErrorAnswer | WebhookAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: TakeWebhookBody,
    x_ghl_signature: str,

) -> Response[ErrorAnswer | WebhookAnswer]:
    """ Take Webhook

     An event of GoHighLevel's. It is acknowledged once it is durable; the same `webhookId` twice is one
    event.

    Args:
        x_ghl_signature (str):
        body (TakeWebhookBody):  Example: {'type': 'ContactUpdate', 'webhookId': '…'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | WebhookAnswer]
     """


    kwargs = _get_kwargs(
        body=body,
x_ghl_signature=x_ghl_signature,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient | Client,
    body: TakeWebhookBody,
    x_ghl_signature: str,

) -> ErrorAnswer | WebhookAnswer | None:
    """ Take Webhook

     An event of GoHighLevel's. It is acknowledged once it is durable; the same `webhookId` twice is one
    event.

    Args:
        x_ghl_signature (str):
        body (TakeWebhookBody):  Example: {'type': 'ContactUpdate', 'webhookId': '…'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | WebhookAnswer
     """


    return sync_detailed(
        client=client,
body=body,
x_ghl_signature=x_ghl_signature,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: TakeWebhookBody,
    x_ghl_signature: str,

) -> Response[ErrorAnswer | WebhookAnswer]:
    """ Take Webhook

     An event of GoHighLevel's. It is acknowledged once it is durable; the same `webhookId` twice is one
    event.

    Args:
        x_ghl_signature (str):
        body (TakeWebhookBody):  Example: {'type': 'ContactUpdate', 'webhookId': '…'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorAnswer | WebhookAnswer]
     """


    kwargs = _get_kwargs(
        body=body,
x_ghl_signature=x_ghl_signature,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: TakeWebhookBody,
    x_ghl_signature: str,

) -> ErrorAnswer | WebhookAnswer | None:
    """ Take Webhook

     An event of GoHighLevel's. It is acknowledged once it is durable; the same `webhookId` twice is one
    event.

    Args:
        x_ghl_signature (str):
        body (TakeWebhookBody):  Example: {'type': 'ContactUpdate', 'webhookId': '…'}.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorAnswer | WebhookAnswer
     """


    return (await asyncio_detailed(
        client=client,
body=body,
x_ghl_signature=x_ghl_signature,

    )).parsed
