#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt::tmpl {

/// A regular expression as Python's `re` writes and reads it, carried out by PCRE2: what the two write differently is translated.
/// Immutable and thread-safe.
class PythonPattern {
 public:
  /// Flags with Python's numbers.
  enum Flag : int64_t { kIgnoreCase = 2, kLocale = 4, kMultiline = 8, kDotAll = 16, kUnicode = 32, kVerbose = 64, kAscii = 256 };
  enum class Anchor { kNone, kStart, kBoth };  ///< search, match, fullmatch
  /// Bytes from and to of each group, the whole match first; -1: took no part.
  using Spans = std::vector<std::pair<int64_t, int64_t>>;

  /// kSyntax if the text is no regular expression.
  static Result<std::shared_ptr<const PythonPattern>> Compile(const std::string& text, int64_t flags);
  ~PythonPattern();
  PythonPattern(const PythonPattern&) = delete;
  PythonPattern& operator=(const PythonPattern&) = delete;

  const std::string& text() const { return text_; }
  int64_t flags() const { return flags_; }  ///< those given and those that the text begins with
  size_t groups() const { return groups_; }
  const std::map<std::string, size_t>& names() const { return names_; }  ///< of groups, with their numbers

  /// Looks from byte `from` on; the text before it can be looked back at. `not_empty_there`: an empty match at `from` does not
  /// count. kMemory if the search was given up because it went through too many ways.
  Result<bool> Match(std::string_view text, size_t from, Anchor anchor, bool not_empty_there, Spans& spans) const;

  /// Every match from left to right as Python's findall, sub and split see them; at most `most`, 0: all.
  Result<std::vector<Spans>> MatchAll(std::string_view text, int64_t most) const;

 private:
  PythonPattern() = default;
  void ReadNames();

  struct Code;
  std::unique_ptr<Code> code_;
  std::string text_;
  int64_t flags_ = 0;
  size_t groups_ = 0;
  std::map<std::string, size_t> names_;
};

}  // namespace dvt::tmpl
