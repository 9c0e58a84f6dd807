#pragma once

#include <string>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"

namespace dvt::cli {

/// JSON lines from standard input to standard output, one answer a request, in order. Returns the number of lines read.
long AnswerBatch(const std::string& verb);

}  // namespace dvt::cli
