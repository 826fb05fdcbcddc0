"""A ClickHouse server as far as its HTTP interface goes: a few lines before chdb, which is ClickHouse itself."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@contextmanager
def serving(session, user="maya", password="s&cret"):
    """`clickhouse://...` of a server that answers from the session, and what was asked of it."""
    asked, lock = [], threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self._answer(b"")

        def do_POST(self):
            self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        def _answer(self, body):
            given = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            if self._who() != f"{user}:{password}":
                self._send(403, b"Code: 516. DB::Exception: Authentication failed")
                return
            sql = given.get("query", "")
            text = body.decode("utf-8", "surrogateescape")
            sql = f"{sql}\n{text}" if sql else text
            asked.append((sql, given))
            try:
                with lock:
                    found = session.query(sql, given.get("default_format", "TabSeparated"))
                self._send(200, found.bytes() if found is not None else b"")
            except Exception as error:
                self._send(500, str(error).encode())

        def _who(self):
            import base64

            kind, _, value = self.headers.get("Authorization", "").partition(" ")
            return base64.b64decode(value).decode() if kind == "Basic" else ""

        def _send(self, status, body):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-ClickHouse-Summary", json.dumps({"read_rows": "0"}))
            if status != 200:
                self.send_header("X-ClickHouse-Exception-Code", "47")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        port = server.server_port
        yield f"clickhouse://{user}:{password.replace('&', '%26')}@127.0.0.1:{port}/default", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
