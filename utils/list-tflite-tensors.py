#!/usr/bin/env python3
"""Lists the tensors of a TFLite file: one line "t<index> <name>" each, four digits or more.

usage: list-tflite-tensors.py MODEL.tflite > names

`quantc diff --map=names` takes such a list to find tensors that another program recorded
under their indices.
"""
import struct
import sys


class Table:
    """A table of a flatbuffer."""

    def __init__(self, data, position):
        self.data, self.position = data, position
        self.fields = position - struct.unpack_from("<i", data, position)[0]

    def field(self, index):
        """The position of a field's value, or None if the table has no such field."""
        if 4 + 2 * index >= struct.unpack_from("<H", self.data, self.fields)[0]:
            return None
        offset = struct.unpack_from("<H", self.data, self.fields + 4 + 2 * index)[0]
        return self.position + offset if offset else None

    def follow(self, position):
        return position + struct.unpack_from("<I", self.data, position)[0]

    def tables(self, index):
        field = self.field(index)
        if field is None:
            return []
        start = self.follow(field)
        count = struct.unpack_from("<I", self.data, start)[0]
        return [Table(self.data, self.follow(start + 4 + 4 * i)) for i in range(count)]

    def string(self, index):
        field = self.field(index)
        if field is None:
            return ""
        start = self.follow(field)
        size = struct.unpack_from("<I", self.data, start)[0]
        return self.data[start + 4 : start + 4 + size].decode()


def main():
    data = open(sys.argv[1], "rb").read()
    if data[4:8] != b"TFL3":
        sys.exit(f"{sys.argv[1]}: no TFLite file")
    model = Table(data, struct.unpack_from("<I", data, 0)[0])
    subgraph = model.tables(2)[0]
    for index, tensor in enumerate(subgraph.tables(0)):
        print(f"t{index:04d} {tensor.string(3)}")


main()
