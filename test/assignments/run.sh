#!/usr/bin/env bash
# What the assignors of Apache Kafka's Java client 4.4.0 make of random groups, compared with the golden file
# (`run.sh --regenerate` writes it). The C++ side compares it in the unit tests (assignor_golden_test.cc).
# Needs JDK 17 and Maven (or KAFKA_JARS=a directory with kafka-clients and what it needs):
#   test/assignments/run.sh [--regenerate]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
needed=(java javac)
[[ -n ${KAFKA_JARS:-} ]] || needed+=(mvn)
for tool in "${needed[@]}"; do
  command -v "$tool" >/dev/null || { echo "run.sh: $tool is missing (apt install openjdk-17-jdk-headless maven)"; exit 1; }
done

if [[ -n ${KAFKA_JARS:-} ]]; then
  class_path=$work:$KAFKA_JARS/*
else
  mvn -q -B -f "$here/pom.xml" dependency:build-classpath -Dmdep.outputFile="$work/classpath"
  class_path=$work:$(cat "$work/classpath")
fi
javac -nowarn -cp "$class_path" -d "$work" "$here/Assignments.java"
java -Dorg.slf4j.simpleLogger.defaultLogLevel=off -cp "$class_path" Assignments "$work/groups.golden" 1000

if [[ ${1:-} == --regenerate ]]; then
  gzip -9n <"$work/groups.golden" >"$here/groups.golden.gz"
  exit 0
fi
gzip -dc "$here/groups.golden.gz" | cmp - "$work/groups.golden"
echo "assignments: passed"
