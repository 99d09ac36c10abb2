"""Attachment urls, fetched as Meta fetches them during the call. Rule S8."""

import asyncio

import httpx2

from graphsim import errors

FETCH_TIMEOUT_S = 10.0
LARGEST_BYTES = 25 * 1024 * 1024


class Fetcher:
    """One keep-alive client, open while the simulator runs."""

    def __init__(self) -> None:
        self._client: httpx2.AsyncClient | None = None

    async def run(self) -> None:
        """Keep the client open; never returns."""
        async with httpx2.AsyncClient(trust_env=False, verify=False, timeout=FETCH_TIMEOUT_S) as client:
            self._client = client
            await asyncio.Event().wait()

    async def get(self, url: str) -> bytes:
        """The bytes behind an url, one more than allowed at most. Raises GraphError 100/2018008 for all that fails."""
        if self._client is None or not url.startswith(("http://", "https://")):
            raise _unreachable(url)
        content = bytearray()
        try:
            async with asyncio.timeout(FETCH_TIMEOUT_S), self._client.stream("GET", url) as answer:
                if answer.status_code != 200:
                    raise _unreachable(url)
                async for chunk in answer.aiter_bytes():
                    content += chunk
                    if len(content) > LARGEST_BYTES:
                        break
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError) as error:
            raise _unreachable(url) from error
        return bytes(content)


def _unreachable(url: str) -> errors.GraphError:
    return errors.refused_attachment(2018008, f"Failed to fetch the file from the url: {url.partition('?')[0]}")
