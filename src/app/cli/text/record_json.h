#pragma once
// Records as JSON, one a line, with the names that kcat -J gives them:
//
//   {"topic":"t","partition":0,"offset":41,"tstype":"create","ts":1795246200250,
//    "headers":["name","value",...],"key":"k","payload":"v"}
//
// Null is null. Bytes that are not UTF-8 stand in Base64 in `key_base64`, `payload_base64` and
// `headers_base64` (its names plain, its values in Base64) instead.

#include <string>
#include <string_view>

#include "app/cli/text/record_format.h"

namespace weir::app {

void print_record_json(const RecordView& record, std::string& out);  // with the end of the line

// Both forms are taken; a name that is none of these is an error, so that a misspelt one is not
// lost. Errors: invalid.
Result<RecordText> read_record_json(std::string_view line);

}  // namespace weir::app
