#!/usr/bin/env bash
# The partitions of 10,000 keys as Apache Kafka's Java client 4.4.0 and librdkafka choose them, compared with the
# golden files (`run.sh --regenerate` writes them). The C++ side compares them in the unit tests (partitioner_test.cc).
# Needs JDK 17, Maven (or KAFKA_JARS=a directory with kafka-clients and what it needs) and librdkafka (Debian's
# librdkafka1, or RDKAFKA=the path of another one):
#   test/partitions/run.sh [--regenerate]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rdkafka=${RDKAFKA:-librdkafka.so.1}
keys=10000
needed=(java javac)
[[ -n ${KAFKA_JARS:-} ]] || needed+=(mvn)
for tool in "${needed[@]}" python3; do
  command -v "$tool" >/dev/null || { echo "run.sh: $tool is missing (apt install openjdk-17-jdk-headless maven)"; exit 1; }
done

if [[ -n ${KAFKA_JARS:-} ]]; then
  class_path=$work:$KAFKA_JARS/*
else
  mvn -q -B -f "$here/pom.xml" dependency:build-classpath -Dmdep.outputFile="$work/classpath"
  class_path=$work:$(cat "$work/classpath")
fi
javac -cp "$class_path" -d "$work" "$here/Partitions.java"
java -Dorg.slf4j.simpleLogger.defaultLogLevel=off -cp "$class_path" Partitions "$work/murmur2.golden" $keys
for rule in consistent fnv1a murmur2; do
  python3 "$here/librdkafka_partitions.py" "$rdkafka" $rule "$work/$rule.librdkafka" $keys
done
mv "$work/consistent.librdkafka" "$work/crc32.golden"
mv "$work/fnv1a.librdkafka" "$work/fnv1a.golden"
echo "== librdkafka's murmur2 is Java's"
cmp "$work/murmur2.librdkafka" "$work/murmur2.golden"

if [[ ${1:-} == --regenerate ]]; then
  cp "$work"/*.golden "$here"
  exit 0
fi
for golden in "$here"/*.golden; do
  cmp "$golden" "$work/$(basename "$golden")"
done
echo "partitions: passed"
