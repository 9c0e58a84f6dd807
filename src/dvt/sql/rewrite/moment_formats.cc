// Formats of dates and times that no single directive of strftime can say: padded names, ordinals, weeks.
#include "dvt/sql/rewrite/moment_formats.h"

#include <algorithm>
#include <span>
#include <vector>

#include "dvt/base/text/text.h"

namespace dvt::sql {

namespace {

struct Directive {
  std::string_view code;
  std::string_view to;  ///< strftime's, or with '=' in front an expression over X
};

// DATE_FORMAT; a code that is not here stands for its letter.
constexpr Directive kMysql[] = {
    {"%Y", "%Y"},
    {"%y", "%y"},
    {"%m", "%m"},
    {"%c", "%-m"},
    {"%d", "%d"},
    {"%e", "%-d"},
    {"%H", "%H"},
    {"%k", "%-H"},
    {"%h", "%I"},
    {"%I", "%I"},
    {"%l", "%-I"},
    {"%i", "%M"},
    {"%s", "%S"},
    {"%S", "%S"},
    {"%f", "%f"},
    {"%p", "%p"},
    {"%j", "%j"},
    {"%M", "%B"},
    {"%b", "%b"},
    {"%W", "%A"},
    {"%a", "%a"},
    {"%T", "%H:%M:%S"},
    {"%r", "%I:%M:%S %p"},
    {"%w", "%w"},
    {"%x", "%G"},
    {"%v", "%V"},
    {"%U", "%U"},
    {"%%", "%%"},
    {"%D",
     "=CAST(DAY(X) AS VARCHAR) || CASE WHEN DAY(X) IN (1, 21, 31) THEN 'st' WHEN DAY(X) IN (2, 22) THEN 'nd' WHEN DAY(X) IN (3, "
     "23) "
     "THEN 'rd' ELSE 'th' END"},
    {"%u", "=CASE WHEN ISOYEAR(X) < YEAR(X) THEN '00' WHEN ISOYEAR(X) > YEAR(X) THEN '53' ELSE STRFTIME(X, '%V') END"},
    {"%X", "=STRFTIME(CAST(X AS DATE) - CAST(DAYOFWEEK(X) AS INTEGER), '%Y')"},
    {"%V", "=STRFTIME(CAST(X AS DATE) - CAST(DAYOFWEEK(X) AS INTEGER), '%U')"}};

// TO_CHAR, longest first. Behind FM the second list goes first.
constexpr Directive kPostgres[] = {{"SSSSS", "=CAST(HOUR(X) * 3600 + MINUTE(X) * 60 + SECOND(X) AS VARCHAR)"},
                                   {"SSSS", "=CAST(HOUR(X) * 3600 + MINUTE(X) * 60 + SECOND(X) AS VARCHAR)"},
                                   {"Month", "=RPAD(STRFTIME(X, '%B'), 9, ' ')"},
                                   {"MONTH", "=RPAD(UPPER(STRFTIME(X, '%B')), 9, ' ')"},
                                   {"month", "=RPAD(LOWER(STRFTIME(X, '%B')), 9, ' ')"},
                                   {"YYYY", "%Y"},
                                   {"IYYY", "%G"},
                                   {"HH24", "%H"},
                                   {"HH12", "%I"},
                                   {"A.M.", "=CASE WHEN HOUR(X) < 12 THEN 'A.M.' ELSE 'P.M.' END"},
                                   {"P.M.", "=CASE WHEN HOUR(X) < 12 THEN 'A.M.' ELSE 'P.M.' END"},
                                   {"a.m.", "=CASE WHEN HOUR(X) < 12 THEN 'a.m.' ELSE 'p.m.' END"},
                                   {"p.m.", "=CASE WHEN HOUR(X) < 12 THEN 'a.m.' ELSE 'p.m.' END"},
                                   {"IDDD", ""},
                                   {"YYY", "=RIGHT(STRFTIME(X, '%Y'), 3)"},
                                   {"IYY", "=RIGHT(STRFTIME(X, '%G'), 3)"},
                                   {"DDD", "%j"},
                                   {"Day", "=RPAD(STRFTIME(X, '%A'), 9, ' ')"},
                                   {"DAY", "=RPAD(UPPER(STRFTIME(X, '%A')), 9, ' ')"},
                                   {"day", "=RPAD(LOWER(STRFTIME(X, '%A')), 9, ' ')"},
                                   {"Mon", "%b"},
                                   {"MON", "=UPPER(STRFTIME(X, '%b'))"},
                                   {"mon", "=LOWER(STRFTIME(X, '%b'))"},
                                   {"FF1", "=LEFT(STRFTIME(X, '%f'), 1)"},
                                   {"FF2", "=LEFT(STRFTIME(X, '%f'), 2)"},
                                   {"FF3", "%g"},
                                   {"FF4", "=LEFT(STRFTIME(X, '%f'), 4)"},
                                   {"FF5", "=LEFT(STRFTIME(X, '%f'), 5)"},
                                   {"FF6", "%f"},
                                   {"YY", "%y"},
                                   {"IY", "=RIGHT(STRFTIME(X, '%G'), 2)"},
                                   {"MM", "%m"},
                                   {"DD", "%d"},
                                   {"Dy", "%a"},
                                   {"DY", "=UPPER(STRFTIME(X, '%a'))"},
                                   {"dy", "=LOWER(STRFTIME(X, '%a'))"},
                                   {"ID", "=CAST(ISODOW(X) AS VARCHAR)"},
                                   {"HH", "%I"},
                                   {"MI", "%M"},
                                   {"SS", "%S"},
                                   {"MS", "%g"},
                                   {"US", "%f"},
                                   {"AM", "%p"},
                                   {"PM", "%p"},
                                   {"am", "=LOWER(STRFTIME(X, '%p'))"},
                                   {"pm", "=LOWER(STRFTIME(X, '%p'))"},
                                   {"WW", "=LPAD(CAST((DAYOFYEAR(X) - 1) // 7 + 1 AS VARCHAR), 2, '0')"},
                                   {"IW", "%V"},
                                   {"CC", "=LPAD(CAST(CENTURY(X) AS VARCHAR), 2, '0')"},
                                   {"TZ", ""},
                                   {"OF", ""},
                                   {"RM", ""},
                                   {"rm", ""},
                                   {"BC", ""},
                                   {"AD", ""},
                                   {"TH", ""},
                                   {"FX", ""},
                                   {"TM", ""},
                                   {"SP", ""},
                                   {"Y", "=RIGHT(STRFTIME(X, '%Y'), 1)"},
                                   {"I", "=RIGHT(STRFTIME(X, '%G'), 1)"},
                                   {"D", "=CAST(DAYOFWEEK(X) + 1 AS VARCHAR)"},
                                   {"W", "=CAST((DAY(X) - 1) // 7 + 1 AS VARCHAR)"},
                                   {"Q", "=CAST(QUARTER(X) AS VARCHAR)"},
                                   {"J", "=CAST(CAST(X AS DATE) - DATE '0001-01-01' + 1721426 AS VARCHAR)"}};
constexpr Directive kFilled[] = {{"Month", "%B"},
                                 {"MONTH", "=UPPER(STRFTIME(X, '%B'))"},
                                 {"month", "=LOWER(STRFTIME(X, '%B'))"},
                                 {"YYYY", "=CAST(YEAR(X) AS VARCHAR)"},
                                 {"HH24", "%-H"},
                                 {"HH12", "%-I"},
                                 {"DDD", "%-j"},
                                 {"Day", "%A"},
                                 {"DAY", "=UPPER(STRFTIME(X, '%A'))"},
                                 {"day", "=LOWER(STRFTIME(X, '%A'))"},
                                 {"Mon", "%b"},
                                 {"MON", "=UPPER(STRFTIME(X, '%b'))"},
                                 {"DD", "%-d"},
                                 {"Dy", "%a"},
                                 {"MM", "%-m"},
                                 {"HH", "%-I"},
                                 {"MI", "%-M"},
                                 {"SS", "%-S"},
                                 {"IW", "=CAST(WEEK(X) AS VARCHAR)"},
                                 {"WW", "=CAST((DAYOFYEAR(X) - 1) // 7 + 1 AS VARCHAR)"},
                                 {"ID", "=CAST(ISODOW(X) AS VARCHAR)"},
                                 {"D", "=CAST(DAYOFWEEK(X) + 1 AS VARCHAR)"},
                                 {"Q", "=CAST(QUARTER(X) AS VARCHAR)"}};

// The numbers that may carry an ordinal.
constexpr Directive kOrdinals[] = {
    {"DD", "DAY(X)"}, {"MM", "MONTH(X)"}, {"DDD", "DAYOFYEAR(X)"}, {"YYYY", "YEAR(X)"}, {"Q", "QUARTER(X)"}};

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Runs of strftime's directives and expressions, joined.
class Pieces {
 public:
  explicit Pieces(const std::string& moment) : moment_(moment) {}

