"""Runs a program on a terminal of its own: what it prints comes out of standard output; on standard input lines tell
what happens at the terminal, `type HEX` or `size COLUMNS`. At the end of the input the program is asked to end."""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios


def resize(descriptor, columns):
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def obey(line, terminal):
    word, _, value = line.partition(" ")
    if word == "type":
        os.write(terminal, bytes.fromhex(value))
    elif word == "size":
        resize(terminal, int(value))


def main():
    child, terminal = pty.fork()
    if child == 0:
        resize(0, int(sys.argv[1]))
        os.execvp(sys.argv[2], sys.argv[2:])
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGKILL))
    pending, sources = b"", [terminal, 0]
    while terminal in sources:
        for source in select.select(sources, [], [])[0]:
            try:
                data = os.read(source, 65536)
            except OSError:  # The other end of a terminal is closed.
                data = b""
            if source == terminal:
                os.write(1, data)
            pending += data if source == 0 else b""
            if not data:
                sources.remove(source)
                if source == 0:
                    os.kill(child, signal.SIGTERM)
        *lines, pending = pending.split(b"\n")
        for line in lines:
            obey(line.decode(), terminal)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) % 256)


main()
