#include "dvt/template/lang/outside.h"

#include <atomic>

namespace dvt::tmpl {

namespace {
std::atomic<int64_t> reads{0};
}

int64_t OutsideReads() { return reads.load(); }
void CountOutsideRead() { ++reads; }

}  // namespace dvt::tmpl