  void Letter(char c) {
    if (c == '%') directives_ += '%';
    directives_ += c;
    if (c == '\'') directives_ += c;
  }

  void Add(std::string_view to) {
    if (!to.starts_with('=')) {
      directives_ += to;
      return;
    }
    Flush();
    std::string text;
    to.remove_prefix(1);
    for (size_t i = 0; i < to.size(); ++i) {
      const bool word = to[i] == 'X' && (i == 0 || !IsLetter(to[i - 1])) && (i + 1 == to.size() || !IsLetter(to[i + 1]));
      text += word ? moment_ : std::string(1, to[i]);
    }
    terms_.push_back("(" + text + ")");
  }

  std::string Joined() {
    Flush();
    if (terms_.empty()) return {};
    std::string out;
    for (const std::string& term : terms_) out += (out.empty() ? "" : " || ") + term;
    return terms_.size() == 1 ? out : "(" + out + ")";
  }

 private:
  void Flush() {
    if (!directives_.empty()) terms_.push_back("STRFTIME(" + moment_ + ", '" + directives_ + "')");
    directives_.clear();
  }

  std::string moment_, directives_;
  std::vector<std::string> terms_;
};

// The directive at the beginning of `rest`; codes of figures are known in lower case, too.
const Directive* Find(std::span<const Directive> directives, std::string_view rest) {
  for (const Directive& each : directives) {
    const std::string_view there = rest.substr(0, each.code.size());
    if (there == each.code) return &each;
    const bool cased = std::any_of(directives.begin(), directives.end(), [&](const Directive& other) {
      return other.code != each.code && EqualsIgnoreCase(other.code, each.code);
    });
    if (!cased && there == ToLower(each.code)) return &each;
  }
  return nullptr;
}

}  // namespace

std::string MysqlMomentText(std::string_view format, const std::string& moment) {
  Pieces pieces(moment);
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      pieces.Letter(format[i]);
      continue;
    }
    const std::string_view code = format.substr(i++, 2);
    const auto* found = std::find_if(std::begin(kMysql), std::end(kMysql), [&](const Directive& d) { return d.code == code; });
    if (static_cast<unsigned char>(code[1]) >= 0x80) return {};
    if (found != std::end(kMysql))
      pieces.Add(found->to);
    else
      pieces.Letter(code[1]);
  }
  return pieces.Joined();
}

