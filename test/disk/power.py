"""Loss of power for a program that was started with the library of synced_copy.cc and killed: a data directory is built anew
of what the program had synced, and, where chance has it, of what it had only written."""

import pathlib

PAGE, SECTOR = 4096, 512


def names_synced(copy, inode):
    """{name: (inode, whether it is a directory)}"""
    path = copy / f"{inode}.names"
    lines = [line.split(" ", 2) for line in path.read_text().splitlines()] if path.exists() else []
    return {name: (int(number), kind == "d") for number, kind, name in lines}


class Loss:
    """What is kept of what was not synced is up to `chance`, a random.Random; without one it is nothing."""

    def __init__(self, copy, chance=None):
        self._copy = pathlib.Path(copy)
        self._chance = chance
        self._now = {}  # the path of each inode
        self.changed = 0  # files and names that are not as they were

    def strike(self, data):
        """Puts another directory in the place of `data`, which is kept beside it: so that inodes are others, too."""
        data = pathlib.Path(data)
        self._now = {path.lstat().st_ino: path for path in (data, *data.rglob("*"))}
        after = data.with_name(data.name + ".after")
        self._build(data.stat().st_ino, after)
        before = data.with_name(f"{data.name}.{data.stat().st_ino}")
        data.rename(before)
        after.rename(data)
        return before

    def _build(self, inode, into):
        into.mkdir()
        path = self._now.get(inode)
        now = {each.name: (each.lstat().st_ino, each.is_dir()) for each in path.iterdir()} if path else {}
        names = self._names(names_synced(self._copy, inode), now)
        self.changed += names != now
        for name, (number, is_directory) in names.items():
            if is_directory:
                self._build(number, into / name)
            else:
                content = self._content(number)
                (into / name).write_bytes(content)

    def _names(self, synced, now):
        """A name comes, goes or moves with its inode; one that was given to another is never missing."""
        if self._chance is None:
            return synced
        inodes = sorted({number for number, _ in (*synced.values(), *now.values())})
        is_new = {number: self._chance.random() < 0.5 for number in inodes}
        names = {name: what for name, what in synced.items() if not is_new[what[0]]}
        names |= {name: what for name, what in now.items() if is_new[what[0]]}
        for name in now:
            if name not in names and name in synced:
                names[name] = synced[name]
        return names

    def _content(self, inode):
        synced = self._bytes(self._copy / f"{inode}.data")
        now = self._bytes(self._now.get(inode, self._copy / f"{inode}.file"))
        kept = synced if self._chance is None else self._mixed(synced, now)
        self.changed += kept != now
        return kept

    @staticmethod
    def _bytes(path):
        return path.read_bytes() if path.exists() else b""

    def _mixed(self, synced, now):
        """Sectors of either; a page that was never synced may have come without its data."""
        size = len(self._chance.choice((synced, now)))
        longest = max(len(synced), len(now))
        synced_end, synced, now = len(synced), synced.ljust(longest, b"\0"), now.ljust(longest, b"\0")
        mixed = bytearray(synced)
        for page in range(0, size, PAGE):
            if synced[page : page + PAGE] == now[page : page + PAGE]:
                continue
            if page >= synced_end:
                mixed[page : page + PAGE] = self._chance.choice((bytes(PAGE), now[page : page + PAGE]))
                continue
            for at in range(page, page + PAGE, SECTOR):
                mixed[at : at + SECTOR] = self._chance.choice((synced, now))[at : at + SECTOR]
        return bytes(mixed[:size])
