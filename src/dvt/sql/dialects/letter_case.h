#pragma once

#include <cstdint>
#include <string_view>

namespace dvt::sql {

struct Dialect;

/// What a database makes of the cases of letters, beside what the engine makes of them.
enum class LetterCase : uint8_t {
  kOwn,     ///< unknown, or other pairs of letters than the engine's
  kPaired,  ///< LOWER and ILIKE give what the engine gives for every letter, and so does its dialect's ExactUpper
  kEngine,  ///< it is what the engine is: nothing differs
};

/// What gives UPPER(ARG1) of the engine in a database of this dialect that pairs letters as the engine does; ARG1 is a text. Empty: unknown.
std::string_view ExactUpper(const Dialect& dialect);

/// MD5, in hex, of what the engine makes of the text of all characters from U+0001 to kLastCasedLetter in their order, without surrogates.
inline constexpr std::string_view kEngineUpperMd5 = "bc38f1a85adef075da71fd18f05e8a1f";
inline constexpr std::string_view kEngineLowerMd5 = "ed7817fadc09345abf748060fcf5813e";
inline constexpr int kLastCasedLetter = 0x1FFFF;

}  // namespace dvt::sql
