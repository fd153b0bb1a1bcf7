"""The h2 package, driven by hand: sends one request and prints what comes, as it comes, in the form of `curl -i`.

Arguments: the port, the certificate or "", the method, the path, a file to be sent or "", fields as JSON.
"""
import json
import socket
import ssl
import sys

import h2.config
import h2.connection
import h2.events

port, certificate, method, path, file, fields = sys.argv[1:]
sock = socket.create_connection(("127.0.0.1", int(port)), timeout=20)
protocol = "none"
if certificate:
    context = ssl.create_default_context(cafile=certificate)
    context.set_alpn_protocols(["h2"])
    sock = context.wrap_socket(sock, server_hostname="localhost")
    protocol = sock.selected_alpn_protocol()

connection = h2.connection.H2Connection(config=h2.config.H2Configuration(header_encoding="latin-1"))
connection.initiate_connection()
content = open(file, "rb").read() if file else b""
stream = connection.get_next_available_stream_id()
head = [
    (":method", method),
    (":scheme", "https" if certificate else "http"),
    (":authority", "localhost"),
    (":path", path),
    *json.loads(fields).items(),
]
connection.send_headers(stream, head, end_stream=not file)


def send_content():
    """Sends as much as the windows let pass."""
    global content
    while content:
        room = min(connection.local_flow_control_window(stream), connection.max_outbound_frame_size)
        if room == 0:
            return
        piece, content = content[:room], content[room:]
        connection.send_data(stream, piece, end_stream=not content)


out = sys.stdout.buffer
is_over = False
while not is_over:
    if content:
        send_content()
    sock.sendall(connection.data_to_send())
    received = sock.recv(65536)
    if not received:
        sys.exit("the server ended the connection")
    for event in connection.receive_data(received):
        if isinstance(event, h2.events.ResponseReceived):
            (_, status), *lines = event.headers
            text = "".join(f"{name}: {value}\r\n" for name, value in lines)
            out.write(f"HTTP/2 {status} {protocol}\r\n{text}\r\n".encode("latin-1"))
        elif isinstance(event, h2.events.DataReceived):
            out.write(event.data)
            connection.acknowledge_received_data(event.flow_controlled_length, stream)
        elif isinstance(event, h2.events.StreamReset):
            sys.exit(f"the stream was reset: {event.error_code}")
        elif isinstance(event, h2.events.ConnectionTerminated):
            sys.exit(f"the connection was ended: {event.error_code} {event.additional_data}")
        elif isinstance(event, h2.events.StreamEnded):
            is_over = True
        out.flush()
connection.close_connection()
sock.sendall(connection.data_to_send())
