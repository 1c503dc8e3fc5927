#!/usr/bin/env bash
# Record batches against Apache Kafka's own classes (4.4.0, from Maven Central), both ways:
#   1. the golden batches in golden/ are what Kafka writes today (`run.sh --regenerate` writes them);
#   2. Kafka reads what our builder and our compaction wrote, and says the same of it;
#   3. Kafka's log judges thousands of produced batches as our validator does.
# The C++ side of 1 is in the unit tests. Needs JDK 17, Maven and a built wire_test:
#   test/record/run.sh [--regenerate] [BUILD_DIR]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
regenerate=false
if [[ ${1:-} == --regenerate ]]; then
  regenerate=true
  shift
fi
build=$(cd "${1:-$here/../../build/debug}" && pwd)
for tool in java javac mvn; do
  command -v "$tool" >/dev/null || { echo "run.sh: $tool is missing (apt install openjdk-17-jdk-headless maven)"; exit 1; }
done

work=$build/record
mkdir -p "$work/classes"
echo "== class path"
mvn -q -f "$here/pom.xml" dependency:build-classpath -Dmdep.outputFile="$work/classpath"
class_path=$work/classes:$(cat "$work/classpath")
javac -cp "$class_path" -d "$work/classes" "$here"/src/weir/*.java
kafka() { java -cp "$class_path" weir.Records "$@"; }

if $regenerate; then
  rm -rf "$here/golden"
  kafka golden "$here/golden"
  exit 0
fi

echo "== golden batches"
rm -rf "$work/golden" "$work/batches"
kafka golden "$work/golden"
diff -r "$here/golden" "$work/golden"

echo "== Kafka reads ours"
"$build/src/wire/wire_test" --gtest_brief=1 --gtest_filter='RecordGolden.*:ValidatorCases.*'
kafka read "$work/batches"
for expected in "$work"/batches/*.txt; do
  cmp "$expected" "${expected%.txt}.kafka"
done

echo "== Kafka judges what is produced"
kafka validate "$work"
python3 "$here/compare.py" "$work"
echo "record: passed"
