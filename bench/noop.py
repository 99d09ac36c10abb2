"""The same HTTP server doing nothing: reads the body, answers 200. What the webhook path is compared with."""

import socket
import sys

import uvicorn
from starlette.types import Receive, Scope, Send


async def app(_scope: Scope, receive: Receive, send: Send) -> None:
    """Read and forget."""
    while (await receive()).get("more_body", False):
        pass
    await send({
        "type": "http.response.start", "status": 200,
        "headers": [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"2")],
    })  # fmt: skip
    await send({"type": "http.response.body", "body": b"OK"})


def main() -> None:
    """Serve on a free port with the product's options."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        config = uvicorn.Config(
            app,
            http="httptools",
            loop="uvloop",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
        )
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
