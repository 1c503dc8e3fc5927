#!/bin/sh
# Proves the codecs against Apache Kafka's own generated classes: run.sh BUILD_FOLDER [INSTANCES [SEED]]
# BUILD_FOLDER holds wire_golden (ninja wire_golden); JDK 17 or newer and Maven are needed.
# `run.sh --capture` writes the small file that is kept in the tree instead (messages.golden.gz).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${TMPDIR:-/tmp}/weir-wire-golden
lib=$work/lib
for tool in java javac mvn; do
  command -v $tool >/dev/null || { echo "missing: $tool (JDK 17 and Maven are needed)" >&2; exit 1; }
done
mkdir -p "$work/classes"
if ! cmp -s "$here/pom.xml" "$work/pom.xml" || [ ! -d "$lib" ]; then
  echo "fetching the jars of Apache Kafka 4.4.0"
  rm -rf "$lib"
  mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$lib"
  cp "$here/pom.xml" "$work/pom.xml"
fi
echo "compiling the Java program"
javac -nowarn -d "$work/classes" -cp "$lib/*" "$here"/golden/*.java
classpath=$work/classes
for jar in "$lib"/*.jar; do classpath=$classpath:$jar; done
if [ "${1:-}" = --capture ]; then
  java -cp "$classpath" golden.GoldenMessages "$here/messages.golden.gz" 2 1
  exit
fi
build=${1:?usage: run.sh BUILD_FOLDER [INSTANCES [SEED]]}
echo "asking Apache Kafka for ${2:-200} instances of every version"
java -cp "$classpath" golden.GoldenMessages "$work/messages.golden" "${2:-200}" "${3:-$(date +%s)}"
"$build/test/wire/wire_golden" "$work/messages.golden"
