#include "dvt/graph/select/wildcard.h"

namespace dvt::graph {

namespace {

// How many bytes the UTF-8 character at the front has.
size_t CharacterLength(std::string_view text) {
  size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) ++length;
  return length;
}

// The end of the set that opens at the front of `pattern` (the place of its ']'), npos if it is never closed.
size_t SetEnd(std::string_view pattern) {
  size_t at = 1;
  if (at < pattern.size() && pattern[at] == '!') ++at;
  if (at < pattern.size() && pattern[at] == ']') ++at;
  return pattern.find(']', at);
}

bool InSet(std::string_view set, std::string_view character) {
  const bool negated = !set.empty() && set.front() == '!';
  if (negated) set.remove_prefix(1);
  bool found = false;
  while (!set.empty() && !found) {
    const std::string_view low = set.substr(0, CharacterLength(set));
    set.remove_prefix(low.size());
    if (set.size() > 1 && set.front() == '-') {
      set.remove_prefix(1);
      const std::string_view high = set.substr(0, CharacterLength(set));
      set.remove_prefix(high.size());
      found = low <= character && character <= high;
    } else {
      found = low == character;
    }
  }
  return found != negated;
}

// Eats one character of `text` by the front of `pattern`, which is no star.
bool TakeOne(std::string_view& pattern, std::string_view& text) {
  if (text.empty()) return false;
  const std::string_view character = text.substr(0, CharacterLength(text));
  const size_t end = pattern.front() == '[' ? SetEnd(pattern) : std::string_view::npos;
  if (pattern.front() == '?') {
    pattern.remove_prefix(1);
  } else if (end != std::string_view::npos) {
    if (!InSet(pattern.substr(1, end - 1), character)) return false;
    pattern.remove_prefix(end + 1);
  } else {
    if (pattern.front() != text.front()) return false;
    pattern.remove_prefix(1);
    text.remove_prefix(1);
    return true;
  }
  text.remove_prefix(character.size());
  return true;
}

}  // namespace

bool MatchesWildcard(std::string_view pattern, std::string_view text) {
  // After a mismatch the last star takes one character more.
  bool starred = false;
  std::string_view star_pattern, star_text;
  while (true) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      starred = true;
      star_pattern = pattern;
      star_text = text;
    } else if (pattern.empty() ? text.empty() : TakeOne(pattern, text)) {
      if (pattern.empty() && text.empty()) return true;
    } else if (!starred || star_text.empty()) {
      return false;
    } else {
      star_text.remove_prefix(CharacterLength(star_text));
      pattern = star_pattern;
      text = star_text;
    }
  }
}

bool HasWildcard(std::string_view text) { return text.find_first_of("*?[]") != std::string_view::npos; }

}  // namespace dvt::graph
