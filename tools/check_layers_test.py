#!/usr/bin/env python3
"""check_layers.py must refuse what it is there to refuse: each test is a small bad tree."""

import tempfile
import unittest
from pathlib import Path

import check_layers

LAYERS = """
base:            | fmt/
log:        base | fmt/
metadata:   base metadata | fmt/
metadata/image:      base | fmt/
metadata/controller: base metadata/image | fmt/
coordinator: base metadata/image | fmt/
runtime:    base | asio/ fmt/
sim:        base log
app:        * | fmt/
world: runtime app
tests: sim | gtest/
"""


class CheckLayersTest(unittest.TestCase):
    def offences(self, files):
        with tempfile.TemporaryDirectory() as root:
            source = Path(root) / "src"
            source.mkdir()
            (source / "LAYERS").write_text(LAYERS)
            for name, text in files.items():
                (source / name).parent.mkdir(parents=True, exist_ok=True)
                head = "#pragma once\n" if name.endswith(".h") else ""
                (source / name).write_text(head + text)
            return list(check_layers.check(root))

    def assert_refused(self, name, text, part):
        found = self.offences({name: text})
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])

    def assert_fine(self, name, text):
        self.assertEqual(self.offences({name: text}), [])

    def test_a_good_tree_passes(self):
        self.assertEqual(self.offences({
            "base/a.h": "#include <vector>\n#include \"base/b.h\"\n",
            "base/b.h": "// reads steady_clock::now() is said in a comment only\n",
            "log/x.cc": "#include <fmt/format.h>\n#include \"base/a.h\"\nconst char* s = \"getenv(\";\n",
            "runtime/loop.cc": "#include <sys/epoll.h>\n#include <thread>\n#include <asio/post.hpp>\n"
                               "auto n = std::chrono::steady_clock::now();\n",
            "app/main.cc": "#include \"runtime/x.h\"\n#include \"coordinator/y.h\"\nchar* e = getenv(\"A\");\n",
        }), [])

    def test_an_include_upwards_is_refused(self):
        self.assert_refused("base/a.h", '#include "log/x.h"\n', 'base must not include "log/x.h"')
        self.assert_refused("runtime/a.cc", '#include "log/x.h"\n', "runtime must not include")
        self.assert_refused("sim/a.cc", '#include "runtime/x.h"\n', "sim must not include")

    def test_a_sub_folder_may_be_allowed_without_its_module(self):
        self.assert_fine("coordinator/a.cc", '#include "metadata/image/x.h"\n')
        self.assert_refused("coordinator/a.cc", '#include "metadata/controller/x.h"\n', "must not")
        self.assert_refused("coordinator/a.cc", '#include "metadata/x.h"\n', "must not")
        self.assert_refused("metadata/image/a.cc", '#include "metadata/controller/x.h"\n', "must not")
        self.assert_fine("metadata/controller/a.cc", '#include "metadata/image/x.h"\n')

    def test_a_third_party_header_belongs_to_its_unit(self):
        self.assert_refused("base/a.cc", "#include <asio/post.hpp>\n", "must not include <asio")
        self.assert_refused("log/a.cc", '#include "zstd.h"\n', "must not include <zstd.h>")
        self.assert_refused("log/a.cc", "#include <gtest/gtest.h>\n", "must not include <gtest")
        self.assert_fine("log/a_test.cc", '#include <gtest/gtest.h>\n#include "sim/world.h"\n')
        self.assert_refused("log/a.cc", '#include "sim/world.h"\n', "must not include")

    def test_a_file_outside_every_unit_is_refused(self):
        self.assert_refused("stray/a.cc", "", "in no unit")

    def test_headers_of_the_world_are_refused_in_the_core(self):
        for header in ("thread", "mutex", "condition_variable", "fstream", "filesystem", "random", "ctime",
                       "sys/socket.h", "unistd.h", "pthread.h", "future", "fcntl.h"):
            self.assert_refused("log/a.cc", f"#include <{header}>\n", "must not touch the world")
        self.assert_fine("log/a_test.cc", "#include <filesystem>\n#include <fstream>\n")
        self.assert_refused("log/a_test.cc", "#include <thread>\n", "must not touch the world")

    def test_calls_to_the_world_are_refused_in_the_core(self):
        for call in ("auto a = Clock::now();", "auto a = std::chrono::steady_clock{};",
                     "auto a = time(nullptr);", "clock_gettime(CLOCK_REALTIME, &t);",
                     "std::this_thread::yield();", "sleep(1);", "std::async(f);", "std::mutex m;",
                     "std::atomic<int> a;", "std::random_device d;", "int a = rand();", "srand(1);",
                     "auto* a = std::getenv(\"HOME\");", "std::ifstream file;", "auto* f = fopen(p, m);",
                     "int a = ::open(p, 0);", "int a = ::socket(1, 2, 3);", "::unlink(p);",
                     "getrandom(p, 8, 0);", "std::thread t;"):
            self.assert_refused("log/a.cc", call + "\n", "log/a.cc:1")
            self.assert_fine("app/a.cc", call + "\n")

    def test_what_only_looks_like_a_call_passes(self):
        self.assert_fine("log/a.cc", "// ::open( and std::mutex\n/* sleep(1) */\n"
                                     "auto a = env.clock.now(); file.open(p); Instant Shard::now() const;\n"
                                     "auto s = R\"(rand())\"; SeededRandom random(7); co_await sleep_for(e, d);\n")

    def test_circles_of_modules_and_of_folders_are_refused(self):
        found = self.offences({"metadata/a/x.h": '#include "metadata/b/y.h"\n',
                               "metadata/b/y.h": '#include "metadata/a/x.h"\n'})
        self.assertEqual(found, ["a circle of folders: metadata/a -> metadata/b -> metadata/a"])
        self.assertEqual(self.offences({"log/x.h": '#include "log/part/y.h"\n',
                                        "log/part/y.h": '#include "log/z.h"\n', "log/z.h": ""}), [])

    def test_budgets_are_kept(self):
        self.assert_refused("log/a.cc", "\n" * 801, "801 lines")
        self.assert_fine("log/a_test.cc", "\n" * 1200)
        self.assert_refused("log/a_test.cc", "\n" * 1201, "1201 lines")
        self.assert_refused("log/a.cc", "x" * 101 + "\n", "101 columns")
        self.assert_fine("log/a.cc", "ä" * 100 + "\n")
        self.assert_fine("log/a.cc", 'auto json = R"({\n' + "x" * 101 + '\n})";\n')
        self.assert_refused("log/a.cc", "// TODO\n", "unfinished")

    def test_a_function_has_seventy_lines_at_most(self):
        head = "namespace weir {\nint g();\nResult<> f(int a,\n    int b) {\n"
        self.assert_fine("log/a.cc", head + "  a();\n" * 67 + "}\n}\n")
        self.assert_refused("log/a.cc", head + "  a();\n" * 68 + "}\n}\n", "log/a.cc:3: a function of 71")
        self.assert_fine("log/a.cc", "struct A {\n" + "  int a;\n" * 90 + "};\n")
        self.assert_fine("log/a_test.cc", head + "  a();\n" * 90 + "}\n}\n")


if __name__ == "__main__":
    unittest.main()