std::string PostgresMomentText(std::string_view format, const std::string& moment) {
  Pieces pieces(moment);
  for (size_t i = 0; i < format.size();) {
    std::string_view rest = format.substr(i);
    if (rest[0] == '"') {
      const size_t end = rest.find('"', 1);
      if (end == std::string_view::npos || rest.substr(0, end).find('\\') != std::string_view::npos) return {};
      for (const char c : rest.substr(1, end - 1)) pieces.Letter(c);
      i += end + 1;
      continue;
    }
    const bool filled = rest.starts_with("FM");
    if (filled) rest.remove_prefix(2);
    const Directive* found = Find(filled ? std::span<const Directive>(kFilled) : std::span<const Directive>(kPostgres), rest);
    if (found == nullptr || found->to.empty()) {
      if (filled || found != nullptr || IsLetter(rest[0]) || rest[0] == '\\') return {};
      pieces.Letter(rest[0]);
      ++i;
      continue;
    }
    i += found->code.size() + (filled ? 2 : 0);
    const std::string_view suffix = format.substr(i, 2);
    if (suffix != "th" && suffix != "TH") {
      pieces.Add(found->to);
      continue;
    }
    i += 2;
    const auto* number =
        std::find_if(std::begin(kOrdinals), std::end(kOrdinals), [&](const Directive& d) { return d.code == found->code; });
    if (number == std::end(kOrdinals)) return {};
    pieces.Add(found->to);
    const std::string n(number->to);
    const std::string ending = "CASE WHEN " + n + " % 100 IN (11, 12, 13) THEN 'th' WHEN " + n + " % 10 = 1 THEN 'st' WHEN " + n +
                               " % 10 = 2 THEN 'nd' WHEN " + n + " % 10 = 3 THEN 'rd' ELSE 'th' END";
    pieces.Add(suffix == "th" ? "=" + ending : "=UPPER(" + ending + ")");
  }
  return pieces.Joined();
}

