"""Apache Kafka's jars, by pinned versions from Maven Central, and how to run a class out of them."""

import functools
import os
import shutil
import subprocess
import threading

import paths

PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
SETS = ("kafka", "tools")


class Missing(Exception):
    """A toolchain is not there; the message says which and how to get it."""


MAKING = threading.RLock()


def one_at_a_time(make):
    """Of what is made at first use: suites that run side by side wait for one another."""

    @functools.wraps(make)
    def guarded(*arguments):
        with MAKING:
            return make(*arguments)

    return guarded


def need(program, how):
    found = shutil.which(program)
    if not found:
        raise Missing(f"{program} is missing: {how}")
    return found


@one_at_a_time
def fetch(name):
    """The directory with the jars of set `name`, filled at first use."""
    pom = paths.HERE / "java" / name / "pom.xml"
    target = paths.CACHE / "jars" / name
    stamp = target / "pom.xml"
    if stamp.exists() and stamp.read_bytes() == pom.read_bytes():
        return target
    mvn = need("mvn", "install Debian's package maven")
    shutil.rmtree(target, ignore_errors=True)
    command = [mvn, "-q", "-B", "-f", str(pom), PLUGIN, f"-DoutputDirectory={target}", "-DincludeScope=runtime"]
    subprocess.run(command, check=True)
    shutil.copyfile(pom, stamp)
    return target


def class_path(name):
    return f"{fetch(name)}/*"


@one_at_a_time
def compiled(name, source):
    """Compiles one Java source against jar set `name`; returns the class directory."""
    javac = need("javac", "install Debian's package openjdk-17-jdk-headless")
    target = paths.CACHE / "classes" / name / source.stem
    stamp = target / "source"
    if not (stamp.exists() and stamp.read_bytes() == source.read_bytes()):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        subprocess.run(
            [javac, "-nowarn", "-proc:none", "-cp", class_path(name), "-d", str(target), str(source)], check=True
        )
        shutil.copyfile(source, stamp)
    return target


def java(name, main, *arguments, heap="256m", log="warn", extra=None):
    """The command that runs class `main` with jar set `name`. Logs of slf4j-simple go to stderr."""
    program = need("java", "install Debian's package openjdk-17-jre-headless")
    path = class_path(name) + (os.pathsep + str(extra) if extra else "")
    return [
        program,
        f"-Xmx{heap}",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xshare:auto",
        f"-Dorg.slf4j.simpleLogger.defaultLogLevel={log}",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-cp",
        path,
        main,
        *arguments,
    ]
