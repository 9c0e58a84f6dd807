// The letters of date and time formats, one table a system. The first code of a strftime directive is the one that is written.
#include "dvt/sql/dialects/time_formats.h"

#include <algorithm>

#include "dvt/base/text/text.h"

namespace dvt::sql {

namespace {

// Java's DateTimeFormatter: Hive, Spark, Databricks.
constexpr FormatCode kJava[] = {
    {"yyyy", "%Y"}, {"YYYY", "%Y", true}, {"yy", "%y"},       {"YY", "%y", true}, {"y", "%Y", true},  {"Y", "%Y", true},
    {"MMMM", "%B"}, {"MMM", "%b"},        {"MM", "%mstrict"}, {"MM", "%m"},       {"M", "%-m"},       {"dd", "%dstrict"},
    {"dd", "%d"},   {"d", "%-d"},         {"HH", "%Hstrict"}, {"HH", "%H"},       {"H", "%-H"},       {"hh", "%Istrict"},
    {"hh", "%I"},   {"h", "%-I"},         {"mm", "%Mstrict"}, {"mm", "%M"},       {"m", "%-M"},       {"ss", "%Sstrict"},
    {"ss", "%S"},   {"s", "%-S"},         {"SSSSSS", "%f"},   {"SSS", "%g"},      {"a", "%p"},        {"EEEE", "%A"},
    {"EEE", "%a"},  {"EE", "%a", true},   {"E", "%a", true},  {"DDD", "%j"},      {"DD", "%j", true}, {"D", "%-j"},
    {"z", "%Z"},    {"Z", "%z"},          {"u", "%u"}};
// DATE_FORMAT of MySQL and Trino.
constexpr FormatCode kMysql[] = {{"%T", "%H:%M:%S"}, {"%M", "%B"}, {"%c", "%-m"}, {"%e", "%-d"},      {"%h", "%I"},
                                 {"%I", "%I", true}, {"%i", "%M"}, {"%s", "%S"},  {"%S", "%S", true}, {"%k", "%-H"},
                                 {"%l", "%-I"},      {"%W", "%A"}, {"%u", "%W"},  {"%v", "%V"},       {"%V", "%Vstrict"}};
constexpr FormatCode kClickhouse[] = {{"%i", "%M"}, {"%M", "%B"},       {"%c", "%-m"}, {"%e", "%-d"}, {"%h", "%I"},
                                      {"%s", "%S"}, {"%S", "%S", true}, {"%k", "%-H"}, {"%l", "%-I"}, {"%W", "%A"}};
// TO_CHAR of PostgreSQL and Redshift.
constexpr FormatCode kPostgres[] = {{"FMDDD", "%-j"},    {"FMDD", "%-d"},       {"FMHH12", "%-I"},
                                    {"FMHH24", "%-H"},   {"FMHH", "%-I", true}, {"FMMI", "%-M"},
                                    {"FMMM", "%-m"},     {"FMSS", "%-S"},       {"FMMonth", "%B", true},
                                    {"TMDay", "%A"},     {"TMDy", "%a"},        {"TMMonth", "%B"},
                                    {"TMMon", "%b"},     {"Month", "%B", true}, {"Mon", "%b", true},
                                    {"Day", "%A", true}, {"Dy", "%a", true},    {"YYYY", "%Y"},
                                    {"YY", "%y"},        {"IYYY", "%G"},        {"IW", "%V"},
                                    {"WW", "%U"},        {"MM", "%m"},          {"DDD", "%j"},
                                    {"DD", "%d"},        {"D", "%u"},           {"HH24", "%H"},
                                    {"HH12", "%I"},      {"HH", "%I", true},    {"MI", "%M"},
                                    {"SS", "%S"},        {"US", "%f"},          {"MS", "%g"},
                                    {"OF", "%z"},        {"TZ", "%Z"},          {"AM", "%p"},
                                    {"PM", "%p", true}};
constexpr FormatCode kOracle[] = {
    {"YYYY", "%Y"},     {"IYYY", "%G"},       {"YY", "%y"},         {"MONTH", "%B"},   {"MON", "%b"},      {"MM", "%m"},
    {"MM", "%-m"},      {"DDD", "%j"},        {"DAY", "%A"},        {"DY", "%a"},      {"DD", "%d"},       {"DD", "%-d"},
    {"D", "%u"},        {"HH24", "%H"},       {"HH24", "%-H"},      {"HH12", "%I"},    {"HH", "%I", true}, {"MI", "%M"},
    {"SS", "%S"},       {"FF6", "%f"},        {"FF3", "%g"},        {"IW", "%V"},      {"WW", "%W"},       {"AM", "%p"},
    {"PM", "%p", true}, {"A.M.", "%p", true}, {"P.M.", "%p", true}, {"TZH:TZM", "%z"}, {"TZD", "%Z"}};
constexpr FormatCode kSnowflake[] = {
    {"yyyy", "%Y"},      {"yy", "%y"},  {"mmmm", "%B"},     {"mon", "%b"},       {"mm", "%m"},          {"mm", "%-m"},
    {"DD", "%d"},        {"DD", "%-d"}, {"DY", "%a"},       {"hh24", "%H"},      {"hh24", "%-H"},       {"hh12", "%I"},
    {"hh12", "%-I"},     {"mi", "%M"},  {"mi", "%-M"},      {"ss", "%S"},        {"ss", "%-S"},         {"ff6", "%f"},
    {"ff", "%f", true},  {"ff3", "%g"}, {"ff9", "%n"},      {"ff4", "%n", true}, {"ff5", "%n", true},   {"ff7", "%n", true},
    {"ff8", "%n", true}, {"pm", "%p"},  {"am", "%p", true}, {"tzh:tzm", "%z"},   {"tzhtzm", "%z", true}};
// BigQuery's FORMAT_DATE and its kin.
constexpr FormatCode kBigquery[] = {{"%T", "%H:%M:%S"}, {"%D", "%m/%d/%y"}, {"%x", "%m/%d/%y", true},       {"%F", "%Y-%m-%d"},
                                    {"%e", "%-d"},      {"%E6S", "%S.%f"},  {"%c", "%a %b %-d %H:%M:%S %Y"}};
// .NET's custom formats, as T-SQL's FORMAT takes them.
constexpr FormatCode kDotnet[] = {{"yyyy", "%Y"},   {"yy", "%y"},  {"MMMM", "%B"}, {"MMM", "%b"}, {"MM", "%m"}, {"M", "%-m"},
                                  {"dddd", "%A"},   {"ddd", "%a"}, {"dd", "%d"},   {"d", "%-d"},  {"HH", "%H"}, {"H", "%-H"},
                                  {"hh", "%I"},     {"h", "%-I"},  {"mm", "%M"},   {"m", "%-M"},  {"ss", "%S"}, {"s", "%-S"},
                                  {"ffffff", "%f"}, {"fff", "%g"}, {"tt", "%p"}};
// Teradata's TO_CHAR, which Trino takes too.
constexpr FormatCode kTeradata[] = {{"yyyy", "%Y"}, {"yy", "%y"},       {"mm", "%m"}, {"dd", "%d"},
                                    {"hh24", "%H"}, {"hh", "%H", true}, {"mi", "%M"}, {"ss", "%S"}};
// Joda's, of Trino's FORMAT_DATETIME and PARSE_DATETIME.
constexpr FormatCode kJoda[] = {{"yyyy", "%Y"}, {"yy", "%y"},  {"MMMM", "%B"}, {"MMM", "%b"}, {"MM", "%m"},     {"M", "%-m"},
                                {"dd", "%d"},   {"d", "%-d"},  {"HH", "%H"},   {"H", "%-H"},  {"hh", "%I"},     {"h", "%-I"},
                                {"mm", "%M"},   {"m", "%-M"},  {"ss", "%S"},   {"s", "%-S"},  {"SSSSSS", "%f"}, {"a", "%p"},
                                {"EEEE", "%A"}, {"EEE", "%a"}, {"DDD", "%j"},  {"ZZZ", "%Z"}, {"Z", "%z"}};

constexpr TimeFormat kFormats[] = {
    {.name = "java", .codes = kJava, .counts_letters = true},
    {.name = "mysql", .codes = kMysql},
    {.name = "clickhouse", .codes = kClickhouse},
    {.name = "postgres", .codes = kPostgres, .ignore_case = true, .keeps_spelling = true},
    {.name = "oracle", .codes = kOracle, .ignore_case = true, .literal = '"', .keeps_spelling = true},
    {.name = "snowflake", .codes = kSnowflake, .ignore_case = true, .literal = '"'},
    {.name = "bigquery", .codes = kBigquery},
    {.name = "dotnet", .codes = kDotnet},
    {.name = "teradata", .codes = kTeradata, .ignore_case = true},
    {.name = "joda", .codes = kJoda, .counts_letters = true},
};

bool StartsWith(std::string_view text, std::string_view prefix, bool ignore_case) {
  const std::string_view head = text.substr(0, prefix.size());
  return ignore_case ? EqualsIgnoreCase(head, prefix) : head == prefix;
}

// "%d", "%-d" or "%dstrict" at the beginning; 0 if there is no directive.
size_t DirectiveLength(std::string_view text) {
  if (text.size() < 2 || text[0] != '%') return 0;
  size_t length = text[1] == '-' && text.size() > 2 ? 3 : 2;
  if (text.substr(length, 6) == "strict") length += 6;
  return length;
}

// Whether a directive prints digits only, so that a neighbour in digits needs it to be padded.
bool IsNumeric(std::string_view directive) {
  return directive.size() > 1 &&
         std::string_view("YymdHIMSfjgn").find(directive[directive[1] == '-' ? 2 : 1]) != std::string_view::npos;
}

const FormatCode* Written(const TimeFormat& alphabet, std::string_view strftime) {
  for (const FormatCode& code : alphabet.codes) {
    if (code.strftime == strftime && !code.read_only) return &code;
  }
  return nullptr;
}

// The unpadded spelling that a parser takes for one or two digits.
const FormatCode* Relaxed(const TimeFormat& alphabet, std::string_view directive) {
  if (directive.size() != 2 || std::string_view("mdHIMS").find(directive[1]) == std::string_view::npos) return nullptr;
  return Written(alphabet, "%-" + std::string(directive.substr(1)));
}

}  // namespace

const TimeFormat* FindTimeFormat(std::string_view name) {
  const auto* found = std::find_if(std::begin(kFormats), std::end(kFormats), [&](const TimeFormat& f) { return f.name == name; });
  return found == std::end(kFormats) ? nullptr : found;
}

std::string Respell(const TimeFormat& alphabet, std::string_view format) {
  std::string out;
  for (size_t i = 0; i < format.size();) {
    const std::string_view rest = format.substr(i);
    if (alphabet.literal != '\0' && rest[0] == alphabet.literal) {
      const size_t end = std::min(rest.find(alphabet.literal, 1), rest.size());
      out += rest.substr(1, end - 1);
      i += end + 1;
      continue;
    }
    const FormatCode* best = nullptr;
    for (const FormatCode& code : alphabet.codes) {
      if ((best == nullptr || code.own.size() > best->own.size()) && StartsWith(rest, code.own, alphabet.ignore_case))
        best = &code;
    }
    // A directive that the alphabet does not know is one step, so that its letter is not read as another.
    const size_t step = best != nullptr ? best->own.size() : rest[0] == '%' ? std::min<size_t>(2, rest.size()) : 1;
    out += best != nullptr ? best->own : rest.substr(0, step);
    i += step;
  }
  return out;
}

std::string ToStrftime(const TimeFormat& alphabet, std::string_view format) {
  std::string out;
  for (size_t i = 0; i < format.size();) {
    const std::string_view rest = format.substr(i);
    if (alphabet.literal != '\0' && rest[0] == alphabet.literal) {
      const size_t end = std::min(rest.find(alphabet.literal, 1), rest.size());
      out += rest.substr(1, end - 1);
      i += end + 1;
      continue;
    }
    const FormatCode* best = nullptr;
    for (const FormatCode& code : alphabet.codes) {
      if ((best == nullptr || code.own.size() > best->own.size()) && StartsWith(rest, code.own, alphabet.ignore_case))
        best = &code;
    }
    // A directive that the alphabet does not know is one step, so that its letter is not read as another.
    const size_t step = best != nullptr ? best->own.size() : rest[0] == '%' ? std::min<size_t>(2, rest.size()) : 1;
    out += best != nullptr ? best->strftime : rest.substr(0, step);
    i += step;
  }
  return out;
}

std::string FromStrftime(const TimeFormat* alphabet, std::string_view format, bool parsing) {
  std::string out;
  bool digits_before = false;
  for (size_t i = 0; i < format.size();) {
    const std::string_view rest = format.substr(i);
    const size_t length = DirectiveLength(rest);
    if (length == 0) {
      out += rest[0];
      digits_before = false;
      ++i;
      continue;
    }
    const std::string_view directive = rest.substr(0, length);
    const FormatCode* code = nullptr;
    if (alphabet != nullptr) {
      for (const FormatCode& each : alphabet->codes) {  // several directives that are one letter
        if (!each.read_only && each.strftime.size() > 3 && StartsWith(rest, each.strftime, false) &&
            !each.strftime.ends_with("strict") && rest.substr(each.strftime.size(), 6) != "strict" &&
            (code == nullptr || each.strftime.size() > code->strftime.size()))
          code = &each;
      }
    }
    size_t step = length;
    if (code != nullptr) step = code->strftime.size();
    if (code == nullptr && alphabet != nullptr) {
      const bool beside = digits_before || IsNumeric(rest.substr(length, DirectiveLength(rest.substr(length))));
      if (parsing && alphabet->counts_letters && !beside) code = Relaxed(*alphabet, directive);
      if (code == nullptr) code = Written(*alphabet, directive);
    }
    std::string_view plain = directive;
    if (plain.ends_with("strict")) plain.remove_suffix(6);
    if (code == nullptr && alphabet != nullptr) code = Written(*alphabet, plain);
    out += code != nullptr ? code->own : plain;
    digits_before = IsNumeric(rest.substr(0, step));
    i += step;
  }
  return out;
}

}  // namespace dvt::sql
