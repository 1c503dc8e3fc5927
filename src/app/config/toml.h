#pragma once
// toml++ in the one form that the whole program uses: its inline functions differ by these macros.
//
// Its assertions are off. One of them is about what stands in the file ("[(x]" begins no name): it
// would end the program, or under NDEBUG be assumed to hold; where it says nothing, the parser
// reports the error itself.

#define TOML_EXCEPTIONS 0
#define TOML_ASSERT(condition) static_cast<void>(0)

#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")