namespace {

constexpr std::string_view kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};
constexpr std::string_view kDays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

// The fields that a text has filled so far.
struct Fields {
  int year = -1, month = -1, day = -1, day_of_year = -1, hour = -1, minute = -1, second = -1;
  std::string fraction;
  int afternoon = -1;  ///< 0 AM, 1 PM
  bool twelve = false;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool Number(size_t least, size_t most, int& value) {
    size_t digits = 0;
    int number = 0;
    while (digits < most && digits < rest_.size() && IsDigit(rest_[digits])) number = number * 10 + (rest_[digits++] - '0');
    if (digits < least || value != -1) return false;
    value = number;
    rest_.remove_prefix(digits);
    return true;
  }

  bool Fraction(size_t most, std::string& out) {
    size_t digits = 0;
    while (digits < most && digits < rest_.size() && IsDigit(rest_[digits])) ++digits;
    if (digits == 0 || !out.empty()) return false;
    out = rest_.substr(0, digits);
    rest_.remove_prefix(digits);
    return true;
  }

  bool Name(std::span<const std::string_view> names, size_t length, int& value) {
    for (size_t i = 0; i < names.size(); ++i) {
      const std::string_view name = names[i].substr(0, length);
      if (!EqualsIgnoreCase(rest_.substr(0, name.size()), name)) continue;
      rest_.remove_prefix(name.size());
      if (value != -1 || (!rest_.empty() && IsLetter(rest_[0]))) return false;
      value = static_cast<int>(i) + 1;
      return true;
    }
    return false;
  }

  bool Half(int& value) {
    const bool am = EqualsIgnoreCase(rest_.substr(0, 2), "am"), pm = EqualsIgnoreCase(rest_.substr(0, 2), "pm");
    if ((!am && !pm) || value != -1) return false;
    value = pm ? 1 : 0;
    rest_.remove_prefix(2);
    return true;
  }

