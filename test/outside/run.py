#!/usr/bin/env python3
"""Installs the C++ library into a clean prefix and uses it from there as a stranger would: the project
beside this file, by CMake and by pkg-config, and the examples. Looks at what is installed, too: what the
libraries export, and that each header stands alone and names nothing but the standard library.

    run.py BUILD_FOLDER CXX_COMPILER
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "test/e2e"))

import program  # noqa: E402

BUILD = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
COMPILER = sys.argv[2] if len(sys.argv) > 2 else "c++"


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command} gave {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="weir-outside-"))
        cls.addClassCleanup(shutil.rmtree, cls.root)
        cls.prefix = cls.root / "prefix"
        run("cmake", "--install", BUILD, "--prefix", cls.prefix, "--component", "client")
        cls.lib = next(cls.prefix.rglob("libweir-client.so")).parent
        cls.outside = cls.build("outside", SOURCE / "test/outside")
        cls.examples = cls.build("examples", SOURCE / "examples")
        cls.broker = subprocess.Popen([cls.outside / "with_broker"], text=True, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE)
        cls.addClassCleanup(cls.stop_broker)
        cls.address = cls.broker.stdout.readline().strip()

    @classmethod
    def stop_broker(cls):
        cls.broker.communicate(timeout=30)

    @classmethod
    def build(cls, name, source):
        folder = cls.root / name
        # Not optimised: how fast the projects are is nobody's question here.
        run("cmake", "-S", source, "-B", folder, "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={COMPILER}",
            f"-DCMAKE_PREFIX_PATH={cls.prefix}", "-DCMAKE_BUILD_TYPE=",
            "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wshadow -Werror")
        run("cmake", "--build", folder)
        return folder

    def quietly(self, *command, **options):
        done = run(*command, **options)
        self.assertEqual(done.stderr, "")
        return done.stdout

    # --- what is installed ---

    def test_libraries_export_the_public_names_and_nothing_else(self):
        for library in "libweir-client.so", "libweir-testing.so":
            listed = run("nm", "-D", "--demangle", "--defined-only", self.lib / library).stdout
            names = [line.split(" ", 2)[2] for line in listed.splitlines()]
            self.assertGreater(len(names), 5)
            for name in names:
                self.assertRegex(name, r"^weir::")
                self.assertNotRegex(name, r"^weir::(client|clientlib|wire|rpc|runtime|broker|log)::")
                self.assertNotIn("::Impl::", name)

    def test_libraries_have_a_soname_with_the_version_of_their_abi(self):
        told = run("readelf", "-d", self.lib / "libweir-client.so").stdout
        self.assertRegex(told, r"soname: \[libweir-client\.so\.\d+\.\d+\]")

    def headers(self):
        headers = sorted((self.prefix / "include").rglob("*.h"))
        self.assertGreater(len(headers), 15)
        return headers

    def test_headers_name_the_standard_library_and_each_other_only(self):
        for header in self.headers():
            for line in header.read_text().splitlines():
                if line.startswith("#include"):
                    self.assertRegex(line, r'^#include (<[a-z_]+>|"weir/[a-z_/]+\.h")$', header)

    def test_each_header_compiles_alone(self):
        running = []
        for header in self.headers():
            running.append(subprocess.Popen(
                [COMPILER, "-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
                 "-I", self.prefix / "include", "-x", "c++", "-include", header, os.devnull]))
            if len(running) % 2 == 0:
                running[-1].wait()
        for compiling in running:
            self.assertEqual(compiling.wait(), 0, compiling.args)

    # --- the program ---

    def installed_program(self):
        prefix = self.root / "program"
        if not prefix.exists():
            run("cmake", "--install", BUILD, "--prefix", prefix, "--component", "program")
        return prefix

    def readmes_commands(self):
        """Those of its five minutes, up to the library; the rest of a line behind # is a remark."""
        chapter = (SOURCE / "README.md").read_text().partition("## Five minutes\n")[2].partition("**From C++.**")[0]
        lines = [line.strip() for line in chapter.splitlines() if line.startswith("    ")]
        return [line.partition("  #")[0] for line in lines if not line.startswith("export PATH")]

    def test_readmes_five_minutes_work_with_the_installed_program(self):
        bin = self.installed_program() / "bin"
        with program.Program(bin / "weir", "--data", self.root / "data", "--listen", "127.0.0.1:0") as broker:
            address = f"127.0.0.1:{broker.port()}"
            env = {**os.environ, "PATH": f"{bin}:{os.environ['PATH']}", "WEIR_BROKERS": address}
            printed = []
            for command in self.readmes_commands():
                if "kcat" in command and not shutil.which("kcat"):
                    continue
                ended = run("bash", "-c", command.replace("-b localhost", f"-b {address}"), env=env)
                printed.append(ended.stdout)
            self.assertEqual(broker.stop(), 0, broker.text())
        shown, group, fresh, described = printed[2], printed[3], printed[5], printed[6]
        keys_and_values = sorted(line.split(" ", 2)[2] for line in shown.splitlines())
        self.assertEqual(keys_and_values, ["ada first", "ada third", "grace second"])
        self.assertEqual(len(group.splitlines()), 3)
        self.assertRegex(fresh, r"^\d ada fourth\n$")
        self.assertIn("greetings", described)
        if shutil.which("kcat"):
            self.assertIn("grace fifth", printed[-1])

    def test_the_program_comes_with_manual_pages_and_completion(self):
        prefix = self.installed_program()
        weir, share = prefix / "bin/weir", prefix / "share"
        for page in "weir", "weir-topic", "weir-topic-create", "weir-server", "weir-log-dump":
            self.assertTrue((share / f"man/man1/{page}.1").read_text().startswith(".TH weir"), page)
        for shell, file in (("bash", "bash-completion/completions/weir"), ("zsh", "zsh/site-functions/_weir"),
                            ("fish", "fish/vendor_completions.d/weir.fish")):
            self.assertEqual((share / file).read_text(), run(weir, "completion", shell).stdout)

    # --- the project ---

    def test_each_form_works_shared_static_and_by_pkg_config(self):
        self.quietly(self.outside / "forms", self.address, "shared")
        self.quietly(self.outside / "forms_static", self.address, "static")
        environment = os.environ | {"PKG_CONFIG_PATH": str(self.lib / "pkgconfig"),
                                    "LD_LIBRARY_PATH": str(self.lib)}
        flags = run("pkg-config", "--cflags", "--libs", "weir-client", env=environment).stdout.split()
        program = self.root / "by_pkg_config"
        run(COMPILER, "-std=c++23", SOURCE / "test/outside/forms.cc", "-o", program, *flags)
        self.quietly(program, self.address, "pkg-config", env=environment)

    def test_static_programs_need_no_library_of_ours(self):
        needed = run("readelf", "-d", self.outside / "forms_static").stdout
        self.assertNotIn("libweir", needed)

    # --- the examples ---

    def test_examples_do_what_they_say(self):
        example = lambda name, *more: self.quietly(self.examples / name, self.address, *more)
        self.assertEqual(example("smallest_producer"), "partition 0, offset 0\n")
        self.assertEqual(example("smallest_producer"), "partition 0, offset 1\n")
        self.assertEqual(example("smallest_consumer"), "ada: hello\nada: hello\n")
        self.quietly(self.outside / "feed", self.address)
        example("word_count")
        counts = dict(line.split(": ") for line in
                      self.quietly(self.outside / "feed", self.address, "counts").splitlines())
        self.assertEqual(counts, {"to": "2", "be": "2", "or": "1", "not": "1"})
        handled = example("worker", "3").splitlines()
        self.assertEqual(sorted(handled), ["ada: later at attempt 3", "grace: now at attempt 1"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
