#pragma once

#include "dvt/template/lang/parser.h"
#include "dvt/template/lang/raise.h"

namespace dvt::tmpl {

/// Counts nesting while it lives, so that deep input is an error and not a crash.
struct Parser::Deeper {
  static constexpr int kMost = 2000;
  explicit Deeper(Parser& p) : parser(p) {
    if (++parser.depth_ > kMost || StackIsLow()) parser.Fail("the template is nested too deeply", parser.Current());
  }
  ~Deeper() { --parser.depth_; }
  Parser& parser;
};

}  // namespace dvt::tmpl
