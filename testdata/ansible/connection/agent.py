# SPDX-License-Identifier: MIT
"""For ansible.t: what sshd is elsewhere, for that needs users a namespace has not.

A connection runs a command after the other, each with all of its standard input at once; over
TCP, so that a host whose routes lead its answers astray is one that cannot be reached.
"""

DOCUMENTATION = """
    name: agent
    short_description: to a host of ansible.t
    description: A TCP connection for each connection; a host that says nothing for a while is unreachable.
    options:
      remote_addr:
        description: Address of the host.
        default: inventory_hostname
        vars:
          - name: ansible_host
      source:
        description: Our own address.
        vars:
          - name: ansible_agent_source
      timeout:
        description: Seconds without a sign of life.
        type: int
        default: 60
        vars:
          - name: ansible_agent_timeout
"""

import json
import socket
import subprocess
import sys
import threading

PORT = 2222


def send(stream, head, *bodies):
    """A line of JSON with the lengths of what follows it."""
    stream.write(json.dumps([*head, *map(len, bodies)]).encode() + b"\n" + b"".join(bodies))
    stream.flush()


def receive(stream, bodies):
    """The same; an empty line is a sign of life. None at the end."""
    line = b"\n"
    while line == b"\n":
        line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    head = json.loads(line)
    return [*head[:-bodies], *(stream.read(n) for n in head[-bodies:])]


def show_life(stream, done):
    try:
        while not done.wait(1):
            stream.write(b"\n")
            stream.flush()
    except OSError:
        pass


def serve(client):
    try:
        converse(client)
    except OSError:
        pass  # it is gone


def converse(client):
    with client, client.makefile("rwb") as stream:
        while (request := receive(stream, 1)) is not None:
            command, stdin = request
            process = subprocess.Popen(["/bin/sh", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, start_new_session=True)
            done = threading.Event()
            alive = threading.Thread(target=show_life, args=[stream, done])
            alive.start()
            out, err = process.communicate(stdin)
            done.set()
            alive.join()
            send(stream, [process.returncode], out, err)


def main():
    """In the namespaces of the host."""
    with socket.create_server(("", PORT), backlog=64) as server:
        print("ready", flush=True)
        while True:
            threading.Thread(target=serve, args=[server.accept()[0]], daemon=True).start()


if __name__ == "__main__":
    main()
    sys.exit()

from ansible.errors import AnsibleConnectionFailure  # noqa: E402
from ansible.plugins.connection import ConnectionBase, ensure_connect  # noqa: E402


class Connection(ConnectionBase):
    transport = "agent"
    has_pipelining = True

    def _connect(self):
        if self._connected:
            return self
        source = self.get_option("source")
        try:
            self.socket = socket.create_connection((self.get_option("remote_addr"), PORT), self.get_option("timeout"),
                                                   (source, 0) if source else None)
        except OSError as error:
            raise AnsibleConnectionFailure(f"cannot connect: {error}") from error
        self.stream = self.socket.makefile("rwb")
        self._connected = True
        return self

    @ensure_connect
    def exec_command(self, cmd, in_data=None, sudoable=True):
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        try:
            send(self.stream, [cmd], in_data or b"")
            answer = receive(self.stream, 2)
        except OSError as error:
            self.close()
            raise AnsibleConnectionFailure(f"no sign of life: {error}") from error
        if answer is None:
            raise AnsibleConnectionFailure("the connection was closed")
        return tuple(answer)

    def put_file(self, in_path, out_path):
        super().put_file(in_path, out_path)
        with open(in_path, "rb") as f:
            status, _, err = self.exec_command(f"cat >{self._shell.quote(out_path)}", f.read())
        if status != 0:
            raise AnsibleConnectionFailure(f"cannot write {out_path}: {err.decode()}")

    def fetch_file(self, in_path, out_path):
        super().fetch_file(in_path, out_path)
        with open(out_path, "wb") as f:
            f.write(self.exec_command(f"cat {self._shell.quote(in_path)}")[1])

    def close(self):
        if self._connected:
            try:
                self.stream.close()
            except OSError:
                pass  # what could not be sent is lost with the connection
            self.socket.close()
        self._connected = False

    def reset(self):
        """The next task connects anew, as each does."""
        self.close()
