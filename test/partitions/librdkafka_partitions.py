#!/usr/bin/env python3
"""The partition that librdkafka's own functions give each key of README.md, as big-endian u16:
librdkafka_partitions.py LIBRARY RULE OUT COUNT, RULE being consistent, murmur2 or fnv1a."""

import ctypes
import struct
import sys

MASK = (1 << 64) - 1


def words(index):
    state = index
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def key_of(index):
    source = words(index)
    size = next(source) % 41
    data = b"".join(struct.pack("<Q", next(source)) for _ in range((size + 7) // 8))
    return data[:size]


def main():
    library, rule, out, count = sys.argv[1:]
    function = getattr(ctypes.CDLL(library), f"rd_kafka_msg_partitioner_{rule}")
    function.restype = ctypes.c_int32
    function.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int32,
                         ctypes.c_void_p, ctypes.c_void_p]
    with open(out, "wb") as file:
        for i in range(int(count)):
            key = key_of(i)
            file.write(struct.pack(">H", function(None, key, len(key), 1 + i % 1000, None, None)))


main()
