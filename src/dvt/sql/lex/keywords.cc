#include "dvt/sql/lex/keywords.h"

#include <array>
#include <cstring>

namespace dvt::sql {
namespace {

constexpr std::string_view kWords[] = {"",
#define DVT_SQL_KW(word) #word,
                                       DVT_SQL_KEYWORDS(DVT_SQL_KW)
#undef DVT_SQL_KW
};
constexpr size_t kSlots = 1024;
constexpr size_t kLongest = 18;

constexpr uint32_t HashUpper(const char* p, size_t n) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < n; ++i) h = (h ^ static_cast<uint8_t>(p[i])) * 16777619u;
  return h ^ (h >> 15);
}

constexpr auto BuildTable() {
  std::array<uint8_t, kSlots> table{};
  for (size_t i = 1; i < std::size(kWords); ++i) {
    size_t at = HashUpper(kWords[i].data(), kWords[i].size()) % kSlots;
    while (table[at] != 0) at = (at + 1) % kSlots;
    table[at] = static_cast<uint8_t>(i);
  }
  return table;
}
constexpr auto kTable = BuildTable();
static_assert(std::size(kWords) < 256);

}  // namespace

Kw LookUpKeyword(std::string_view word) {
  if (word.size() < 2 || word.size() > kLongest) return Kw::kNone;
  char upper[kLongest];
  for (size_t i = 0; i < word.size(); ++i) {
    char c = word[i];
    upper[i] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  size_t at = HashUpper(upper, word.size()) % kSlots;
  for (; kTable[at] != 0; at = (at + 1) % kSlots) {
    std::string_view known = kWords[kTable[at]];
    if (known.size() == word.size() && std::memcmp(known.data(), upper, known.size()) == 0) return static_cast<Kw>(kTable[at]);
  }
  return Kw::kNone;
}

bool IsStructural(Kw kw) {
  switch (kw) {
    case Kw::kSELECT:
    case Kw::kFROM:
    case Kw::kWHERE:
    case Kw::kGROUP:
    case Kw::kHAVING:
    case Kw::kORDER:
    case Kw::kLIMIT:
    case Kw::kUNION:
    case Kw::kEXCEPT:
    case Kw::kINTERSECT:
    case Kw::kON:
    case Kw::kJOIN:
    case Kw::kAND:
    case Kw::kOR:
    case Kw::kNOT:
    case Kw::kAS:
    case Kw::kCASE:
    case Kw::kWHEN:
    case Kw::kTHEN:
    case Kw::kELSE:
    case Kw::kIN:
    case Kw::kIS:
    case Kw::kLIKE:
    case Kw::kBETWEEN:
    case Kw::kNULL:
    case Kw::kTRUE:
    case Kw::kFALSE:
    case Kw::kEXISTS:
    case Kw::kDISTINCT:
    case Kw::kUSING:
    case Kw::kWITH:
    case Kw::kCAST:
    case Kw::kCREATE:
    case Kw::kTABLE:
    case Kw::kTO:
    case Kw::kINTO:
    case Kw::kCROSS:
    case Kw::kNATURAL:
    case Kw::kINNER:
    case Kw::kCOLLATE:
    case Kw::kDEFAULT: return true;
    default: return false;
  }
}

}  // namespace dvt::sql
