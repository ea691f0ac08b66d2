"""Turn this process into another program that dies with the process that started it.

``python -I -S leash.py OWNER SIGNAL USER PROGRAM [ARGUMENT ...]``: the kernel sends SIGNAL the
moment the owner is gone, however it went. The program is exec'd, so it keeps the process id.

A program of its own, and not a hook between fork and exec: the owner runs other threads (those of
the Temporal client among them), and only an exec'd child may safely run Python code.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
KEEP_USER = "-"
OWNER_IS_GONE = 75  # EX_TEMPFAIL of sysexits.h


def tie_to_owner(owner: int, signal_number: int) -> None:
    """Ask Linux for the signal; other systems have no such call and rely on an orderly stop."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != owner:  # it went before the kernel was asked
        sys.exit(OWNER_IS_GONE)


def become_user(number: str) -> None:
    """Give up root for programs that refuse to run under it; before the tie, which it would cut."""
    if number == KEEP_USER:
        return
    os.setgroups([])
    os.setgid(int(number))
    os.setuid(int(number))


def main(arguments: list[str]) -> None:
    """Change user if asked, tie, and become the program."""
    owner, signal_number, user, *program = arguments
    become_user(user)
    tie_to_owner(int(owner), int(signal_number))
    os.execvp(program[0], program)  # noqa: S606  the program is the caller's own choice


if __name__ == "__main__":
    main(sys.argv[1:])