  bool Letter(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool IsLeap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

std::string Digits(int value, size_t width) {
  std::string out = std::to_string(value);
  return out.size() < width ? std::string(width - out.size(), '0') + out : out;
}

ReadMoment Checked(Fields f) {
  ReadMoment out;
  if (f.year != -1 || f.month != -1 || f.day != -1 || f.day_of_year != -1) {
    static constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (f.year < 1) return {};
    const auto length = [&](int month) { return kLengths[month - 1] + (month == 2 && IsLeap(f.year) ? 1 : 0); };
    if (f.day_of_year != -1) {
      if (f.month != -1 || f.day != -1 || f.day_of_year < 1 || f.day_of_year > (IsLeap(f.year) ? 366 : 365)) return {};
      f.month = 1;
      f.day = f.day_of_year;
      while (f.day > length(f.month)) f.day -= length(f.month++);
    }
    if (f.month < 1 || f.month > 12 || f.day < 1 || f.day > length(f.month)) return {};
    out.has_date = true;
    out.date = Digits(f.year, 4) + "-" + Digits(f.month, 2) + "-" + Digits(f.day, 2);
  }
  const bool timed = f.hour != -1 || f.minute != -1 || f.second != -1 || !f.fraction.empty();
  if (f.twelve ? f.hour < 1 || f.hour > 12 || f.afternoon == -1 : f.afternoon != -1) return {};
  if (f.twelve) f.hour = f.hour % 12 + 12 * f.afternoon;
  if (timed && f.hour == -1) return {};
  if (f.hour > 23 || f.minute > 59 || f.second > 59) return {};
  out.has_time = timed;
  out.time = Digits(std::max(f.hour, 0), 2) + ":" + Digits(std::max(f.minute, 0), 2) + ":" + Digits(std::max(f.second, 0), 2) +
             (f.fraction.empty() ? "" : "." + f.fraction);
  return out;
}

bool ReadMysqlCode(char code, Reader& reader, Fields& f) {
  int weekday = -1;
  switch (code) {
    case 'Y': return reader.Number(4, 4, f.year);
    case 'y': {
      if (!reader.Number(2, 2, f.year)) return false;
      f.year += f.year < 70 ? 2000 : 1900;
      return true;
    }
    case 'm':
    case 'c': return reader.Number(1, 2, f.month);
    case 'd':
    case 'e': return reader.Number(1, 2, f.day);
    case 'j': return reader.Number(3, 3, f.day_of_year);
    case 'H':
    case 'k': return reader.Number(1, 2, f.hour);
    case 'h':
    case 'I':
    case 'l': f.twelve = true; return reader.Number(1, 2, f.hour);
    case 'i': return reader.Number(1, 2, f.minute);
    case 's':
    case 'S': return reader.Number(1, 2, f.second);
    case 'f': return reader.Fraction(6, f.fraction);
    case 'p': return reader.Half(f.afternoon);
    case 'M': return reader.Name(kMonths, 9, f.month);
    case 'b': return reader.Name(kMonths, 3, f.month);
    case 'W': return reader.Name(kDays, 9, weekday);
    case 'a': return reader.Name(kDays, 3, weekday);
    case 'T':
      return reader.Number(1, 2, f.hour) && reader.Letter(':') && reader.Number(1, 2, f.minute) && reader.Letter(':') &&
             reader.Number(1, 2, f.second);
    default: return false;
  }
}

bool ReadPostgresCode(std::string_view code, Reader& reader, Fields& f) {
  int weekday = -1;
  if (code == "YYYY") return reader.Number(4, 4, f.year);
  if (code == "MM") return reader.Number(1, 2, f.month);
  if (code == "DDD") return reader.Number(3, 3, f.day_of_year);
  if (code == "DD") return reader.Number(1, 2, f.day);
  if (code == "HH24") return reader.Number(1, 2, f.hour);
  if (code == "HH12" || code == "HH") {
    f.twelve = true;
    return reader.Number(1, 2, f.hour);
  }
  if (code == "MI") return reader.Number(1, 2, f.minute);
  if (code == "SS") return reader.Number(1, 2, f.second);
  if (code == "US") return reader.Fraction(6, f.fraction) && f.fraction.size() == 6;
  if (code == "MS") return reader.Fraction(3, f.fraction) && f.fraction.size() == 3;
  if (EqualsIgnoreCase(code, "am") || EqualsIgnoreCase(code, "pm")) return reader.Half(f.afternoon);
  if (EqualsIgnoreCase(code, "month")) return reader.Name(kMonths, 9, f.month);
  if (EqualsIgnoreCase(code, "mon")) return reader.Name(kMonths, 3, f.month);
  if (EqualsIgnoreCase(code, "day")) return reader.Name(kDays, 9, weekday);
  if (EqualsIgnoreCase(code, "dy")) return reader.Name(kDays, 3, weekday);
  return false;
}

}  // namespace

ReadMoment ReadByMysqlFormat(std::string_view text, std::string_view format) {
  Reader reader(text);
  Fields fields;
  for (size_t i = 0; i < format.size(); ++i) {
    const bool code = format[i] == '%' && i + 1 < format.size();
    if (code ? !ReadMysqlCode(format[++i], reader, fields) : !reader.Letter(format[i])) return {};
  }
  return reader.at_end() ? Checked(fields) : ReadMoment();
}

ReadMoment ReadByPostgresFormat(std::string_view text, std::string_view format) {
  Reader reader(text);
  Fields fields;
  for (size_t i = 0; i < format.size();) {
    const Directive* found = Find(kPostgres, format.substr(i));
    if (found == nullptr && (IsLetter(format[i]) || IsDigit(format[i]) || format[i] == '"' || format[i] == '\\')) return {};
    if (found != nullptr ? !ReadPostgresCode(found->code, reader, fields) : !reader.Letter(format[i])) return {};
    i += found == nullptr ? 1 : found->code.size();
  }
  return reader.at_end() ? Checked(fields) : ReadMoment();
}

}  // namespace dvt::sql
