#pragma once

#include <cstdint>

namespace dvt::tmpl {

/// How often templates of this process read the clock or chose at random: what makes two renderings differ although they were given
/// the same. Thread-safe.
int64_t OutsideReads();
void CountOutsideRead();

}  // namespace dvt::tmpl
