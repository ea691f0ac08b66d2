"""How much time, memory and depth the look into one file may cost.

A file comes from outside, and its reader is somebody else's parser. Each limit is far above what a
practitioner's file needs, and far below what would hurt the worker.
"""

import signal
from datetime import timedelta
from typing import Final

HEAD_BYTES: Final = 64 * 1024
"""How much of a file's beginning is read to recognise it."""

PDF_TAIL_BYTES: Final = 2048
"""Where the end mark of a complete PDF stands; some programs append a little after it."""

PDF_MAX_STREAM_BYTES: Final = 64 * 1024 * 1024
"""What one compressed stream of a PDF may unpack to."""

ARCHIVE_MAX_ENTRIES: Final = 10_000
"""Parts of an Office file. A presentation of 300 slides has about 1,500."""

ARCHIVE_MAX_DIRECTORY_BYTES: Final = 4 * 1024 * 1024
"""The table of contents, which is read into memory as a whole."""

ARCHIVE_MAX_BYTES: Final = 512 * 1024 * 1024
"""What all parts together unpack to; a presentation is then held in memory."""

ARCHIVE_MAX_RATIO: Final = 100
"""Unpacked to packed. Text in XML reaches about 20; a bomb has a thousand and more."""

ARCHIVE_RATIO_FROM_BYTES: Final = 32 * 1024 * 1024
"""Below this size unpacked, the ratio does not matter: it cannot hurt."""

IMAGE_MAX_PIXELS: Final = 120_000_000
"""Pixels that may have to be decoded: about 480 MB at the worst."""

RECORDING_MAX_BOXES: Final = 200_000
"""Boxes at the top of an MP4; one that was recorded in fragments has two for each second or so."""

RECORDING_DECODE_PACKETS: Final = 500
"""Packets after which the first frame must have come out of the decoder."""

RECORDING_SCAN_BUDGET: Final = timedelta(seconds=60)
"""Time to read through a recording whose header does not tell its length."""

INSPECTION_BUDGET: Final = timedelta(seconds=120)
"""From start to answer, for one file; the process is ended then."""

INSPECTION_CPU_SECONDS: Final = 100
"""Processor time for one file; the kernel ends the process then."""

INSPECTION_MEMORY_BYTES: Final = 2 * 1024 * 1024 * 1024
"""Address space for one file, the libraries included."""

STOPPED: Final = frozenset({-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP})
"""How a process ends that a service manager or a terminal stops together with its worker. It says
nothing of the file that was looked into.
"""
