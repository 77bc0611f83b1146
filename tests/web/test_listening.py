"""The socket on which pages are asked for."""

from __future__ import annotations

import asyncio
import socket

from rostra.web.process import listening


async def test_answers_do_not_wait_for_acknowledgements():
    """With Nagle's algorithm every second answer of a connection came 40 ms late."""
    made: asyncio.Future[socket.socket] = asyncio.get_running_loop().create_future()

    class Accepted(asyncio.Protocol):
        def connection_made(self, transport):
            made.set_result(transport.get_extra_info("socket"))

    with listening("127.0.0.1", 0) as door:
        server = await asyncio.get_running_loop().create_server(Accepted, sock=door)
        _, writer = await asyncio.open_connection(*door.getsockname())
        accepted = await asyncio.wait_for(made, 5)
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()
        server.close()
